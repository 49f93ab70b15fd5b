//! Signing out, and staying: 「延長する」.

use hojo_access::{Permission, Site, allow};
use hojo_db::{Mode, Outcome};
use hojo_web::{Cx, Fault, Reply, Routes, end_session, html, ui};
use serde_json::json;

pub(crate) fn routes(site: Site) -> Routes {
    let routes = Routes::on(site).get("/signed-out", signed_out);
    match site {
        Site::Office => routes
            .post("/sign-out", |cx: Cx<allow::BeInsider>, (): ()| leave(cx))
            .post("/session/extend", |_: Cx<allow::BeInsider>, (): ()| extend()),
        Site::Portal | Site::Api => routes
            .post("/sign-out", |cx: Cx<allow::BeApplicant>, (): ()| leave(cx))
            .post("/session/extend", |_: Cx<allow::BeApplicant>, (): ()| extend()),
    }
}

async fn leave<A: hojo_access::Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let reply = Reply::see_other("/signed-out");
    let Some(session) = cx.session() else { return Ok(reply) };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let reply = end_session(&mut tx, cx.site(), session, reply).await?;
    let who = format!("{}:{}", cx.actor().kind(), cx.actor().name());
    tx.log_operation(&cx.audit(), Permission::Anyone, &who, Outcome::Done, json!({ "what": "sign-out" })).await?;
    tx.commit().await?;
    Ok(reply)
}

/// Coming here is the activity: the session was touched when it was opened.
async fn extend() -> Result<Reply, Fault> {
    Ok(Reply::text(String::new()).status(204))
}

async fn signed_out(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let body = html! {
        p { "ログアウトしました。" }
        @if cx.site() == Site::Portal {
            p { "このサイトからログアウトしました。GビズIDからはログアウトされません。共用の端末をお使いの場合は、ブラウザーを閉じてください。" }
        }
        (ui::buttons(&[ui::link_button("トップページへ", "/")]))
    };
    Ok(Reply::page(&cx.page("ログアウトしました", body).plain()))
}
