//! CSVで取り出す: what the list shows, formulas disarmed, written down in the log.

use std::collections::BTreeMap;

use hojo_access::{Permission, allow};
use hojo_case::Position;
use hojo_db::{Outcome, Tx};
use hojo_web::{Cx, Fault, Posted, Reply, ui};
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
    Ok(Reply::download(csv(&lines, &frames, &names).into(), "text/csv; charset=utf-8", &name))
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

/// With a byte order mark, because spreadsheets otherwise read Japanese in the wrong encoding.
fn csv(lines: &[Line], frames: &[(String, String)], names: &BTreeMap<String, String>) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    row(&mut out, HEAD.iter().map(|h| (*h).to_owned()));
    for l in lines {
        let frame = frames.iter().find(|(k, _)| *k == l.frame).map_or(&l.frame, |(_, v)| v);
        row(
            &mut out,
            [
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
            ],
        );
    }
    out.into_bytes()
}

/// The outcome in words: the flow's, or one of the three of a selection.
fn outcome(code: Option<&str>) -> String {
    code.map_or_else(String::new, |code| hojo_case::Outcome::new(code).label().to_owned())
}

fn row(out: &mut String, cells: impl IntoIterator<Item = String>) {
    for (at, text) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&cell(&text));
    }
    out.push_str("\r\n");
}

/// Quoted always; a cell that a spreadsheet would run as a formula gets an apostrophe in front.
fn cell(text: &str) -> String {
    let risky = text
        .trim_start_matches([' ', '\u{3000}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if risky { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_quotes_doubled() {
        for (typed, written) in [
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+81", "\"'+81\""),
            ("-5", "\"'-5\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("  =1", "\"'  =1\""),
            ("株式会社,見本\n", "\"株式会社,見本\n\""),
        ] {
            assert_eq!(cell(typed), written);
        }
    }

    #[test]
    fn the_file_opens_in_a_spreadsheet() {
        let bytes = csv(&[], &[], &BTreeMap::new());
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.starts_with("\u{feff}\"受付番号\",\"手続\",\"事業者\""));
        assert!(text.ends_with("\"担当\"\r\n"));
    }
}
