//! 差戻し: the remarks go to the applicant together, with a date by which they are to be mended.

mod view;

use hojo_access::allow;
use hojo_case::{Command, Position, Refusal, Step, decide};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use hojo_words::jst::read_date;
use hojo_words::{Now, jst};
use serde_json::json;
use time::Date;

use crate::common::dossier::{self, Dossier};
use crate::common::{flash, me, party, problem, query::Address};
use crate::examining::afterthought;
use crate::examining::remarks::{self, Remark};
use crate::examining::sheet::{self, Ended};
use view::Draft;

/// GET: what would be sent.
pub async fn show(cx: Cx<allow::ReturnFiling>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::ReturnFiling>(id, Mode::Read).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let remarks = pending(&mut tx, &dossier).await?;
    let now = tx.now().await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    let due = default_due(&dossier, now).map(jst::date_text).unwrap_or_default();
    let mut shell = shell(&cx, &row, &dossier, &remarks, &due);
    if let Some(banner) = flash::banner(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

/// Remarks on the newest submission that were not sent yet.
async fn pending(tx: &mut Tx, dossier: &Dossier) -> Result<Vec<Remark>, Fault> {
    let all = remarks::of_filing(tx, dossier.filing.id).await?;
    Ok(all.into_iter().filter(|r| r.state == "noted").collect())
}

/// The last day the flow allows, counted from today.
fn default_due(dossier: &Dossier, now: Now) -> Option<Date> {
    let rule = dossier.procedure.flow.return_rule()?;
    rule.within.end(now.date(), &dossier.edition.calendar)
}

fn shell(
    cx: &Cx<allow::ReturnFiling>,
    row: &CaseRow,
    dossier: &Dossier,
    remarks: &[Remark],
    due: &str,
) -> hojo_web::ui::Shell {
    let id = row.public_id;
    let number = row.number.clone().unwrap_or_default();
    let draft = Draft { row, form: &dossier.procedure.form, remarks, due, within: within(dossier), csrf: cx.csrf() };
    cx.page(format!("差戻し {number}"), view::page(&draft)).breadcrumb(vec![
        ("案件一覧".into(), "/queue".into()),
        (format!("案件 {number}"), format!("/cases/{id}")),
        ("形式確認".into(), format!("/cases/{id}/examine")),
    ])
}

fn within(dossier: &Dossier) -> Option<String> {
    let rule = dossier.procedure.flow.return_rule()?;
    Some(rule.within.words())
}

/// POST: decides, marks the remarks as sent, opens the filing again, and stores letter and mail, together.
pub async fn send(cx: Cx<allow::ReturnFiling>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (permit, row) = tx.case::<allow::ReturnFiling>(id, Mode::Write).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let remarks = pending(&mut tx, &dossier).await?;
    let now = tx.now().await?;
    let decided = check(&row, &dossier, &remarks, &posted).and_then(|due| {
        let submission = posted.get("submission").parse().unwrap_or(0);
        let count = u32::try_from(remarks.len()).unwrap_or(u32::MAX);
        decide(
            &row.case,
            party(cx.actor()).map_err(|_| nobody())?,
            Command::Return { submission, remarks: count, due },
            &dossier.terms,
            now,
        )
    });
    let events = match decided {
        Ok(events) => events,
        Err(refusal) => {
            let shell = shell(&cx, &row, &dossier, &remarks, posted.get("due"));
            return Ok(Reply::refused(&shell.problems(vec![problem(&refusal)])));
        }
    };
    end_check(&mut tx, &cx, &row, &dossier).await?;
    let next = tx.record(&permit, &row, &events, &dossier.terms, &cx.audit()).await?;
    mark_sent(&mut tx, &dossier, &remarks).await?;
    announce(&mut tx, &next, &dossier).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(format!("/cases/{id}")).with("done", "returned").text()))
}

fn nobody() -> Refusal {
    Refusal::new("CASE-WRONG-PARTY", "この操作をする立場ではありません。", "担当の人に依頼してください。")
}

/// What `decide` cannot know: what the person saw, how often the flow allows it, what was typed as a date.
fn check(row: &CaseRow, dossier: &Dossier, remarks: &[Remark], posted: &Posted) -> Result<Date, Refusal> {
    if posted.get("seen") != view::seen(remarks) {
        return Err(Refusal::new(
            "RETURN-STALE",
            "この画面を開いたあとで、指摘が変わっています。",
            "下の最新の内容を確かめて、もう一度「差し戻す」を押してください。",
        ));
    }
    afterthought::settled(remarks)?;
    let rule = dossier.procedure.flow.return_rule();
    if let Some(most) = rule.and_then(|r| r.max_times)
        && row.case.returns >= most
    {
        return Err(Refusal::new(
            "RETURN-TOO-OFTEN",
            format!("差戻しは{most}回までです。すでに{}回差し戻しています。", row.case.returns),
            "適合か審査対象外の案かを決めるか、管理者に相談してください。",
        ));
    }
    read_date(posted.get("due")).ok_or_else(|| {
        Refusal::new(
            "RETURN-DUE",
            "再提出の期限を日付として読み取れません。",
            "「2026/11/22」のように入力してください。",
        )
    })
}

