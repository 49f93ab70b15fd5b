//! 一次の形式確認を終える: passed on, or proposed for exclusion with a reason.

use hojo_access::{Permission, allow};
use hojo_case::{CheckResult, Command, Outcome, Position, Refusal, Step, decide};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::ui::{self, Choice, Control};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::checklist::{Line, Mark, failing, lines, open, settled};
use super::remarks::{self, Remark};
use super::sheet::{self, Ended, Sheet};
use super::tools::progress;
use crate::common::dossier::{self, Dossier};
use crate::common::{me, meanwhile, party, post_form, problem, query::Address, reason};

/// Longest reason for an exclusion: it goes into the letter.
pub const REASON: usize = 1_000;

/// Remarks on this submission that were not sent.
fn open_remarks(all: &[Remark]) -> u32 {
    u32::try_from(all.iter().filter(|r| r.state == "noted").count()).unwrap_or(u32::MAX)
}

struct Ready<'d> {
    lines: Vec<Line<'d>>,
    sheet: Sheet,
    remarks: u32,
}

async fn ready<'d>(tx: &mut Tx, dossier: &'d Dossier) -> Result<Ready<'d>, Fault> {
    let sheet = sheet::load(tx, dossier, Step::First).await?;
    let lines = match &dossier.procedure.checklist {
        Some(list) => lines(list, &dossier.reading, &sheet.ticks),
        None => Vec::new(),
    };
    let remarks = open_remarks(&remarks::of_filing(tx, dossier.filing.id).await?);
    Ok(Ready { lines, sheet, remarks })
}

/// GET: what was found, and the decision to take.
pub async fn show(cx: Cx<allow::CheckFiling>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::CheckFiling>(id, Mode::Read).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let ready = ready(&mut tx, &dossier).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    let body = view(&row, &dossier, &ready, &Posted::default(), &cx);
    Ok(Reply::page(&shell(&cx, &row, body)))
}

fn shell(cx: &Cx<allow::CheckFiling>, row: &CaseRow, body: Markup) -> ui::Shell {
    let id = row.public_id;
    let number = row.number.clone().unwrap_or_default();
    cx.page(format!("一次の形式確認を終える {number}"), body).breadcrumb(vec![
        ("案件一覧".into(), "/queue".into()),
        (format!("案件 {number}"), format!("/cases/{id}")),
        ("形式確認".into(), format!("/cases/{id}/examine")),
    ])
}

fn view(row: &CaseRow, dossier: &Dossier, ready: &Ready<'_>, typed: &Posted, cx: &Cx<allow::CheckFiling>) -> Markup {
    form(row, ready, typed, &cx.csrf(), may_exclude(row, dossier, cx))
}

/// Only what competes for adoption is excluded from it; later procedures are decided, whatever is found.
fn may_exclude(row: &CaseRow, dossier: &Dossier, cx: &Cx<allow::CheckFiling>) -> bool {
    cx.actor().holds_in(Permission::ExcludeCase, row.round)
        && dossier.procedure.flow.letter(Outcome::EXCLUDED.code()).is_some()
}

