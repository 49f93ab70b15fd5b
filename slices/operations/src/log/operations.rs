//! 操作ログ: who did what to which thing, and how it ended.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_web::ui::{self, Holds, Tone, column, data_table};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, csv, html};
use serde_json::{Value, json};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::filter::{Filter, OUTCOMES, Span};
use super::view::{self, Fields};
use super::words::words;
use super::{MOST, PAGE, cut, object, tabs};
use crate::address::Cursor;
use crate::doors::Doors;

/// One line.
#[derive(Clone, Debug)]
struct Line {
    at: OffsetDateTime,
    id: Uuid,
    site: String,
    actor_name: String,
    permission: String,
    object: String,
    outcome: String,
    detail: Value,
    request_id: String,
    address: String,
}

/// One view of the log.
#[derive(Clone, Copy)]
struct View {
    path: &'static str,
    export: &'static str,
    title: &'static str,
    fields: Fields,
    /// Coming and going is what people do before they are anybody.
    only: Option<Permission>,
}

const OPERATIONS: View = View {
    path: "/log",
    export: "/log/export",
    title: "操作ログ",
    fields: Fields { object: "対象（受付番号・文書番号）", outcome: true },
    only: None,
};

const SIGN_INS: View = View {
    path: "/log/sign-ins",
    export: "/log/sign-ins/export",
    title: "ログインの記録",
    fields: Fields { object: "ログインID（login:に続けて入力）", outcome: true },
    only: Some(Permission::Anyone),
};

pub async fn list(cx: Cx<allow::ViewOperations>) -> Result<Reply, Fault> {
    show(cx, OPERATIONS).await
}

pub async fn export(cx: Cx<allow::ExportLog>, posted: Posted) -> Result<Reply, Fault> {
    take_out(cx, &posted, OPERATIONS).await
}

/// ログインの記録: who came in, who was turned away, who left.
pub async fn sign_ins(cx: Cx<allow::ViewOperations>) -> Result<Reply, Fault> {
    show(cx, SIGN_INS).await
}

pub async fn export_sign_ins(cx: Cx<allow::ExportLog>, posted: Posted) -> Result<Reply, Fault> {
    take_out(cx, &posted, SIGN_INS).await
}

async fn show(cx: Cx<allow::ViewOperations>, view: View) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let object = object(&mut tx, &filter.object).await?;
    let wanted = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut lines = select(&mut tx, view, &filter, &object, filter.span(today), wanted).await?;
    tx.commit().await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|l| filter.from(Some(Cursor::of(l.at, l.id))).address(view.path));
    let may_export = cx.actor().holds(Permission::ExportLog);
    let body = page(
        view,
        &filter,
        &lines,
        next.as_deref(),
        today,
        may_export.then(|| cx.csrf()).as_deref(),
        Doors::of(cx.actor()),
    );
    Ok(Reply::page(&cx.page(view.title, body).wide().problems(view::problems(&filter))))
}

async fn take_out(cx: Cx<allow::ExportLog>, posted: &Posted, view: View) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| posted.get(name).to_owned()).from(None);
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let object = object(&mut tx, &filter.object).await?;
    let lines = select(&mut tx, view, &filter, &object, filter.span(today), MOST).await?;
    let what = json!({ "log": view.path, "filter": filter.address(view.path), "rows": lines.len() });
    tx.log_operation(&cx.audit(), Permission::ExportLog, "log", Outcome::Done, what).await?;
    tx.commit().await?;
    let name = format!("{}_{}.csv", view.title, ui::date(today).replace('/', ""));
    Ok(Reply::download(file(&lines).into(), "text/csv; charset=utf-8", &name))
}

