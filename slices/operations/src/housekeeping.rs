//! 日次の片付け: what nobody needs any more goes away once a day, whichever worker comes first.

use std::future::Future;
use std::time::Duration;

use hojo_access::Actor;
use hojo_db::{Db, DbError, Mode};
use hojo_jobs::takes_turn;

/// Finished jobs are kept so long; what they did is in the logs.
const DONE_JOBS_DAYS: i32 = 30;
/// Sessions that ended, or ran out, are kept so long for enquiries.
const ENDED_SESSIONS_DAYS: i32 = 90;
/// A sign-in that was not finished by then never will be.
const SIGN_INS_DAYS: i32 = 1;
/// Rows of one table that go in one transaction, so that nothing is locked for long.
const BATCH: i64 = 5_000;
/// The hour in Japan at which the day's tidying up is due.
const HOUR: i64 = 3;

/// What went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    pub jobs: u64,
    pub sessions: u64,
    pub sign_ins: u64,
    pub links: u64,
}

/// Tidies up whenever a day's turn has come, until `stop` resolves. Any number of workers may run this.
pub async fn keep_house(db: Db, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut moves = db.clock().moves();
    loop {
        match turn(&db).await {
            Ok(Some(tidied)) => tracing::info!(?tidied, "tidied up"),
            Ok(None) => {}
            Err(e) => tracing::warn!(error = %e, "tidying up failed; trying again later"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            () = moves.next() => {}
            () = &mut stop => return,
        }
    }
}

/// Takes the day's turn if nobody has.
async fn turn(db: &Db) -> Result<Option<Tidied>, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let taken = takes_turn(&mut tx, "housekeeping", HOUR).await?;
    tx.commit().await?;
    if taken { housekeeping(db).await.map(Some) } else { Ok(None) }
}

/// Deletes what has outlived its use. Safe to run at any time and beside load.
///
/// # Errors
/// [`DbError`]; what was deleted until then stays deleted.
pub async fn housekeeping(db: &Db) -> Result<Tidied, DbError> {
    let mut all = Tidied::default();
    loop {
        let batch = batch(db).await?;
        all.jobs += batch.jobs;
        all.sessions += batch.sessions;
        all.sign_ins += batch.sign_ins;
        all.links += batch.links;
        let most = [batch.jobs, batch.sessions, batch.sign_ins, batch.links].into_iter().max();
        if most.is_none_or(|n| n < u64::try_from(BATCH).unwrap_or(u64::MAX)) {
            return Ok(all);
        }
    }
}

async fn batch(db: &Db) -> Result<Tidied, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    // The server's own moments are compared with its own clock: a demonstration that is years ahead keeps its sessions.
    let (server, now) = (tx.server_now().await?.utc(), tx.now().await?.utc());
    // Dead jobs stay: they wait for a person.
    let jobs = sqlx::query!(
        "delete from jobs where id in (
             select id from jobs where state = 'done' and finished_at < $3::timestamptz - make_interval(days => $1) limit $2)",
        DONE_JOBS_DAYS,
        BATCH,
        server,
    )
    .execute(tx.sql())
    .await?;
    let sessions = sqlx::query!(
        "delete from sessions where id in (
             select id from sessions where least(ended_at, expires_at) < $3::timestamptz - make_interval(days => $1) limit $2)",
        ENDED_SESSIONS_DAYS,
        BATCH,
        server,
    )
    .execute(tx.sql())
    .await?;
    let sign_ins = sqlx::query!(
        "delete from sign_ins where state_hash in (
             select state_hash from sign_ins where created_at < $3::timestamptz - make_interval(days => $1) limit $2)",
        SIGN_INS_DAYS,
        BATCH,
        server,
    )
    .execute(tx.sql())
    .await?;
    let ceremonies = sqlx::query!(
        "delete from ceremonies where token_hash in (
             select token_hash from ceremonies where created_at < $3::timestamptz - make_interval(days => $1) limit $2)",
        SIGN_INS_DAYS,
        BATCH,
        server,
    )
    .execute(tx.sql())
    .await?;
    let links = sqlx::query!(
        "delete from spent_links where hash in (
             select hash from spent_links where expires_at < $3::timestamptz - make_interval(days => $1) limit $2)",
        SIGN_INS_DAYS,
        BATCH,
        now,
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    Ok(Tidied {
        jobs: jobs.rows_affected(),
        sessions: sessions.rows_affected(),
        sign_ins: sign_ins.rows_affected() + ceremonies.rows_affected(),
        links: links.rows_affected(),
    })
}
