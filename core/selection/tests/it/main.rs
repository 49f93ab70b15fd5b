//! One binary for all integration tests of this crate.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that finds nothing is meant to fail")]
mod assigning;
mod runs;
mod scores;
