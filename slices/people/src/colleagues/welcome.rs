//! The one-use link: somebody who was invited, or helped back in, sets the first factors.

use hojo_access::{Permission, allow};
use hojo_db::{Mode, Outcome, Tx};
use hojo_web::ui::{self, Problem};
use hojo_web::{Cx, Fault, Posted, Reply, html};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::mail::hash;
use crate::enrol;
use crate::staff::factors::{self, Person};
use crate::staff::{Beside, openid, passkey, recovery, shortest_password};

struct Invitation {
    id: Uuid,
    person: Person,
    expires_at: OffsetDateTime,
}

fn token(cx: &Cx<allow::Anyone>) -> Result<String, Fault> {
    cx.param::<String>("token")
}

async fn find(cx: &Cx<allow::Anyone>, tx: &mut Tx) -> Result<Option<Invitation>, Fault> {
    let row = sqlx::query!(
        r#"select id, staff_id, expires_at as "expires_at!" from invitations
           where token_hash = $1 and used_at is null and cancelled_at is null and expires_at > clock_timestamp()
             and (kind = 'first' or approved_at is not null)"#,
        hash(&token(cx)?)
    )
    .fetch_optional(tx.sql())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let person = factors::by_id(tx, row.staff_id).await?;
    Ok(person.map(|person| Invitation { id: row.id, person, expires_at: row.expires_at }))
}

/// One answer for used, expired, withdrawn and never made.
fn over(cx: &Cx<allow::Anyone>) -> Reply {
    let body = html! {
        p { "この案内のリンクは使えません。すでに使われたか、期限が過ぎたか、取り消されています。" }
        p { "設定がまだの方は、事務局の管理者に、案内をもう一度送るよう依頼してください。設定が済んでいる方は、ログインしてください。" }
        (ui::buttons(&[ui::link_button("ログインする", "/sign-in")]))
    };
    Reply::page(&cx.page("案内のリンクが使えません", body).plain().error()).status(404)
}

fn secret(cx: &Cx<allow::Anyone>, invitation: &Invitation) -> Result<String, Fault> {
    Ok(enrol::pending_secret(&cx.settings().secret, &[invitation.id.as_bytes(), token(cx)?.as_bytes()]))
}

pub(super) async fn page(cx: Cx<allow::Anyone>, openid: bool) -> Result<Reply, Fault> {
    let mut tx = cx.gate().begin(Mode::Read).await?;
    let found = find(&cx, &mut tx).await?;
    tx.commit().await?;
    match found {
        Some(invitation) => Ok(Reply::page(&form(&cx, &invitation, openid)?)),
        None => Ok(over(&cx)),
    }
}

fn form(cx: &Cx<allow::Anyone>, invitation: &Invitation, openid: bool) -> Result<ui::Shell, Fault> {
    let action = format!("/invitations/{}", token(cx)?);
    let who = &invitation.person;
    let secret = secret(cx, invitation)?;
    let shortest = shortest_password(Beside::SecondFactor);
    let body = html! {
        p { (who.name) " さんのログイン方法を設定します。パスキーか、パスワードと認証アプリの、どちらかを選んでください。もう一方は、ログインした後で追加できます。" }
        (ui::facts(&[
            ("ログインID", html! { (who.login) }),
            ("このリンクの期限", html! { (ui::date_time(invitation.expires_at)) }),
        ]))
        @if openid {
            (ui::panel("組織のアカウントを使う", &html! {
                p { "ふだん職場で使っているアカウントでログインします。このアカウントと結び付けるのは、はじめの1回だけです。" }
                (openid::button(None, "/", &token(cx)?, false))
            }))
        }
        (ui::panel("パスキーを使う（おすすめ）", &html! {
            p { "指紋、顔、または端末の暗証番号でログインします。" }
            form class="form" method="post" action=(action) novalidate data-passkey="create" {
                (ui::text_field("name", "パスキーの名前").example("事務所のパソコン"))
                p role="alert" data-passkey-problem {}
                (ui::buttons(&[ui::button("パスキーを登録する").hook("passkey")]))
            }
            noscript { p { "パスキーの登録にはJavaScriptが必要です。下の方法をお使いください。" } }
        }))
        (ui::panel("パスワードと認証アプリを使う", &html! {
            (enrol::secret_words(&who.login, &secret))
            form class="form" method="post" action=(action) novalidate {
                input type="hidden" name="username" value=(who.login) autocomplete="username";
                (ui::secret("new_password", "新しいパスワード", ui::SecretKind::NewPassword).required()
                    .hint(format!("{shortest}文字以上。記号や数字を混ぜる必要はありません。関係のない語をいくつか並べると、覚えやすく推測されにくくなります。")))
                (enrol::code_field("code"))
                (ui::buttons(&[ui::button("設定する").sends("step", "password")]))
            }
        }))
    };
    Ok(cx.page("ログイン方法の設定", body).plain())
}