fn form(row: &CaseRow, ready: &Ready<'_>, typed: &Posted, csrf: &str, may_exclude: bool) -> Markup {
    let base = format!("/cases/{}", row.public_id);
    let failing: Vec<&Line<'_>> = ready.lines.iter().filter(|l| l.mark == Some(Mark::Fails)).collect();
    let mut choices = vec![Choice {
        value: "passed".into(),
        label: "適合".into(),
        hint: Some("すべての項目に問題がない場合。次の段階へ進みます。".into()),
    }];
    if may_exclude {
        choices.push(Choice {
            value: "excluded".into(),
            label: "審査対象外の案".into(),
            hint: Some(
                "直しても要件を満たさない場合。二次の確認をする人が同意すると確定し、通知書を発行します。".into(),
            ),
        });
    }
    html! {
        (progress(&ready.lines))
        @if !failing.is_empty() {
            h2 { "不適合の項目" }
            ul { @for l in &failing { li { (l.item.text) @if !l.memo.is_empty() { "（" (l.memo) "）" } } } }
        }
        @if ready.remarks > 0 {
            p { "送っていない指摘が" (ready.remarks) "件あります。申請者に直してもらうときは、差し戻してください。" }
            (ui::buttons(&[ui::link_button("差戻しの確認へ", format!("{base}/return")).outline()]))
        }
        (post_form(&format!("{base}/examine/finish"), csrf, &html! {
            input type="hidden" name="submission" value=(row.case.submissions);
            input type="hidden" name="_version" value=(ready.sheet.version);
            (ui::field("result", "一次の形式確認の結果", Control::Radios { choices, inline: false }).required().value(typed.get("result")))
            (ui::textarea("reason", "理由", u32::try_from(REASON).unwrap_or(u32::MAX)).optional().value(typed.get("reason"))
                .hint("審査対象外の案のときは必ず書いてください。申請者への通知書に使います。"))
            (ui::buttons(&[ui::button("一次の形式確認を終える"), ui::link_button("確認票へ戻る", format!("{base}/examine")).outline()]))
        }))
    }
}

/// POST: decides, writes the record, and stores what follows, together.
pub async fn post(cx: Cx<allow::CheckFiling>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (permit, row) = tx.case::<allow::CheckFiling>(id, Mode::Write).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let ready = ready(&mut tx, &dossier).await?;
    let now = tx.now().await?;
    let checked = match check(&ready, &posted, may_exclude(&row, &dossier, &cx)) {
        Ok(c) => c,
        Err(refusal) => return Ok(refuse(&cx, &row, &dossier, &ready, &posted, &refusal)),
    };
    let command = Command::FinishFirstCheck {
        submission: posted.get("submission").parse().unwrap_or(0),
        result: checked.result,
        open_items: open(&ready.lines),
        reason: checked.reason.clone(),
    };
    let events = match decide(&row.case, party(cx.actor())?, command, &dossier.terms, now) {
        Ok(events) => events,
        Err(refusal) => return Ok(refuse(&cx, &row, &dossier, &ready, &posted, &refusal)),
    };
    let ticks = settled(&ready.lines);
    let result = if checked.result == CheckResult::Passed { "passed" } else { "excluded" };
    let end = Ended {
        step: Step::First,
        by: me(cx.actor())?,
        result,
        reason: &checked.reason,
        ticks: &ticks,
        note: &ready.sheet.note,
    };
    sheet::finish(&mut tx, &row, &dossier, &end).await?;
    let next = tx.record(&permit, &row, &events, &dossier.terms, &cx.audit()).await?;
    enqueue_exclusion(&mut tx, &next, &dossier).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(format!("/cases/{id}")).with("done", "checked").text()))
}

fn refuse(
    cx: &Cx<allow::CheckFiling>,
    row: &CaseRow,
    dossier: &Dossier,
    ready: &Ready<'_>,
    posted: &Posted,
    refusal: &Refusal,
) -> Reply {
    Reply::refused(&shell(cx, row, view(row, dossier, ready, posted, cx)).problems(vec![problem(refusal)]))
}

struct Decided {
    result: CheckResult,
    reason: String,
}

/// What `decide` cannot know: what was ticked, what was remarked, and whether the page is still true.
fn check(ready: &Ready<'_>, posted: &Posted, may_exclude: bool) -> Result<Decided, Refusal> {
    if posted.get("_version") != ready.sheet.version.to_string() {
        return Err(Refusal::new(
            "CHECK-STALE",
            "この画面を開いたあとで、確認票が保存されています。",
            "上の最新の内容を確かめて、もう一度「一次の形式確認を終える」を押してください。",
        ));
    }
    match posted.get("result") {
        "passed" if failing(&ready.lines) > 0 => Err(Refusal::new(
            "CHECK-ITEMS-FAIL",
            format!("確認票に不適合の項目が{}件あります。", failing(&ready.lines)),
            "差し戻すか、審査対象外の案にしてください。問題がなければ、確認票を直してください。",
        )),
        "passed" if ready.remarks > 0 => Err(Refusal::new(
            "CHECK-REMARKS-OPEN",
            format!("送っていない指摘が{}件あります。", ready.remarks),
            "差し戻して指摘を送るか、指摘を取り消してください。",
        )),
        "passed" => Ok(Decided { result: CheckResult::Passed, reason: posted.get("reason").trim().to_owned() }),
        "excluded" if may_exclude => {
            Ok(Decided { result: CheckResult::Excluded, reason: reason(posted.get("reason"), REASON)? })
        }
        "excluded" => Err(Refusal::new(
            "CHECK-NO-EXCLUDE",
            "審査対象外にする権限がありません。",
            "事務局の管理者に依頼してください。",
        )),
        _ => {
            Err(Refusal::new("CHECK-NO-RESULT", "結果が選ばれていません。", "適合か審査対象外の案かを選んでください。"))
        }
    }
}

