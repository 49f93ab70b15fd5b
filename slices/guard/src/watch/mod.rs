//! 見張り: what looks wrong, what was done about it, and the buttons that cut people and addresses off at once.

pub mod act;
mod page;
pub mod post;
pub mod rules;
pub mod show;
pub mod stolen;
pub mod turn;
