//! The life of a case: what was done (events), what may be done (decide), what follows (apply).
//! Never does I/O, reads a clock or draws randomness: everything arrives as an argument.
//! Start at [`decide`], then [`Event`] and [`Case`].
//! Kept honest by `tests/model.rs` (the application) and `tests/lives` (what follows), which run random commands against it.

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

mod apply;
mod case;
mod command;
mod course;
mod decide;
mod event;
mod life;
mod obligation;
mod outcome;
mod refusal;
mod ruling;
mod start;
mod terms;

pub use apply::apply;
pub use case::{Case, Checked, Drafted, Position};
pub use command::{CheckResult, Command, Party, Proposal, Submission};
pub use course::{check, requested};
pub use decide::{decide, late_since};
pub use event::{Channel, Event, Step};
pub use life::{Awaited, Change, Claim, Life, Ruling, consequences};
pub use obligation::{Obligation, ObligationState, Reminder, obligations};
pub use outcome::Outcome;
pub use refusal::Refusal;
pub use ruling::fits;
pub use start::{Standing, hushed, may_file, may_start};
pub use terms::{OutcomeTerms, Terms};
