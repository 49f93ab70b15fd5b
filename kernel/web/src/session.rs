//! Sessions begin when somebody signed in and end on purpose, by idleness or by age. How long they
//! live is data (`session_rules`); the strictest rule that applies to the person counts.

use hojo_access::{Access, Site};
use hojo_db::{DbError, Tx, random};
use hojo_words::ids::{AccountId, SessionId, StaffId};

use crate::cookie;
use crate::cx::Cx;
use crate::fault::Fault;
use crate::reply::Reply;

/// Who the session is for.
#[derive(Clone, Copy, Debug)]
pub enum For {
    Account(AccountId),
    Staff(StaffId),
}

impl For {
    fn ids(self) -> (Option<uuid::Uuid>, Option<uuid::Uuid>) {
        match self {
            Self::Account(a) => (Some(a.0), None),
            Self::Staff(s) => (None, Some(s.0)),
        }
    }
}

/// How long a session of a person lives, in seconds.
#[derive(Clone, Copy, Debug)]
struct Length {
    idle: i32,
    absolute: i32,
    fresh: i32,
    watch_network: bool,
}

/// Used when the table has no rule for somebody: stricter than any rule it ships with.
const STRICTEST: Length = Length { idle: 15 * 60, absolute: 4 * 3_600, fresh: 5 * 60, watch_network: true };

async fn length(tx: &mut Tx, who: For) -> Result<Length, DbError> {
    let (account, staff) = who.ids();
    let row = sqlx::query!(
        r#"select min(r.idle_minutes) as idle, min(r.absolute_minutes) as absolute, min(r.fresh_minutes) as fresh,
                  bool_or(r.watch_network) as watch
           from session_rules r
           where r.who = any(array(
               select 'applicant' where $1::uuid is not null
               union all select f.kind from staff f where f.id = $2
               union all select sr.role from staff_roles sr where sr.staff_id = $2))"#,
        account,
        staff
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(match (row.idle, row.absolute, row.fresh, row.watch) {
        (Some(idle), Some(absolute), Some(fresh), Some(watch_network)) => {
            Length { idle: idle * 60, absolute: absolute * 60, fresh: fresh * 60, watch_network }
        }
        _ => STRICTEST,
    })
}

/// Starts a session in a gate transaction and goes on to `to`. One at a time: when another session of
/// this person lives at the site, the new one opens nothing until the person has said, on the page
/// `/sign-in/other`, that the other one ends. The session this browser came with is simply replaced.
///
/// # Errors
/// [`Fault`] when it cannot be stored.
pub async fn start_session<A: Access>(tx: &mut Tx, cx: &Cx<A>, who: For, to: &str) -> Result<Reply, Fault> {
    let site = cx.site();
    let (account, staff) = who.ids();
    let length = length(tx, who).await?;
    if let Some(mine) = cx.session() {
        end(tx, mine, "signed in again").await?;
    }
    let others = sqlx::query!(
        r#"select exists (select from sessions where ended_at is null and not held and site = $1
                            and (account_id = $2 or staff_id = $3) and expires_at > clock_timestamp()
                            and seen_at + make_interval(secs => idle_seconds) > clock_timestamp()) as "any!""#,
        site.code(),
        account,
        staff
    )
    .fetch_one(tx.sql())
    .await?
    .any;
    let token = random::token();
    let agent: String = cx.request().user_agent.chars().take(200).collect();
    sqlx::query!(
        "insert into sessions (id, token_hash, site, account_id, staff_id, user_agent, address, idle_seconds, expires_at,
                               fresh_seconds, watch_network, held)
         values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + make_interval(secs => $9), $10, $11, $12)",
        random::key(),
        cookie::hash(&token),
        site.code(),
        account,
        staff,
        agent,
        cx.request().address,
        length.idle,
        f64::from(length.absolute),
        length.fresh,
        length.watch_network,
        others
    )
    .execute(tx.sql())
    .await?;
    let reply = if others { Reply::see_other(&asking(to)) } else { Reply::see_other(to) };
    Ok(reply.header("set-cookie", &cookie::set(site, &token)))
}

fn asking(to: &str) -> String {
    format!("/sign-in/other?to={}", crate::pipeline::form_escape(to))
}

async fn end(tx: &mut Tx, session: SessionId, why: &str) -> Result<(), DbError> {
    sqlx::query!(
        "update sessions set ended_at = clock_timestamp(), end_reason = $2 where id = $1 and ended_at is null",
        session.0,
        why
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Ends a session in a gate transaction and clears the cookie.
///
/// # Errors
/// [`DbError`] when it cannot be stored.
pub async fn end_session(tx: &mut Tx, site: Site, session: SessionId, reply: Reply) -> Result<Reply, DbError> {
    end(tx, session, "signed out").await?;
    Ok(reply.header("set-cookie", &cookie::clear(site)))
}

/// A sign-in that waits for its person's word, found by the browser's cookie in a gate transaction.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn held_session<A: Access>(tx: &mut Tx, cx: &Cx<A>) -> Result<Option<SessionId>, DbError> {
    let Some(token) = cookie::read(&cx.request().headers, cx.site()) else { return Ok(None) };
    // Whoever does not answer within ten minutes signs in again.
    let row = sqlx::query!(
        "select id from sessions where token_hash = $1 and site = $2 and held and ended_at is null
           and created_at > clock_timestamp() - interval '10 minutes'",
        cookie::hash(&token),
        cx.site().code()
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|r| SessionId(r.id)))
}

/// Lets the held session in and ends every other one of its person at the site. Gives their number.
///
/// # Errors
/// [`DbError`] when it cannot be stored.
pub async fn take_over(tx: &mut Tx, held: SessionId) -> Result<u64, DbError> {
    let ended = sqlx::query!(
        "update sessions o set ended_at = clock_timestamp(), end_reason = 'signed in elsewhere'
         from sessions n
         where n.id = $1 and n.held and o.id <> n.id and o.ended_at is null and o.site = n.site
           and (o.account_id = n.account_id or o.staff_id = n.staff_id)",
        held.0
    )
    .execute(tx.sql())
    .await?
    .rows_affected();
    sqlx::query!("update sessions set held = false, seen_at = clock_timestamp() where id = $1 and held", held.0)
        .execute(tx.sql())
        .await?;
    Ok(ended)
}

/// A factor was shown in this session: it is fresh again, belongs to this browser and network, gets a
/// new token with the next answer, and its longest life begins anew.
///
/// # Errors
/// [`DbError`] when it cannot be stored.
pub async fn refresh_session<A: Access>(tx: &mut Tx, cx: &Cx<A>, who: For) -> Result<(), DbError> {
    let Some(session) = cx.session() else { return Ok(()) };
    let length = length(tx, who).await?;
    let agent: String = cx.request().user_agent.chars().take(200).collect();
    sqlx::query!(
        "update sessions set fresh_at = clock_timestamp(), seen_at = clock_timestamp(), user_agent = $2, address = $3,
                idle_seconds = $4, expires_at = clock_timestamp() + make_interval(secs => $5), fresh_seconds = $6,
                watch_network = $7, rotated_at = 'epoch', signalled_at = null
         where id = $1 and ended_at is null",
        session.0,
        agent,
        cx.request().address,
        length.idle,
        f64::from(length.absolute),
        length.fresh,
        length.watch_network
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}
