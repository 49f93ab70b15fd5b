//! The operations pages and the tidying up over a real database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on stops, and it looks into the database without the product's macros"
)]

mod pages;
mod scanning;
mod tidying;
mod world;
