//! The office's journeys over HTTP against a real database, under the roles and row policies of production.

#![expect(clippy::disallowed_methods, reason = "a test world is laid out with plain SQL")]

mod client;
mod deciding;
mod examining;
mod finding;
mod world;
