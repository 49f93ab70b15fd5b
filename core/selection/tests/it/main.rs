//! One binary for all integration tests of this crate.
mod assigning;
mod runs;
mod scores;
