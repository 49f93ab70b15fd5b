//! What the edition and the round say about this case, reduced to what `decide` needs.

use std::collections::BTreeMap;

use hojo_programme::{Effect, Flow, Procedure, Source, StepKind, Term, TermUnit};
use hojo_words::BusinessCalendar;
use time::OffsetDateTime;

use crate::outcome::Outcome;

/// The terms one case is decided under.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// Applications open at (inclusive).
    pub opens: OffsetDateTime,
    /// The deadline for this applicant, moves included (inclusive: 18:00:00 is in time).
    pub closes: OffsetDateTime,
    /// Does a second person confirm the formal check?
    pub second_check: bool,
    /// How many reviewers score a case; 0 skips the review.
    pub reviewers: u32,
    /// May a decision be taken only through a committed adoption run?
    pub decide_through_run: bool,
    /// Longest period a return may allow, in days.
    pub return_days: u32,
    /// Is a returned filing refused to the applicant after its due date?
    pub refuse_late: bool,
    /// How long the office gives itself for the formal check, counted from the submission.
    pub check_within: Option<Term>,
    /// Days the office does not work. Weekends only until [`Terms::on`] says more.
    pub calendar: BusinessCalendar,
    /// Letters owed for an outcome.
    pub letters_per_outcome: u32,
    /// Is it filed within the round's window? Procedures after adoption are not.
    pub in_round: bool,
    /// Is there a formal check before the decision?
    pub checked: bool,
    /// Is whoever drafts a decision kept from approving it?
    pub decide_by_two: bool,
    /// Does 中小機構 approve last?
    pub agency: bool,
    /// What may be decided, by code.
    pub outcomes: BTreeMap<String, OutcomeTerms>,
}

/// What an outcome demands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OutcomeTerms {
    /// 日本語の名
    pub label: String,
    /// 減額: below what is proposed.
    pub reduced: bool,
    /// 条件 must be written.
    pub conditions: bool,
    /// 弁明: the applicant must have been heard.
    pub heard: bool,
    /// An amount is decided.
    pub amount: bool,
}

impl Terms {
    /// Reads the terms from a procedure's flow; the two moments come from the round.
    #[must_use]
    pub fn of(procedure: &Procedure, opens: OffsetDateTime, closes: OffsetDateTime) -> Self {
        let flow = &procedure.flow;
        let check = flow.step(StepKind::Check);
        let within = flow.return_rule().map(|r| r.within);
        Self {
            opens,
            closes,
            second_check: check.is_some_and(|s| s.eyes >= 2),
            reviewers: flow.step(StepKind::Examine).map_or(0, |s| s.count),
            decide_through_run: flow.step(StepKind::Decide).is_some_and(|s| s.through_simulation),
            return_days: within.map_or(0, |t| match t.unit {
                TermUnit::Days => t.amount,
                // Generous: weekends and holidays lie in between.
                TermUnit::BusinessDays => t.amount.saturating_mul(2),
                TermUnit::Months => t.amount.saturating_mul(31),
            }),
            refuse_late: flow.refuses_late(),
            check_within: check.and_then(|s| s.within),
            calendar: BusinessCalendar::default(),
            letters_per_outcome: u32::from(flow.step(StepKind::Notify).is_some_and(|s| !s.letters.is_empty())),
            in_round: flow.step(StepKind::File).is_none_or(|s| s.between.is_some()),
            checked: check.is_some(),
            decide_by_two: flow.step(StepKind::Decide).is_some_and(|s| s.eyes >= 2),
            agency: flow.step(StepKind::Decide).is_some_and(|s| s.agency.is_some()),
            outcomes: outcomes(flow),
        }
    }

    /// The same terms by this calendar.
    #[must_use]
    pub fn on(self, calendar: BusinessCalendar) -> Self {
        Self { calendar, ..self }
    }
}

fn outcomes(flow: &Flow) -> BTreeMap<String, OutcomeTerms> {
    let Some(step) = flow.step(StepKind::Decide) else { return BTreeMap::new() };
    let of = |code: &String| {
        let said = flow.outcomes.get(code);
        let effects = flow.effects.get(code).map(Vec::as_slice).unwrap_or_default();
        let decided = |effect: &Effect| match effect {
            // Through a simulation the adoption alone decides an amount, from whatever field its edition takes it.
            Effect::Amount { from, .. } => {
                *from == Source::Decided || (step.through_simulation && code == Outcome::ADOPTED.code())
            }
            Effect::Post { from, .. } => *from == Source::Decided,
            Effect::Claim { .. } => true,
            _ => false,
        };
        OutcomeTerms {
            label: said.map_or_else(|| code.clone(), |said| said.label.clone()),
            reduced: said.is_some_and(|said| said.reduced),
            conditions: said.is_some_and(|said| said.conditions),
            heard: step.after_return.contains(code),
            amount: effects.iter().any(decided) || said.is_some_and(|said| said.reduced),
        }
    };
    step.outcomes.iter().map(|code| (code.clone(), of(code))).collect()
}
