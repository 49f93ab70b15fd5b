//! The sign-in page of the office.

use hojo_access::{Permission, allow};
use hojo_db::{Mode, Outcome, Tx};
use hojo_web::{Cx, Fault, For, Posted, Reply, html, start_session, ui};
use hojo_words::ids::StaffId;
use serde_json::json;

use super::factors::{self, Person, Verdict, Way};
use super::{openid, passkey};
use crate::{other, safe_path};

pub(super) async fn page(cx: Cx<allow::Anyone>, openid: bool) -> Result<Reply, Fault> {
    let to = safe_path(cx.query("to"), "/").to_owned();
    Ok(Reply::page(&form(&cx, (&to, openid), "", None)))
}

fn form(cx: &Cx<allow::Anyone>, (to, openid): (&str, bool), login: &str, problem: Option<&str>) -> ui::Shell {
    let csrf = cx.actor().id().map(|_| cx.csrf());
    let body = html! {
        @if openid {
            (ui::panel("組織のアカウント", &html! {
                p { "ふだん職場で使っているアカウントでログインします。" }
                (openid::button(csrf.as_deref(), to, "", false))
            }))
        }
        form class="form" method="post" action="/sign-in" novalidate data-passkey="get" {
            input type="hidden" name="to" value=(to);
            // Shown by the script where the browser knows passkeys; without it the password stands alone.
            div data-passkey-part hidden {
                (ui::buttons(&[ui::button("パスキーを使う").large().hook("passkey")]))
                p class="note" { "指紋、顔、または端末の暗証番号でログインします。登録していない方は、下の欄に入力してください。" }
                p role="alert" data-passkey-problem {}
            }
            (ui::text_field("login", "ログインID").required().value(login).autocomplete("username"))
            (ui::secret("password", "パスワード", ui::SecretKind::Password).required())
            (ui::secret("code", "ワンタイムパスワード", ui::SecretKind::OneTimeCode).required()
                .hint("認証アプリに表示されている6桁の数字を入力してください。端末をなくしたときは、回復コードを入力できます。"))
            (ui::buttons(&[ui::button("ログイン").large()]))
        }
        (ui::disclosure("ログインできないとき", &html! {
            p { "認証アプリの端末をなくした方は、控えておいた回復コードを「ワンタイムパスワード」の欄に入力してください。回復コードもない方は、事務局の管理者に連絡してください。管理者2人の確認を経て、設定し直すための案内をメールでお送りします。" }
        }))
    };
    let page = cx.page("事務局ログイン", body).plain();
    match problem {
        Some(words) => page.problems(vec![ui::Problem::at("login", words)]),
        None => page,
    }
}

pub(super) async fn enter(cx: Cx<allow::Anyone>, posted: Posted, openid: bool) -> Result<Reply, Fault> {
    match posted.get("step") {
        "passkey-begin" => Reply::json(&passkey::begin_sign_in(&cx).await?),
        "passkey" => with_passkey(&cx, &posted, openid).await,
        "take-over" => other::take_over(&cx, &posted, "/").await,
        _ => with_password(&cx, &posted, openid).await,
    }
}

async fn with_password(cx: &Cx<allow::Anyone>, posted: &Posted, openid: bool) -> Result<Reply, Fault> {
    let to = safe_path(posted.get("to"), "/");
    let login: String = posted.get("login").trim().chars().take(200).collect();
    let mut tx = cx.gate().begin(Mode::Read).await?;
    let who = factors::by_login(&mut tx, &login).await?;
    tx.commit().await?;
    let (mut tx, verdict) =
        factors::check(cx, who.as_ref(), &login, posted.get("password"), posted.get("code")).await?;
    if let (Some(who), Verdict::Right(way)) = (&who, verdict) {
        return let_in(cx, tx, who, way, to).await;
    }
    let detail = json!({ "what": "sign-in" });
    tx.log_operation(&cx.audit(), Permission::Anyone, &format!("login:{login}"), Outcome::Refused, detail).await?;
    tx.commit().await?;
    Ok(Reply::refused(&form(cx, (to, openid), &login, Some(verdict.words()))))
}

async fn with_passkey(cx: &Cx<allow::Anyone>, posted: &Posted, openid: bool) -> Result<Reply, Fault> {
    let to = safe_path(posted.get("to"), "/");
    let mut tx = cx.gate().begin(Mode::Write).await?;
    match passkey::finish_sign_in(cx, &mut tx, posted.get("ceremony"), posted.get("answer")).await? {
        Ok(who) => {
            tx.sign_in_succeeded(who.id, &who.login, &cx.request().address).await?;
            let_in(cx, tx, &who, Way::Passkey, to).await
        }
        Err(no) => {
            let detail = json!({ "what": "sign-in", "way": "passkey", "problem": no.code() });
            tx.log_operation(&cx.audit(), Permission::Anyone, "passkey", Outcome::Refused, detail).await?;
            tx.commit().await?;
            Ok(Reply::refused(&form(cx, (to, openid), "", Some(no.words()))))
        }
    }
}

async fn let_in(cx: &Cx<allow::Anyone>, mut tx: Tx, who: &Person, way: Way, to: &str) -> Result<Reply, Fault> {
    // Somebody whose codes run out is led to where new ones are made.
    let to = if matches!(way, Way::RecoveryCode(_)) { "/account" } else { to };
    let reply = start_session(&mut tx, cx, For::Staff(StaffId(who.id)), to).await?;
    let detail = json!({ "what": "sign-in", "way": way.code() });
    let object = format!("login:{}", who.login);
    tx.log_operation(&cx.audit(), Permission::Anyone, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(reply)
}
