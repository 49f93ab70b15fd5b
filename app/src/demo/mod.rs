//! Demonstration worlds: a browser without a screen, the house to use it in, and invented companies.
//! `hojo demo seed` builds a world through the same pages people use; tests stand in the same house.

pub mod answers;
pub mod browser;
pub mod dice;
pub mod draft;
pub mod form;
pub mod house;
mod html;
pub mod pdf;
pub mod people;
pub mod steps;
pub mod texts;
