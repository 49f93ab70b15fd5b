//! あふれ: log rows that were written while the disk of the logs was full. They wait beside the business data; here they
//! are taken into the logs, in their order and with their time, and are sealed from then on like every other row.

use hojo_access::{Actor, Permission};
use hojo_db::{Audit, Db, DbError, Mode, Outcome, Tx};
use serde_json::json;

/// Raised while rows wait.
pub const FULL: &str = "log.full";
/// Rows of one transaction and log.
const BATCH: i64 = 1_000;

/// How a turn went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TakenIn {
    /// Rows that are in their log now.
    pub rows: i64,
    /// Rows that still wait.
    pub left: i64,
}

/// Takes waiting rows into the logs, and keeps the alarm up to date. Any number of workers may run this.
///
/// # Errors
/// [`DbError`] when the server does not answer. That there is still no room is no error: the rows go on waiting.
pub async fn take_in(db: &Db) -> Result<TakenIn, DbError> {
    let mut turn = TakenIn { rows: 0, left: tell(db).await? };
    while turn.left > 0 {
        let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
        let taken = match batch(&mut tx).await {
            Ok(taken) => taken,
            Err(DbError::Full(e)) => {
                tracing::error!(error = %e, waiting = turn.left, "the disk of the logs is full");
                return Ok(turn);
            }
            Err(e) => return Err(e),
        };
        tx.commit().await?;
        turn.rows += taken;
        turn.left = tell(db).await?;
        if taken == 0 {
            // Another worker is at it.
            return Ok(turn);
        }
        tracing::warn!(taken, left = turn.left, "log rows that had waited for room are in the logs now");
    }
    Ok(turn)
}

/// Counts what waits and raises or closes the alarm.
async fn tell(db: &Db) -> Result<i64, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let seen = sqlx::query!(
        r#"select (select count(*) from operation_log_overflow) as "operations!", (select count(*) from access_log_overflow) as "accesses!""#
    )
    .fetch_one(tx.sql())
    .await?;
    if seen.operations + seen.accesses > 0 {
        let detail = format!(
            "ログの置き場所がいっぱいです。操作ログ{}件、閲覧ログ{}件が仮の置き場所で待っています。業務は続いており、記録は失われていませんが、待っている間はまだ封印されず、ログの画面にも気になる動きの見張りにも出ません。採否の確定、決裁、権限の変更、CSVの取り出しなどは、空きができるまで受け付けません。ログの置き場所の空きを増やしてください（docs/operations/log-disk.md）。",
            seen.operations, seen.accesses
        );
        tx.raise_alarm(FULL, &detail).await?;
    } else {
        tx.clear_alarm(FULL).await?;
    }
    tx.commit().await?;
    Ok(seen.operations + seen.accesses)
}

/// Moves the oldest rows. They get the number of this transaction, which is younger than all that is sealed; what was
/// moved is written down, so that the hole between a row's time and its seal has its reason in the log itself.
async fn batch(tx: &mut Tx) -> Result<i64, DbError> {
    // The fence of sealing is the fence of this as well.
    let mine = sqlx::query!("select one from log_sealing for update skip locked").fetch_optional(tx.sql()).await?;
    if mine.is_none() {
        return Ok(0);
    }
    let operations = sqlx::query!(
        r#"with due as (select * from operation_log_overflow order by number limit $1),
                put as (insert into operation_log
                          (at, id, site, actor_kind, actor_id, actor_name, permission, object, outcome, detail, request_id, address)
                        select at, id, site, actor_kind, actor_id, actor_name, permission, object, outcome, detail, request_id, address
                        from due order by number on conflict do nothing)
           select number, at from due order by number"#,
        BATCH
    )
    .fetch_all(tx.sql())
    .await?;
    let accesses = sqlx::query!(
        r#"with due as (select * from access_log_overflow order by number limit $1),
                put as (insert into access_log
                          (at, id, site, actor_kind, actor_id, actor_name, permission, case_id, applicant_id, request_id, address)
                        select at, id, site, actor_kind, actor_id, actor_name, permission, case_id, applicant_id, request_id, address
                        from due order by number on conflict do nothing)
           select number, at from due order by number"#,
        BATCH
    )
    .fetch_all(tx.sql())
    .await?;
    // In statements of their own: the trigger lets a row go only when it sees it in the log.
    let numbers: Vec<i64> = operations.iter().map(|r| r.number).collect();
    let mut gone = sqlx::query!("delete from operation_log_overflow where number = any($1)", &numbers)
        .execute(tx.sql())
        .await?
        .rows_affected();
    let numbers: Vec<i64> = accesses.iter().map(|r| r.number).collect();
    gone += sqlx::query!("delete from access_log_overflow where number = any($1)", &numbers)
        .execute(tx.sql())
        .await?
        .rows_affected();
    let times = || operations.iter().map(|r| r.at).chain(accesses.iter().map(|r| r.at));
    if let (Some(first), Some(last)) = (times().min(), times().max()) {
        let detail = json!({
            "what": "log-overflow", "operations": operations.len(), "accesses": accesses.len(),
            "first": first.to_string(), "last": last.to_string(),
        });
        let audit = Audit::system("log-overflow");
        tx.log_operation(&audit, Permission::ViewOperations, "log", Outcome::Done, detail).await?;
    }
    Ok(i64::try_from(gone).unwrap_or(i64::MAX))
}
