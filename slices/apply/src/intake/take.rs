//! Taking one in: the applicant, the day it came, the scan, and the case.

use hojo_access::allow;
use hojo_case::Channel;
use hojo_db::Tx;
use hojo_programme::{FileKind, FileRule};
use hojo_web::ui::Problem;
use hojo_web::{Cx, Fault, Posted, PostedFile, PostedFiles, Reply};
use hojo_words::ids::PublicId;
use hojo_words::{jst, text};
use time::{Date, Month};

use super::applicant::{self, Typed, Who};
use super::form::{self, Filled};
use crate::attach::{keep_scan, slot};
use crate::desk;
use crate::start::{Opening, begin, live_case, round_of};

const SCANS: usize = 5;

pub(crate) async fn take(cx: Cx<allow::IntakeFiling>, posted: PostedFiles) -> Result<Reply, Fault> {
    let filled = filled(&posted.fields);
    let mut problems = Vec::new();
    let scans = scans(posted.files, &mut problems).await;
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let (channel, received_on) = (channel(&filled, &mut problems), received(&filled, today, &mut problems));
    let round = match filled.round.parse::<PublicId>() {
        Ok(id) => Some(round_of(&mut tx, id).await?),
        Err(_) => {
            problems.push(Problem::at("round", "公募回を選んでください。"));
            None
        }
    };
    let typed = Typed {
        corporate_number: filled.corporate_number.clone(),
        name: filled.name.clone(),
        chosen: filled.chosen.clone(),
    };
    let mut candidates = Vec::new();
    let applicant = match applicant::find(&mut tx, &typed).await? {
        Who::Is(id, name) => Some((id, name)),
        Who::Wrong(field, words) => {
            problems.push(Problem::at(field, words));
            None
        }
        Who::Choose(found) => {
            candidates = found;
            problems
                .push(Problem::at("applicant", "同じ名前の申請者が登録されています。どの申請者かを選んでください。"));
            None
        }
    };
    let (true, Some(round), Some((applicant, name)), Some(channel), Some(received_on)) =
        (problems.is_empty(), round, applicant, channel, received_on)
    else {
        return refused(&cx, tx, filled, candidates, problems).await;
    };
    if let Some(filing) = live_case(&mut tx, round.id, applicant).await? {
        let words = format!("{name}は、この公募回にすでに申請（下書きを含む）があります。");
        problems.push(Problem::at("corporate_number", words));
        tracing::info!(%filing, "intake met an open case");
        return refused(&cx, tx, filled, candidates, problems).await;
    }
    let opening = Opening { round, applicant, name, channel, received_on: Some(received_on) };
    let by = desk::person(&cx)?;
    let opened = begin(&mut tx, &opening, by, &cx.audit()).await?;
    for scan in &scans {
        cx.vault().keep(scan.bytes.clone()).await?;
        let scan = slot::Fit { waits: cx.vault().quarantines(), ..scan.clone() };
        keep_scan(&mut tx, &opened.row, opened.filing, &scan, by).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/intake/filings/{}", opened.public_id)))
}

async fn refused(
    cx: &Cx<allow::IntakeFiling>,
    tx: Tx,
    filled: Filled,
    candidates: Vec<(PublicId, String)>,
    mut problems: Vec<Problem>,
) -> Result<Reply, Fault> {
    // An applicant written down on the way is not kept: nothing was taken in.
    drop(tx);
    problems.push(Problem::general("受け付けていません。直してから、もう一度「受け付けて入力を始める」を押してください。ファイルは選び直してください。"));
    let mut tx = cx.tx().await?;
    let page = form::load(&mut tx, filled, candidates).await?;
    tx.commit().await?;
    Ok(Reply::refused(&form::draw(cx, &page, problems)))
}

fn filled(posted: &Posted) -> Filled {
    let get = |name: &str| posted.get(name).to_owned();
    Filled {
        round: get("round"),
        channel: get("channel"),
        received_on: get("received_on"),
        corporate_number: get("corporate_number"),
        name: get("name"),
        chosen: get("applicant"),
    }
}

fn channel(filled: &Filled, problems: &mut Vec<Problem>) -> Option<Channel> {
    let found = Channel::from_code(&filled.channel).filter(|c| matches!(c, Channel::Paper | Channel::Mail));
    if found.is_none() {
        problems.push(Problem::at("channel", "届いた方法を選んでください。"));
    }
    found
}

fn received(filled: &Filled, today: Date, problems: &mut Vec<Problem>) -> Option<Date> {
    let words = match day(&filled.received_on) {
        None => "受領日を「2026/11/22」のように入力してください。",
        Some(day) if day > today => "受領日が今日より後になっています。",
        Some(day) => return Some(day),
    };
    problems.push(Problem::at("received_on", words));
    None
}

/// `2026/11/22`, `2026-11-22`, `2026年11月22日`, `令和8年11月22日`, `R8.11.22`, in any width.
fn day(typed: &str) -> Option<Date> {
    let folded = text::fold_width(typed.trim());
    let start = folded.find(|c: char| c.is_ascii_digit() || c == '元')?;
    let (era, rest) = folded.split_at(start);
    let rest = rest.replacen('元', "1", 1);
    let mut parts = rest.split(['/', '-', '.', '年', '月', '日']).filter(|p| !p.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day): (i32, u8, u8) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    match era.trim() {
        "" => Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok(),
        era => jst::from_era(era, year, month, day),
    }
}

async fn scans(files: Vec<PostedFile>, problems: &mut Vec<Problem>) -> Vec<slot::Fit> {
    let rule = FileRule {
        kinds: vec![FileKind::Pdf, FileKind::Image],
        max_bytes: 10 * 1024 * 1024,
        min_count: 0,
        max_count: SCANS,
        max_pages: None,
        name: String::new(),
    };
    let mut fits = Vec::new();
    for file in files.into_iter().filter(|f| f.field == "scan") {
        match slot::fit(&rule, file).await {
            Ok(_) if fits.len() >= SCANS => {
                problems.push(Problem::at("scan", format!("スキャンは{SCANS}ファイルまでです。")))
            }
            Ok(fit) => fits.push(fit),
            Err((name, _, why)) => problems.push(Problem::at("scan", format!("「{name}」：{why}"))),
        }
    }
    fits
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn a_day_is_read_in_every_usual_writing() {
        for typed in
            ["2026/11/22", "2026-11-22", "２０２６年１１月２２日", "令和8年11月22日", "R8.11.22", " 2026.11.22 "]
        {
            assert_eq!(day(typed), Some(date!(2026 - 11 - 22)), "{typed}");
        }
        assert_eq!(day("令和元年5月1日"), Some(date!(2019 - 05 - 01)));
        for typed in ["", "11/22", "2026/13/1", "2026/11/22/1", "きのう", "平成40年1月1日"] {
            assert_eq!(day(typed), None, "{typed}");
        }
    }

    #[test]
    fn paper_cannot_arrive_tomorrow() {
        let mut problems = Vec::new();
        let filled = Filled { received_on: "2026/11/23".into(), ..Filled::default() };
        assert_eq!(received(&filled, date!(2026 - 11 - 22), &mut problems), None);
        assert_eq!(received(&filled, date!(2026 - 11 - 23), &mut problems), Some(date!(2026 - 11 - 23)));
        assert_eq!(problems.len(), 1);
    }
}
