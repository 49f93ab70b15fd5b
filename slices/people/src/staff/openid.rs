//! 組織のアカウント: staff come in by the provider of their own organisation, where one is set up. Who somebody is there is
//! tied to an account here by the one-use link of an invitation; the provider must have seen a second factor.

use hojo_access::{Permission, Site, allow};
use hojo_db::{Mode, Outcome, Tx, random};
use hojo_gbizid::{Callback, OfficeProof, OfficeSignIn, Remedy, SignInProblem};
use hojo_web::{Cx, Fault, For, Markup, Posted, Reply, Routes, html, start_session, ui};
use hojo_words::ids::StaffId;
use serde_json::json;

use super::factors::{self, Person};
use crate::colleagues::link;
use crate::gbizid::ATTEMPT_COOKIE;
use crate::gbizid::back::{hash, take_attempt};
use crate::safe_path;

/// Carries the one-use link to the way back: the database never holds it.
const LINK_COOKIE: &str = "__Host-hojo-link";
const FOR_THE_WAY: &str = "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1800";
const GONE: &str = "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";

/// The routes stand whether a provider is set up or not; without one there is nothing behind them.
pub(super) fn routes(office: Option<OfficeSignIn>) -> Routes {
    let (one, two) = (office.clone(), office);
    Routes::on(Site::Office)
        .post("/sign-in/openid", move |cx, posted| begin(cx, posted, one.clone()))
        .get("/sign-in/openid/callback", move |cx| finish(cx, two.clone()))
}

/// The button. `link` is the one-use link of somebody who was invited.
pub(crate) fn button(csrf: Option<&str>, to: &str, link: &str, new_tab: bool) -> Markup {
    html! {
        form method="post" action="/sign-in/openid" target=[new_tab.then_some("_blank")] rel=[new_tab.then_some("noopener")] {
            @if let Some(token) = csrf { (ui::csrf_field(token)) }
            input type="hidden" name="to" value=(to);
            @if !link.is_empty() { input type="hidden" name="link" value=(link); }
            (ui::buttons(&[ui::button("組織のアカウントを使う").outline()]))
        }
    }
}

