//! Letters on paper: places in mm, hostile texts, the file's standards, the warm process.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests: a failure here is a failed test"
)]

#[path = "../support/mod.rs"]
mod support;

mod file;
mod paper;
mod standards;
mod texts;
mod warm;
