//! What the edition and the round say about this case, reduced to what `decide` needs.

use hojo_programme::{Procedure, StepKind, Term, TermUnit};
use hojo_words::BusinessCalendar;
use time::OffsetDateTime;

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
        }
    }

    /// The same terms by this calendar.
    #[must_use]
    pub fn on(self, calendar: BusinessCalendar) -> Self {
        Self { calendar, ..self }
    }
}
