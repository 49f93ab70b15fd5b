//! Every test that needs a database or a site: one binary, a module for each topic.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot go on stops here, runs servers of its own and prints what it counted"
)]

mod access_matrix;
mod bad_days;
mod by_hand;
mod catalogue;
mod client;
mod demo_world;
mod direct_access;
mod files_site;
mod ground;
mod guard;
mod main_job;
mod moving_clock;
mod procedures;
mod row_rights;
mod rules_desk;
mod sealed_logs;
mod sign_in;
mod socket;
mod sql;
mod stranger;
mod walls;
