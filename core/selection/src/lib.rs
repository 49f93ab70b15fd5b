//! Selection: who reviews which case, what the sheets add up to, and which cases a run adopts.
//! Never draws lots, reads a clock, uses a float or does I/O: the same input gives the same bytes.
//! Start at [`assign`], [`SheetSpec`] and [`simulate`].
//! Kept honest by `tests/it/` (tiny matrices of known result, and properties over random ones).

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

mod assign;
mod canonical;
mod points;
mod run;
mod score;

pub use assign::{
    Assignment, Barrier, CaseNeed, Conflict, Placement, Reviewer, Short, Supporter, Tie, TieKind, assign, conflict,
};
pub use canonical::{canonical_json, sha256_of};
pub use points::{Catalogue, PointItem, granted_points};
pub use run::{
    Boundary, Budget, Changed, Fill, PassRule, Proposal, Ranked, Reason, RunCase, RunInput, RunParameters, RunResult,
    Share, Shares, differences, hash, simulate,
};
pub use score::{CaseScore, CriterionSpec, Lack, Mark, Marks, SheetSpec, Total, combine};
