//! 採点・順位: what the sheets add up to, before any money is spent.

mod export;
mod filter;
mod points;
mod rows;
mod show;
mod view;

pub use export::export;
pub use points::{points, rule};
#[cfg(test)]
pub use rows::tests;
pub use rows::{Scored, scored};
pub use show::show;
