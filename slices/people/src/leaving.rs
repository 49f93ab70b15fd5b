//! Signing out, and staying: 「延長する」.

use hojo_access::{Permission, Site, allow};
use hojo_db::{Mode, Outcome};
use hojo_web::{Cx, Fault, Posted, Reply, Routes, end_session, html, ui};
use serde_json::json;

pub(crate) fn routes(site: Site) -> Routes {
    let routes = Routes::on(site).get("/signed-out", signed_out);
    match site {
        Site::Office => routes
            .post("/sign-out", |cx: Cx<allow::BeInsider>, _: Posted| leave(cx))
            .even_in_doubt()
            .post("/session/extend", |cx: Cx<allow::BeInsider>, _: Posted| extend(cx)),
        Site::Portal | Site::Api | Site::Files => routes
            .post("/sign-out", |cx: Cx<allow::BeApplicant>, _: Posted| leave(cx))
            .even_in_doubt()
            .post("/session/extend", |cx: Cx<allow::BeApplicant>, _: Posted| extend(cx)),
    }
}

async fn leave<A: hojo_access::Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    // Pages seen so far leave the browser's memory. What was typed and could not be sent stays: it is the person's own.
    let reply = Reply::see_other("/signed-out").header("clear-site-data", "\"cache\"");
    let Some(session) = cx.session() else { return Ok(reply) };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let reply = end_session(&mut tx, cx.site(), session, reply).await?;
    let who = format!("{}:{}", cx.actor().kind(), cx.actor().name());
    tx.log_operation(&cx.audit(), Permission::Anyone, &who, Outcome::Done, json!({ "what": "sign-out" })).await?;
    tx.commit().await?;
    Ok(reply)
}

/// Coming here is the activity: the session was touched when it was opened. A script is told how long
/// it lasts now; somebody without scripts reads it in the tab that the button opened.
async fn extend<A: hojo_access::Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let (idle, last) = cx.session_seconds().unwrap_or_default();
    if cx.request().from_script {
        return Reply::json(&json!({ "seconds": idle, "final": last }));
    }
    let body = html! {
        p { "ログインを延長しました。操作がないときは、あと" (idle / 60) "分で終わります。" }
        p { "このタブを閉じて、元の画面に戻ってください。元の画面に入力した内容はそのままです。" }
    };
    Ok(Reply::page(&cx.page("ログインを延長しました", body).plain()))
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
