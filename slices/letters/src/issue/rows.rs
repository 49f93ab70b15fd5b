//! The SQL of issuing together.

use hojo_access::Actor;
use hojo_db::{Tx, random};
use hojo_web::Fault;
use hojo_words::ids::PublicId;
use time::OffsetDateTime;
use uuid::Uuid;

/// Samples shown before a batch is issued.
const SAMPLES: i64 = 3;
/// More problems than this are one mistake, not many.
const MOST_PROBLEMS: i64 = 200;
/// Batches listed.
const BATCHES: i64 = 30;

/// Letters of one kind in one round that wait to be issued.
pub struct Group {
    pub round: PublicId,
    pub round_title: String,
    pub kind: String,
    pub title: String,
    pub letters: i64,
    pub problems: i64,
}

/// Letters that were issued together.
pub struct Batch {
    pub id: PublicId,
    pub round_title: String,
    pub title: String,
    pub letters: i32,
    pub by: String,
    pub at: OffsetDateTime,
    pub done: i64,
    pub failed: i64,
}

/// One letter that waits.
pub struct Held {
    pub id: PublicId,
    pub case: Uuid,
    pub cause: String,
    pub name: String,
    pub number: String,
    pub problem: Option<String>,
}

struct LetterRow {
    public_id: Uuid,
    case_id: Uuid,
    cause: String,
    problem: Option<String>,
    applicant_name: String,
    number: Option<String>,
}

impl From<LetterRow> for Held {
    fn from(row: LetterRow) -> Self {
        Self {
            id: PublicId::from_uuid(row.public_id),
            case: row.case_id,
            cause: row.cause,
            name: row.applicant_name,
            number: row.number.unwrap_or_default(),
            problem: row.problem,
        }
    }
}

/// What is looked at before it is issued.
pub struct Waiting {
    pub round: PublicId,
    pub round_title: String,
    pub kind: String,
    pub title: String,
    /// How many can be issued.
    pub ready: i64,
    /// How many are still being tried out.
    pub untried: i64,
    pub samples: Vec<Held>,
    pub problems: Vec<Held>,
}

/// A letter taken into a batch.
pub struct Taken {
    pub id: PublicId,
    pub case: Uuid,
    pub cause: String,
}

pub async fn groups(tx: &mut Tx) -> Result<Vec<Group>, Fault> {
    let rows = sqlx::query!(
        r#"select r.public_id as round, r.title as round_title, l.kind, min(l.title) as "title!", count(*) as "letters!",
                  count(*) filter (where l.problem is not null) as "problems!"
           from letters l join rounds r on r.id = l.round_id where l.state = 'held'
           group by r.public_id, r.title, l.kind order by r.title, l.kind"#
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Group {
            round: PublicId::from_uuid(r.round),
            round_title: r.round_title,
            kind: r.kind,
            title: r.title,
            letters: r.letters,
            problems: r.problems,
        })
        .collect())
}

pub async fn batches(tx: &mut Tx) -> Result<Vec<Batch>, Fault> {
    let rows = sqlx::query!("select public_id from letter_batches order by issued_at desc limit $1", BATCHES)
        .fetch_all(tx.sql())
        .await?;
    let mut all = Vec::new();
    for row in rows {
        all.extend(batch(tx, PublicId::from_uuid(row.public_id)).await?);
    }
    Ok(all)
}

pub async fn batch(tx: &mut Tx, id: PublicId) -> Result<Option<Batch>, Fault> {
    let row = sqlx::query!(
        r#"select b.title, b.letters, b.issued_at, r.title as round_title, s.name,
                  (select count(*) from letters l where l.batch_id = b.id and l.state = 'delivered') as "done!",
                  (select count(*) from letters l where l.batch_id = b.id and l.state = 'stuck') as "failed!"
           from letter_batches b join rounds r on r.id = b.round_id join staff s on s.id = b.issued_by
           where b.public_id = $1"#,
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|r| Batch {
        id,
        round_title: r.round_title,
        title: r.title,
        letters: r.letters,
        by: r.name,
        at: r.issued_at,
        done: r.done,
        failed: r.failed,
    }))
}