async fn select(tx: &mut Tx, view: View, f: &Filter, object: &str, span: Span, limit: i64) -> Result<Vec<Line>, Fault> {
    let lines = sqlx::query_as!(
        Line,
        r#"select at, id, site, actor_name, permission, object, outcome, detail, request_id, address
           from operation_log
           where at >= $1 and at < $2
             and ($3 = '' or position($3 in actor_name) > 0)
             and ($4 = '' or permission = $4)
             and ($5 = '' or object = $5)
             and ($6 = '' or outcome = $6)
             and ($7::timestamptz is null or (at, id) < ($7, $8))
           order by at desc, id desc limit $9"#,
        span.from,
        span.to,
        f.person,
        view.only.or(f.permission).map_or("", Permission::code),
        object,
        f.outcome,
        f.after.and_then(Cursor::moment),
        f.after.map(Cursor::id),
        limit
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(lines)
}

fn page(
    view: View,
    filter: &Filter,
    lines: &[Line],
    next: Option<&str>,
    today: Date,
    csrf: Option<&str>,
    doors: Doors,
) -> Markup {
    html! {
        (tabs(view.path))
        (view::filters(view.path, filter, today, view.fields))
        (table(lines, doors))
        (ui::pager(&format!("{}件を表示（新しい順）", ui::number(lines.len())), None, next))
        @if filter.after.is_some() { p { a href=(filter.from(None).address(view.path)) { "最初のページへ戻る" } } }
        @if let Some(csrf) = csrf { (view::export(view.export, filter, csrf)) }
    }
}

fn table(lines: &[Line], doors: Doors) -> Markup {
    let head = vec![
        column("日時").holds(Holds::Date),
        column("人"),
        column("操作"),
        column("対象"),
        column("結果"),
        column("内容"),
        column("接続元"),
    ];
    let mut table = data_table("操作の記録", head)
        .quiet_caption()
        .empty(html! { p { "この期間と条件に合う記録はありません。期間を広げるか、条件を減らしてください。" } });
    for l in lines {
        table = table.row(vec![
            html! { (ui::date_time_seconds(l.at)) },
            html! { (l.actor_name) br; span class="quiet" { (view::site(&l.site)) } },
            html! { (view::permission(&l.permission)) },
            thing(&l.object, doors),
            outcome(&l.outcome),
            html! { (words(&l.detail)) },
            html! { (l.address) br; span class="quiet" { (l.request_id) } },
        ]);
    }
    html! { (table) }
}

/// A thing of the log as a link, where there is a page for it.
fn thing(object: &str, doors: Doors) -> Markup {
    match object.split_once(':') {
        Some(("case", id)) => {
            html! { (doors.case(id, "案件")) " " a class="quiet" href={ "/log?object=" (object) } { "この案件の操作" } }
        }
        Some(("letter", id)) => doors.letter(id, "通知書"),
        _ => html! { (object) },
    }
}

fn outcome(code: &str) -> Markup {
    let label = OUTCOMES.iter().find(|(c, _)| *c == code).map_or(code, |(_, l)| *l);
    match code {
        "done" => html! { (label) },
        "refused" => html! { (ui::chip(Tone::Warn, label)) },
        _ => html! { (ui::chip(Tone::Error, label)) },
    }
}

const HEAD: [&str; 9] = ["日時", "サイト", "人", "操作", "対象", "結果", "内容", "接続元", "要求番号"];

fn file(lines: &[Line]) -> Vec<u8> {
    let rows = lines.iter().map(|l| {
        vec![
            ui::date_time_seconds(l.at),
            view::site(&l.site).to_owned(),
            l.actor_name.clone(),
            view::permission(&l.permission).to_owned(),
            l.object.clone(),
            OUTCOMES.iter().find(|(c, _)| *c == l.outcome).map_or(l.outcome.as_str(), |(_, w)| w).to_owned(),
            words(&l.detail),
            l.address.clone(),
            l.request_id.clone(),
        ]
    });
    csv::file(&HEAD, rows.chain(cut(lines.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    fn line(outcome: &str) -> Line {
        Line {
            at: datetime!(2026-11-22 5:03:04 UTC),
            id: Uuid::from_u128(1),
            site: "office".into(),
            actor_name: "=乙".into(),
            permission: "filing.return".into(),
            object: "case:0000000000000000000000000g".into(),
            outcome: outcome.into(),
            detail: json!({ "events": ["returned"], "number": "R1-00001", "none": null }),
            request_id: "req".into(),
            address: "127.0.0.1".into(),
        }
    }

    #[test]
    fn a_line_says_who_what_and_how_it_ended() {
        let html =
            page(OPERATIONS, &Filter::default(), &[line("failed")], None, date!(2026 - 11 - 22), Some("t"), Doors::ALL)
                .into_string();
        for part in [
            "2026/11/22 14:03:04",
            "申請を差し戻す",
            "失敗",
            "/cases/0000000000000000000000000g",
            "出来事：差戻し、番号：R1-00001",
            "2026/10/23",
            "/log/export",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let without =
            page(OPERATIONS, &Filter::default(), &[], None, date!(2026 - 11 - 22), None, Doors::ALL).into_string();
        assert!(without.contains("記録はありません") && !without.contains("/log/export"));
    }

    #[test]
    fn the_file_is_safe_in_a_spreadsheet() {
        let text = String::from_utf8(file(&[line("done")])).expect("UTF-8");
        assert!(text.contains("\"'=乙\"") && text.contains("\"実行\""), "{text}");
        assert_eq!(text.lines().count(), 2);
    }
}
