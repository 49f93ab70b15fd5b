//! The list's SQL: one static statement for each order, every filter optional, no OFFSET.
//! A page turned backwards is the same statement in the other direction, put right again here.

use hojo_case::Position;
use hojo_db::Tx;
use hojo_db::search::Needle;
use hojo_web::Fault;
use hojo_words::ids::{PublicId, StaffId};
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::filter::{Assignee, Cursor, Due, Filter, From, Kind, Order, Positions, Sort};

/// Counting stops here: 「1,000件以上」 says enough.
pub const COUNT_LIMIT: i64 = 1_000;
/// A deadline this many days ahead is near.
pub const SOON_DAYS: i64 = 3;
/// Up to so many hits of a text search are fetched first and looked up by key; more than that are
/// so common that walking the list in its order finds a page sooner.
const FEW: i64 = 2_000;

/// One case of the list.
#[derive(Clone, Debug)]
pub struct Line {
    pub public_id: Uuid,
    pub number: Option<String>,
    pub applicant_name: String,
    pub title: String,
    pub frame: String,
    pub position: String,
    /// The outcome in the words of the flow, or its code.
    pub outcome: Option<String>,
    pub procedure: String,
    /// Where the case stands in its life; empty before its first decision and on a procedure.
    pub standing: String,
    /// A procedure after adoption, not an application.
    pub is_run: bool,
    pub requested: Option<i64>,
    pub due_on: Option<Date>,
    /// The due date of a return that its newest submission missed.
    pub late_since: Option<Date>,
    pub filed_at: Option<OffsetDateTime>,
    pub changed_at: OffsetDateTime,
    pub assignee: Option<String>,
}

/// A page of the list with its neighbours.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub lines: Vec<Line>,
    /// Capped at [`COUNT_LIMIT`] + 1.
    pub count: i64,
    pub previous: Option<Filter>,
    pub next: Option<Filter>,
}

/// The filters as the statements take them.
struct Parameters {
    round: Option<Uuid>,
    positions: Option<Vec<String>>,
    person: Option<Uuid>,
    nobody: bool,
    frame: Option<String>,
    procedure: Option<String>,
    standing: Option<String>,
    /// Procedures only, or cases only.
    runs: Option<bool>,
    due_from: Option<Date>,
    due_to: Option<Date>,
    late: bool,
    ids: Option<Vec<Uuid>>,
    /// For a text with many hits: proven case by case while the list is walked in its order. As an
    /// `exists` it would be hashed, which reads the whole search table first.
    patterns: Option<Vec<String>>,
}

/// One page.
pub async fn page(tx: &mut Tx, filter: &Filter, me: StaffId, today: Date, size: usize) -> Result<Found, Fault> {
    let p = parameters(tx, filter, me, today).await?;
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let (cursor, backwards) = match filter.from {
        From::Start => (None, false),
        From::After(c) => (Some(c), false),
        From::Before(c) => (Some(c), true),
    };
    let mut lines = select(tx, &p, filter.sort, (filter.order == Order::Down) != backwards, cursor, limit).await?;
    let more = lines.len() > size;
    lines.truncate(size);
    if backwards {
        lines.reverse();
    }
    let at = |line: Option<&Line>| line.map(|l| place(l, filter.sort));
    let previous = if backwards { more } else { cursor.is_some() };
    let next = if backwards { true } else { more };
    Ok(Found {
        previous: at(lines.first()).filter(|_| previous).map(|c| filter.from(From::Before(c))),
        next: at(lines.last()).filter(|_| next).map(|c| filter.from(From::After(c))),
        count: count(tx, &p).await?,
        lines,
    })
}

/// Everything the filter shows, for export, up to `limit`.
pub async fn all(tx: &mut Tx, filter: &Filter, me: StaffId, today: Date, limit: i64) -> Result<Vec<Line>, Fault> {
    let p = parameters(tx, filter, me, today).await?;
    select(tx, &p, filter.sort, filter.order == Order::Down, None, limit).await
}

