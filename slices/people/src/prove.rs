//! 本人確認: a factor once more, before sensitive work or when a session turns up in another browser or
//! network. The form that was interrupted comes along as hidden fields and is sent on by 307 when the
//! answer was right, so that nothing typed is lost, with or without scripts.

use hojo_access::{Access, Permission, Site, allow};
use hojo_db::{Mode, Outcome, Tx};
use hojo_web::{Cx, Fault, For, Posted, Reply, Routes, html, refresh_session, ui};
use hojo_words::ids::StaffId;
use serde_json::json;
use uuid::Uuid;

use crate::safe_path;
use crate::staff::factors::{self, Person, Verdict, Way};
use crate::staff::{openid, passkey};

/// `openid`: the office's people may prove themselves at their organisation's provider, in a new tab.
pub(crate) fn routes(site: Site, openid: bool) -> Routes {
    let routes = Routes::on(site);
    match site {
        Site::Office => routes
            .get("/reauth", move |cx| ask(cx, openid))
            .even_in_doubt()
            .post("/reauth", move |cx, posted| answer(cx, posted, openid))
            .even_in_doubt(),
        Site::Portal | Site::Api | Site::Files => routes
            .get("/reauth", |cx: Cx<allow::BeApplicant>| at_provider(cx))
            .even_in_doubt()
            .post("/reauth", |cx: Cx<allow::BeApplicant>, _: Posted| at_provider(cx))
            .even_in_doubt(),
    }
}

/// Fields of the question; the kernel takes them off before the interrupted form reaches its handler.
const STEP: &str = "_proof_step";
const PASSWORD: &str = "_proof_password";
const CODE: &str = "_proof_code";
const CEREMONY: &str = "_proof_ceremony";
const ANSWER: &str = "_proof_answer";
/// Was a form interrupted, or a page?
const FORM: &str = "_proof_form";

fn target<A: Access>(cx: &Cx<A>) -> String {
    let to = safe_path(cx.query("to"), "/account");
    if to.starts_with("/reauth") { "/account".into() } else { to.to_owned() }
}

async fn person<A: Access>(cx: &Cx<A>) -> Result<(Uuid, Option<Person>), Fault> {
    let id = cx.actor().id().ok_or(Fault::NotFound)?;
    let mut tx = cx.gate().begin(Mode::Read).await?;
    let who = factors::by_id(&mut tx, id).await?;
    tx.commit().await?;
    Ok((id, who))
}

async fn ask(cx: Cx<allow::BeInsider>, openid: bool) -> Result<Reply, Fault> {
    Ok(Reply::page(&form(&cx, &Posted::default(), (false, openid), None)))
}

fn form<A: Access>(cx: &Cx<A>, kept: &Posted, (interrupted, openid): (bool, bool), problem: Option<&str>) -> ui::Shell {
    let action = format!("/reauth?to={}", escape(&target(cx)));
    let body = html! {
        @if cx.is_asked() {
            p { "ふだんと異なる使い方が見つかったため、続ける前に、ご本人であることを確認します。確認が済むと、そのまま続きに進みます。" }
        } @else if cx.in_doubt() {
            p { "ログインしたときと異なるブラウザーまたはネットワークからの操作です。ご本人であることを確認するため、もう一度本人確認をしてください。" }
        } @else {
            p { "大切な操作の前に、もう一度本人確認をしてください。確認が済むと、そのまま続きに進みます。" }
        }
        @if interrupted { p { "入力した内容は残っています。" } }
        form class="form" method="post" action=(action) novalidate data-passkey="get" data-passkey-prefix="_proof_" {
            (ui::csrf_field(&cx.csrf()))
            @for (name, value) in &kept.0 { input type="hidden" name=(name) value=(value); }
            input type="hidden" name=(FORM) value=(if interrupted { "yes" } else { "no" });
            div data-passkey-part hidden {
                (ui::buttons(&[ui::button("パスキーを使う").large().hook("passkey")]))
                p role="alert" data-passkey-problem {}
            }
            (ui::secret(PASSWORD, "パスワード", ui::SecretKind::Password).required())
            (ui::secret(CODE, "ワンタイムパスワード", ui::SecretKind::OneTimeCode).required()
                .hint("認証アプリに表示されている6桁の数字を入力してください。"))
            (ui::buttons(&[
                ui::button("確認して続ける").sends(STEP, "password"),
                ui::link_button("やめる", "/").outline(),
            ]))
            @if openid {
                p { "組織のアカウントで確認する方は、下の「組織のアカウントを使う」で新しいタブを開き、確認が済んだらこの画面に戻ってください。" }
                (ui::buttons(&[ui::button("新しいタブでの確認が済んだので続ける").outline().sends(STEP, "elsewhere")]))
            }
        }
        @if openid { (openid::button(Some(&cx.csrf()), "/account", "", true)) }
    };
    let page = cx.page("本人確認", body).plain();
    match problem {
        Some(words) => page.problems(vec![ui::Problem::at(PASSWORD, words)]),
        None => page,
    }
}

