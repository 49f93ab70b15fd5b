//! Back from GビズID: who is it, which applicant is that, and the session.

use std::sync::Arc;

use hojo_access::{Permission, allow};
use hojo_db::{Mode, Outcome};
use hojo_gbizid::{Callback, GbizId, Remedy, SignInProblem, StoredAttempt};
use hojo_web::{Cx, Fault, For, Reply, html, start_session, ui};
use hojo_words::Now;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::ATTEMPT_COOKIE;
use super::account::{Admission, admit};

/// Only the hash of a state is stored: a copy of the table finishes nobody's sign-in.
pub(crate) fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state.as_bytes()).to_vec()
}

pub(crate) async fn finish(cx: Cx<allow::Anyone>, provider: Arc<dyn GbizId>) -> Result<Reply, Fault> {
    let optional = |name: &str| Some(cx.query(name).to_owned()).filter(|v| !v.is_empty());
    let callback = Callback {
        code: optional("code"),
        state: optional("state"),
        error: optional("error"),
        error_description: optional("error_description"),
        iss: optional("iss"),
    };
    let Some((stored, to)) = take_attempt(&cx, callback.state.as_deref()).await? else {
        return Ok(problem_page(&cx, SignInProblem::WrongState, "/me"));
    };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let now = tx.now().await?;
    // A token says by the provider's clock how long it is good: a demonstration's clock is ours alone.
    let theirs = tx.server_now().await?;
    tx.commit().await?;
    let identity = match provider.finish(&callback, &stored, theirs).await {
        Ok(identity) => identity,
        Err(problem) => {
            tracing::info!(code = problem.code(), "a sign-in was not finished");
            return Ok(problem_page(&cx, problem, &to));
        }
    };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let (account, changed) = match admit(&mut tx, &identity, now).await? {
        Admission::In { account, changed } => (account, changed),
        Admission::Refused(reason) => {
            drop(tx);
            return Ok(refused_page(&cx, reason));
        }
    };
    let to = if changed { "/me?changed=1".to_owned() } else { to };
    let reply = start_session(&mut tx, &cx, For::Account(account), &to)
        .await?
        .header("set-cookie", &format!("{ATTEMPT_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    tx.log_operation(
        &cx.audit(),
        Permission::Anyone,
        &format!("account:{account}"),
        Outcome::Done,
        json!({ "what": "sign-in", "kind": format!("{:?}", identity.kind) }),
    )
    .await?;
    tx.commit().await?;
    Ok(reply)
}

/// The attempt of this browser, taken out so that an answer is used once.
pub(crate) async fn take_attempt(
    cx: &Cx<allow::Anyone>,
    state: Option<&str>,
) -> Result<Option<(StoredAttempt, String)>, Fault> {
    let Some(state) = state else { return Ok(None) };
    let mine = cx
        .header("cookie")
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(name, value)| name == ATTEMPT_COOKIE && value == state);
    if !mine {
        return Ok(None);
    }
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let row = sqlx::query!(
        "delete from sign_ins where state_hash = $1 returning nonce, verifier, return_to, created_at",
        hash(state)
    )
    .fetch_optional(tx.sql())
    .await?;
    tx.commit().await?;
    Ok(row.map(|r| {
        let stored = StoredAttempt {
            state: state.to_owned(),
            nonce: r.nonce,
            pkce_verifier: r.verifier,
            begun: Now::new(r.created_at),
        };
        (stored, r.return_to)
    }))
}

pub(crate) fn problem_page(cx: &Cx<allow::Anyone>, problem: SignInProblem, to: &str) -> Reply {
    let body = html! {
        p { (problem.sentence()) }
        p { (problem.what_to_do()) }
        form method="post" action="/sign-in" {
            input type="hidden" name="to" value=(to);
            (ui::buttons(&[ui::button("もう一度ログインする"), ui::link_button("トップページへ", "/").outline()]))
        }
        p class="note" { "お問い合わせ番号: " code { (cx.request().id) } "（" (problem.code()) "）" }
    };
    let status = match problem.remedy() {
        Remedy::Wait => 503,
        Remedy::Retry | Remedy::Office => 422,
    };
    Reply::page(&cx.page("ログインできませんでした", body).plain().error()).status(status)
}

fn refused_page(cx: &Cx<allow::Anyone>, reason: &str) -> Reply {
    let body = html! {
        p { (reason) }
        p class="note" { "お問い合わせ番号: " code { (cx.request().id) } }
        (ui::buttons(&[ui::link_button("トップページへ", "/")]))
    };
    Reply::refused(&cx.page("ログインできませんでした", body).plain().error())
}
