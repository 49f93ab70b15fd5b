//! 工程を動かす: a manager moves an irregular case to another step, after seeing what that means, with a reason.

pub mod withdraw;

use hojo_access::allow;
use hojo_case::{Command, Position, Refusal, decide};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_web::ui::{self, Choice, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::{FilingId, PublicId};

use crate::common::{dossier, party, post_form, problem, query::Address, reason};

/// Longest reason, in characters.
pub const REASON: usize = 1_000;

/// The steps a case can be moved to. Returning is not among them: it needs remarks and a date.
const TARGETS: [Position; 4] = [Position::Check, Position::SecondCheck, Position::Examine, Position::Decide];

/// Only applications are scored.
fn targets(row: &CaseRow) -> impl Iterator<Item = Position> {
    let scored = row.root.is_none();
    TARGETS.into_iter().filter(move |p| scored || *p != Position::Examine)
}

/// GET: where to, and why.
pub async fn show(cx: Cx<allow::MoveCase>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::MoveCase>(id, Mode::Read).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    Ok(Reply::page(&shell(&cx, &row, form(&row, &Posted::default(), &cx.csrf()))))
}

fn shell(cx: &Cx<allow::MoveCase>, row: &CaseRow, body: Markup) -> Shell {
    let number = row.number.clone().unwrap_or_default();
    cx.page(format!("工程を動かす {number}"), body).breadcrumb(vec![
        ("案件一覧".into(), "/queue".into()),
        (format!("案件 {number}"), format!("/cases/{}", row.public_id)),
    ])
}

fn form(row: &CaseRow, typed: &Posted, csrf: &str) -> Markup {
    let base = format!("/cases/{}", row.public_id);
    let choices = targets(row).filter(|p| *p != row.position()).map(|p| Choice::new(p.code(), p.label())).collect();
    html! {
        p { "今の工程：" strong { (row.position().label()) } }
        p { "通常の流れでは進められないときだけ使います。動かした人と理由は、案件の履歴と操作ログに残ります。" }
        (post_form(&format!("{base}/move"), csrf, &html! {
            (ui::radios("to", "動かす先の工程", choices).required().value(typed.get("to")))
            (ui::textarea("reason", "理由", u32::try_from(REASON).unwrap_or(u32::MAX)).required().value(typed.get("reason")))
            (ui::buttons(&[ui::button("確認へ進む").sends("stage", "preview"), ui::link_button("やめる", base).outline()]))
        }))
    }
}

fn preview(row: &CaseRow, to: Position, typed: &Posted, csrf: &str) -> Markup {
    let base = format!("/cases/{}", row.public_id);
    html! {
        (ui::banner(Tone::Warn, format!("「{}」から「{}」へ動かします", row.position().label(), to.label())).body(html! {
            ul { @for words in consequences(row.position(), to) { li { (words) } } }
        }))
        (ui::facts(&[
            ("受付番号", html! { (row.number.as_deref().unwrap_or("―")) }),
            ("事業者", html! { (row.applicant_name) }),
            ("理由", html! { span class="prewrap" { (typed.get("reason")) } }),
        ]))
        (post_form(&format!("{base}/move"), csrf, &html! {
            input type="hidden" name="to" value=(to.code());
            input type="hidden" name="seq" value=(row.case.seq);
            input type="hidden" name="reason" value=(typed.get("reason"));
            (ui::buttons(&[
                ui::button("動かす").danger().sends("stage", "confirm"),
                ui::button("直す").outline().sends("stage", "edit"),
                ui::link_button("やめる", base).text(),
            ]))
        }))
    }
}

/// What moving means for the people who wait.
fn consequences(from: Position, to: Position) -> Vec<&'static str> {
    let mut list = Vec::new();
    if from == Position::Returned {
        list.push("申請者は、差し戻された内容を直せなくなります。今までの提出内容で進みます。");
    }
    match to {
        Position::Check => list.push("一次の形式確認からやり直します。"),
        Position::SecondCheck => list.push("二次の形式確認を、一次と別の人が行います。"),
        Position::Examine => list.push("形式確認を終えたものとして、外部審査員の審査に進みます。"),
        Position::Decide => {
            list.push("審査を終えたものとして、採否の決定を待ちます。採点が足りない案件は順位に載りません。")
        }
        _ => {}
    }
    list.push("申請者に見える状態も変わります。通知は送りません。");
    list
}

