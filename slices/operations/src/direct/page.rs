//! The page: who has it now, issuing, withdrawing.

use hojo_access::{Permission, allow};
use hojo_db::Outcome;
use hojo_web::ui::{self, Choice, Holds, Problem, Tone, column, data_table};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use serde_json::json;
use time::OffsetDateTime;

use super::{Issued, issue, withdraw};

const PATH: &str = "/database-access";
const TITLE: &str = "データベースの直接利用";

/// One login, past or present.
#[derive(Clone, Debug)]
struct Line {
    login: String,
    person: String,
    reason: String,
    issued_by: String,
    issued_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    withdrawn_at: Option<OffsetDateTime>,
    expired: bool,
}

#[derive(Default)]
struct Typed {
    person: String,
    reason: String,
    days: String,
}

pub(crate) async fn list(cx: Cx<allow::ManageDatabaseAccess>) -> Result<Reply, Fault> {
    let done = match cx.query("done") {
        "withdrawn" => Some("取り消しました。開いていた接続も切りました。"),
        _ => None,
    };
    let mut page = cx.page(TITLE, body(&cx, &Typed::default(), None).await?).wide();
    if let Some(words) = done {
        page = page.banner(&ui::banner(Tone::Success, words).announce());
    }
    Ok(Reply::page(&page))
}

pub(crate) async fn issue_page(cx: Cx<allow::ManageDatabaseAccess>, posted: Posted) -> Result<Reply, Fault> {
    let text = |name: &str| posted.get(name).trim().to_owned();
    let typed = Typed { person: text("person"), reason: text("reason"), days: text("days") };
    let mut problems = Vec::new();
    if typed.person.is_empty() || typed.person.chars().count() > 100 {
        problems.push(Problem::at("person", "利用する人の氏名を100文字以内で入力してください。"));
    }
    if typed.reason.is_empty() || typed.reason.chars().count() > 500 {
        problems.push(Problem::at("reason", "利用の目的を500文字以内で入力してください。"));
    }
    let days = typed.days.parse().ok().filter(|d| DAYS.iter().any(|(n, _)| n == d));
    let Some(days) = days.filter(|_| problems.is_empty()) else {
        if days.is_none() {
            problems.push(Problem::at("days", "期限を選んでください。"));
        }
        let body = body(&cx, &typed, None).await?;
        return Ok(Reply::refused(&cx.page(TITLE, body).wide().problems(problems)));
    };
    let mut tx = cx.tx().await?;
    let issued = issue(&mut tx, &typed.person, &typed.reason, days, cx.actor().name()).await?;
    let what = json!({ "what": "database-access-issued", "to": typed.person, "reason": typed.reason });
    let object = format!("database:{}", issued.login);
    tx.log_operation(&cx.audit(), Permission::ManageDatabaseAccess, &object, Outcome::Done, what).await?;
    tx.commit().await?;
    // Not after a redirect: the password is in this answer only.
    Ok(Reply::page(&cx.page(TITLE, body(&cx, &Typed::default(), Some(&issued)).await?).wide()))
}

pub(crate) async fn withdraw_page(cx: Cx<allow::ManageDatabaseAccess>, posted: Posted) -> Result<Reply, Fault> {
    let login = posted.get("login");
    let mut tx = cx.tx().await?;
    withdraw(&mut tx, login, cx.actor().name()).await?;
    let what = json!({ "what": "database-access-withdrawn" });
    let object = format!("database:{login}");
    tx.log_operation(&cx.audit(), Permission::ManageDatabaseAccess, &object, Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("{PATH}?done=withdrawn")))
}

const DAYS: [(i64, &str); 3] = [(1, "1日"), (7, "7日"), (31, "31日")];

