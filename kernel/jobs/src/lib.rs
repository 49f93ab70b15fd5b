//! Work that follows a decision: letters, mail, feeds. Queued in the transaction that decided.
//! Never decides a domain question itself, and never holds a transaction open over outside work.
//! Start at [`enqueue`] and [`Runner`].
//! Kept honest by `tests/jobs.rs`: a killed worker's job runs again, a stale one cannot commit.

mod daily;
mod queue;
mod runner;

pub use daily::takes_turn;
pub use queue::{Claimed, Lane, NewJob, Queue, enqueue, retry};
pub use runner::{Done, Failure, Handler, Runner};
