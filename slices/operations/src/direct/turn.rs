//! The worker's part: statements come out of the server's log into the sealed one by themselves, and nobody asks longer
//! than the limit, whatever the own session was set to.

use std::future::Future;
use std::io::SeekFrom;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hojo_access::{Actor, Permission};
use hojo_db::{Audit, Db, DbError, Mode, Outcome};
use serde_json::json;
use sqlx::postgres::types::PgInterval;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::take_statements;

const EVERY: Duration = Duration::from_secs(5);
/// Bytes of one file taken in one transaction.
const STEP: u64 = 4 * 1024 * 1024;
/// Raised while the server's log cannot be read.
const ALARM: &str = "database.log";

/// How long office IT may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub statement: Duration,
    pub transaction: Duration,
    pub idle: Duration,
}

impl Default for Limits {
    /// A little more than what the logins are set to themselves, so that their own time-outs speak first.
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { statement: seconds(35), transaction: seconds(180), idle: seconds(16 * 60) }
    }
}

/// Takes statements in and ends what takes too long until `stop` resolves. `log` is the folder the server writes its
/// log to (`jsonlog`), if this machine can read it.
pub async fn keep_direct(db: Db, log: Option<PathBuf>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    loop {
        if let Err(e) = end_long(&db, Limits::default()).await {
            tracing::warn!(error = %e, "statements of office IT cannot be watched; trying again");
        }
        if let Some(folder) = &log
            && let Err(e) = take_logs(&db, folder).await
        {
            tracing::warn!(error = %e, "statements of office IT cannot be taken in; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = &mut stop => return,
        }
    }
}

/// Ends what takes too long, and writes it down. Gives back how many there were.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn end_long(db: &Db, limits: Limits) -> Result<usize, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let ended = sqlx::query!(
        r#"select login as "login!", what as "what!", seconds as "seconds!", statement as "statement!" from end_long_statements($1, $2, $3)"#,
        interval(limits.statement),
        interval(limits.transaction),
        interval(limits.idle)
    )
    .fetch_all(tx.sql())
    .await?;
    for e in &ended {
        tracing::warn!(login = e.login, what = e.what, seconds = e.seconds, "office IT took too long at the database");
        let detail = json!({ "what": "database-access-ended", "reason": e.what, "seconds": e.seconds, "statement": e.statement });
        let object = format!("database:{}", e.login);
        let audit = Audit::system("direct");
        tx.log_operation(&audit, Permission::ManageDatabaseAccess, &object, Outcome::Refused, detail).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}

fn interval(d: Duration) -> PgInterval {
    PgInterval { months: 0, days: 0, microseconds: i64::try_from(d.as_micros()).unwrap_or(i64::MAX) }
}

/// Takes in what the server wrote since the last time. A folder that cannot be read is an alarm, not silence.
///
/// # Errors
/// [`DbError`] when it cannot be stored; the same lines come again then.
pub async fn take_logs(db: &Db, folder: &Path) -> Result<u64, DbError> {
    let mut new = 0;
    let mut trouble = None;
    match files(folder).await {
        Ok(files) => {
            for file in files {
                match take_file(db, &file).await? {
                    Ok(n) => new += n,
                    Err(e) => trouble = Some(format!("{}: {e}", file.display())),
                }
            }
        }
        Err(e) => trouble = Some(format!("{}: {e}", folder.display())),
    }
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    match trouble {
        Some(why) => {
            let words = "データベースサーバーのログを読めないため、直接利用の文を記録できていません。ログの場所（HOJO_DATABASE_LOG）と読み取りの権限を確かめてください。";
            if tx.raise_alarm(ALARM, words).await? {
                tracing::error!(why, "the database server's log cannot be read");
            }
        }
        None => {
            tx.clear_alarm(ALARM).await?;
        }
    }
    tx.commit().await?;
    Ok(new)
}

/// The log's files, by name, which is by age.
async fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries = tokio::fs::read_dir(folder).await?;
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Takes whole lines after the stored position; the position moves in the same transaction.
async fn take_file(db: &Db, file: &Path) -> Result<std::io::Result<u64>, DbError> {
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let mut new = 0;
    loop {
        let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
        let at = tx.now().await?.utc();
        sqlx::query!(
            "insert into statement_log_positions (file, position, read_at) values ($1, 0, $2) on conflict do nothing",
            name,
            at
        )
        .execute(tx.sql())
        .await?;
        // Locked: two workers never take the same lines.
        let from = sqlx::query!("select position from statement_log_positions where file = $1 for update", name)
            .fetch_one(tx.sql())
            .await?
            .position;
        let (from, text) = match read(file, u64::try_from(from).unwrap_or(0)).await {
            Ok(read) => read,
            Err(e) => return Ok(Err(e)),
        };
        // A line that is being written waits for its end.
        let whole = text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let lines = String::from_utf8_lossy(text.get(..whole).unwrap_or_default());
        new += take_statements(&mut tx, lines.lines()).await?;
        let to = i64::try_from(from).unwrap_or(0) + i64::try_from(whole).unwrap_or(0);
        sqlx::query!(
            "update statement_log_positions set position = $2, read_at = $3 where file = $1 and position <> $2",
            name,
            to,
            at
        )
        .execute(tx.sql())
        .await?;
        tx.commit().await?;
        if text.len() < usize::try_from(STEP).unwrap_or(usize::MAX) || whole == 0 {
            return Ok(Ok(new));
        }
    }
}

/// From where, and what stands there. A file that became shorter was begun anew; lines taken before are known by
/// their ids.
async fn read(file: &Path, from: u64) -> std::io::Result<(u64, Vec<u8>)> {
    let mut open = tokio::fs::File::open(file).await?;
    let from = if open.metadata().await?.len() < from { 0 } else { from };
    open.seek(SeekFrom::Start(from)).await?;
    let mut text = Vec::new();
    open.take(STEP).read_to_end(&mut text).await?;
    Ok((from, text))
}
