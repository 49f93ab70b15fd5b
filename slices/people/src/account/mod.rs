//! ログイン設定: what somebody of the office signs in with, where they are signed in, and changing it.

mod codes;
mod keys;
mod password;
mod view;

use hojo_access::{Access, Permission, Site, allow};
use hojo_db::{Mode, Outcome, Tx};
use hojo_web::{Cx, Fault, Posted, Reply, Routes};
use hojo_words::ids::PublicId;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::staff::factors::{self, Person};
use crate::staff::recovery;

pub(crate) fn routes() -> Routes {
    Routes::on(Site::Office)
        .get("/account", show)
        .menu("ログイン設定", 99)
        .post("/account/sessions/end", end_others)
        .post("/account/passkeys", keys::add)
        .post("/account/passkeys/{key}", keys::change)
        .post("/account/totp", codes::totp)
        .post("/account/recovery-codes", codes::renew)
        .post("/account/password", password::change)
}

/// One line of the list of sessions.
struct Session {
    id: Uuid,
    user_agent: String,
    address: String,
    created_at: OffsetDateTime,
    seen_at: OffsetDateTime,
    ended_at: Option<OffsetDateTime>,
    end_reason: Option<String>,
    lives: bool,
}

struct Key {
    public_id: PublicId,
    name: String,
    created_at: OffsetDateTime,
    used_at: Option<OffsetDateTime>,
}

/// Everything the page shows.
struct State {
    login: String,
    has_password: bool,
    has_totp: bool,
    keys: Vec<Key>,
    codes_left: i64,
    sessions: Vec<Session>,
    mine: Option<Uuid>,
    csrf: String,
    shortest: usize,
}

async fn me<A: Access>(cx: &Cx<A>, tx: &mut Tx) -> Result<Person, Fault> {
    let id = cx.actor().id().ok_or(Fault::NotFound)?;
    factors::by_id(tx, id).await?.ok_or(Fault::NotFound)
}

async fn show(cx: Cx<allow::BeInsider>) -> Result<Reply, Fault> {
    let mut tx = cx.gate_tx(Mode::Read).await?;
    let state = state(&cx, &mut tx).await?;
    tx.commit().await?;
    let mut page = cx.page("ログイン設定", view::page(&state));
    if let Some(done) = view::done(cx.query("done")) {
        page = page.banner(&done);
    }
    if let Some(warning) = view::warning(&state) {
        page = page.banner(&warning);
    }
    Ok(Reply::page(&page))
}

async fn state<A: Access>(cx: &Cx<A>, tx: &mut Tx) -> Result<State, Fault> {
    let who = me(cx, tx).await?;
    let sessions = sqlx::query_as!(
        Session,
        r#"select id, user_agent, address, created_at, seen_at, ended_at, end_reason,
                  (ended_at is null and not held and expires_at > clock_timestamp()
                   and seen_at + make_interval(secs => idle_seconds) > clock_timestamp()) as "lives!"
           from sessions where staff_id = $1 order by created_at desc limit 10"#,
        who.id
    )
    .fetch_all(tx.sql())
    .await?;
    let keys = sqlx::query!(
        "select public_id, name, created_at, used_at from passkeys where staff_id = $1 order by created_at",
        who.id
    )
    .fetch_all(tx.sql())
    .await?;
    let keys = keys
        .into_iter()
        .map(|k| Key {
            public_id: PublicId::from_uuid(k.public_id),
            name: k.name,
            created_at: k.created_at,
            used_at: k.used_at,
        })
        .collect();
    Ok(State {
        codes_left: recovery::left(tx, who.id).await?,
        login: who.login,
        has_password: who.password_hash.is_some(),
        has_totp: who.totp_secret.is_some(),
        keys,
        sessions,
        mine: cx.session().map(|s| s.0),
        csrf: cx.csrf(),
        shortest: crate::staff::shortest_password(crate::staff::Beside::SecondFactor),
    })
}

/// The page again, with what was wrong.
async fn refused<A: Access>(cx: &Cx<A>, problem: hojo_web::ui::Problem) -> Result<Reply, Fault> {
    let mut tx = cx.gate_tx(Mode::Read).await?;
    let state = state(cx, &mut tx).await?;
    tx.commit().await?;
    Ok(Reply::refused(&cx.page("ログイン設定", view::page(&state)).problems(vec![problem])))
}

async fn log<A: Access>(cx: &Cx<A>, tx: &mut Tx, who: &Person, detail: Value) -> Result<(), Fault> {
    let object = format!("login:{}", who.login);
    Ok(tx.log_operation(&cx.audit(), A::PERMISSION, &object, Outcome::Done, detail).await?)
}

fn done(what: &str) -> Reply {
    Reply::see_other(&format!("/account?done={what}"))
}

/// Ends every session of this person but the one at hand.
async fn end_others(cx: Cx<allow::BeInsider>, _: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.gate_tx(Mode::Write).await?;
    let who = me(&cx, &mut tx).await?;
    let ended = sqlx::query!(
        "update sessions set ended_at = clock_timestamp(), end_reason = 'ended by the person'
         where staff_id = $1 and ended_at is null and id is distinct from $2",
        who.id,
        cx.session().map(|s| s.0)
    )
    .execute(tx.sql())
    .await?
    .rows_affected();
    let object = format!("login:{}", who.login);
    let detail = json!({ "what": "end-sessions", "sessions": ended });
    tx.log_operation(&cx.audit(), Permission::BeInsider, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(done("sessions"))
}