/// An exclusion that is settled owes its letter; it is stored with the decision or not at all.
pub async fn enqueue_exclusion(tx: &mut Tx, next: &CaseRow, dossier: &Dossier) -> Result<(), Fault> {
    if next.position() != Position::Notify || next.case.outcome != Some(Outcome::EXCLUDED) {
        return Ok(());
    }
    let letter = dossier
        .procedure
        .flow
        .letter(Outcome::EXCLUDED.code())
        .ok_or_else(|| meanwhile("the flow owes a letter it does not name"))?;
    let job = NewJob::new(Lane::Letters, "letter", json!({ "case": next.id.0, "letter": letter, "cause": "outcome" }));
    enqueue(tx, job.once(format!("{}:{letter}:outcome", next.id))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::tests::row;
    use crate::examining::checklist::{Ticked, Ticks};
    use crate::examining::show::tests::dossier;

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn nothing_passes_over_a_failing_item_or_an_unsent_remark() {
        let dossier = dossier();
        let list = dossier.procedure.checklist.clone().expect("a checklist");
        let ready = |ticks: &Ticks, remarks| Ready {
            lines: lines(&list, &dossier.reading, ticks),
            sheet: Sheet { version: 3, ..Sheet::default() },
            remarks,
        };
        let fails: Ticks = [("sme".to_owned(), Ticked { mark: Some(Mark::Fails), memo: String::new() })].into();
        let pass = posted(&[("result", "passed"), ("_version", "3")]);
        let code = |r: &Ready<'_>, p: &Posted, may| check(r, p, may).map(|_| ()).expect_err("refused").code;
        assert_eq!(code(&ready(&fails, 0), &pass, true), "CHECK-ITEMS-FAIL");
        assert_eq!(code(&ready(&Ticks::new(), 2), &pass, true), "CHECK-REMARKS-OPEN");
        assert!(check(&ready(&Ticks::new(), 0), &pass, false).is_ok());
        assert_eq!(
            code(&ready(&Ticks::new(), 0), &posted(&[("result", "passed"), ("_version", "2")]), true),
            "CHECK-STALE"
        );
        assert_eq!(code(&ready(&Ticks::new(), 0), &posted(&[("_version", "3")]), true), "CHECK-NO-RESULT");
        let exclude = posted(&[("result", "excluded"), ("_version", "3"), ("reason", "対象外の事業です。")]);
        assert_eq!(code(&ready(&fails, 0), &exclude, false), "CHECK-NO-EXCLUDE");
        assert_eq!(check(&ready(&fails, 1), &exclude, true).expect("fine").reason, "対象外の事業です。");
        let silent = posted(&[("result", "excluded"), ("_version", "3")]);
        assert_eq!(code(&ready(&fails, 0), &silent, true), "REASON-MISSING");
    }

    #[test]
    fn the_form_keeps_what_was_typed() {
        let dossier = dossier();
        let ready = Ready { lines: vec![], sheet: Sheet::default(), remarks: 1 };
        let html =
            form(&row(Position::Check), &ready, &posted(&[("result", "excluded"), ("reason", "理由の文")]), "t", true);
        let html = html.into_string();
        for part in ["理由の文", "value=\"excluded\" checked", "送っていない指摘が1件", "/return"] {
            assert!(html.contains(part), "{part}");
        }
        drop(dossier);
    }
}
