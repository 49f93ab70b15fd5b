//! The sign-in page of the office.

use std::sync::LazyLock;
use std::time::Duration;

use hojo_access::{Permission, Site, allow};
use hojo_db::{DbError, Mode, Outcome, Tx};
use hojo_web::{Cx, Fault, For, Posted, Reply, SessionLength, html, start_session, ui};
use hojo_words::ids::StaffId;
use serde_json::json;
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::password::{Accepted, Totp, hash_password, verify};
use crate::safe_path;

/// Hashing is heavy on purpose; a storm of sign-ins must not take all processors.
static HASHING: Semaphore = Semaphore::const_new(2);
/// Checked for names that do not exist, so that they take as long as those that do.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_password("nobody has this password").unwrap_or_default());

pub(super) async fn page(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let to = safe_path(cx.query("to"), "/").to_owned();
    Ok(Reply::page(&form(&cx, &to, "", None)))
}

fn form(cx: &Cx<allow::Anyone>, to: &str, login: &str, problem: Option<&str>) -> ui::Shell {
    let body = html! {
        form class="form" method="post" action="/sign-in" novalidate {
            input type="hidden" name="to" value=(to);
            (ui::text_field("login", "ログインID").required().value(login).autocomplete("username"))
            (ui::secret("password", "パスワード", ui::SecretKind::Password).required())
            (ui::secret("code", "ワンタイムパスワード", ui::SecretKind::OneTimeCode).required()
                .hint("認証アプリに表示されている6桁の数字を入力してください。"))
            (ui::buttons(&[ui::button("ログイン").large()]))
        }
    };
    let page = cx.page("事務局ログイン", body).plain();
    match problem {
        Some(words) => page.problems(vec![ui::Problem::at("login", words)]),
        None => page,
    }
}

pub(super) async fn enter(cx: Cx<allow::Anyone>, posted: Posted) -> Result<Reply, Fault> {
    let to = safe_path(posted.get("to"), "/").to_owned();
    let login: String = posted.get("login").trim().chars().take(200).collect();
    let who = find(&cx, &login).await?;
    let password: String = posted.get("password").chars().take(1_000).collect();
    let hash = who.as_ref().map_or_else(|| NOBODY.clone(), |w| w.password_hash.clone());
    let right = {
        let _slot = tokio::time::timeout(Duration::from_secs(5), HASHING.acquire()).await.map_err(|_| Fault::Busy)?;
        tokio::task::spawn_blocking(move || verify(&password, &hash))
            .await
            .map_err(|e| Fault::Internal(e.to_string()))?
    };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let at = tx.now().await?.utc();
    let accepted = who.as_ref().and_then(|w| w.code(posted.get("code"), at)).filter(|_| right);
    let address = &cx.request().address;
    let paused = tx.sign_in_pause(&login, address).await?.is_some();
    let (Some(who), Some(step), false) = (&who, accepted, paused) else {
        if !paused {
            tx.sign_in_failed(&login, address).await?;
        }
        let object = format!("login:{login}");
        tx.log_operation(&cx.audit(), Permission::Anyone, &object, Outcome::Refused, json!({ "what": "sign-in" }))
            .await?;
        tx.commit().await?;
        let words = "ログインID、パスワードまたはワンタイムパスワードが正しくありません。続けて間違えると、しばらくログインできなくなります。";
        return Ok(Reply::refused(&form(&cx, &to, &login, Some(words))));
    };
    if !use_code(&mut tx, who.id, step).await? {
        tx.commit().await?;
        let words = "このワンタイムパスワードはすでに使われています。次の番号が表示されてから入力してください。";
        return Ok(Reply::refused(&form(&cx, &to, &login, Some(words))));
    }
    tx.sign_in_succeeded(who.id, &login, address).await?;
    let agent = cx.request().user_agent.clone();
    let reply = Reply::see_other(&to);
    let staff = For::Staff(StaffId(who.id));
    let reply = start_session(&mut tx, Site::Office, staff, SessionLength::STAFF, &agent, reply).await?;
    let object = format!("login:{login}");
    tx.log_operation(&cx.audit(), Permission::Anyone, &object, Outcome::Done, json!({ "what": "sign-in" })).await?;
    tx.commit().await?;
    Ok(reply)
}

struct Known {
    id: Uuid,
    password_hash: String,
    totp_secret: String,
    totp_last_step: i64,
}

impl Known {
    fn code(&self, code: &str, at: OffsetDateTime) -> Option<Accepted> {
        let accepted = Totp::from_base32(&self.totp_secret)?.accept(code, at.unix_timestamp())?;
        // A step that was used, or one before it, is over: read here for speed, decided in use_code.
        (accepted.0 >= self.totp_last_step).then_some(accepted)
    }
}

async fn find(cx: &Cx<allow::Anyone>, login: &str) -> Result<Option<Known>, Fault> {
    let mut tx = cx.gate().begin(Mode::Read).await?;
    let row = sqlx::query_as!(
        Known,
        "select id, password_hash, totp_secret, totp_last_step
         from staff where login = $1 and disabled_at is null",
        login
    )
    .fetch_optional(tx.sql())
    .await?;
    tx.commit().await?;
    Ok(row)
}

/// Takes a code for good; `false` when somebody was faster with the same one.
async fn use_code(tx: &mut Tx, id: Uuid, step: Accepted) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "update staff set totp_last_step = $2, failures = 0, locked_until = null where id = $1 and totp_last_step < $2",
        id,
        step.0
    )
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}