async fn body(cx: &Cx<allow::ManageDatabaseAccess>, typed: &Typed, issued: Option<&Issued>) -> Result<Markup, Fault> {
    let mut tx = cx.tx().await?;
    let lines = sqlx::query_as!(
        Line,
        r#"select login, person, reason, issued_by, issued_at, expires_at, withdrawn_at,
                  expires_at < clock_timestamp() as "expired!"
           from database_access order by issued_at desc limit 200"#
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(view(&lines, typed, issued, &cx.csrf()))
}

fn view(lines: &[Line], typed: &Typed, issued: Option<&Issued>, csrf: &str) -> Markup {
    let days = DAYS.iter().map(|(n, label)| Choice::new(n.to_string(), *label)).collect();
    html! {
        @if let Some(i) = issued {
            (ui::banner(Tone::Success, "接続用の名前とパスワードを作りました").body(html! {
                p { "この画面を閉じると、パスワードは二度と表示されません。本人に直接渡してください。" }
                (ui::facts(&[
                    ("接続用の名前", html! { code { (i.login) } }),
                    ("パスワード", html! { code { (i.password) } }),
                    ("期限", html! { (ui::date_time(i.expires_at)) }),
                ]))
            }).announce())
        }
        p { "事務局のIT担当者が、データベースを直接調べるための接続です。個人情報・口座・自由記述の項目は「＊」と表示され、パスワードなどの項目はありません。読むことしかできず、実行した文はすべて記録されます。" }
        form class="form" method="post" action=(PATH) novalidate {
            (ui::csrf_field(csrf))
            (ui::text_field("person", "利用する人の氏名").value(typed.person.clone()).required())
            (ui::textarea("reason", "利用の目的", 500).value(typed.reason.clone()).required())
            (ui::select("days", "期限", days).value(typed.days.clone()).required())
            (ui::buttons(&[ui::button("接続を許可する")]))
        }
        (table(lines, csrf))
        p { a href="/log/statements" { "実行した文の記録を見る" } }
    }
}

fn table(lines: &[Line], csrf: &str) -> Markup {
    let head = vec![
        column("利用する人"),
        column("目的"),
        column("許可した人"),
        column("期限").holds(Holds::Date),
        column("状態"),
    ];
    let mut table = data_table("許可した接続", head).empty(html! { p { "許可した接続はありません。" } });
    for l in lines {
        let state = match l.withdrawn_at {
            Some(at) => html! { "取消し " (ui::date_time(at)) },
            None if l.expired => html! { "期限切れ" },
            None => html! {
                form method="post" action={ (PATH) "/withdraw" } {
                    (ui::csrf_field(csrf))
                    input type="hidden" name="login" value=(l.login);
                    (ui::button("取り消す").danger().small().about(format!("{} {}", l.person, l.login)))
                }
            },
        };
        table = table.row(vec![
            html! { (l.person) br; span class="quiet" { (l.login) } },
            html! { (l.reason) },
            html! { (l.issued_by) br; span class="quiet" { (ui::date_time(l.issued_at)) } },
            html! { (ui::date_time(l.expires_at)) },
            state,
        ]);
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_password_is_shown_once_and_only_living_logins_can_be_withdrawn() {
        let at = datetime!(2026-11-22 5:00 UTC);
        let line = |withdrawn_at, expired| Line {
            login: "hojo_it_x".into(),
            person: "<乙>".into(),
            reason: "障害の調査".into(),
            issued_by: "甲".into(),
            issued_at: at,
            expires_at: at,
            withdrawn_at,
            expired,
        };
        let issued = Issued { login: "hojo_it_y".into(), password: "p".repeat(32), expires_at: at };
        let html = view(&[line(None, false)], &Typed::default(), Some(&issued), "t").into_string();
        assert!(html.contains(&issued.password) && html.contains("取り消す") && html.contains("&lt;乙&gt;"), "{html}");
        let html = view(&[line(Some(at), false), line(None, true)], &Typed::default(), None, "t").into_string();
        assert!(!html.contains("取り消す") && html.contains("期限切れ") && html.contains("取消し 2026"), "{html}");
    }
}
