//! The jobs table: enqueue, claim, complete, fail. A claim is a lease with a fencing token:
//! whoever lost the lease cannot complete the job any more.

use std::time::Duration;

use hojo_db::{DbError, Tx, random};
use hojo_words::ids::JobId;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// Lanes have their own concurrency, so that an export cannot starve the mail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Lane {
    Letters,
    Mail,
    Cases,
}

impl Lane {
    pub const ALL: [Lane; 3] = [Self::Letters, Self::Mail, Self::Cases];

    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Mail => "mail",
            Self::Cases => "cases",
        }
    }
}

/// A job to be stored with the caller's transaction.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub lane: Lane,
    pub kind: &'static str,
    pub payload: Value,
    /// At most one job of this kind and key is ever stored; the second is dropped silently.
    pub dedupe: Option<String>,
    pub run_at: Option<OffsetDateTime>,
}

impl NewJob {
    /// A job that runs as soon as the transaction is committed.
    ///
    /// # Panics
    /// Never: a payload that cannot be written as JSON becomes `null` and the handler refuses it.
    #[must_use]
    pub fn new(lane: Lane, kind: &'static str, payload: impl Serialize) -> Self {
        let payload = serde_json::to_value(payload).unwrap_or(Value::Null);
        Self { lane, kind, payload, dedupe: None, run_at: None }
    }

    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.dedupe = Some(key.into());
        self
    }
}

/// Stores a job in the transaction that makes it necessary.
///
/// # Errors
/// [`DbError`] when it cannot be stored; the business change is then not stored either.
pub async fn enqueue(tx: &mut Tx, job: NewJob) -> Result<(), DbError> {
    // No conflict target: the acting role may insert here and read nothing.
    sqlx::query!(
        "insert into jobs (id, lane, kind, payload, dedupe_key, run_at)
         values ($1, $2, $3, $4, $5, coalesce($6, clock_timestamp())) on conflict do nothing",
        random::key(),
        job.lane.code(),
        job.kind,
        job.payload,
        job.dedupe,
        job.run_at,
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Puts a dead job back to work, from the operations page.
///
/// # Errors
/// [`DbError::NotFound`] when there is no such dead job.
pub async fn retry(tx: &mut Tx, id: JobId) -> Result<(), DbError> {
    let done = sqlx::query!(
        "update jobs set state = 'waiting', run_at = clock_timestamp(), attempt = 0, last_error = null, finished_at = null
         where id = $1 and state = 'dead'",
        id.0
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 0 { Err(DbError::NotFound) } else { Ok(()) }
}

/// A job in the hands of one worker until the lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub id: JobId,
    pub kind: String,
    pub payload: Value,
    pub attempt: i32,
    pub max_attempts: i32,
    pub token: Uuid,
}

/// The worker's side of the queue. Each call is one short transaction of the worker role.
pub struct Queue;

impl Queue {
    /// Claims up to `n` jobs of a lane. The attempt is counted here, so a job that kills its
    /// process is not tried for ever.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn claim(
        tx: &mut Tx,
        lane: Lane,
        worker: &str,
        lease: Duration,
        n: i64,
    ) -> Result<Vec<Claimed>, DbError> {
        let token = random::key();
        let rows = sqlx::query!(
            "with next as (
                 select id from jobs where lane = $1 and state = 'waiting' and run_at <= clock_timestamp()
                 order by priority desc, run_at, id limit $2 for update skip locked)
             update jobs j set state = 'running', attempt = j.attempt + 1, worker = $3, lease_token = $4,
                    lease_until = clock_timestamp() + make_interval(secs => $5)
             from next where j.id = next.id
             returning j.id, j.kind, j.payload, j.attempt, j.max_attempts",
            lane.code(),
            n,
            worker,
            token,
            lease.as_secs_f64(),
        )
        .fetch_all(tx.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|r| Claimed {
                id: JobId(r.id),
                kind: r.kind,
                payload: r.payload,
                attempt: r.attempt,
                max_attempts: r.max_attempts,
                token,
            })
            .collect())
    }

    /// Marks a job done inside the transaction that holds its effect. `false`: the lease was
    /// lost meanwhile, and the transaction must not be committed.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn complete(tx: &mut Tx, job: &Claimed) -> Result<bool, DbError> {
        let done = sqlx::query!(
            "update jobs set state = 'done', finished_at = clock_timestamp(), lease_token = null, lease_until = null
             where id = $1 and lease_token = $2 and state = 'running'",
            job.id.0,
            job.token
        )
        .execute(tx.sql())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Puts a failed job back with a growing delay, or lays it down after its last attempt.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn fail(tx: &mut Tx, job: &Claimed, error: &str, for_good: bool) -> Result<(), DbError> {
        let delay = 2f64.powi(job.attempt.clamp(0, 10)).min(600.0);
        sqlx::query!(
            "update jobs set state = case when $3 or attempt >= max_attempts then 'dead' else 'waiting' end,
                    finished_at = case when $3 or attempt >= max_attempts then clock_timestamp() end,
                    run_at = clock_timestamp() + make_interval(secs => $4), last_error = $5,
                    lease_token = null, lease_until = null
             where id = $1 and lease_token = $2",
            job.id.0,
            job.token,
            for_good,
            delay,
            error,
        )
        .execute(tx.sql())
        .await?;
        Ok(())
    }

    /// Lengthens the lease of a job that is being worked on, and of those claimed with it that still
    /// wait behind it. `false`: the lease of this job is lost.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn heartbeat(tx: &mut Tx, job: &Claimed, lease: Duration) -> Result<bool, DbError> {
        let kept = sqlx::query!(
            "update jobs set lease_until = clock_timestamp() + make_interval(secs => $2)
             where lease_token = $1 and state = 'running' returning id",
            job.token,
            lease.as_secs_f64()
        )
        .fetch_all(tx.sql())
        .await?;
        Ok(kept.iter().any(|r| r.id == job.id.0))
    }

    /// Jobs whose worker went away come back, or are laid down when that was the last attempt.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn reap(tx: &mut Tx) -> Result<u64, DbError> {
        let done = sqlx::query!(
            "update jobs set state = case when attempt >= max_attempts then 'dead' else 'waiting' end,
                    finished_at = case when attempt >= max_attempts then clock_timestamp() end,
                    last_error = coalesce(last_error, 'the worker stopped in the middle'),
                    lease_token = null, lease_until = null
             where state = 'running' and lease_until < clock_timestamp()"
        )
        .execute(tx.sql())
        .await?;
        Ok(done.rows_affected())
    }
}
