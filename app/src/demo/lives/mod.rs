//! Lives of cases in a demonstration world: companies whose applications were adopted seven years, two years and some
//! months ago, and everything that has happened to them since. Each procedure and each step is there at least once.
//!
//! Tales are told in the calendar of the edition's own examples (第1回公募, adopted in February 2027) and moved as a whole to
//! the past, so that the answers of the accepted examples fit without being written a second time.

mod answers;
mod carry_out;
mod era;
mod tale;
mod tales;

pub(super) use answers::{Mover, example, put};
pub(super) use carry_out::{Lives, full_months};
pub(super) use era::{Era, Opened};
pub(super) use tale::Scene;
pub(super) use tales::all as tales;
