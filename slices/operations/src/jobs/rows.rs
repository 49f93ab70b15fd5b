//! The jobs page's SQL.

use std::collections::BTreeMap;

use hojo_db::Tx;
use hojo_web::Fault;
use hojo_words::ids::PublicId;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Filter;
use crate::address::Cursor;

const PAGE: usize = 50;
const MOST_WAITING: i64 = 30;

/// One lane as a whole.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    pub lane: String,
    /// Due now.
    pub waiting: i64,
    /// Waiting for its time, mostly for another try.
    pub later: i64,
    pub running: i64,
    pub dead: i64,
    /// Done within a day.
    pub done: i64,
    /// Seconds the oldest job that is due has waited.
    pub oldest: Option<i64>,
}

/// One job.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: Uuid,
    pub kind: String,
    pub payload: Value,
    pub attempt: i32,
    pub max_attempts: i32,
    pub state: String,
    pub at: OffsetDateTime,
    pub worker: Option<String>,
    pub last_error: Option<String>,
}

/// The case a job is about.
#[derive(Clone, Debug)]
pub struct About {
    pub public_id: PublicId,
    pub number: Option<String>,
}

/// Everything the page shows.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub lanes: Vec<Lane>,
    pub dead: Vec<Job>,
    pub next: Option<Filter>,
    pub active: Vec<Job>,
    pub cases: BTreeMap<Uuid, About>,
    pub kinds: Vec<String>,
}

pub async fn all(tx: &mut Tx, filter: &Filter) -> Result<Found, Fault> {
    let lanes = lanes(tx).await?;
    let mut dead = dead(tx, filter).await?;
    let more = dead.len() > PAGE;
    dead.truncate(PAGE);
    let last = dead.last().filter(|_| more);
    let next = last.map(|j| Filter { after: Some(Cursor::of(j.at, j.id)), ..filter.clone() });
    let active = active(tx).await?;
    let cases = cases(tx, dead.iter().chain(&active)).await?;
    let kinds = dead_by_kind(tx, &Filter::default()).await?.into_iter().map(|(kind, _)| kind).collect();
    Ok(Found { lanes, dead, next, active, cases, kinds })
}

/// The state of each lane. Ages are measured by the clock the queue itself uses.
pub async fn lanes(tx: &mut Tx) -> Result<Vec<Lane>, Fault> {
    let rows = sqlx::query!(
        r#"select lane,
                  count(*) filter (where state = 'waiting' and run_at <= clock_timestamp()) as "waiting!",
                  count(*) filter (where state = 'waiting' and run_at > clock_timestamp()) as "later!",
                  count(*) filter (where state = 'running') as "running!",
                  count(*) filter (where state = 'dead') as "dead!",
                  extract(epoch from clock_timestamp() - min(run_at) filter (where state = 'waiting' and run_at <= clock_timestamp()))::bigint as oldest
           from jobs where state in ('waiting', 'running', 'dead') group by lane"#
    )
    .fetch_all(tx.sql())
    .await?;
    let done = sqlx::query!(
        r#"select lane, count(*) as "done!" from jobs
           where state = 'done' and finished_at > clock_timestamp() - interval '1 day' group by lane"#
    )
    .fetch_all(tx.sql())
    .await?;
    let lane = |code: &str| {
        let found = rows.iter().find(|r| r.lane == code);
        Lane {
            lane: code.to_owned(),
            waiting: found.map_or(0, |r| r.waiting),
            later: found.map_or(0, |r| r.later),
            running: found.map_or(0, |r| r.running),
            dead: found.map_or(0, |r| r.dead),
            done: done.iter().find(|d| d.lane == code).map_or(0, |d| d.done),
            oldest: found.and_then(|r| r.oldest),
        }
    };
    Ok(hojo_jobs::Lane::ALL.into_iter().map(|l| lane(l.code())).collect())
}

async fn dead(tx: &mut Tx, filter: &Filter) -> Result<Vec<Job>, Fault> {
    let jobs = sqlx::query_as!(
        Job,
        r#"select id, kind, payload, attempt, max_attempts, state, finished_at as "at!", worker, last_error
           from jobs
           where state = 'dead' and ($1 = '' or kind = $1) and ($2 = '' or lane = $2)
             and ($3::timestamptz is null or (finished_at, id) < ($3, $4))
           order by finished_at desc, id desc limit $5"#,
        filter.kind,
        filter.lane,
        filter.after.and_then(Cursor::moment),
        filter.after.map(Cursor::id),
        i64::try_from(PAGE + 1).unwrap_or(i64::MAX)
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(jobs)
}

/// Running jobs, then the next ones.
async fn active(tx: &mut Tx) -> Result<Vec<Job>, Fault> {
    let jobs = sqlx::query_as!(
        Job,
        r#"select id, kind, payload, attempt, max_attempts, state, run_at as "at!", worker, last_error
           from jobs where state in ('running', 'waiting')
           order by state = 'running' desc, run_at, id limit $1"#,
        MOST_WAITING
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(jobs)
}

/// Jobs that were laid down, by kind.
pub async fn dead_by_kind(tx: &mut Tx, filter: &Filter) -> Result<Vec<(String, i64)>, Fault> {
    let rows = sqlx::query!(
        r#"select kind, count(*) as "n!" from jobs
           where state = 'dead' and ($1 = '' or kind = $1) and ($2 = '' or lane = $2) group by kind order by kind"#,
        filter.kind,
        filter.lane
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|r| (r.kind, r.n)).collect())
}

/// Jobs name their case by its public id or by its key.
async fn cases(tx: &mut Tx, jobs: impl Iterator<Item = &Job>) -> Result<BTreeMap<Uuid, About>, Fault> {
    let ids: Vec<Uuid> = jobs.filter_map(case_of).collect();
    let rows = sqlx::query!("select id, public_id, number from cases where id = any($1) or public_id = any($1)", &ids)
        .fetch_all(tx.sql())
        .await?;
    let mut found = BTreeMap::new();
    for r in rows {
        let about = About { public_id: PublicId::from_uuid(r.public_id), number: r.number };
        found.insert(r.id, about.clone());
        found.insert(r.public_id, about);
    }
    Ok(found)
}

/// The case in a job's payload.
pub fn case_of(job: &Job) -> Option<Uuid> {
    let text = job.payload.get("case")?.as_str()?;
    text.parse::<PublicId>().map(PublicId::uuid).ok().or_else(|| text.parse().ok())
}
