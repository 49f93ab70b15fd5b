//! CSVで取り出す: what the list shows, formulas disarmed, written down in the log.

use std::collections::BTreeMap;

use hojo_access::{Permission, allow};
use hojo_case::Position;
use hojo_db::{Outcome, Tx};
use hojo_web::{Cx, Fault, Posted, Reply, csv, ui};
use serde_json::json;

use super::filter::{Filter, From};
use super::rows::{self, Line};
use crate::common::{dossier, me};

/// More than a spreadsheet of this length is a job of its own.
const MOST: i64 = 10_000;

pub async fn export(cx: Cx<allow::ExportCases>, posted: Posted) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| posted.get(name).to_owned()).from(From::Start);
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let lines = rows::all(&mut tx, &filter, me(cx.actor())?, today, MOST).await?;
    let (frames, names) = words(&mut tx).await?;
    let what = json!({ "filter": filter.address(), "rows": lines.len() });
    tx.log_operation(&cx.audit(), Permission::ExportCases, "cases", Outcome::Done, what).await?;
    tx.commit().await?;
    let name = format!("案件一覧_{}.csv", ui::date(today).replace('/', ""));
    Ok(csv::download(&name, &HEAD, lines.iter().map(|l| cells(l, &frames, &names))))
}

/// The words for frames and for procedures, of every edition in use.
async fn words(tx: &mut Tx) -> Result<(Vec<(String, String)>, BTreeMap<String, String>), Fault> {
    let rounds = sqlx::query!("select distinct edition_id from rounds").fetch_all(tx.sql()).await?;
    let (mut all, mut names) = (Vec::new(), BTreeMap::new());
    for r in rounds {
        let edition = tx.edition(&r.edition_id).await?;
        names.extend(edition.procedures.values().map(|p| (p.code.clone(), p.title.clone())));
        if let Some(list) = edition.frames() {
            all.extend(list.options.keys().map(|k| (k.clone(), dossier::frame(&edition, k))));
        }
    }
    Ok((all, names))
}

const HEAD: [&str; 12] = [
    "受付番号",
    "手続",
    "事業者",
    "事業計画名",
    "枠",
    "工程",
    "結果",
    "申請額（円）",
    "期限",
    "期限後の再提出",
    "受付日時",
    "担当",
];

fn cells(l: &Line, frames: &[(String, String)], names: &BTreeMap<String, String>) -> Vec<String> {
    let frame = frames.iter().find(|(k, _)| *k == l.frame).map_or(&l.frame, |(_, v)| v);
    vec![
        l.number.clone().unwrap_or_default(),
        names.get(&l.procedure).unwrap_or(&l.procedure).clone(),
        l.applicant_name.clone(),
        l.title.clone(),
        frame.clone(),
        Position::from_code(&l.position).map_or_else(|| l.position.clone(), |p| p.label().to_owned()),
        outcome(l.outcome.as_deref()).to_owned(),
        l.requested.map(|y| y.to_string()).unwrap_or_default(),
        l.due_on.map(ui::date).unwrap_or_default(),
        l.late_since.map(|due| format!("期限 {}", ui::date(due))).unwrap_or_default(),
        l.filed_at.map(ui::date_time_seconds).unwrap_or_default(),
        l.assignee.clone().unwrap_or_default(),
    ]
}

/// The outcome in words: the flow's, or one of the three of a selection.
fn outcome(code: Option<&str>) -> String {
    code.map_or_else(String::new, |code| hojo_case::Outcome::new(code).label().to_owned())
}