async fn parameters(tx: &mut Tx, filter: &Filter, me: StaffId, today: Date) -> Result<Parameters, Fault> {
    // The filters differ from call to call: a plan made for these values beats one made for any.
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true)").fetch_one(tx.sql()).await?;
    let round = match filter.round {
        Some(id) => sqlx::query!("select id from rounds where public_id = $1", id.uuid())
            .fetch_optional(tx.sql())
            .await?
            // A round nobody knows shows nothing, rather than everything.
            .map_or(Some(Uuid::nil()), |r| Some(r.id)),
        None => None,
    };
    let person = match filter.assignee {
        Assignee::Me => Some(me.0),
        Assignee::Person(id) => sqlx::query!("select id from staff where public_id = $1", id.uuid())
            .fetch_optional(tx.sql())
            .await?
            .map_or(Some(Uuid::nil()), |r| Some(r.id)),
        Assignee::Any | Assignee::Nobody => None,
    };
    let code = |p: Position| p.code().to_owned();
    let positions = match filter.positions {
        Positions::Any => None,
        Positions::Office => Some(vec![code(Position::Check), code(Position::SecondCheck)]),
        Positions::One(p) => Some(vec![code(p)]),
    };
    let (due_from, due_to) = match filter.due {
        Due::Any | Due::Late => (None, None),
        Due::Over => (Some(Date::MIN.max(today - Duration::days(36_500))), Some(today - Duration::days(1))),
        Due::Soon => (Some(today), Some(today + Duration::days(SOON_DAYS))),
    };
    let needle = Needle::of(&filter.text);
    let ids = match &needle {
        Some(n) => few(tx, n).await?,
        None => None,
    };
    let patterns = needle.filter(|_| ids.is_none()).map(|n| n.patterns);
    Ok(Parameters {
        round,
        positions,
        person,
        nobody: filter.assignee == Assignee::Nobody,
        frame: (!filter.frame.is_empty()).then(|| filter.frame.clone()),
        procedure: (!filter.procedure.is_empty()).then(|| filter.procedure.clone()),
        standing: (!filter.standing.is_empty()).then(|| filter.standing.clone()),
        runs: match filter.kind {
            Kind::Any => None,
            Kind::Case => Some(false),
            Kind::Run => Some(true),
        },
        due_from,
        due_to,
        late: filter.due == Due::Late,
        ids,
        patterns,
    })
}

/// The hits of a text, if they are few.
async fn few(tx: &mut Tx, needle: &Needle) -> Result<Option<Vec<Uuid>>, Fault> {
    let rows = sqlx::query!(
        "select case_id from case_search where grams @> $1 and key like all($2::text[]) limit $3",
        &needle.grams,
        &needle.patterns,
        FEW + 1
    )
    .fetch_all(tx.sql())
    .await?;
    let many = i64::try_from(rows.len()).unwrap_or(i64::MAX) > FEW;
    Ok((!many).then(|| rows.into_iter().map(|r| r.case_id).collect()))
}

