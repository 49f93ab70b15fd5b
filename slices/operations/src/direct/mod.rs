//! データベースの直接利用: who of office IT may ask the database itself, until when and why. A login reads the masked
//! views and nothing else; the server writes down every statement of it.

mod page;
mod scram;
mod statements;
mod turn;

use hojo_db::{DbError, Tx, random};
use time::{Duration, OffsetDateTime};

pub(crate) use page::{issue_page, list, withdraw_page};
pub use statements::take_statements;
pub use turn::{Limits, end_long, keep_direct, take_logs};

/// Nobody needs it for longer without being asked again.
pub const MOST_DAYS: i64 = 31;

/// What is handed to the person, once.
#[derive(Clone, Debug)]
pub struct Issued {
    pub login: String,
    pub password: String,
    pub expires_at: OffsetDateTime,
}

/// Makes a login for a person. The password is shown once and kept nowhere.
///
/// # Errors
/// [`DbError`]; nothing is left of a login that was not made whole.
pub async fn issue(tx: &mut Tx, person: &str, reason: &str, days: i64, by: &str) -> Result<Issued, DbError> {
    let now = tx.now().await?.utc();
    let login = format!("hojo_it_{}", random::public_id().to_string().to_ascii_lowercase());
    let password: String = random::token().chars().take(32).collect();
    // The server's own clock decides: a demonstration's clock may be ahead of it.
    let until = sqlx::query!(
        r#"select clock_timestamp() + make_interval(days => $1) as "at!""#,
        i32::try_from(days.clamp(1, MOST_DAYS)).unwrap_or(1)
    )
    .fetch_one(tx.sql())
    .await?
    .at - Duration::minutes(1);
    let verifier = scram::verifier(&password, &random::bytes());
    sqlx::query!("select issue_database_access($1, $2, $3)", login, verifier, until).fetch_one(tx.sql()).await?;
    sqlx::query!(
        "insert into database_access (id, public_id, login, person, reason, issued_by, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        random::key(),
        random::public_id().uuid(),
        login,
        person,
        reason,
        by,
        now,
        until
    )
    .execute(tx.sql())
    .await?;
    Ok(Issued { login, password, expires_at: until })
}

/// Ends a login at once, with its open sessions.
///
/// # Errors
/// [`DbError::NotFound`] when there is none that is not withdrawn.
pub async fn withdraw(tx: &mut Tx, login: &str, by: &str) -> Result<(), DbError> {
    let at = tx.now().await?.utc();
    let done = sqlx::query!(
        "update database_access set withdrawn_by = $2, withdrawn_at = $3 where login = $1 and withdrawn_at is null",
        login,
        by,
        at
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 0 {
        return Err(DbError::NotFound);
    }
    sqlx::query!("select withdraw_database_access($1)", login).fetch_one(tx.sql()).await?;
    Ok(())
}
