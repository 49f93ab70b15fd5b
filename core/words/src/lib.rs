//! Purpose: the words everyone shares: ids, money, exact numbers, dates, text, 法人番号, clauses, the letter model.
//! Never: reads a clock, draws randomness, does I/O, uses floats, knows any programme's rules.
//! Start reading: `number.rs` (exact arithmetic), `jst.rs` (dates as people write them), `letter.rs` (what press draws).
//! Kept honest by: `tests/words.rs` (tables and property tests).

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

mod calendar;
mod clause;
mod corporate_number;
mod id;
pub mod ids;
pub mod jst;
pub mod letter;
mod now;
mod number;
pub mod prefecture;
pub mod text;
mod yen;

pub use calendar::BusinessCalendar;
pub use clause::Clause;
pub use corporate_number::{CorporateNumber, CorporateNumberProblem};
pub use id::{PublicId, PublicIdProblem};
pub use now::Now;
pub use number::{Number, NumberProblem};
pub use yen::{Yen, YenProblem};

// The macro `define_id!` names these through the crate, so that callers need no dependency of their own.
#[doc(hidden)]
pub use {serde as __serde, uuid as __uuid};
