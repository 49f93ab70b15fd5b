//! 予算の充当: down the ranking until the money is gone.

use std::collections::{BTreeMap, BTreeSet};

use hojo_words::{Number, NumberProblem};

use super::{Fill, Proposal, Reason, RunCase, RunParameters};

pub(super) struct Spending<'a> {
    parameters: &'a RunParameters,
    spent: i64,
    by_frame: BTreeMap<&'a str, i64>,
    /// Strict cut only: the round's line is drawn.
    closed: bool,
    /// Strict cut only: frames whose line is drawn.
    closed_frames: BTreeSet<&'a str>,
}

impl<'a> Spending<'a> {
    pub(super) fn new(parameters: &'a RunParameters) -> Self {
        Self { parameters, spent: 0, by_frame: BTreeMap::new(), closed: false, closed_frames: BTreeSet::new() }
    }

    pub(super) const fn spent(&self) -> i64 {
        self.spent
    }

    /// Decides the next case of the ranking.
    pub(super) fn take(&mut self, case: &'a RunCase, points: Number) -> Result<(Proposal, Reason), NumberProblem> {
        if let Some(floor) = self.parameters.floor
            && points < floor
        {
            // Takes no money and draws no line.
            return Ok((Proposal::NotAdopted, Reason::BelowFloor { floor }));
        }
        if self.closed || self.closed_frames.contains(case.frame.as_str()) {
            return Ok((Proposal::NotAdopted, Reason::BelowCut));
        }
        let budget = &self.parameters.budget;
        let frame_spent = self.by_frame.get(case.frame.as_str()).copied().unwrap_or(0);
        let left_total = budget.total.map(|b| b.saturating_sub(self.spent));
        let left_frame = budget.frames.get(&case.frame).map(|b| b.saturating_sub(frame_spent));
        if let Some(left) = left_frame.filter(|left| case.requested > *left) {
            if self.parameters.fill == Fill::StrictCut {
                self.closed_frames.insert(&case.frame);
            }
            return Ok((Proposal::NotAdopted, Reason::OverBudget { left }));
        }
        if let Some(left) = left_total.filter(|left| case.requested > *left) {
            self.closed = self.parameters.fill == Fill::StrictCut;
            return Ok((Proposal::NotAdopted, Reason::OverBudget { left }));
        }
        self.spent = self.spent.checked_add(case.requested).ok_or(NumberProblem::TooLarge)?;
        self.by_frame.insert(&case.frame, frame_spent.saturating_add(case.requested));
        Ok((Proposal::Adopted, Reason::WithinBudget))
    }
}
