//! Letters on paper: places in mm, hostile texts, the file's standards, the warm process.
#[path = "../support/mod.rs"]
mod support;

mod file;
mod paper;
mod texts;
mod warm;