/// The record of whichever check was under way says that it ended in a return.
async fn end_check(tx: &mut Tx, cx: &Cx<allow::ReturnFiling>, row: &CaseRow, dossier: &Dossier) -> Result<(), Fault> {
    let step = if row.position() == Position::SecondCheck { Step::Second } else { Step::First };
    let first = sheet::load(tx, dossier, Step::First).await?;
    let note = if step == Step::First { first.note.as_str() } else { "" };
    let end = Ended { step, by: me(cx.actor())?, result: "returned", reason: "", ticks: &first.ticks, note };
    sheet::finish(tx, row, dossier, &end).await
}

async fn mark_sent(tx: &mut Tx, dossier: &Dossier, remarks: &[Remark]) -> Result<(), Fault> {
    let at = tx.now().await?.utc();
    let ids: Vec<uuid::Uuid> = remarks.iter().map(|r| r.public_id.uuid()).collect();
    sqlx::query!(
        "update remarks set state = 'sent', sent_at = $2 where public_id = any($1) and state = 'noted'",
        &ids,
        at
    )
    .execute(tx.sql())
    .await?;
    sqlx::query!("update filings set state = 'returned' where id = $1", dossier.filing.id.0).execute(tx.sql()).await?;
    Ok(())
}

/// The letter and the mail that tells of it.
async fn announce(tx: &mut Tx, next: &CaseRow, dossier: &Dossier) -> Result<(), Fault> {
    let n = next.case.returns;
    let rule = dossier.procedure.flow.return_rule();
    if let Some(letter) = rule.and_then(|r| r.letter.as_deref()) {
        let payload = json!({ "case": next.id.0, "letter": letter, "cause": format!("return:{n}") });
        enqueue(tx, NewJob::new(Lane::Letters, "letter", payload).once(format!("{}:{letter}:return:{n}", next.id)))
            .await?;
    }
    let payload = json!({ "template": "returned", "case": next.id.0 });
    enqueue(tx, NewJob::new(Lane::Mail, "mail", payload).once(format!("returned:{}:{n}", next.id))).await?;
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::desk::tests::row;
    use crate::examining::show::tests::dossier;
    use hojo_words::ids::StaffId;
    use time::macros::{date, datetime};

    pub fn remark(n: u128, target: &str) -> Remark {
        Remark {
            public_id: PublicId::from_bits(n),
            submission: 1,
            target: target.into(),
            text: "金額を直してください。".into(),
            clause: Some("要領 3-4".into()),
            must: true,
            state: "noted".into(),
            by: "佐藤".into(),
            author: StaffId(uuid::Uuid::from_u128(1)),
            at: datetime!(2026-11-01 00:00 UTC),
            afterthought: None,
        }
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in
            ["2026/11/22", "２０２６年１１月２２日", "2026-11-22", "令和8年11月22日", "R8.11.22", "2026/11/22日"]
        {
            assert_eq!(read_date(text), Some(date!(2026 - 11 - 22)), "{text}");
        }
        for text in ["", "明日", "2026/13/1", "2026/2/30", "26/11/22", "2026/11"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn the_flow_bounds_how_often_and_the_page_must_be_true() {
        let dossier = dossier();
        let remarks = [remark(1, "lines[1].category")];
        let seen = view::seen(&remarks);
        let posted = |seen: &str, due: &str| Posted(vec![("seen".into(), seen.into()), ("due".into(), due.into())]);
        let mut row = row(Position::Check);
        assert_eq!(check(&row, &dossier, &remarks, &posted(&seen, "2026/11/05")), Ok(date!(2026 - 11 - 05)));
        assert_eq!(
            check(&row, &dossier, &remarks, &posted("x", "2026/11/05")).expect_err("stale").code,
            "RETURN-STALE"
        );
        assert_eq!(check(&row, &dossier, &remarks, &posted(&seen, "x")).expect_err("no date").code, "RETURN-DUE");
        row.case.returns = 5;
        assert_eq!(
            check(&row, &dossier, &remarks, &posted(&seen, "2026/11/05")).expect_err("often").code,
            "RETURN-TOO-OFTEN"
        );
    }

    #[test]
    fn the_flow_gives_the_due_date() {
        let now = Now::new(datetime!(2026-11-01 00:00 UTC));
        assert_eq!(default_due(&dossier(), now), Some(date!(2026 - 11 - 08)));
    }

    #[test]
    fn the_preview_says_what_the_applicant_will_read() {
        let (row, dossier) = (row(Position::Check), dossier());
        let remarks = [remark(1, "lines[1].category"), remark(2, "*")];
        let draft = Draft {
            row: &row,
            form: &dossier.procedure.form,
            remarks: &remarks,
            due: "2026/11/08",
            within: Some("7日".into()),
            csrf: "t".into(),
        };
        let html = view::page(&draft).into_string();
        for part in ["2行目", "申請全体", "2件", "value=\"2026/11/08\"", "差し戻す", "要領 3-4", "drop"] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        let none = Draft { remarks: &[], ..draft };
        let html = view::page(&none).into_string();
        assert!(html.contains("指摘がまだありません") && !html.contains("差し戻す</button>"));
    }
}
