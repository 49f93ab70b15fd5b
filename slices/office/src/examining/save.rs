//! Saving the checklist: by itself while one works, and by button where no script runs.

use hojo_access::allow;
use hojo_case::{Position, Refusal};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_programme::Checklist;
use hojo_web::ui::{self, Tone};
use hojo_web::{Cx, Fault, Posted, Reply, html};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::checklist::{Mark, Ticked, Ticks, lines};
use super::sheet::{self, Saved, Sheet};
use super::show::{Typed, page, refused};
use super::tools::progress;
use crate::common::dossier::{self, Dossier};
use crate::common::{me, people, printable, query::Address};

/// Longest memo beside one item, and longest hand-over note, in characters.
const MEMO: usize = 400;
const NOTE: usize = 2_000;

/// What was posted, over what was saved: items that are not on this page keep their answer.
fn read(checklist: &Checklist, saved: &Ticks, posted: &Posted) -> Result<(Ticks, String), Refusal> {
    let mut ticks = saved.clone();
    for item in &checklist.items {
        let (mark, memo) = (format!("item_{}", item.id), format!("memo_{}", item.id));
        if !posted.has(&mark) && !posted.has(&memo) {
            continue;
        }
        let memo = posted.get(&memo).trim().to_owned();
        printable("メモ", &memo, MEMO)?;
        ticks.insert(item.id.clone(), Ticked { mark: Mark::from_code(posted.get(&mark)), memo });
    }
    let note = hojo_words::text::unify_line_breaks(posted.get("note").trim());
    printable("引継ぎメモ", &note, NOTE)?;
    Ok((ticks, note))
}

/// The checklist is written only while the first check goes on.
fn writable(row: &CaseRow) -> Result<(), Refusal> {
    if row.position() == Position::Check {
        return Ok(());
    }
    Err(Refusal::new(
        "CASE-WRONG-POSITION",
        format!("この案件は現在「{}」のため、確認票を変更できません。", row.position().label()),
        "案件の画面で現在の工程を確認してください。",
    ))
}

async fn open(cx: &Cx<allow::CheckFiling>) -> Result<(Tx, CaseRow, Dossier), Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::CheckFiling>(id, Mode::Write).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    Ok((tx, row, dossier))
}

fn checklist(dossier: &Dossier) -> Checklist {
    dossier.procedure.checklist.clone().unwrap_or_default()
}

/// POST by button.
pub async fn post(cx: Cx<allow::CheckFiling>, posted: Posted) -> Result<Reply, Fault> {
    let (mut tx, row, dossier) = open(&cx).await?;
    let before = sheet::load(&mut tx, &dossier, hojo_case::Step::First).await?;
    let read = writable(&row).and_then(|()| read(&checklist(&dossier), &before.ticks, &posted));
    let (ticks, note) = match read {
        Ok(read) => read,
        Err(refusal) => {
            let kept = kept(&checklist(&dossier), &before.ticks, &posted);
            let shell = page(&cx, &mut tx, &row, dossier, Typed { ticks: Some(kept), ..Typed::default() }).await?;
            return Ok(refused(shell, &refusal));
        }
    };
    let seen = posted.get("_version").parse().unwrap_or(-1);
    match sheet::save(&mut tx, &row, &dossier, me(cx.actor())?, seen, &ticks, &note).await? {
        Saved::Yes(_) => {
            tx.commit().await?;
            let id = row.public_id;
            let url = match posted.action("finish") {
                Some(_) => Address::new(format!("/cases/{id}/examine/finish")).text(),
                None => {
                    let url = Address::new(format!("/cases/{id}/examine")).with("file", posted.get("file"));
                    url.with("done", "saved").anchor("checklist-panel").text()
                }
            };
            Ok(Reply::see_other(&url))
        }
        Saved::Stale(theirs) => {
            let differs = differences(&dossier, &ticks, &note, &theirs);
            let who = examiner(&mut tx, &theirs).await?;
            let shell =
                page(&cx, &mut tx, &row, dossier, Typed { ticks: Some((ticks, note)), ..Typed::default() }).await?;
            Ok(Reply::page(&shell.error().banner(&stale(&who, &differs))).status(409))
        }
    }
}

/// What was typed even though it cannot be taken: for showing it again.
fn kept(checklist: &Checklist, saved: &Ticks, posted: &Posted) -> (Ticks, String) {
    let mut ticks = saved.clone();
    for item in &checklist.items {
        let mark = Mark::from_code(posted.get(&format!("item_{}", item.id)));
        ticks.insert(item.id.clone(), Ticked { mark, memo: posted.get(&format!("memo_{}", item.id)).to_owned() });
    }
    (ticks, posted.get("note").to_owned())
}

async fn examiner(tx: &mut Tx, sheet: &Sheet) -> Result<String, Fault> {
    let names = people::names(tx, sheet.examiner.as_slice()).await?;
    Ok(sheet.examiner.and_then(|s| names.get(&s).cloned()).unwrap_or_else(|| "別の人".into()))
}