async fn answer(cx: Cx<allow::BeInsider>, posted: Posted, openid: bool) -> Result<Reply, Fault> {
    let proof = |k: &str| k.starts_with("_proof");
    // What was typed before the question; the token is put in anew.
    let kept = Posted(posted.0.iter().filter(|(k, _)| !proof(k) && k != "_csrf").cloned().collect());
    let (id, who) = person(&cx).await?;
    let interrupted = posted.get(FORM) != "no";
    let (mut tx, verdict, words) = match posted.get(STEP) {
        "passkey-begin" => {
            let begun = passkey::begin_proof(&cx, id).await?;
            return match begun {
                Some(begun) => Reply::json(&begun),
                None => Ok(Reply::text("パスキーが登録されていません。".into()).status(404)),
            };
        }
        "passkey" => {
            let mut tx = cx.gate_tx(Mode::Write).await?;
            let done = passkey::finish_proof(&cx, &mut tx, id, posted.get(CEREMONY), posted.get(ANSWER)).await?;
            match done {
                Ok(()) => (tx, Verdict::Right(Way::Passkey), ""),
                Err(no) => (tx, Verdict::Wrong, no.words()),
            }
        }
        "password" => {
            let login = who.as_ref().map_or("", |w| w.login.as_str());
            let (tx, verdict) =
                factors::check(&cx, who.as_ref(), login, posted.get(PASSWORD), posted.get(CODE)).await?;
            (tx, verdict, verdict.words())
        }
        // The other tab has begun a session anew, which is fresh and belongs to this browser: nothing is left to ask.
        "elsewhere" if cx.is_proven() => return Ok(go_on(&cx, interrupted)),
        "elsewhere" => {
            let words = "本人確認がまだ済んでいません。新しいタブで確認するか、パスワードを入力してください。";
            return Ok(Reply::refused(&form(&cx, &kept, (interrupted, openid), Some(words))));
        }
        // The interrupted form, come here by itself.
        _ => return Ok(Reply::page(&form(&cx, &kept, (true, openid), None))),
    };
    let Verdict::Right(way) = verdict else {
        log(&cx, &mut tx, Outcome::Refused, "").await?;
        tx.commit().await?;
        return Ok(Reply::refused(&form(&cx, &kept, (interrupted, openid), Some(words))));
    };
    refresh_session(&mut tx, &cx, For::Staff(StaffId(id))).await?;
    log(&cx, &mut tx, Outcome::Done, way.code()).await?;
    tx.commit().await?;
    Ok(go_on(&cx, interrupted))
}

/// 307: the browser sends the same fields, as a form, to where they were going.
fn go_on<A: Access>(cx: &Cx<A>, interrupted: bool) -> Reply {
    let status = if interrupted { 307 } else { 303 };
    Reply::see_other(&target(cx)).status(status)
}

async fn log<A: Access>(cx: &Cx<A>, tx: &mut Tx, outcome: Outcome, way: &str) -> Result<(), Fault> {
    let detail = json!({ "what": "prove", "way": way });
    let object = format!("person:{}", cx.actor().id().unwrap_or_default());
    Ok(tx.log_operation(&cx.audit(), Permission::BeInsider, &object, outcome, detail).await?)
}

/// Applicants have one factor, and it lives at GビズID.
async fn at_provider(cx: Cx<allow::BeApplicant>) -> Result<Reply, Fault> {
    let to = safe_path(cx.query("to"), "/me").to_owned();
    let body = html! {
        p { "ご本人であることを確認するため、もう一度GビズIDでログインしてください。" }
        p { "入力中の画面は開いたままにして、ログインした後に、もう一度保存してください。" }
        form method="post" action="/sign-in" target="_blank" rel="noopener" {
            (ui::csrf_field(&cx.csrf()))
            input type="hidden" name="to" value=(to);
            (ui::buttons(&[ui::button("GビズIDでログイン")]))
        }
    };
    Ok(Reply::page(&cx.page("本人確認", body).plain()))
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}
