//! One session at a time: a new sign-in asks whether the other one ends.

use hojo_access::{Permission, Site, allow};
use hojo_db::{Mode, Outcome};
use hojo_web::{Cx, Fault, Posted, Reply, Routes, browser_words, held_session, html, take_over as take, ui};
use serde_json::json;
use time::OffsetDateTime;

use crate::safe_path;

pub(crate) fn routes(site: Site) -> Routes {
    Routes::on(site).get("/sign-in/other", page)
}

struct Live {
    user_agent: String,
    address: String,
    created_at: OffsetDateTime,
    seen_at: OffsetDateTime,
}

async fn page(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let to = safe_path(cx.query("to"), "/").to_owned();
    let mut tx = cx.gate().begin(Mode::Read).await?;
    let Some(held) = held_session(&mut tx, &cx).await? else {
        return Ok(Reply::see_other("/sign-in"));
    };
    let others = sqlx::query_as!(
        Live,
        "select o.user_agent, o.address, o.created_at, o.seen_at
         from sessions n join sessions o on o.site = n.site and (o.account_id = n.account_id or o.staff_id = n.staff_id)
         where n.id = $1 and o.id <> n.id and o.ended_at is null and not o.held and o.expires_at > clock_timestamp()
           and o.seen_at + make_interval(secs => o.idle_seconds) > clock_timestamp()
         order by o.seen_at desc limit 5",
        held.0
    )
    .fetch_all(tx.sql())
    .await?;
    tx.commit().await?;
    let body = html! {
        p { "同じ利用者が、別のブラウザーまたは端末でログインしています。同時に使えるのは1か所だけです。" }
        @for o in &others {
            (ui::facts(&[
                ("ブラウザー", html! { (browser_words(&o.user_agent)) }),
                ("接続元", html! { @if o.address.is_empty() { "不明" } @else { (o.address) } }),
                ("ログインした時刻", html! { (ui::date_time(o.created_at)) }),
                ("最後の操作", html! { (ui::date_time(o.seen_at)) }),
            ]))
        }
        p { "こちらで続けると、もう一方はログアウトされます。保存済みの内容は失われません。心当たりがない場合は、こちらで続けたうえで、パスワードを変更し、事務局に連絡してください。" }
        form class="form" method="post" action="/sign-in" {
            input type="hidden" name="step" value="take-over";
            input type="hidden" name="to" value=(to);
            (ui::buttons(&[
                ui::button("もう一方を終了して、こちらで続ける").sends("choice", "here"),
                ui::button("こちらのログインをやめる").outline().sends("choice", "there"),
            ]))
        }
    };
    Ok(Reply::page(&cx.page("別の場所でログイン中です", body).plain()))
}

/// The answer, posted to the sign-in page.
pub(crate) async fn take_over(cx: &Cx<allow::Anyone>, posted: &Posted, home: &str) -> Result<Reply, Fault> {
    let to = safe_path(posted.get("to"), home);
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let Some(held) = held_session(&mut tx, cx).await? else {
        return Ok(Reply::see_other("/sign-in"));
    };
    if posted.get("choice") != "here" {
        let reply = hojo_web::end_session(&mut tx, cx.site(), held, Reply::see_other("/signed-out")).await?;
        tx.commit().await?;
        return Ok(reply);
    }
    let ended = take(&mut tx, held).await?;
    let detail = json!({ "what": "other-session-ended", "sessions": ended });
    tx.log_operation(&cx.audit(), Permission::Anyone, &format!("session:{}", held.0), Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(to))
}