/// POST: preview, then the move itself.
pub async fn post(cx: Cx<allow::MoveCase>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (permit, row) = tx.case::<allow::MoveCase>(id, Mode::Write).await?;
    let (filing, _, _, terms) = dossier::terms(&mut tx, &row).await?;
    let now = tx.now().await?;
    if posted.get("stage") == "edit" {
        return Ok(Reply::page(&shell(&cx, &row, form(&row, &posted, &cx.csrf()))));
    }
    let (to, command) = match read(&posted) {
        Ok(read) => read,
        Err(refusal) => return Ok(refuse(&cx, &row, &posted, &refusal)),
    };
    let events = match decide(&row.case, party(cx.actor())?, command, &terms, now) {
        Ok(events) => events,
        Err(refusal) => return Ok(refuse(&cx, &row, &posted, &refusal)),
    };
    if posted.get("stage") != "confirm" || posted.get("seq") != row.case.seq.to_string() {
        return Ok(Reply::page(&shell(&cx, &row, preview(&row, to, &posted, &cx.csrf()))));
    }
    let next = tx.record(&permit, &row, &events, &terms, &cx.audit()).await?;
    follow(&mut tx, filing.id, &row, &next).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(format!("/cases/{id}")).with("done", "moved").text()))
}

fn refuse(cx: &Cx<allow::MoveCase>, row: &CaseRow, posted: &Posted, refusal: &Refusal) -> Reply {
    Reply::refused(&shell(cx, row, form(row, posted, &cx.csrf())).problems(vec![problem(refusal)]))
}

fn read(posted: &Posted) -> Result<(Position, Command), Refusal> {
    let to = Position::from_code(posted.get("to"))
        .filter(|p| TARGETS.contains(p))
        .ok_or_else(|| Refusal::new("MOVE-WHERE", "動かす先の工程が選ばれていません。", "工程を選んでください。"))?;
    Ok((to, Command::Move { to, reason: reason(posted.get("reason"), REASON)? }))
}

/// A filing that was open to the applicant is filed again; remarks nobody will answer are closed.
async fn follow(tx: &mut Tx, filing: FilingId, row: &CaseRow, next: &CaseRow) -> Result<(), Fault> {
    if row.position() != Position::Returned || next.position() == Position::Returned {
        return Ok(());
    }
    let at = tx.now().await?.utc();
    sqlx::query!("update filings set state = 'filed' where id = $1 and state = 'returned'", filing.0)
        .execute(tx.sql())
        .await?;
    sqlx::query!(
        "update remarks set state = 'dropped', closed_at = $2 where filing_id = $1 and state = 'sent'",
        filing.0,
        at
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::tests::row;

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_move_needs_a_place_and_a_reason() {
        assert_eq!(read(&posted(&[("to", "returned"), ("reason", "x")])).expect_err("no").code, "MOVE-WHERE");
        assert_eq!(read(&posted(&[("to", "closed"), ("reason", "x")])).expect_err("no").code, "MOVE-WHERE");
        assert_eq!(read(&posted(&[("to", "check")])).expect_err("no").code, "REASON-MISSING");
        assert_eq!(read(&posted(&[("to", "check"), ("reason", "誤操作のため")])).expect("yes").0, Position::Check);
    }

    #[test]
    fn the_preview_tells_what_follows_and_keeps_the_reason() {
        let html =
            preview(&row(Position::Returned), Position::Check, &posted(&[("reason", "誤って差し戻したため")]), "t")
                .into_string();
        for part in ["申請者は、差し戻された内容を直せなくなります", "誤って差し戻したため", "name=\"seq\"", "動かす"]
        {
            assert!(html.contains(part), "{part}");
        }
    }
}
