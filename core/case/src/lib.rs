//! The life of a case: what was done (events), what may be done (decide), what follows (apply).
//! Never does I/O, reads a clock or draws randomness: everything arrives as an argument.
//! Start at [`decide`], then [`Event`] and [`Case`].
//! Kept honest by `tests/model.rs`, which runs random commands against it.

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

mod apply;
mod case;
mod command;
mod decide;
mod event;
mod refusal;
mod terms;

pub use apply::apply;
pub use case::{Case, Checked, Position};
pub use command::{CheckResult, Command, Outcome, Party, Submission};
pub use decide::{decide, late_since};
pub use event::{Channel, Event, Step};
pub use refusal::Refusal;
pub use terms::Terms;