async fn begin(cx: Cx<allow::Anyone>, posted: Posted, office: Option<OfficeSignIn>) -> Result<Reply, Fault> {
    let office = office.ok_or(Fault::NotFound)?;
    let to = safe_path(posted.get("to"), "/").to_owned();
    let mut tx = cx.gate().begin(Mode::Read).await?;
    let now = tx.server_now().await?;
    // The provider is asked outside the transaction: no connection waits for somebody else's server.
    tx.commit().await?;
    let redirect = match office.provider.begin(random::bytes(), now).await {
        Ok(redirect) => redirect,
        Err(problem) => return Ok(problem_page(&cx, problem)),
    };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    sqlx::query!(
        "insert into sign_ins (state_hash, nonce, verifier, return_to, created_at) values ($1, $2, $3, $4, $5)",
        hash(&redirect.stored.state),
        redirect.stored.nonce,
        redirect.stored.pkce_verifier,
        to,
        now.utc()
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    let link = posted.get("link");
    let fits = link.len() == 64 && link.bytes().all(|b| b.is_ascii_hexdigit());
    let kept = if fits { format!("{LINK_COOKIE}={link}; {FOR_THE_WAY}") } else { format!("{LINK_COOKIE}=; {GONE}") };
    Ok(Reply::see_other(&redirect.url)
        .header("set-cookie", &format!("{ATTEMPT_COOKIE}={}; {FOR_THE_WAY}", redirect.stored.state))
        .header("set-cookie", &kept))
}

async fn finish(cx: Cx<allow::Anyone>, office: Option<OfficeSignIn>) -> Result<Reply, Fault> {
    let office = office.ok_or(Fault::NotFound)?;
    let optional = |name: &str| Some(cx.query(name).to_owned()).filter(|v| !v.is_empty());
    let callback = Callback {
        code: optional("code"),
        state: optional("state"),
        error: optional("error"),
        error_description: optional("error_description"),
        iss: optional("iss"),
    };
    let Some((stored, to)) = take_attempt(&cx, callback.state.as_deref()).await? else {
        return Ok(problem_page(&cx, SignInProblem::WrongState));
    };
    let mut tx = cx.gate().begin(Mode::Read).await?;
    let now = tx.server_now().await?;
    tx.commit().await?;
    let proof = match office.provider.finish(&callback, &stored, now).await {
        Ok(proof) => proof,
        Err(problem) => return Ok(problem_page(&cx, problem)),
    };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    if !office.is_strong(&proof, &stored) {
        let words = "組織のアカウントで、二段階の認証が行われませんでした。二段階認証を設定してから、もう一度ログインしてください。";
        return refused(&cx, tx, "one factor", words).await;
    }
    match person(&cx, &mut tx, &proof).await? {
        Some(who) => let_in(&cx, tx, &who, &to).await,
        None => refused(&cx, tx, "not linked", NOT_LINKED).await,
    }
}

const NOT_LINKED: &str = "この組織のアカウントは、事務局システムの利用者と結び付いていません。はじめて利用する方は、招待のメールのリンクを開き、そこから「組織のアカウントを使う」を選んでください。";

/// Whose the identity is: as it was tied before, or by the link this browser came with, now.
async fn person(cx: &Cx<allow::Anyone>, tx: &mut Tx, proof: &OfficeProof) -> Result<Option<Person>, Fault> {
    let row = sqlx::query!(
        "select staff_id from staff_identities where issuer = $1 and subject = $2",
        proof.issuer,
        proof.subject
    )
    .fetch_optional(tx.sql())
    .await?;
    if let Some(row) = row {
        return Ok(factors::by_id(tx, row.staff_id).await?);
    }
    let token = cookie(cx, LINK_COOKIE);
    if token.is_empty() {
        return Ok(None);
    }
    let Some(who) = link::take(cx, tx, &token, "openid").await? else { return Ok(None) };
    sqlx::query!(
        "insert into staff_identities (issuer, subject, staff_id) values ($1, $2, $3)",
        proof.issuer,
        proof.subject,
        who.id
    )
    .execute(tx.sql())
    .await?;
    Ok(Some(who))
}

fn cookie(cx: &Cx<allow::Anyone>, wanted: &str) -> String {
    let all = cx.header("cookie");
    let mut pairs = all.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

async fn let_in(cx: &Cx<allow::Anyone>, mut tx: Tx, who: &Person, to: &str) -> Result<Reply, Fault> {
    tx.sign_in_succeeded(who.id, &who.login, &cx.request().address).await?;
    let reply = start_session(&mut tx, cx, For::Staff(StaffId(who.id)), to)
        .await?
        .header("set-cookie", &format!("{ATTEMPT_COOKIE}=; {GONE}"))
        .header("set-cookie", &format!("{LINK_COOKIE}=; {GONE}"));
    let detail = json!({ "what": "sign-in", "way": "openid" });
    let object = format!("login:{}", who.login);
    tx.log_operation(&cx.audit(), Permission::Anyone, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(reply)
}

async fn refused(cx: &Cx<allow::Anyone>, mut tx: Tx, why: &str, words: &str) -> Result<Reply, Fault> {
    let detail = json!({ "what": "sign-in", "way": "openid", "problem": why });
    tx.log_operation(&cx.audit(), Permission::Anyone, "openid", Outcome::Refused, detail).await?;
    tx.commit().await?;
    Ok(Reply::refused(&page(cx, words)))
}

fn page(cx: &Cx<allow::Anyone>, words: &str) -> ui::Shell {
    let body = html! {
        p { (words) }
        p class="note" { "お問い合わせ番号: " code { (cx.request().id) } }
        (ui::buttons(&[ui::link_button("ログインの画面へ", "/sign-in")]))
    };
    cx.page("ログインできませんでした", body).plain().error()
}

/// The problems of the protocol, in words that name no provider.
fn problem_page(cx: &Cx<allow::Anyone>, problem: SignInProblem) -> Reply {
    tracing::info!(code = problem.code(), "a sign-in by the organisation's provider was not finished");
    let (status, words) = match problem.remedy() {
        Remedy::Wait => (
            503,
            "組織のログインの仕組みにつながりません。時間をおいて試すか、パスキーまたはパスワードでログインしてください。",
        ),
        Remedy::Retry => (422, "ログインが途中で切れました。もう一度はじめからログインしてください。"),
        Remedy::Office => (
            422,
            "組織のログインの仕組みからの応答を、安全のため受け付けませんでした。事務局の管理者に、お問い合わせ番号を伝えてください。",
        ),
    };
    Reply::page(&page(cx, words)).status(status)
}
