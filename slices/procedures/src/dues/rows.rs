//! The list's SQL, over the projection of obligations; no OFFSET.

use hojo_db::Tx;
use hojo_web::Fault;
use hojo_words::ids::PublicId;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::filter::{Cursor, Filter, From, Parameters};

/// One obligation of the list.
#[derive(Clone, Debug)]
pub struct Line {
    pub case_id: Uuid,
    pub key: String,
    pub title: String,
    pub opens_on: Option<Date>,
    pub due_on: Date,
    pub met: bool,
    pub moved_from: Option<Date>,
    pub case: Uuid,
    pub number: Option<String>,
    pub applicant_name: String,
    pub case_title: String,
    pub round: String,
    pub reminded_at: Option<OffsetDateTime>,
    /// A change of the date waits for approval.
    pub waiting: bool,
}

impl Line {
    pub fn cursor(&self) -> Cursor {
        Cursor { due: self.due_on, case: self.case_id, key: self.key.clone() }
    }
}

/// A page of the list with its neighbours.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub lines: Vec<Line>,
    pub previous: Option<Filter>,
    pub next: Option<Filter>,
}

/// Up to `size` obligations where the filter begins, the earliest due first.
pub async fn page(tx: &mut Tx, filter: &Filter, today: Date, size: usize) -> Result<Found, Fault> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let (cursor, backwards) = match &filter.from {
        From::Start => (None, false),
        From::After(cursor) => (Some(cursor), false),
        From::Before(cursor) => (Some(cursor), true),
    };
    let mut lines = lines(tx, &filter.parameters(today), today, cursor, backwards, limit).await?;
    let more = lines.len() > size;
    lines.truncate(size);
    if backwards {
        lines.reverse();
    }
    let previous = if backwards { more } else { cursor.is_some() };
    let at = |line: Option<&Line>| line.map(Line::cursor);
    Ok(Found {
        previous: at(lines.first()).filter(|_| previous).map(|cursor| filter.at(From::Before(cursor))),
        next: at(lines.last()).filter(|_| backwards || more).map(|cursor| filter.at(From::After(cursor))),
        lines,
    })
}

/// Everything the filter shows, for a file, up to `limit`.
pub async fn all(tx: &mut Tx, filter: &Filter, today: Date, limit: i64) -> Result<Vec<Line>, Fault> {
    lines(tx, &filter.parameters(today), today, None, false, limit).await
}

/// The direction and how it compares with the cursor; the filters are the same for both.
macro_rules! ordered {
    ($tx:expr, $p:expr, $today:expr, $cursor:expr, $limit:expr, $compare:tt, $way:tt) => {
        sqlx::query_as!(
            Line,
            r#"select d.case_id, d.key, d.title, d.opens_on, d.due_on, d.met, d.moved_from, c.public_id as "case", c.number,
                      c.applicant_name, c.title as case_title, r.title as round,
                      (select max(x.at) from dues_reminded x where x.case_id = d.case_id and x.key = d.key) as reminded_at,
                      exists (select 1 from due_moves m where m.case_id = d.case_id and m.key = d.key and m.decided_at is null) as "waiting!"
               from dues d join cases c on c.id = d.case_id join rounds r on r.id = d.round_id
               where d.met = $1
                 and ($2::date is null or d.due_on >= $2) and ($3::date is null or d.due_on <= $3)
                 and ($4::bool is null or (d.opens_on is null or d.opens_on <= $5) = $4)
                 and ($6::text is null or d.procedure = $6)
                 and ($7::uuid is null or r.public_id = $7)
                 and ($8::date is null or (d.due_on, d.case_id, d.key) "#
                + $compare
                + " ($8, $9::uuid, $10::text)) order by d.due_on "
                + $way
                + ", d.case_id "
                + $way
                + ", d.key "
                + $way
                + " limit $11",
            $p.met,
            $p.from,
            $p.to,
            $p.opened,
            $today,
            $p.procedure,
            $p.round,
            $cursor.map(|c| c.due),
            $cursor.map(|c| c.case),
            $cursor.map(|c| c.key.as_str()),
            $limit
        )
        .fetch_all($tx.sql())
        .await?
    };
}

async fn lines(
    tx: &mut Tx,
    p: &Parameters,
    today: Date,
    cursor: Option<&Cursor>,
    backwards: bool,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    // The filters differ from call to call: a plan made for these values beats one made for any.
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true)").fetch_one(tx.sql()).await?;
    Ok(if backwards {
        ordered!(tx, p, today, cursor, limit, "<", "desc")
    } else {
        ordered!(tx, p, today, cursor, limit, ">", "asc")
    })
}

/// How many there are of each kind, within procedure and round.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub open: i64,
    pub over: i64,
    pub soon: i64,
    pub later: i64,
    pub met: i64,
}

pub async fn counts(tx: &mut Tx, p: &Parameters, today: Date, soon: Date) -> Result<Counts, Fault> {
    Ok(sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where not d.met and coalesce(d.opens_on <= $1, true)) as "open!",
                  count(*) filter (where not d.met and d.due_on < $1) as "over!",
                  count(*) filter (where not d.met and d.due_on between $1 and $2) as "soon!",
                  count(*) filter (where not d.met and d.opens_on > $1) as "later!",
                  count(*) filter (where d.met) as "met!"
           from dues d join rounds r on r.id = d.round_id
           where ($3::text is null or d.procedure = $3) and ($4::uuid is null or r.public_id = $4)"#,
        today,
        soon,
        p.procedure,
        p.round
    )
    .fetch_one(tx.sql())
    .await?)
}

/// A change of a date that waits for its second person.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub case: PublicId,
    pub number: String,
    pub applicant_name: String,
    pub key: String,
    pub title: String,
    pub from: Date,
    pub to: Date,
    pub reason: String,
    pub proposer: String,
    pub proposed_by: Uuid,
    pub proposed_at: OffsetDateTime,
}

pub async fn waiting(tx: &mut Tx) -> Result<Vec<Waiting>, Fault> {
    let rows = sqlx::query!(
        "select c.public_id, c.number, c.applicant_name, m.key, m.title, m.from_day, m.to_day, m.reason, s.name, m.proposed_by,
                m.proposed_at
         from due_moves m join cases c on c.id = m.case_id join staff s on s.id = m.proposed_by
         where m.decided_at is null order by m.proposed_at limit 200"
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Waiting {
            case: PublicId::from_uuid(r.public_id),
            number: r.number.unwrap_or_default(),
            applicant_name: r.applicant_name,
            key: r.key,
            title: r.title,
            from: r.from_day,
            to: r.to_day,
            reason: r.reason,
            proposer: r.name,
            proposed_by: r.proposed_by,
            proposed_at: r.proposed_at,
        })
        .collect())
}

/// 手続 that anything is owed of, with the title of the obligation.
pub async fn procedures(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    let rows =
        sqlx::query!(r#"select procedure, min(title) as "title!" from dues group by procedure order by procedure"#)
            .fetch_all(tx.sql())
            .await?;
    Ok(rows.into_iter().map(|r| (r.procedure, r.title)).collect())
}

pub async fn rounds(tx: &mut Tx) -> Result<Vec<(PublicId, String)>, Fault> {
    let rows =
        sqlx::query!("select public_id, title from rounds order by opens_at desc limit 50").fetch_all(tx.sql()).await?;
    Ok(rows.into_iter().map(|r| (PublicId::from_uuid(r.public_id), r.title)).collect())
}
