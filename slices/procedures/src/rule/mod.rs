//! 起案・決裁・承認: a later procedure is decided by one, approved by another, and where its flow says so by 中小機構 last.

pub(crate) mod agency;
pub(crate) mod approve;
pub(crate) mod draft;
mod view;
pub(crate) mod waiting;

use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_access::Access;
use hojo_case::{Change, Command, Event, Position, Proposal, Refusal, Terms, decide, fits};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_programme::{Procedure, StepKind};
use hojo_web::{Cx, Fault};
use hojo_words::ids::PublicId;
use serde_json::json;
use uuid::Uuid;

use crate::common::{Known, party};

/// A run whose decision is being made.
pub(crate) struct Desk {
    pub row: CaseRow,
    pub known: Known,
    pub procedure: Arc<Procedure>,
    pub terms: Terms,
    /// Who drafted what waits for approval.
    pub drafter: Option<String>,
    /// Outcomes that do not fit what was filed, by code, each with its reason.
    pub unfit: BTreeMap<String, String>,
    /// What the proposal would change, or why it may not.
    pub would: Option<Result<Vec<Change>, Refusal>>,
}

/// Loads what is decided and checks `A` on it. What its flow decides by an adoption run is never decided here.
pub(crate) async fn open<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    mode: Mode,
) -> Result<(hojo_access::Permit<A>, Desk), Fault> {
    let id: PublicId = cx.param("case")?;
    let (permit, row) = tx.case::<A>(id, mode).await?;
    let known = Known::of(tx, &row).await?;
    let procedure = known.view.edition.procedure(&row.procedure).cloned().ok_or(Fault::NotFound)?;
    let terms = tx.terms(&procedure, row.round, row.applicant).await?;
    if terms.decide_through_run {
        return Err(Fault::NotFound);
    }
    let unfit = if row.position() == Position::Decide { unfit(tx, &row, &procedure).await? } else { BTreeMap::new() };
    let mut desk = Desk { row, known, procedure, terms, drafter: None, unfit, would: None };
    if let Some(drafted) = desk.row.case.drafted.clone() {
        desk.drafter = name(tx, drafted.by.0).await?;
        desk.would = Some(would(tx, &desk.row, &drafted.proposal).await?);
    }
    Ok((permit, desk))
}

async fn unfit(tx: &mut Tx, row: &CaseRow, procedure: &Procedure) -> Result<BTreeMap<String, String>, Fault> {
    let reading = tx.newest_reading(row, procedure).await?;
    let says = |(code, outcome): (&String, &hojo_programme::Outcome)| {
        fits(procedure, code, &reading).err().map(|_| (code.clone(), outcome.says.clone()))
    };
    Ok(procedure.flow.outcomes.iter().filter_map(says).collect())
}

/// What the proposal would change.
pub(crate) async fn would(
    tx: &mut Tx,
    row: &CaseRow,
    proposal: &Proposal,
) -> Result<Result<Vec<Change>, Refusal>, Fault> {
    let told = tx.would_change(row, proposal.outcome.code(), proposal.amount).await?;
    Ok(told.map(Option::unwrap_or_default))
}

async fn name(tx: &mut Tx, staff: Uuid) -> Result<Option<String>, Fault> {
    let found = sqlx::query!("select name from staff where id = $1", staff).fetch_optional(tx.sql()).await?;
    Ok(found.map(|r| r.name))
}

/// Decides and, when nothing speaks against it, writes; the letters that follow are ordered in the same transaction.
/// The inner refusal is for the page; nothing was written then.
pub(crate) async fn carry_out<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    permit: &hojo_access::Permit<A>,
    desk: &Desk,
    command: Command,
) -> Result<Result<(), Refusal>, Fault> {
    let now = tx.now().await?;
    let events = match decide(&desk.row.case, party(cx.actor())?, command, &desk.terms, now) {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // A proposal that the staircase forbids is stopped here, not when its last signature is given.
    let proposed = events.iter().find_map(|event| match event {
        Event::DecisionDrafted { proposal, .. } => Some(proposal.clone()),
        Event::DecisionApproved { .. } | Event::AgencyApproved { .. } => {
            desk.row.case.drafted.as_ref().map(|drafted| drafted.proposal.clone())
        }
        Event::Decided { outcome, amount, reason, conditions, .. } => Some(Proposal {
            outcome: outcome.clone(),
            amount: *amount,
            conditions: conditions.clone(),
            reason: reason.clone(),
        }),
        _ => None,
    });
    if let Some(proposal) = proposed
        && let Err(refusal) = would(tx, &desk.row, &proposal).await?
    {
        return Ok(Err(refusal));
    }
    let next = tx.record(permit, &desk.row, &events, &desk.terms, &cx.audit()).await?;
    order_letters(tx, &next, &desk.procedure).await?;
    Ok(Ok(()))
}

/// The letter of the outcome, or the one that asks 中小機構 to approve.
async fn order_letters(tx: &mut Tx, next: &CaseRow, procedure: &Procedure) -> Result<(), Fault> {
    let (letter, cause) = match next.position() {
        Position::Consult => {
            let agency = procedure.flow.step(StepKind::Decide).and_then(|step| step.agency.as_deref());
            (agency, format!("agency:{}", next.case.seq))
        }
        Position::Notify => {
            let outcome = next.case.outcome.as_ref().and_then(|outcome| procedure.flow.letter(outcome.code()));
            (outcome, "outcome".to_owned())
        }
        _ => (None, String::new()),
    };
    let Some(letter) = letter else { return Ok(()) };
    let payload = json!({ "case": next.id.0, "letter": letter, "cause": cause });
    enqueue(tx, NewJob::new(Lane::Letters, "letter", payload).once(format!("{}:{letter}:{cause}", next.id))).await?;
    Ok(())
}

/// What was seen is what is decided: the page carries the number of the newest event.
pub(crate) fn fresh(desk: &Desk, seen: &str) -> Result<(), Refusal> {
    if seen == desk.row.case.seq.to_string() {
        return Ok(());
    }
    Err(Refusal::new(
        "RULING-STALE",
        "この画面を開いたあとで、手続の状態が変わっています。",
        "下の最新の内容を確かめて、もう一度操作してください。",
    ))
}

/// The way back to the desk.
pub(crate) fn way(desk: &Desk) -> Vec<(String, String)> {
    let number = desk.row.number.clone().unwrap_or_default();
    vec![
        ("決裁・承認".to_owned(), "/approvals".to_owned()),
        (format!("{} {number}", desk.procedure.title), format!("/cases/{}", desk.row.public_id)),
    ]
}
