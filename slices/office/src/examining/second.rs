//! 二次の形式確認: another person agrees with the first one's result, or sends the case back to the first check.

use hojo_access::{Permission, allow};
use hojo_case::{CheckResult, Command, Refusal, Step, decide};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_web::ui::{self, Choice, Control, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::{PublicId, StaffId};

use super::checklist::{Mark, lines};
use super::finish::{REASON, enqueue_exclusion};
use super::sheet::{self, Ended, Sheet};
use super::tools::progress;
use crate::common::dossier::{self, Dossier};
use crate::common::{me, party, people, post_form, printable, problem, query::Address};

/// What the first person left.
struct First {
    sheet: Sheet,
    by: String,
}

async fn first(tx: &mut Tx, row: &CaseRow, dossier: &Dossier) -> Result<First, Fault> {
    let who: Vec<StaffId> = row.case.first_check.as_ref().map(|c| c.by).into_iter().collect();
    let names = people::names(tx, &who).await?;
    let by = who.first().and_then(|s| names.get(s)).cloned().unwrap_or_default();
    Ok(First { sheet: sheet::load(tx, dossier, Step::First).await?, by })
}

/// GET: what the first person found, and whether one agrees.
pub async fn show(cx: Cx<allow::CheckFiling>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::CheckFiling>(id, Mode::Read).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let first = first(&mut tx, &row, &dossier).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    Ok(Reply::page(&shell(&cx, &row, view(&row, &dossier, &first, &Posted::default(), &cx.csrf()))))
}

fn shell(cx: &Cx<allow::CheckFiling>, row: &CaseRow, body: Markup) -> ui::Shell {
    let id = row.public_id;
    let number = row.number.clone().unwrap_or_default();
    cx.page(format!("二次の形式確認を終える {number}"), body).breadcrumb(vec![
        ("案件一覧".into(), "/queue".into()),
        (format!("案件 {number}"), format!("/cases/{id}")),
        ("形式確認".into(), format!("/cases/{id}/examine")),
    ])
}

fn view(row: &CaseRow, dossier: &Dossier, first: &First, typed: &Posted, csrf: &str) -> Markup {
    let base = format!("/cases/{}/examine", row.public_id);
    let Some(checked) = &row.case.first_check else {
        return ui::empty(
            "一次の形式確認がまだ終わっていません",
            &html! { p { a href=(base) { "形式確認の画面" } "で現在の状況を確認してください。" } },
        );
    };
    let empty = hojo_programme::Checklist::default();
    let list = lines(dossier.procedure.checklist.as_ref().unwrap_or(&empty), &dossier.reading, &first.sheet.ticks);
    let excluded = checked.result == CheckResult::Excluded;
    let result =
        if excluded { ui::chip(Tone::Error, "審査対象外の案") } else { ui::chip(Tone::Success, "適合") };
    let answers: Vec<ui::Answer> = list
        .iter()
        .map(|l| {
            ui::Answer::rich(
                l.item.text.clone(),
                html! { (l.mark.map_or("未確認", Mark::label)) @if !l.memo.is_empty() { br; (l.memo) } },
            )
        })
        .collect();
    html! {
        (ui::panel("一次の形式確認", &html! {
            (ui::facts(&[
                ("確認した人", html! { (first.by) }),
                ("結果", html! { (result) }),
                ("理由", html! { span class="prewrap" { @if checked.reason.is_empty() { "―" } @else { (checked.reason) } } }),
                ("引継ぎメモ", html! { span class="prewrap" { @if first.sheet.note.is_empty() { "―" } @else { (first.sheet.note) } } }),
            ]))
            (progress(&list))
            (ui::disclosure("一次の確認票", &ui::answers(&answers)))
            p { a href=(base) { "申請内容と添付書類を見る" } }
        }))
        @if excluded {
            (ui::banner(Tone::Warn, "同意すると、この申請は審査対象外に決まります").body(html! { p { "申請者あての審査対象外通知書を発行します。元に戻せません。" } }))
        }
        (post_form(&format!("{base}/second"), csrf, &html! {
            input type="hidden" name="submission" value=(row.case.submissions);
            input type="hidden" name="first" value=(if excluded { "excluded" } else { "passed" });
            (ui::field("agrees", "二次の形式確認の結果", Control::Radios { choices: vec![
                Choice { value: "yes".into(), label: "一次の結果に同意する".into(), hint: None },
                Choice { value: "no".into(), label: "一次の確認へ戻す".into(), hint: Some("どこを確かめ直してほしいかを理由に書いてください。".into()) },
            ], inline: false }).required().value(typed.get("agrees")))
            (ui::textarea("reason", "理由", u32::try_from(REASON).unwrap_or(u32::MAX)).optional().value(typed.get("reason")).hint("一次の確認へ戻すときは必ず書いてください。"))
            (ui::buttons(&[ui::button("二次の形式確認を終える"), ui::link_button("確認票へ戻る", base).outline()]))
        }))
    }
}

/// POST: decides, writes the record, and stores the letter of a settled exclusion, together.
pub async fn post(cx: Cx<allow::CheckFiling>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (permit, row) = tx.case::<allow::CheckFiling>(id, Mode::Write).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let first = first(&mut tx, &row, &dossier).await?;
    let now = tx.now().await?;
    let excluded = row.case.first_check.as_ref().is_some_and(|c| c.result == CheckResult::Excluded);
    let decided = match check(&posted, excluded, cx.actor().holds_in(Permission::ExcludeCase, row.round)) {
        Ok(agrees) => {
            let submission = posted.get("submission").parse().unwrap_or(0);
            let reason = posted.get("reason").trim().to_owned();
            let command = Command::FinishSecondCheck { submission, agrees, reason };
            decide(&row.case, party(cx.actor())?, command, &dossier.terms, now).map(|events| (agrees, events))
        }
        Err(refusal) => Err(refusal),
    };
    let (agrees, events) = match decided {
        Ok(d) => d,
        Err(refusal) => {
            let body = view(&row, &dossier, &first, &posted, &cx.csrf());
            return Ok(Reply::refused(&shell(&cx, &row, body).problems(vec![problem(&refusal)])));
        }
    };
    let result = match (agrees, excluded) {
        (true, true) => "excluded",
        (true, false) => "passed",
        (false, _) => "returned",
    };
    let end = Ended {
        step: Step::Second,
        by: me(cx.actor())?,
        result,
        reason: posted.get("reason").trim(),
        ticks: &first.sheet.ticks,
        note: "",
    };
    sheet::finish(&mut tx, &row, &dossier, &end).await?;
    let next = tx.record(&permit, &row, &events, &dossier.terms, &cx.audit()).await?;
    enqueue_exclusion(&mut tx, &next, &dossier).await?;
    tx.commit().await?;
    let done = if agrees { "agreed" } else { "sentback" };
    Ok(Reply::see_other(&Address::new(format!("/cases/{id}")).with("done", done).text()))
}

/// What `decide` cannot know: that the page still shows the result one agrees with, and who may exclude.
fn check(posted: &Posted, excluded: bool, may_exclude: bool) -> Result<bool, Refusal> {
    printable("理由", posted.get("reason"), REASON)?;
    match posted.get("agrees") {
        "yes" if (posted.get("first") == "excluded") != excluded => Err(Refusal::new(
            "CHECK-STALE",
            "この画面を開いたあとで、一次の結果が変わっています。",
            "上の最新の結果を確かめて、もう一度選んでください。",
        )),
        "yes" if excluded && !may_exclude => Err(Refusal::new(
            "CHECK-NO-EXCLUDE",
            "審査対象外にする権限がありません。",
            "権限のある人に二次の確認を依頼してください。",
        )),
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Refusal::new(
            "CHECK-NO-RESULT",
            "結果が選ばれていません。",
            "同意するか、一次の確認へ戻すかを選んでください。",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::tests::row;
    use crate::examining::show::tests::dossier;
    use hojo_case::{Checked, Position};

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn one_agrees_only_with_what_one_saw() {
        let yes = |first| posted(&[("agrees", "yes"), ("first", first)]);
        assert_eq!(check(&yes("passed"), false, false), Ok(true));
        assert_eq!(check(&yes("passed"), true, true).expect_err("changed").code, "CHECK-STALE");
        assert_eq!(check(&yes("excluded"), true, false).expect_err("no right").code, "CHECK-NO-EXCLUDE");
        assert_eq!(check(&yes("excluded"), true, true), Ok(true));
        assert_eq!(check(&posted(&[("agrees", "no")]), true, false), Ok(false));
        assert_eq!(check(&posted(&[]), false, true).expect_err("nothing chosen").code, "CHECK-NO-RESULT");
    }

    #[test]
    fn the_second_person_sees_what_the_first_one_found() {
        let mut row = row(Position::SecondCheck);
        row.case.first_check = Some(Checked {
            by: StaffId(uuid::Uuid::from_u128(1)),
            result: CheckResult::Excluded,
            reason: "対象外の事業".into(),
        });
        let first =
            First { sheet: Sheet { note: "株主を確認済み".into(), ..Sheet::default() }, by: "佐藤".into() };
        let html = view(&row, &dossier(), &first, &posted(&[("reason", "見直し")]), "t").into_string();
        for part in ["佐藤", "対象外の事業", "株主を確認済み", "元に戻せません", "見直し"] {
            assert!(html.contains(part), "{part}");
        }
    }
}
