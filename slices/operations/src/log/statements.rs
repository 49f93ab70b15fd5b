//! データベースの直接利用: what office IT asked the database itself, statement by statement.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_web::ui::{self, Holds, column, data_table};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, csv, html};
use serde_json::json;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::filter::{Filter, Span};
use super::view::{self, Fields};
use super::{MOST, PAGE, cut, tabs};
use crate::address::Cursor;

/// One statement.
#[derive(Clone, Debug)]
struct Line {
    at: OffsetDateTime,
    id: Uuid,
    login: String,
    person: String,
    address: String,
    statement: String,
}

const PATH: &str = "/log/statements";
const FIELDS: Fields = Fields { object: "文の一部", outcome: false };

pub async fn list(cx: Cx<allow::ViewOperations>) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let wanted = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut lines = select(&mut tx, &filter, filter.span(today), wanted).await?;
    tx.commit().await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|l| filter.from(Some(Cursor::of(l.at, l.id))).address(PATH));
    let may_export = cx.actor().holds(Permission::ExportLog);
    let body = page(&filter, &lines, next.as_deref(), today, may_export.then(|| cx.csrf()).as_deref());
    Ok(Reply::page(&cx.page("データベースの直接利用", body).wide().problems(view::problems(&filter))))
}

pub async fn export(cx: Cx<allow::ExportLog>, posted: Posted) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| posted.get(name).to_owned()).from(None);
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let lines = select(&mut tx, &filter, filter.span(today), MOST).await?;
    let what = json!({ "log": PATH, "filter": filter.address(PATH), "rows": lines.len() });
    tx.log_operation(&cx.audit(), Permission::ExportLog, "log", Outcome::Done, what).await?;
    tx.commit().await?;
    let name = format!("データベースの直接利用_{}.csv", ui::date(today).replace('/', ""));
    Ok(Reply::download(file(&lines).into(), "text/csv; charset=utf-8", &name))
}

async fn select(tx: &mut Tx, f: &Filter, span: Span, limit: i64) -> Result<Vec<Line>, Fault> {
    let lines = sqlx::query_as!(
        Line,
        r#"select at, id, login, person, address, statement from statement_log
           where at >= $1 and at < $2
             and ($3 = '' or position($3 in person) > 0 or position($3 in login) > 0)
             and ($4 = '' or position(lower($4) in lower(statement)) > 0)
             and ($5::timestamptz is null or (at, id) < ($5, $6))
           order by at desc, id desc limit $7"#,
        span.from,
        span.to,
        f.person,
        f.object,
        f.after.and_then(Cursor::moment),
        f.after.map(Cursor::id),
        limit
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(lines)
}

fn page(filter: &Filter, lines: &[Line], next: Option<&str>, today: Date, csrf: Option<&str>) -> Markup {
    html! {
        (tabs(PATH))
        (view::filters(PATH, filter, today, FIELDS))
        (table(lines))
        (ui::pager(&format!("{}件を表示（新しい順）", ui::number(lines.len())), None, next))
        @if filter.after.is_some() { p { a href=(filter.from(None).address(PATH)) { "最初のページへ戻る" } } }
        @if let Some(csrf) = csrf { (view::export("/log/statements/export", filter, csrf)) }
    }
}

fn table(lines: &[Line]) -> Markup {
    let head = vec![column("日時").holds(Holds::Date), column("人"), column("実行した文"), column("接続元")];
    let mut table = data_table("データベースで実行した文", head)
        .quiet_caption()
        .empty(html! { p { "この期間と条件に合う記録はありません。期間を広げるか、条件を減らしてください。" } });
    for l in lines {
        table = table.row(vec![
            html! { (ui::date_time_seconds(l.at)) },
            html! { (l.person) br; span class="quiet" { (l.login) } },
            html! { (l.statement) },
            html! { (l.address) },
        ]);
    }
    html! { (table) }
}

const HEAD: [&str; 5] = ["日時", "人", "接続用の名前", "実行した文", "接続元"];

fn file(lines: &[Line]) -> Vec<u8> {
    let rows = lines.iter().map(|l| {
        vec![ui::date_time_seconds(l.at), l.person.clone(), l.login.clone(), l.statement.clone(), l.address.clone()]
    });
    csv::file(&HEAD, rows.chain(cut(lines.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn a_statement_is_shown_and_never_run() {
        let line = Line {
            at: datetime!(2026-11-22 5:03:04 UTC),
            id: Uuid::from_u128(1),
            login: "hojo_it_ab".into(),
            person: "乙".into(),
            address: "10.0.0.1".into(),
            statement: "=select '<b>'".into(),
        };
        let html = page(&Filter::default(), std::slice::from_ref(&line), None, date!(2026 - 11 - 22), Some("t"));
        let html = html.into_string();
        assert!(html.contains("&lt;b&gt;") && html.contains("/log/statements/export"), "{html}");
        assert!(String::from_utf8(file(&[line])).expect("UTF-8").contains("\"'=select"));
    }
}