/// The column, how it compares with the cursor, the direction; the filters are the same for all.
macro_rules! ordered {
    ($tx:expr, $p:expr, $key:tt, $compare:tt, $way:tt, $cast:tt, $value:expr, $case:expr, $limit:expr) => {
        sqlx::query_as!(
            Line,
            r#"select c.public_id, c.number, c.applicant_name, c.title, c.frame, c.position, coalesce(nullif(c.outcome_label, ''), c.outcome) as outcome, c.procedure,
                      c.root_id is not null as "is_run!", c.standing, c.requested,
                      c.due_on, c.late_since, c.filed_at, c.changed_at, s.name as "assignee?"
               from cases c left join staff s on s.id = c.assigned_to
               where c.filed_at is not null
                 and ($1::uuid is null or c.round_id = $1)
                 and ($2::text[] is null or c.position = any($2))
                 and ($3::uuid is null or c.assigned_to = $3)
                 and (not $4::bool or c.assigned_to is null)
                 and ($5::text is null or c.frame = $5)
                 and ($6::date is null or c.due_on between $6 and $7)
                 and (not $13::bool or c.late_since is not null)
                 and ($14::text is null or c.procedure = $14)
                 and ($15::text is null or $15 = case when c.root_id is null then c.standing
                      else (select k.standing from cases k where k.id = c.root_id) end)
                 and ($16::bool is null or (c.root_id is not null) = $16)
                 and ($8::uuid[] is null or c.id = any($8))
                 and ($9::text[] is null or (select f.key like all($9) from case_search f where f.case_id = c.id))
                 and ($10::uuid is null or ("#
                + $key
                + ", c.public_id) "
                + $compare
                + " ($11"
                + $cast
                + ", $10)) order by "
                + $key
                + $way
                + ", c.public_id "
                + $way
                + " limit $12",
            $p.round,
            $p.positions.as_deref(),
            $p.person,
            $p.nobody,
            $p.frame,
            $p.due_from,
            $p.due_to,
            $p.ids.as_deref(),
            $p.patterns.as_deref(),
            $case,
            $value,
            $limit,
            $p.late,
            $p.procedure,
            $p.standing,
            $p.runs
        )
        .fetch_all($tx.sql())
        .await?
    };
}

async fn select(
    tx: &mut Tx,
    p: &Parameters,
    sort: Sort,
    down: bool,
    cursor: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let case = cursor.map(|c| c.case.uuid());
    let moment = cursor.and_then(|c| OffsetDateTime::from_unix_timestamp_nanos(i128::from(c.value) * 1_000).ok());
    let day = cursor.and_then(|c| i32::try_from(c.value).ok()).and_then(|n| Date::from_julian_day(n).ok());
    let yen = cursor.map(|c| c.value);
    Ok(match (sort, down) {
        (Sort::Filed, false) => {
            ordered!(tx, p, "c.filed_at", ">", " asc", "::timestamptz", moment, case, limit)
        }
        (Sort::Filed, true) => {
            ordered!(tx, p, "c.filed_at", "<", " desc", "::timestamptz", moment, case, limit)
        }
        (Sort::Changed, false) => {
            ordered!(tx, p, "c.changed_at", ">", " asc", "::timestamptz", moment, case, limit)
        }
        (Sort::Changed, true) => {
            ordered!(tx, p, "c.changed_at", "<", " desc", "::timestamptz", moment, case, limit)
        }
        (Sort::Due, false) => {
            ordered!(tx, p, "coalesce(c.due_on, date '9999-12-31')", ">", " asc", "::date", day, case, limit)
        }
        (Sort::Due, true) => {
            ordered!(tx, p, "coalesce(c.due_on, date '9999-12-31')", "<", " desc", "::date", day, case, limit)
        }
        (Sort::Requested, false) => {
            ordered!(tx, p, "coalesce(c.requested, 0)", ">", " asc", "::bigint", yen, case, limit)
        }
        (Sort::Requested, true) => {
            ordered!(tx, p, "coalesce(c.requested, 0)", "<", " desc", "::bigint", yen, case, limit)
        }
    })
}

async fn count(tx: &mut Tx, p: &Parameters) -> Result<i64, Fault> {
    let row = sqlx::query!(
        r#"select count(*) as "n!" from (
             select 1 from cases c
             where c.filed_at is not null
               and ($1::uuid is null or c.round_id = $1)
               and ($2::text[] is null or c.position = any($2))
               and ($3::uuid is null or c.assigned_to = $3)
               and (not $4::bool or c.assigned_to is null)
               and ($5::text is null or c.frame = $5)
               and ($6::date is null or c.due_on between $6 and $7)
               and (not $11::bool or c.late_since is not null)
               and ($12::text is null or c.procedure = $12)
               and ($13::text is null or $13 = case when c.root_id is null then c.standing
                    else (select k.standing from cases k where k.id = c.root_id) end)
               and ($14::bool is null or (c.root_id is not null) = $14)
               and ($8::uuid[] is null or c.id = any($8))
               and ($9::text[] is null or (select f.key like all($9) from case_search f where f.case_id = c.id))
             limit $10) x"#,
        p.round,
        p.positions.as_deref(),
        p.person,
        p.nobody,
        p.frame,
        p.due_from,
        p.due_to,
        p.ids.as_deref(),
        p.patterns.as_deref(),
        COUNT_LIMIT + 1,
        p.late,
        p.procedure,
        p.standing,
        p.runs
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(row.n)
}

/// No deadline sorts behind every deadline: the day the statements put in its place.
const NO_DAY: Date = time::macros::date!(9999 - 12 - 31);

fn place(line: &Line, sort: Sort) -> Cursor {
    let micros = |at: OffsetDateTime| i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX);
    let value = match sort {
        Sort::Filed => micros(line.filed_at.unwrap_or(line.changed_at)),
        Sort::Changed => micros(line.changed_at),
        Sort::Due => i64::from(line.due_on.unwrap_or(NO_DAY).to_julian_day()),
        Sort::Requested => line.requested.unwrap_or(0),
    };
    Cursor { value, case: PublicId::from_uuid(line.public_id) }
}
