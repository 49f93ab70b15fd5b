//! 時の経過: what a returned filing is stopped by, judged fairly. While a filing is returned only what was remarked may be
//! changed. A rule that was kept when the filing was handed in may be broken since, because a day has passed or a fact is
//! another one; if it is broken by nothing the applicant may change, stopping would leave no way out, and opening the
//! answer would let it be rewritten without a remark. So what is shut is judged as of the moment it was handed in, and the
//! office is told. What the return opened, and what the applicant's own changes break, is judged as of today.

use crate::answers::FieldPath;
use crate::model::form::Form;
use crate::model::rules::{Finding, Severity};
use std::collections::BTreeSet;

/// Findings on a returned filing, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// What speaks to the applicant as ever.
    pub findings: Vec<Finding>,
    /// Stops that time or facts have made, on answers the return does not open: told to both, in nobody's way.
    pub outgrown: Vec<Finding>,
}

/// Three judgements of one procedure, with the same rules lowered.
#[derive(Debug, Clone, Copy)]
pub struct Judgements<'a> {
    /// Of the answers as they were handed in last, under today's facts: what these say, no change of the applicant made.
    pub before: &'a [Finding],
    /// Of the present answers, under the facts and at the moment of that submission.
    pub then: &'a [Finding],
}

/// Sorts `now`, the findings of the present answers under today's facts. `opened`: the fields, rows and cells that the
/// return opens.
pub fn settle(form: &Form, opened: &BTreeSet<FieldPath>, now: Vec<Finding>, by: Judgements<'_>) -> Settled {
    let stops = |list: &[Finding], code: &str| list.iter().any(|f| f.severity == Severity::Stop && f.code == code);
    let is_outgrown = |finding: &Finding| {
        finding.severity == Severity::Stop
            && finding.fields.iter().all(|path| is_shut(form, opened, path, 0))
            && (stops(by.before, &finding.code) || !stops(by.then, &finding.code))
    };
    let (outgrown, findings) = now.into_iter().partition(is_outgrown);
    Settled { findings, outgrown }
}

/// Expressions do not nest deeper than this; a form whose fields are worked out of each other in a ring is refused.
const DEEPEST: usize = 64;

/// Whether nothing that a field shows can be changed: neither itself nor what it is worked out from.
fn is_shut(form: &Form, opened: &BTreeSet<FieldPath>, path: &FieldPath, depth: usize) -> bool {
    if opened.iter().any(|open| meet(open, path)) {
        return false;
    }
    let Some(field) = form.field(&path.field) else { return true };
    let column = path.column.as_ref().and_then(|id| field.table()?.column(id));
    let value = column.map_or(field.value.as_ref(), |column| column.value.as_ref());
    depth >= DEEPEST
        || value.is_none_or(|expr| {
            let within = |read: &FieldPath| {
                // A column reads its own row.
                let row = if read.field == path.field { path.row } else { None };
                FieldPath { row: read.row.or(row), ..read.clone() }
            };
            expr.reads.paths.iter().all(|read| is_shut(form, opened, &within(read), depth + 1))
        })
}

/// Have two pointers a cell in common? A pointer without row or column means all of them.
fn meet(one: &FieldPath, other: &FieldPath) -> bool {
    let same = |a: Option<usize>, b: Option<usize>| a.is_none() || b.is_none() || a == b;
    let column = one.column.is_none() || other.column.is_none() || one.column == other.column;
    one.field == other.field && same(one.row, other.row) && column
}
