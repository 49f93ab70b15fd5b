//! GET /obligations: everything owed, the most urgent first; and the same as a file.

use hojo_access::{Permission, allow};
use hojo_db::Outcome;
use hojo_web::ui::{self, Tone};
use hojo_web::{Cx, Fault, Posted, Reply, csv};
use serde_json::json;
use time::Duration;

use super::filter::{Filter, From, SOON_DAYS};
use super::rows;
use super::view::{self, Around};
use crate::common::me;

/// Rows on one page.
const PAGE: usize = 50;
/// Changes that could not take hold: more than this is a fault of ours, not work for a clerk.
const MOST_HELD_UP: i64 = 50;
/// More than a spreadsheet of this length is a job of its own.
const MOST: i64 = 10_000;

pub async fn show(cx: Cx<allow::ViewCase>) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let parameters = filter.parameters(today);
    let found = rows::page(&mut tx, &filter, today, PAGE).await?;
    let around = Around {
        counts: rows::counts(&mut tx, &parameters, today, today + Duration::days(SOON_DAYS)).await?,
        procedures: rows::procedures(&mut tx).await?,
        rounds: rows::rounds(&mut tx).await?,
        waiting: rows::waiting(&mut tx).await?,
        held_up: tx.held_up(today, MOST_HELD_UP).await?,
        me: me(cx.actor())?.0,
        may_move: cx.actor().holds(Permission::MoveDue),
        may_export: cx.actor().holds(Permission::ExportCases),
        csrf: cx.csrf(),
        today,
    };
    tx.commit().await?;
    let mut page = cx.page("義務と期限", view::page(&filter, &found, &around)).wide();
    let words = match cx.query("done") {
        "proposed" => "期限の変更を起案しました。別の人の承認を待っています",
        "approved" => "期限を変更しました",
        "refused" => "期限の変更の起案を取り下げました",
        _ => "",
    };
    if !words.is_empty() {
        page = page.banner(&ui::banner(Tone::Success, words).announce());
    }
    Ok(Reply::page(&page))
}

const HEAD: [&str; 11] = [
    "受付番号",
    "事業者",
    "事業計画名",
    "公募回",
    "提出するもの",
    "提出できる日",
    "期限",
    "当初の期限",
    "状態",
    "最後の督促",
    "期限の変更",
];

pub async fn export(cx: Cx<allow::ExportCases>, posted: Posted) -> Result<Reply, Fault> {
    let filter = Filter { from: From::Start, ..Filter::read(|name| posted.get(name).to_owned()) };
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let lines = rows::all(&mut tx, &filter, today, MOST).await?;
    let what = json!({ "filter": filter.address(), "rows": lines.len() });
    tx.log_operation(&cx.audit(), Permission::ExportCases, "dues", Outcome::Done, what).await?;
    tx.commit().await?;
    let told = lines.into_iter().map(|line| {
        let state = view::state(&line, today).to_owned();
        vec![
            line.number.unwrap_or_default(),
            line.applicant_name,
            line.case_title,
            line.round,
            line.title,
            line.opens_on.map(ui::date).unwrap_or_default(),
            ui::date(line.due_on),
            line.moved_from.map(ui::date).unwrap_or_default(),
            state,
            line.reminded_at.map(ui::date_time).unwrap_or_default(),
            if line.waiting { "承認待ち".to_owned() } else { String::new() },
        ]
    });
    let name = format!("義務と期限_{}.csv", ui::date(today).replace('/', ""));
    Ok(csv::download(&name, &HEAD, told))
}