pub(super) async fn set_up(cx: Cx<allow::Anyone>, posted: Posted, openid: bool) -> Result<Reply, Fault> {
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let Some(invitation) = find(&cx, &mut tx).await? else { return Ok(over(&cx)) };
    match posted.get("step") {
        "passkey-begin" => {
            tx.commit().await?;
            Reply::json(&passkey::begin_registration(&cx, &invitation.person).await?)
        }
        "passkey" => with_passkey(&cx, tx, &invitation, &posted, openid).await,
        _ => {
            tx.commit().await?;
            with_password(&cx, &invitation, &posted, openid).await
        }
    }
}

async fn with_passkey(
    cx: &Cx<allow::Anyone>,
    mut tx: Tx,
    invitation: &Invitation,
    posted: &Posted,
    openid: bool,
) -> Result<Reply, Fault> {
    let (ceremony, answer, name) = (posted.get("ceremony"), posted.get("answer"), posted.get("name"));
    let id = invitation.person.id;
    if let Err(no) = passkey::finish_registration(cx, &mut tx, id, ceremony, answer, name).await? {
        tx.commit().await?;
        return Ok(Reply::refused(&form(cx, invitation, openid)?.problems(vec![Problem::at("name", no.words())])));
    }
    if !take(&mut tx, invitation).await? {
        return Ok(over(cx));
    }
    sqlx::query!("update staff set factors_since = clock_timestamp() where id = $1", id).execute(tx.sql()).await?;
    log(cx, &mut tx, invitation, "passkey").await?;
    tx.commit().await?;
    Ok(ready(
        cx,
        html! {
            p { "パスキーを登録しました。次からは、このパスキーでログインできます。" }
            p { "この機器をなくしたときのために、ログインした後で「ログイン設定」を開き、別の機器のパスキーも登録してください。" }
        },
    ))
}

async fn with_password(
    cx: &Cx<allow::Anyone>,
    invitation: &Invitation,
    posted: &Posted,
    openid: bool,
) -> Result<Reply, Fault> {
    let who = &invitation.person;
    let secret = secret(cx, invitation)?;
    let mut problems = Vec::new();
    let hash = match enrol::new_password(posted.get("new_password"), &who.login, &who.name).await? {
        Ok(hash) => Some(hash),
        Err(words) => {
            problems.push(Problem::at("new_password", words));
            None
        }
    };
    let mut tx = cx.gate().begin(Mode::Write).await?;
    let at = tx.now().await?.utc().unix_timestamp();
    let step = enrol::accepts(&secret, posted.get("code"), at);
    if step.is_none() {
        problems.push(Problem::at("code", enrol::WRONG_CODE));
    }
    let (Some(hash), Some(step)) = (hash, step) else {
        tx.commit().await?;
        return Ok(Reply::refused(&form(cx, invitation, openid)?.problems(problems)));
    };
    if !take(&mut tx, invitation).await? {
        return Ok(over(cx));
    }
    sqlx::query!(
        "update staff set password_hash = $2, totp_secret = $3, totp_last_step = $4,
                factors_since = clock_timestamp() where id = $1",
        who.id,
        hash,
        secret,
        step.0
    )
    .execute(tx.sql())
    .await?;
    let codes = recovery::renew(&mut tx, who.id).await?;
    log(cx, &mut tx, invitation, "password and code").await?;
    tx.commit().await?;
    Ok(ready(
        cx,
        html! {
            p { "設定しました。最後に、次の回復コードを控えてください。認証アプリの端末をなくしたときに使います。" }
            (enrol::codes_words(&codes))
        },
    ))
}

/// Uses the link up; `false` when somebody was faster with it.
async fn take(tx: &mut Tx, invitation: &Invitation) -> Result<bool, Fault> {
    let done = sqlx::query!(
        "update invitations set used_at = clock_timestamp() where id = $1 and used_at is null",
        invitation.id
    )
    .execute(tx.sql())
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn log(cx: &Cx<allow::Anyone>, tx: &mut Tx, invitation: &Invitation, way: &str) -> Result<(), Fault> {
    let object = format!("login:{}", invitation.person.login);
    let detail = json!({ "what": "factors-set", "way": way });
    Ok(tx.log_operation(&cx.audit(), Permission::Anyone, &object, Outcome::Done, detail).await?)
}

fn ready(cx: &Cx<allow::Anyone>, words: hojo_web::Markup) -> Reply {
    let body = html! { (words) (ui::buttons(&[ui::link_button("ログインする", "/sign-in")])) };
    Reply::page(&cx.page("ログイン方法を設定しました", body).plain())
}
