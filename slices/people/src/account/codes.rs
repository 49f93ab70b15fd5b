//! The authenticator app, and the recovery codes for the day it is gone.

use hojo_access::allow;
use hojo_db::Mode;
use hojo_web::{Cx, Fault, Posted, Reply, html, ui};
use serde_json::json;

use super::{done, log, me};
use crate::enrol;
use crate::staff::recovery;

/// First the secret, then a code that proves the app has it.
pub(super) async fn totp(cx: Cx<allow::ManageFactors>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.gate_tx(Mode::Write).await?;
    let who = me(&cx, &mut tx).await?;
    // The same secret at both steps and another one after: made from what is registered now.
    let secret = enrol::pending_secret(
        &cx.settings().secret,
        &[who.id.as_bytes(), who.totp_secret.as_deref().unwrap_or("").as_bytes()],
    );
    let at = tx.now().await?.utc().unix_timestamp();
    let accepted = enrol::accepts(&secret, posted.get("code"), at);
    let Some(step) = accepted else {
        tx.commit().await?;
        let tried = posted.get("step") == "confirm";
        let body = html! {
            (enrol::secret_words(&who.login, &secret))
            form class="form" method="post" action="/account/totp" novalidate {
                (ui::csrf_field(&cx.csrf()))
                (enrol::code_field("code"))
                (ui::buttons(&[
                    ui::button("この認証アプリを登録する").sends("step", "confirm"),
                    ui::link_button("やめる", "/account").outline(),
                ]))
            }
        };
        let page = cx.page("認証アプリの登録", body).breadcrumb(vec![("ログイン設定".into(), "/account".into())]);
        if !tried {
            return Ok(Reply::page(&page));
        }
        return Ok(Reply::refused(&page.problems(vec![ui::Problem::at("code", enrol::WRONG_CODE)])));
    };
    sqlx::query!(
        "update staff set totp_secret = $2, totp_last_step = $3, factors_since = clock_timestamp() where id = $1",
        who.id,
        secret,
        step.0
    )
    .execute(tx.sql())
    .await?;
    log(&cx, &mut tx, &who, json!({ "what": "totp-set" })).await?;
    tx.commit().await?;
    Ok(done("totp"))
}

pub(super) async fn renew(cx: Cx<allow::ManageFactors>, _: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.gate_tx(Mode::Write).await?;
    let who = me(&cx, &mut tx).await?;
    let codes = recovery::renew(&mut tx, who.id).await?;
    log(&cx, &mut tx, &who, json!({ "what": "recovery-codes-made" })).await?;
    tx.commit().await?;
    let body = html! {
        (enrol::codes_words(&codes))
        (ui::buttons(&[ui::link_button("ログイン設定に戻る", "/account")]))
    };
    let page = cx.page("回復コード", body).breadcrumb(vec![("ログイン設定".into(), "/account".into())]);
    Ok(Reply::page(&page))
}
