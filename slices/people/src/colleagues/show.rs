//! One colleague: what is known, and what an administrator can do.

use hojo_access::{Access, Permission, allow};
use hojo_db::Tx;
use hojo_web::ui::{self, Problem, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Colleague, find, kind_words};

struct Open {
    kind: String,
    reason: String,
    made_by: Uuid,
    maker: String,
    made_at: OffsetDateTime,
    approved: bool,
    expires_at: Option<OffsetDateTime>,
}

pub(super) async fn show(cx: Cx<allow::ManagePeople>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let who = find(&cx, &mut tx).await?;
    let mut page = page(&cx, &mut tx, &who).await?;
    tx.commit().await?;
    let words = match cx.query("done") {
        "invited" => "招待しました。案内のメールが本人に届きます。",
        "recovery-proposed" => "再設定を起案しました。別の管理者の承認を待っています。",
        "recovery-approved" => {
            "再設定を承認しました。これまでのログイン方法は使えなくなり、案内のメールが本人に届きます。"
        }
        "recovery-refused" => "再設定の起案を取り消しました。",
        "reopen-proposed" => "利用の再開を起案しました。別の管理者の承認を待っています。",
        "reopen-approved" => "利用を再開しました。ログイン方法を設定する案内のメールが本人に届きます。",
        "reopen-refused" => "利用の再開の起案を取り消しました。",
        "closed" => "利用を停止しました。ログイン中だった場合も、次の操作から使えません。",
        _ => "",
    };
    if !words.is_empty() {
        page = page.banner(&ui::banner(Tone::Success, words).announce());
    }
    Ok(Reply::page(&page))
}

/// The page again, with what was wrong.
pub(super) async fn refused<A: Access>(
    cx: &Cx<A>,
    mut tx: Tx,
    who: Colleague,
    field: &str,
    words: &str,
) -> Result<Reply, Fault> {
    let page = page(cx, &mut tx, &who).await?;
    tx.commit().await?;
    Ok(Reply::refused(&page.problems(vec![Problem::at(field, words)])))
}

async fn page<A: Access>(cx: &Cx<A>, tx: &mut Tx, who: &Colleague) -> Result<ui::Shell, Fault> {
    let open = sqlx::query_as!(
        Open,
        r#"select i.kind, i.reason, i.made_by, m.name as maker, i.made_at, i.approved_at is not null as "approved!", i.expires_at
           from invitations i join staff m on m.id = i.made_by
           where i.staff_id = $1 and i.used_at is null and i.cancelled_at is null order by i.made_at desc"#,
        who.id
    )
    .fetch_all(tx.sql())
    .await?;
    let body = html! {
        (ui::facts(&[
            ("ログインID", html! { (who.login) }),
            ("区分", html! { (kind_words(&who.kind)) }),
            ("役割", html! { (who.roles.join("、")) }),
            ("所属", html! { (who.organisation.as_deref().unwrap_or("―")) }),
            ("メールアドレス", html! { (who.email.as_deref().unwrap_or("―")) }),
            ("状態", html! { @match who.disabled_at { Some(at) => { "停止（" (ui::date_time(at)) "）" }, None => { "利用できます" } } }),
            ("ログイン方法を設定した日", html! { @match who.factors_since { Some(at) => (ui::date_time(at)), None => { "―" } } }),
        ]))
        @for one in &open { (invitation(cx, who, one)) }
        @if who.disabled_at.is_some() && cx.actor().holds(Permission::RecoverPeople) && open.is_empty() { (reopening(cx, who)) }
        @if who.disabled_at.is_none() {
            @if cx.actor().holds(Permission::RecoverPeople) && open.is_empty() { (recovery(cx, who)) }
            @if cx.actor().holds(Permission::ManagePeople) && Some(who.id) != cx.actor().id() {
                (ui::panel("退職・任期満了", &html! {
                    (ui::buttons(&[ui::link_button("利用を停止する", format!("/people/{}/close", who.public_id)).danger()]))
                }))
            }
        }
    };
    Ok(cx.page(who.name.clone(), body).breadcrumb(vec![("職員・審査員".into(), "/people".into())]))
}

fn invitation<A: Access>(cx: &Cx<A>, who: &Colleague, one: &Open) -> Markup {
    let until = html! { @match one.expires_at { Some(at) => (ui::date_time(at)), None => { "メールの送信待ち" } } };
    let base = format!("/people/{}", who.public_id);
    if one.kind == "first" {
        return ui::panel(
            "招待中",
            &html! {
                (ui::facts(&[("招待した人", html! { (one.maker) "　" (ui::date_time(one.made_at)) }), ("リンクの期限", until)]))
                form class="form" method="post" action={ (base) "/invite" } {
                    (ui::csrf_field(&cx.csrf()))
                    (ui::buttons(&[ui::button("案内をもう一度送る").outline()]))
                    p class="note" { "前のリンクは使えなくなります。" }
                }
            },
        );
    }
    let mine = Some(one.made_by) == cx.actor().id() || Some(who.id) == cx.actor().id();
    ui::panel(
        if one.kind == "reopen" { "利用の再開" } else { "ログイン方法の再設定" },
        &html! {
            (ui::facts(&[
                ("起案", html! { (one.maker) "　" (ui::date_time(one.made_at)) }),
                ("理由と確認の方法", html! { span class="prewrap" { (one.reason) } }),
            ]))
            @if one.approved { p { "承認されました。リンクの期限：" (until) } }
            @else if cx.actor().holds(Permission::RecoverPeople) {
                @if mine { p { "起案した人は承認できません。別の管理者に承認を依頼してください。" } }
                @else { p { "電話や対面など、メール以外の方法で本人であることを確かめてから承認してください。承認すると、これまでのログイン方法はすべて使えなくなります。" } }
                form class="form" method="post" action={ (base) "/recovery/decide" } {
                    (ui::csrf_field(&cx.csrf()))
                    @if mine { (ui::buttons(&[ui::button("起案を取り消す").danger().sends("decision", "refuse")])) }
                    @else {
                        (ui::buttons(&[
                            ui::button("承認する").sends("decision", "approve"),
                            ui::button("却下する").danger().sends("decision", "refuse"),
                        ]))
                    }
                }
            }
        },
    )
}

fn reopening<A: Access>(cx: &Cx<A>, who: &Colleague) -> Markup {
    ui::panel(
        "利用の再開",
        &html! {
            p { "停止した人が戻るときの手続です。管理者2人の確認が必要です。役割は停止したときのまま戻るため、先に「権限」の画面で確かめてください。ログイン方法は新しく設定します。" }
            form class="form" method="post" action={ "/people/" (who.public_id) "/recovery" } novalidate {
                (ui::csrf_field(&cx.csrf()))
                (ui::textarea("reason", "再開する理由", 1_000).required().example("再任用のため"))
                (ui::buttons(&[ui::button("利用の再開を起案する")]))
            }
        },
    )
}

fn recovery<A: Access>(cx: &Cx<A>, who: &Colleague) -> Markup {
    ui::disclosure(
        "端末をなくした人のログイン方法を再設定する",
        &html! {
            p { "パスキーも、パスワードと認証アプリも、回復コードも使えなくなった人のための手続です。管理者2人の確認が必要です。" }
            form class="form" method="post" action={ "/people/" (who.public_id) "/recovery" } novalidate {
                (ui::csrf_field(&cx.csrf()))
                (ui::textarea("reason", "理由と、本人であることを確かめた方法", 1_000).required().example("スマートフォンを紛失。本人が来所し、職員証で確認した。"))
                (ui::buttons(&[ui::button("再設定を起案する")]))
            }
        },
    )
}