/// (posted name, label, what the other one saved), wherever the two differ.
fn differences(dossier: &Dossier, mine: &Ticks, note: &str, theirs: &Sheet) -> Vec<(String, String, String)> {
    let blank = Ticked::default();
    let mut out = Vec::new();
    for item in &checklist(dossier).items {
        let (a, b) = (mine.get(&item.id).unwrap_or(&blank), theirs.ticks.get(&item.id).unwrap_or(&blank));
        if a.mark != b.mark {
            let words = b.mark.map_or("未確認", Mark::label).to_owned();
            out.push((format!("item_{}", item.id), item.text.clone(), words));
        }
        if a.memo != b.memo {
            out.push((format!("memo_{}", item.id), format!("「{}」のメモ", item.text), b.memo.clone()));
        }
    }
    if note != theirs.note {
        out.push(("note".into(), "引継ぎメモ".into(), theirs.note.clone()));
    }
    out
}

fn stale(who: &str, differs: &[(String, String, String)]) -> ui::Banner {
    ui::banner(Tone::Warn, format!("{who}さんが先に保存しました")).announce().body(html! {
        p { "まだ何も上書きしていません。下の確認票には、あなたの入力が残っています。このまま保存すると、あなたの入力に置き換わります。" }
        @if differs.is_empty() { p { "先に保存された内容は、あなたの入力と同じです。" } }
        @else { ul { @for (_, label, theirs) in differs { li { (label) "：先に保存された内容は「" (theirs) "」" } } } }
    })
}

/// POST by script.
pub async fn autosave(cx: Cx<allow::CheckFiling>, posted: Posted) -> Result<Reply, Fault> {
    let (mut tx, row, dossier) = open(&cx).await?;
    let before = sheet::load(&mut tx, &dossier, hojo_case::Step::First).await?;
    let (ticks, note) = writable(&row).and_then(|()| read(&checklist(&dossier), &before.ticks, &posted))?;
    let seen = cx.header("x-hojo-version").parse().unwrap_or(-1);
    let saved = sheet::save(&mut tx, &row, &dossier, me(cx.actor())?, seen, &ticks, &note).await?;
    let at = tx.now().await?.utc();
    match saved {
        Saved::Yes(version) => {
            tx.commit().await?;
            let list = checklist(&dossier);
            let drawn = progress(&lines(&list, &dossier.reading, &ticks));
            Ok(Reply::fragment(drawn)
                .header("x-hojo-version", &version.to_string())
                .header("x-hojo-saved-at", &ui::clock(at)))
        }
        Saved::Stale(theirs) => {
            let who = examiner(&mut tx, &theirs).await?;
            let values: Vec<_> = differences(&dossier, &ticks, &note, &theirs)
                .into_iter()
                .map(|(name, label, theirs)| json!({ "name": name, "label": label, "theirs": theirs }))
                .collect();
            let at = theirs.saved_at.map(ui::clock);
            Ok(Reply::json(&json!({ "version": theirs.version, "by": who, "at": at, "values": values }))?.status(409))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examining::show::tests::dossier;

    #[test]
    fn what_is_not_on_the_page_keeps_its_answer_and_both_texts_are_told() {
        let dossier = dossier();
        let list = checklist(&dossier);
        let saved: Ticks = [
            ("sme".to_owned(), Ticked { mark: Some(Mark::Fails), memo: "旧".into() }),
            ("identity".to_owned(), Ticked { mark: Some(Mark::Fits), memo: String::new() }),
        ]
        .into();
        let posted = Posted(vec![
            ("item_sme".into(), "fits".into()),
            ("memo_sme".into(), "新".into()),
            ("item_nobody".into(), "fits".into()),
            ("note".into(), " 引継ぎ\r\n ".into()),
        ]);
        let (ticks, note) = read(&list, &saved, &posted).expect("readable");
        assert_eq!(ticks.get("sme").and_then(|t| t.mark), Some(Mark::Fits));
        assert_eq!(ticks.get("identity").and_then(|t| t.mark), Some(Mark::Fits));
        assert_eq!((ticks.len(), note.as_str()), (2, "引継ぎ"));

        let theirs = Sheet { ticks: saved, version: 4, ..Sheet::default() };
        let told = differences(&dossier, &ticks, &note, &theirs);
        let names: Vec<&str> = told.iter().map(|(n, _, _)| n.as_str()).collect();
        assert_eq!(names, ["item_sme", "memo_sme", "note"]);
        assert_eq!(told[0].2, "不適合");
    }

    #[test]
    fn a_memo_that_cannot_be_kept_is_refused_and_stays_on_the_page() {
        let list = checklist(&dossier());
        let posted = Posted(vec![("memo_sme".into(), "あ".repeat(MEMO + 1))]);
        assert_eq!(read(&list, &Ticks::new(), &posted).expect_err("too long").code, "TEXT-TOO-LONG");
        assert_eq!(kept(&list, &Ticks::new(), &posted).0.get("sme").map(|t| t.memo.chars().count()), Some(MEMO + 1));
    }
}
