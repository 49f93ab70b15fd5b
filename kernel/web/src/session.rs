//! Sessions begin when somebody signed in and end on purpose, by idleness or by age.

use std::time::Duration;

use hojo_access::Site;
use hojo_db::{DbError, Tx, random};
use hojo_words::ids::{AccountId, SessionId, StaffId};

use crate::cookie;
use crate::reply::Reply;

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct SessionLength {
    pub idle: Duration,
    pub absolute: Duration,
}

impl SessionLength {
    /// Applicants: an hour without activity, a day in all (NIST SP 800-63B-4, AAL2).
    pub const APPLICANT: Self = Self { idle: Duration::from_secs(3_600), absolute: Duration::from_secs(86_400) };
    /// Staff and reviewers: an hour without activity, half a day in all.
    pub const STAFF: Self = Self { idle: Duration::from_secs(3_600), absolute: Duration::from_secs(43_200) };
}

/// Who the session is for.
#[derive(Clone, Copy, Debug)]
pub enum For {
    Account(AccountId),
    Staff(StaffId),
}

/// Starts a session in a gate transaction, ends the person's other sessions at this site
/// (one at a time, S10), and puts the cookie on the reply.
///
/// # Errors
/// [`DbError`] when it cannot be stored.
pub async fn start_session(
    tx: &mut Tx,
    site: Site,
    who: For,
    length: SessionLength,
    user_agent: &str,
    reply: Reply,
) -> Result<Reply, DbError> {
    let (account, staff) = match who {
        For::Account(a) => (Some(a.0), None),
        For::Staff(s) => (None, Some(s.0)),
    };
    sqlx::query!(
        "update sessions set ended_at = clock_timestamp(), end_reason = 'signed in elsewhere'
         where ended_at is null and site = $1
           and (account_id = $2 or staff_id = $3)",
        site.code(),
        account,
        staff
    )
    .execute(tx.sql())
    .await?;
    let token = random::token();
    let agent: String = user_agent.chars().take(200).collect();
    sqlx::query!(
        "insert into sessions (id, token_hash, site, account_id, staff_id, user_agent, idle_seconds, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8))",
        random::key(),
        cookie::hash(&token),
        site.code(),
        account,
        staff,
        agent,
        i32::try_from(length.idle.as_secs()).unwrap_or(i32::MAX),
        length.absolute.as_secs_f64(),
    )
    .execute(tx.sql())
    .await?;
    Ok(reply.header("set-cookie", &cookie::set(site, &token)))
}

/// Ends a session in a gate transaction and clears the cookie.
///
/// # Errors
/// [`DbError`] when it cannot be stored.
pub async fn end_session(tx: &mut Tx, site: Site, session: SessionId, reply: Reply) -> Result<Reply, DbError> {
    sqlx::query!(
        "update sessions set ended_at = clock_timestamp(), end_reason = 'signed out' where id = $1 and ended_at is null",
        session.0
    )
    .execute(tx.sql())
    .await?;
    Ok(reply.header("set-cookie", &cookie::clear(site)))
}
