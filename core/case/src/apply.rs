//! Folds an event into the case. Total: every event ever recorded applies.

use crate::Outcome;
use crate::case::{Case, Checked, Drafted, Position};
use crate::command::{CheckResult, Proposal};
use crate::event::Event;
use crate::terms::Terms;

/// The case after the event. `terms` only tells where the flow goes next.
#[must_use]
pub fn apply(mut c: Case, event: &Event, terms: &Terms) -> Case {
    match event {
        Event::CaseOpened { channel, due, .. } => c = Case { file_due: *due, ..Case::opened(*channel) },
        Event::Filed { submission, requested, late_since, check_due, .. } => {
            c.late_since = *late_since;
            c.check_due = *check_due;
            c.submissions = *submission;
            c.requested = *requested;
            c.first_check = None;
            c.return_due = None;
            c.position = if terms.checked { Position::Check } else { Position::Decide };
        }
        Event::Discarded => c.position = Position::Discarded,
        Event::Withdrawn { .. } => c.position = Position::Withdrawn,
        Event::Assigned { to } => c.assigned_to = *to,
        Event::FirstCheckFinished { by, result, reason, .. } => {
            c.first_check = Some(Checked { by: *by, result: *result, reason: reason.clone() });
            c.position = if terms.second_check { Position::SecondCheck } else { after_check(*result, terms) };
            exclude_if(&mut c, *result, !terms.second_check, terms);
        }
        Event::SecondCheckFinished { agrees, .. } => {
            let first = c.first_check.as_ref().map_or(CheckResult::Passed, |f| f.result);
            if *agrees {
                c.position = after_check(first, terms);
                exclude_if(&mut c, first, true, terms);
            } else {
                c.first_check = None;
                c.position = Position::Check;
            }
        }
        Event::Returned { due, .. } => {
            c.returns = c.returns.saturating_add(1);
            c.return_due = Some(*due);
            c.position = Position::Returned;
        }
        Event::ReviewFinished { .. } => c.position = Position::Decide,
        Event::DecisionDrafted { by, proposal, .. } => {
            c.drafted = Some(Drafted { by: *by, proposal: proposal.clone() });
            c.position = Position::Approve;
        }
        Event::DecisionApproved { .. } => c.position = Position::Consult,
        Event::DecisionSentBack { .. } => {
            c.drafted = None;
            c.position = Position::Decide;
        }
        Event::AgencyApproved { .. } => {}
        Event::Decided { outcome, amount, reason, conditions, label, .. } => {
            let proposal = Proposal {
                outcome: outcome.clone(),
                amount: *amount,
                conditions: conditions.clone(),
                reason: reason.clone(),
            };
            c.decided = Some(proposal);
            c.drafted = None;
            c.outcome = Some(outcome.clone());
            c.outcome_label.clone_from(label);
            c.adopted = *amount;
            c.letters_due = terms.letters_per_outcome;
            c.position = if c.letters_due == 0 { Position::Closed } else { Position::Notify };
        }
        Event::TookEffect { procedure, receipt, changes, .. } => c.life.took_effect(procedure, receipt, changes),
        Event::CameTrue { receipt, on, changes } => c.life.came_true(receipt, *on, changes),
        Event::DueMoved { obligation, to, .. } => {
            c.life.moved.insert(obligation.clone(), *to);
        }
        Event::DueUnmet { asked, .. } => {
            if !c.life.asked.contains(asked) {
                c.life.asked.push(asked.clone());
            }
        }
        Event::LetterDelivered { .. } => {
            if c.position == Position::Notify {
                c.letters_due = c.letters_due.saturating_sub(1);
                if c.letters_due == 0 {
                    c.position = Position::Closed;
                }
            }
        }
        Event::Moved { to, .. } => c.position = *to,
    }
    c.seq = c.seq.saturating_add(1);
    c
}

fn after_check(result: CheckResult, terms: &Terms) -> Position {
    match result {
        CheckResult::Excluded if terms.letters_per_outcome == 0 => Position::Closed,
        CheckResult::Excluded => Position::Notify,
        CheckResult::Passed if terms.reviewers == 0 => Position::Decide,
        CheckResult::Passed => Position::Examine,
    }
}

/// An exclusion that two people agree on is the outcome; no reviewer sees the case.
fn exclude_if(c: &mut Case, result: CheckResult, settled: bool, terms: &Terms) {
    if settled && result == CheckResult::Excluded {
        c.outcome = Some(Outcome::EXCLUDED);
        c.letters_due = terms.letters_per_outcome;
    }
}
