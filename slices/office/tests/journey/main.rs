//! The office's journeys over HTTP against a real database, under the roles and row policies of production.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on stops, and its world is laid out with plain SQL"
)]

mod client;
mod deciding;
mod examining;
mod finding;
mod world;
