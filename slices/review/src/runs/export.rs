//! CSVで保存: a run as a spreadsheet, with everything that ranked it.

use hojo_access::{Permission, allow};
use hojo_db::Outcome;
use hojo_selection::{Ranked, RunCase};
use hojo_web::{Cx, Fault, Posted, Reply, csv};
use serde_json::json;

use super::show::by_key;
use super::store;
use crate::common::points;

const HEAD: [&str; 17] = [
    "順位",
    "受付番号",
    "事業者",
    "事業計画名",
    "申請枠",
    "都道府県",
    "業種",
    "平均点",
    "加点",
    "減点",
    "合計",
    "決め手の項目",
    "申請額（円）",
    "申請完了日時（UTC）",
    "累計（円）",
    "採否案",
    "理由",
];

pub async fn export(cx: Cx<allow::ViewScores>, _: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let run = store::load(&mut tx, cx.param("run")?).await?;
    let what = json!({ "rows": run.result.lines.len() });
    tx.log_operation(&cx.audit(), Permission::ViewScores, &format!("run:{}", run.public_id), Outcome::Done, what)
        .await?;
    tx.commit().await?;
    let cases = by_key(&run);
    let rows = run.result.lines.iter().filter_map(|l| Some(cells(l, cases.get(l.key.as_str())?)));
    let name = format!("採択シミュレーション_{}.csv", run.name);
    Ok(csv::download(&name, &HEAD, rows))
}

fn cells(line: &Ranked, c: &RunCase) -> Vec<String> {
    vec![
        line.rank.map(|r| r.to_string()).unwrap_or_default(),
        c.number.clone(),
        c.name.clone(),
        c.title.clone(),
        c.frame.clone(),
        c.prefecture.clone(),
        c.industry.clone(),
        points(c.score),
        points(c.bonus),
        points(c.deduction),
        points(line.points),
        points(c.first_criterion),
        c.requested.to_string(),
        c.filed_at.clone(),
        line.cumulative.to_string(),
        line.proposal.label().to_owned(),
        line.reason.sentence(),
    ]
}
