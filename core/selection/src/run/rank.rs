//! 順位: who stands in the ranking, in an order with no ties left.

use std::cmp::Ordering;

use hojo_words::{Number, NumberProblem};

use super::{Boundary, Proposal, Ranked, Reason, RunCase, RunInput, RunParameters};

/// Ranked cases with their points, in order.
pub(super) type Standing<'a> = Vec<(&'a RunCase, Number)>;
/// Cases outside the ranking, with their points and why.
pub(super) type Outside<'a> = Vec<(&'a RunCase, Number, Reason)>;

pub(super) fn rank<'a>(
    input: &'a RunInput,
    parameters: &RunParameters,
) -> Result<(Standing<'a>, Outside<'a>), NumberProblem> {
    let (mut standing, mut outside) = (Vec::new(), Vec::new());
    for case in &input.cases {
        let points = case.points()?;
        if let Some(reason) = &case.barred {
            outside.push((case, points, Reason::Barred { reason: reason.clone() }));
        } else if !parameters.pass.accepts(case.passes, case.fails) {
            outside.push((case, points, Reason::NotEligible { passes: case.passes, fails: case.fails }));
        } else {
            standing.push((case, points));
        }
    }
    standing.sort_by(order);
    outside.sort_by(|(a, ..), (b, ..)| (&a.number, &a.key).cmp(&(&b.number, &b.key)));
    Ok((standing, outside))
}

/// Points, then the deciding criterion, then bonus, then the smaller amount, then who filed
/// earlier, then the number. The key comes last so that no two cases are ever equal.
fn order((a, a_points): &(&RunCase, Number), (b, b_points): &(&RunCase, Number)) -> Ordering {
    b_points
        .cmp(a_points)
        .then_with(|| b.first_criterion.cmp(&a.first_criterion))
        .then_with(|| b.bonus.cmp(&a.bonus))
        .then_with(|| a.requested.cmp(&b.requested))
        .then_with(|| a.filed_at.cmp(&b.filed_at))
        .then_with(|| a.number.cmp(&b.number))
        .then_with(|| a.key.cmp(&b.key))
}

/// The cut of the round, or of each frame that has a budget of its own.
pub(super) fn boundaries(standing: &Standing<'_>, lines: &[Ranked], parameters: &RunParameters) -> Vec<Boundary> {
    let all: Vec<(&str, &Ranked)> =
        standing.iter().zip(lines).map(|((case, _), line)| (case.frame.as_str(), line)).collect();
    let n = usize::try_from(parameters.boundary).unwrap_or(usize::MAX);
    let cut = |frame: Option<&String>| {
        let here: Vec<&Ranked> =
            all.iter().filter(|(f, _)| frame.is_none_or(|wanted| wanted == f)).map(|(_, line)| *line).collect();
        let side = |wanted: Proposal, from_end: bool| -> Vec<String> {
            let found = here.iter().filter(|line| line.proposal == wanted).map(|line| line.key.clone());
            if from_end { found.rev().take(n).collect() } else { found.take(n).collect() }
        };
        Boundary {
            frame: frame.cloned(),
            above: side(Proposal::Adopted, true),
            below: side(Proposal::NotAdopted, false),
        }
    };
    if parameters.budget.frames.is_empty() {
        return vec![cut(None)];
    }
    parameters.budget.frames.keys().map(|frame| cut(Some(frame))).collect()
}
