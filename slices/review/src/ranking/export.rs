//! CSVで保存: what the list shows, written down in the log.

use hojo_access::{Permission, allow};
use hojo_db::Outcome;
use hojo_web::{Cx, Fault, Posted, Reply, csv, ui};
use serde_json::json;

use super::filter::Filter;
use super::rows::Scored;
use super::show::ranked;
use crate::common::{pick, points};

const HEAD: [&str; 15] = [
    "順位",
    "受付番号",
    "事業者",
    "事業計画名",
    "申請枠",
    "都道府県",
    "業種",
    "平均点",
    "開き",
    "加点",
    "減点",
    "合計",
    "申請額（円）",
    "確定した採点",
    "適格性（適／否）",
];

pub async fn export(cx: Cx<allow::ViewScores>, posted: Posted) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| posted.get(name).to_owned());
    let mut tx = cx.tx().await?;
    let round = pick(&mut tx, &filter.round).await?.chosen.ok_or(Fault::NotFound)?;
    let lines: Vec<_> = ranked(&mut tx, round.id).await?.into_iter().filter(|(_, c)| filter.admits(c)).collect();
    let today = tx.now().await?.date();
    let what = json!({ "round": round.public_id, "rows": lines.len(), "filter": filter.address(0) });
    tx.log_operation(&cx.audit(), Permission::ViewScores, "ranking", Outcome::Done, what).await?;
    tx.commit().await?;
    let name = format!("採点順位_{}.csv", ui::date(today).replace('/', ""));
    Ok(csv::download(&name, &HEAD, lines.iter().map(|(rank, c)| cells(*rank, c))))
}

fn cells(rank: Option<u32>, c: &Scored) -> Vec<String> {
    let score = c.score.as_ref();
    vec![
        rank.map(|r| r.to_string()).unwrap_or_default(),
        c.number.clone(),
        c.name.clone(),
        c.title.clone(),
        c.frame.clone(),
        c.prefecture.clone(),
        c.industry.clone(),
        score.map(|s| points(s.mean)).unwrap_or_default(),
        score.map(|s| points(s.spread)).unwrap_or_default(),
        points(c.bonus),
        points(c.deduction),
        score.and_then(|_| c.as_run_case().points().ok()).map(points).unwrap_or_default(),
        c.requested.to_string(),
        format!("{}／{}", c.sheets, c.wanted),
        score.map(|s| format!("{}／{}", s.passes, s.fails)).unwrap_or_default(),
    ]
}
