//! Letters over a real database: the worker, a press that fails, the applicant who reads, the office that mends.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on stops, and it looks into the database without the product's macros"
)]

mod forms;
mod issuing;
mod mails;
mod making;
mod mending;
mod printed;
mod reading;
mod stand_ins;
mod world;
