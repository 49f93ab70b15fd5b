//! 閲覧ログ: who saw whose case.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_web::ui::{self, Holds, column, data_table};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, csv, html};
use hojo_words::ids::PublicId;
use serde_json::json;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::filter::{Filter, Span};
use super::view::{self, Fields};
use super::{MOST, PAGE, cut, tabs};
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
    address: String,
    request_id: String,
    case_id: Option<Uuid>,
    number: Option<String>,
    applicant_name: Option<String>,
}

const PATH: &str = "/log/access";
const FIELDS: Fields = Fields { object: "案件（受付番号）", outcome: false };

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
    let body =
        page(&filter, &lines, next.as_deref(), today, may_export.then(|| cx.csrf()).as_deref(), Doors::of(cx.actor()));
    Ok(Reply::page(&cx.page("閲覧ログ", body).wide().problems(view::problems(&filter))))
}

pub async fn export(cx: Cx<allow::ExportLog>, posted: Posted) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| posted.get(name).to_owned()).from(None);
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let lines = select(&mut tx, &filter, filter.span(today), MOST).await?;
    let what = json!({ "log": "accesses", "filter": filter.address(PATH), "rows": lines.len() });
    tx.log_operation(&cx.audit(), Permission::ExportLog, "log", Outcome::Done, what).await?;
    tx.commit().await?;
    let name = format!("閲覧ログ_{}.csv", ui::date(today).replace('/', ""));
    Ok(Reply::download(file(&lines).into(), "text/csv; charset=utf-8", &name))
}

async fn select(tx: &mut Tx, f: &Filter, span: Span, limit: i64) -> Result<Vec<Line>, Fault> {
    let case = match f.object.as_str() {
        "" => None,
        number => sqlx::query!("select id from cases where number = $1", number)
            .fetch_optional(tx.sql())
            .await?
            // A number nobody has shows nothing, rather than everything.
            .map_or(Some(Uuid::nil()), |r| Some(r.id)),
    };
    let lines = sqlx::query_as!(
        Line,
        r#"select a.at, a.id, a.site, a.actor_name, a.permission, a.address, a.request_id,
                  c.public_id as "case_id?", c.number, c.applicant_name as "applicant_name?"
           from access_log a left join cases c on c.id = a.case_id
           where a.at >= $1 and a.at < $2
             and ($3 = '' or position($3 in a.actor_name) > 0)
             and ($4 = '' or a.permission = $4)
             and ($5::uuid is null or a.case_id = $5)
             and ($6::timestamptz is null or (a.at, a.id) < ($6, $7))
           order by a.at desc, a.id desc limit $8"#,
        span.from,
        span.to,
        f.person,
        f.permission.map_or("", Permission::code),
        case,
        f.after.and_then(Cursor::moment),
        f.after.map(Cursor::id),
        limit
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(lines)
}

fn page(filter: &Filter, lines: &[Line], next: Option<&str>, today: Date, csrf: Option<&str>, doors: Doors) -> Markup {
    html! {
        (tabs(PATH))
        (view::filters(PATH, filter, today, FIELDS))
        (table(lines, doors))
        (ui::pager(&format!("{}件を表示（新しい順）", ui::number(lines.len())), None, next))
        @if filter.after.is_some() { p { a href=(filter.from(None).address(PATH)) { "最初のページへ戻る" } } }
        @if let Some(csrf) = csrf { (view::export("/log/access/export", filter, csrf)) }
    }
}

fn table(lines: &[Line], doors: Doors) -> Markup {
    let head = vec![
        column("日時").holds(Holds::Date),
        column("見た人"),
        column("権限"),
        column("案件"),
        column("事業者"),
        column("接続元"),
    ];
    let mut table = data_table("閲覧の記録", head)
        .quiet_caption()
        .empty(html! { p { "この期間と条件に合う記録はありません。期間を広げるか、条件を減らしてください。" } });
    for l in lines {
        table = table.row(vec![
            html! { (ui::date_time_seconds(l.at)) },
            html! { (l.actor_name) br; span class="quiet" { (view::site(&l.site)) } },
            html! { (view::permission(&l.permission)) },
            case(l, doors),
            html! { (l.applicant_name.as_deref().unwrap_or("―")) },
            html! { (l.address) br; span class="quiet" { (l.request_id) } },
        ]);
    }
    html! { (table) }
}

fn case(l: &Line, doors: Doors) -> Markup {
    let number = l.number.as_deref().unwrap_or("（番号なし）");
    match l.case_id {
        Some(id) => doors.case(&PublicId::from_uuid(id).to_string(), number),
        None => html! { "―" },
    }
}

const HEAD: [&str; 8] = ["日時", "サイト", "見た人", "権限", "受付番号", "事業者", "接続元", "要求番号"];

fn file(lines: &[Line]) -> Vec<u8> {
    let rows = lines.iter().map(|l| {
        vec![
            ui::date_time_seconds(l.at),
            view::site(&l.site).to_owned(),
            l.actor_name.clone(),
            view::permission(&l.permission).to_owned(),
            l.number.clone().unwrap_or_default(),
            l.applicant_name.clone().unwrap_or_default(),
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

    #[test]
    fn a_line_says_who_saw_whose_case() {
        let line = Line {
            at: datetime!(2026-11-22 5:03:04 UTC),
            id: Uuid::from_u128(1),
            site: "office".into(),
            actor_name: "乙".into(),
            permission: "case.view".into(),
            address: "127.0.0.1".into(),
            request_id: "req".into(),
            case_id: Some(Uuid::from_u128(2)),
            number: Some("R1-00001".into()),
            applicant_name: Some("<見本>".into()),
        };
        let html =
            page(&Filter::default(), std::slice::from_ref(&line), None, date!(2026 - 11 - 22), None, Doors::NONE)
                .into_string();
        assert!(html.contains("R1-00001") && html.contains("案件を見る") && html.contains("&lt;見本&gt;"), "{html}");
        assert!(!html.contains("/log/access/export"));
        let text = String::from_utf8(file(&[line])).expect("UTF-8");
        assert!(text.contains("\"R1-00001\",\"<見本>\""), "{text}");
    }
}