/// The letters of a batch that wait for a person.
pub async fn failures(tx: &mut Tx, id: PublicId) -> Result<Vec<Held>, Fault> {
    let rows = sqlx::query_as!(
        LetterRow,
        r#"select l.public_id, l.case_id, l.cause, l.problem, c.applicant_name, c.number
           from letters l join letter_batches b on b.id = l.batch_id join cases c on c.id = l.case_id
           where b.public_id = $1 and l.state = 'stuck' order by l.created_at, l.id limit $2"#,
        id.uuid(),
        MOST_PROBLEMS
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

/// `None` when there is no such round.
pub async fn waiting(tx: &mut Tx, round: PublicId, kind: &str) -> Result<Option<Waiting>, Fault> {
    let Some(r) = sqlx::query!(
        r#"select r.title, count(*) filter (where l.problem is null and l.model is not null) as "ready!",
                  count(*) filter (where l.problem is null and l.model is null) as "untried!",
                  coalesce(min(l.title), $2) as "name!"
           from rounds r left join letters l on l.round_id = r.id and l.kind = $2 and l.state = 'held'
           where r.public_id = $1 group by r.id, r.title"#,
        round.uuid(),
        kind
    )
    .fetch_optional(tx.sql())
    .await?
    else {
        return Ok(None);
    };
    Ok(Some(Waiting {
        round,
        round_title: r.title,
        kind: kind.to_owned(),
        title: r.name,
        ready: r.ready,
        untried: r.untried,
        samples: held(tx, round, kind, false, SAMPLES).await?,
        problems: held(tx, round, kind, true, MOST_PROBLEMS).await?,
    }))
}

async fn held(tx: &mut Tx, round: PublicId, kind: &str, problem: bool, most: i64) -> Result<Vec<Held>, Fault> {
    let rows = sqlx::query_as!(
        LetterRow,
        r#"select l.public_id, l.case_id, l.cause, l.problem, c.applicant_name, c.number
           from letters l join rounds r on r.id = l.round_id join cases c on c.id = l.case_id
           where r.public_id = $1 and l.kind = $2 and l.state = 'held' and (l.problem is not null) = $3
             and (l.problem is not null or l.model is not null)
           order by l.created_at, l.id limit $4"#,
        round.uuid(),
        kind,
        problem,
        most
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

pub async fn is_there(tx: &mut Tx, id: PublicId) -> Result<bool, Fault> {
    let found = sqlx::query!("select 1 as one from letter_batches where public_id = $1", id.uuid())
        .fetch_optional(tx.sql())
        .await?;
    Ok(found.is_some())
}

/// Writes the batch and takes every printable letter into it. `None`: somebody wrote this batch meanwhile.
pub async fn take(tx: &mut Tx, waiting: &Waiting, id: PublicId, by: &Actor) -> Result<Option<Vec<Taken>>, Fault> {
    let Actor::Staff(me) = by else { return Err(Fault::NotFound) };
    let now = tx.now().await?.utc();
    let key = random::key();
    let written = sqlx::query!(
        "insert into letter_batches (id, public_id, programme_id, round_id, kind, title, letters, issued_by, issued_at)
         select $1, $2, r.programme_id, r.id, $4, $5, $6, $7, $8 from rounds r where r.public_id = $3
         on conflict (public_id) do nothing",
        key,
        id.uuid(),
        waiting.round.uuid(),
        waiting.kind,
        waiting.title,
        i32::try_from(waiting.ready).unwrap_or(i32::MAX),
        me.staff.0,
        now
    )
    .execute(tx.sql())
    .await?;
    if written.rows_affected() == 0 {
        return Ok(None);
    }
    let rows = sqlx::query!(
        "update letters l set state = 'due', batch_id = $1
         from rounds r
         where r.id = l.round_id and r.public_id = $2 and l.kind = $3 and l.state = 'held'
           and l.problem is null and l.model is not null
         returning l.public_id, l.case_id, l.cause",
        key,
        waiting.round.uuid(),
        waiting.kind
    )
    .fetch_all(tx.sql())
    .await?;
    // Between looking and taking another batch may have taken them: then this one is not written at all.
    if i64::try_from(rows.len()) != Ok(waiting.ready) {
        return Err(hojo_db::DbError::Conflict("the letters were issued meanwhile".to_owned()).into());
    }
    Ok(Some(
        rows.into_iter()
            .map(|r| Taken { id: PublicId::from_uuid(r.public_id), case: r.case_id, cause: r.cause })
            .collect(),
    ))
}
