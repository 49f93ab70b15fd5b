//! The sign-in page and the way to GビズID.

use std::sync::Arc;

use hojo_access::allow;
use hojo_db::{Mode, random};
use hojo_gbizid::{BeginRequest, GbizId, ProviderState};
use hojo_web::{Cx, Fault, Posted, Reply, html, ui};

use super::ATTEMPT_COOKIE;
use super::back::problem_page;
use crate::{other, safe_path};

pub(crate) async fn page(cx: Cx<allow::Anyone>, provider: Arc<dyn GbizId>) -> Result<Reply, Fault> {
    let to = safe_path(cx.query("to"), "/me").to_owned();
    let mut tx = cx.tx().await?;
    let now = tx.server_now().await?;
    tx.commit().await?;
    let down = matches!(provider.state(now), ProviderState::Down { .. });
    let body = html! {
        @if down {
            (ui::banner(ui::Tone::Warn, "GビズIDに接続しにくい状態です").body(html! {
                p { "時間をおいてお試しください。すでにログインしている方は、そのまま作業を続けられます。" }
            }))
        }
        p { "申請には、GビズIDプライムのアカウントが必要です。メンバーアカウントでは、プライムの会社の申請書を作成できます。" }
        form method="post" action="/sign-in" {
            // Somebody who is signed in and proves it once more.
            @if cx.actor().id().is_some() { (ui::csrf_field(&cx.csrf())) }
            input type="hidden" name="to" value=(to);
            (ui::buttons(&[ui::button("GビズIDでログイン").large()]))
        }
        p class="note" { "GビズIDのサイトに移動します。パスワードがこのサイトに伝わることはありません。" }
    };
    Ok(Reply::page(&cx.page("ログイン", body).plain()))
}

pub(crate) async fn begin(cx: Cx<allow::Anyone>, posted: Posted, provider: Arc<dyn GbizId>) -> Result<Reply, Fault> {
    if posted.get("step") == "take-over" {
        return other::take_over(&cx, &posted, "/me").await;
    }
    let to = safe_path(posted.get("to"), "/me").to_owned();
    let mut request = BeginRequest::new(random::bytes());
    if !posted.get("login_hint").is_empty() {
        request.login_hint = Some(posted.get("login_hint").to_owned());
    }
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let now = tx.server_now().await?;
    // Ask GビズID outside the transaction: no lock and no connection waits for somebody else's server.
    tx.commit().await?;
    let redirect = match provider.begin(&request, now).await {
        Ok(redirect) => redirect,
        Err(problem) => return Ok(problem_page(&cx, problem, &to)),
    };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    sqlx::query!(
        "insert into sign_ins (state_hash, nonce, verifier, return_to, created_at) values ($1, $2, $3, $4, $5)",
        super::back::hash(&redirect.stored.state),
        redirect.stored.nonce,
        redirect.stored.pkce_verifier,
        to,
        now.utc(),
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    let cookie =
        format!("{ATTEMPT_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1800", redirect.stored.state);
    Ok(Reply::see_other(&redirect.url).header("set-cookie", &cookie))
}
