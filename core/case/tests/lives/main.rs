//! 案件の一生: the small edition of `edition.rs` lived through, at random and by the calendar.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on stops here")]
#![expect(clippy::panic, reason = "a test that cannot go on stops here")]

mod addition;
mod consequences;
mod edition;
mod model;
mod obligations;
mod random;
mod starts;
mod steps;
mod stored;
