//! 起案: an outcome with amount, conditions and reason, shown with its consequences before it is proposed.

use hojo_access::allow;
use hojo_case::{Command, Outcome, Position, Proposal, Refusal, decide};
use hojo_db::Mode;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Markup, Posted, Reply};
use hojo_words::text;

use super::{Desk, carry_out, fresh, open, view, way, would};
use crate::common::{party, problem, words};

/// Longest reason; it goes into the letter.
pub(super) const REASON: usize = 1_000;
/// Longest list of conditions.
pub(super) const CONDITIONS: usize = 2_000;

pub(crate) async fn show(cx: Cx<allow::DraftDecision>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = open(&cx, &mut tx, Mode::Read).await?;
    tx.commit().await?;
    cx.log_access(&desk.row).await?;
    if desk.row.position() != Position::Decide {
        return Ok(Reply::see_other(&format!("/cases/{}", desk.row.public_id)));
    }
    let body = view::form(&desk, &Posted::default(), &cx.csrf());
    Ok(Reply::page(&shell(&cx, &desk, body)))
}

fn shell(cx: &Cx<allow::DraftDecision>, desk: &Desk, body: Markup) -> Shell {
    let number = desk.row.number.clone().unwrap_or_default();
    cx.page(format!("{}の決定を起案する {number}", desk.procedure.title), body).breadcrumb(way(desk))
}

/// POST: first the consequences, then the proposal. What is refused stands on the form with everything typed.
pub(crate) async fn post(cx: Cx<allow::DraftDecision>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (permit, desk) = open(&cx, &mut tx, cx.mode()).await?;
    let again = |refusal: &Refusal| {
        let body = view::form(&desk, &posted, &cx.csrf());
        Ok(Reply::refused(&shell(&cx, &desk, body).problems(vec![problem(refusal)])))
    };
    if posted.get("stage") == "edit" {
        return Ok(Reply::page(&shell(&cx, &desk, view::form(&desk, &posted, &cx.csrf()))));
    }
    let proposal = match fresh(&desk, posted.get("seq")).and_then(|()| read(&desk, &posted)) {
        Ok(proposal) => proposal,
        Err(refusal) => return again(&refusal),
    };
    if posted.get("stage") != "confirm" {
        // What would be refused at the end is refused before the preview.
        let command = Command::Draft { submission: desk.row.case.submissions, proposal: proposal.clone() };
        let now = tx.now().await?;
        if let Err(refusal) = decide(&desk.row.case, party(cx.actor())?, command, &desk.terms, now) {
            return again(&refusal);
        }
        return match would(&mut tx, &desk.row, &proposal).await? {
            Err(refusal) => again(&refusal),
            Ok(changes) => {
                let body = view::preview(&desk, &proposal, &changes, &posted, &cx.csrf());
                Ok(Reply::page(&shell(&cx, &desk, body)))
            }
        };
    }
    let command = Command::Draft { submission: desk.row.case.submissions, proposal };
    match carry_out(&cx, &mut tx, &permit, &desk, command).await? {
        Err(refusal) => again(&refusal),
        Ok(()) => {
            tx.commit().await?;
            Ok(Reply::see_other(&format!("/cases/{}", desk.row.public_id)))
        }
    }
}

/// What was typed, as a proposal. The amount proposed in the filing stands where none was typed.
fn read(desk: &Desk, posted: &Posted) -> Result<Proposal, Refusal> {
    let code = posted.get("outcome");
    let Some(terms) = desk.terms.outcomes.get(code) else {
        return Err(Refusal::new("OUTCOME-MISSING", "決定が選ばれていません。", "決定の種類を選んでください。"));
    };
    let amount = if terms.amount { amount(posted.get("amount"), desk.row.case.requested)? } else { None };
    let conditions = words("条件", posted.get("conditions"), CONDITIONS)?;
    let conditions = if terms.conditions { conditions.as_str() } else { "" };
    Ok(Proposal {
        outcome: Outcome::new(code),
        amount,
        conditions: conditions.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect(),
        reason: words("理由", posted.get("reason"), REASON)?,
    })
}

/// Yen as people type them: `1,000,000`, `１００万` is not read.
fn amount(typed: &str, proposed: Option<i64>) -> Result<Option<i64>, Refusal> {
    let plain: String = text::fold_width(typed.trim()).chars().filter(|c| !matches!(c, ',' | '円' | ' ')).collect();
    if plain.is_empty() {
        return Ok(proposed);
    }
    plain.parse::<i64>().ok().filter(|yen| *yen >= 0).map(Some).ok_or_else(|| {
        Refusal::new(
            "AMOUNT-UNREADABLE",
            "決定する金額を数字として読み取れません。",
            "円の単位で「1,000,000」のように入力してください。",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yen_are_read_in_every_usual_writing_and_nothing_is_guessed() {
        for typed in ["9,000,000", "９，０００，０００", "9000000円", " 9 000 000 "] {
            assert_eq!(amount(typed, None).expect(typed), Some(9_000_000));
        }
        assert_eq!(amount("", Some(5)).expect("proposed"), Some(5));
        for typed in ["九百万", "-1", "9.5", "900万"] {
            assert_eq!(amount(typed, Some(5)).expect_err(typed).code, "AMOUNT-UNREADABLE");
        }
    }
}
