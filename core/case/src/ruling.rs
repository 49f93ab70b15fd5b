//! 決定: drafted by one, approved by another, and where the flow says so by 中小機構 last.

use hojo_programme::{Procedure, Reading};

use crate::case::{Case, Position};
use crate::command::{Party, Proposal};
use crate::decide::{Decision, need_position, need_reason, need_submission, wrong_party, wrong_position};
use crate::event::Event;
use crate::refusal::Refusal;
use crate::terms::{OutcomeTerms, Terms};

/// 起案
pub(crate) fn draft(c: &Case, by: Party, submission: u32, proposal: Proposal, terms: &Terms) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    need_position(c, Position::Decide)?;
    need_submission(c, submission)?;
    if terms.decide_through_run {
        return Err(Refusal::new(
            "DECIDE-WITHOUT-RUN",
            "採否は、確定した採択シミュレーションから決定します。",
            "採択シミュレーションを実行し、確定してください。",
        ));
    }
    let Some(outcome) = terms.outcomes.get(proposal.outcome.code()) else {
        return Err(Refusal::new(
            "OUTCOME-UNKNOWN",
            "この手続にない決定です。",
            "画面を開き直し、決定の種類を選び直してください。",
        ));
    };
    need_reason(&proposal.reason)?;
    let amount = amount(c, &proposal, outcome, terms)?;
    if outcome.conditions && proposal.conditions.iter().all(|line| line.trim().is_empty()) {
        return Err(Refusal::new("CONDITIONS-MISSING", "条件が入力されていません。", "付する条件を入力してください。"));
    }
    if outcome.heard && c.returns == 0 {
        return Err(Refusal::new(
            "HEARING-MISSING",
            format!("「{}」の前に、事業者の弁明を聴く必要があります。", outcome.label),
            "事前の通知を送り、弁明を受けるか、その期限が過ぎてから起案してください。",
        ));
    }
    let proposal = Proposal { amount, ..proposal };
    let label = outcome.label.clone();
    let drafted = Event::DecisionDrafted { submission, by, proposal: proposal.clone(), label };
    if terms.decide_by_two {
        return Ok(vec![drafted]);
    }
    let mut events = vec![drafted];
    events.extend(approved(by, &proposal, terms));
    Ok(events)
}

/// The amount decided: what was proposed, or less where the outcome says so.
fn amount(c: &Case, proposal: &Proposal, outcome: &OutcomeTerms, terms: &Terms) -> Result<Option<i64>, Refusal> {
    if !outcome.amount {
        return Ok(None);
    }
    let Some(amount) = proposal.amount.or(c.requested) else {
        return Err(Refusal::new("AMOUNT-MISSING", "決定する金額が入力されていません。", "金額を入力してください。"));
    };
    let asked = c.requested.unwrap_or(amount);
    if amount < 0 || amount > asked {
        return Err(Refusal::new(
            "AMOUNT-GROWS",
            "決定する金額は、申請された金額以下でなければなりません。",
            "金額を確認してください。",
        ));
    }
    if outcome.reduced && amount == asked {
        return Err(Refusal::new(
            "REDUCTION-MISSING",
            format!("「{}」では、申請された金額より少ない金額が必要です。", outcome.label),
            "減額後の金額を入力するか、減額しない決定を選んでください。",
        ));
    }
    if !outcome.reduced && amount < asked && terms.outcomes.values().any(|other| other.reduced) {
        return Err(Refusal::new(
            "REDUCTION-UNSAID",
            format!("「{}」では、申請された金額を減らせません。", outcome.label),
            "減額する決定を選び、理由を入力してください。",
        ));
    }
    Ok(Some(amount))
}

/// 決裁
pub(crate) fn approve(c: &Case, by: Party, terms: &Terms) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    need_position(c, Position::Approve)?;
    let Some(drafted) = &c.drafted else { return Err(wrong_position(c)) };
    if drafted.by == by {
        return Err(Refusal::new(
            "APPROVE-SAME-PERSON",
            "起案した人は、自分で決裁できません。",
            "別の人に決裁を依頼してください。",
        ));
    }
    Ok(approved(by, &drafted.proposal, terms))
}

fn approved(by: hojo_words::ids::StaffId, proposal: &Proposal, terms: &Terms) -> Vec<Event> {
    if terms.agency { vec![Event::DecisionApproved { by }] } else { vec![decided(proposal, terms)] }
}

fn decided(proposal: &Proposal, terms: &Terms) -> Event {
    let outcome = proposal.outcome.clone();
    let label = terms.outcomes.get(outcome.code()).map(|o| o.label.clone()).unwrap_or_default();
    Event::Decided {
        outcome,
        amount: proposal.amount,
        run: String::new(),
        reason: proposal.reason.clone(),
        conditions: proposal.conditions.clone(),
        label,
    }
}

/// 起案者へ差し戻す: by whoever was to approve.
pub(crate) fn send_back(c: &Case, by: Party, reason: String) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    need_reason(&reason)?;
    match c.position {
        Position::Approve | Position::Consult => Ok(vec![Event::DecisionSentBack { by, reason }]),
        _ => Err(wrong_position(c)),
    }
}

/// 中小機構の承認
pub(crate) fn approve_for_agency(c: &Case, by: Party, terms: &Terms) -> Decision {
    let Party::Staff(by) = by else { return Err(wrong_party()) };
    need_position(c, Position::Consult)?;
    let Some(drafted) = &c.drafted else { return Err(wrong_position(c)) };
    Ok(vec![Event::AgencyApproved { by }, decided(&drafted.proposal, terms)])
}

/// 申請の内容に合う決定か: an outcome may be tied to what was filed, as an order to pay back is to a filing that orders.
///
/// # Errors
/// `OUTCOME-UNFIT` when it does not hold for these answers, or is not known to.
pub fn fits(procedure: &Procedure, outcome: &str, reading: &Reading) -> Result<(), Refusal> {
    let Some(said) = procedure.flow.outcomes.get(outcome) else { return Ok(()) };
    if reading.holds(&said.when) == Some(true) {
        return Ok(());
    }
    Err(Refusal::new(
        "OUTCOME-UNFIT",
        format!("「{}」は、提出された内容に合いません。{}", said.label, said.says),
        "別の決定を選ぶか、差し戻して内容を直してください。",
    ))
}
