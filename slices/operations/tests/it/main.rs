//! The operations pages and the tidying up over a real database.

mod pages;
mod tidying;
mod world;
