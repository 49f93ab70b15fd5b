//! 権限: roles × functions, roles and additions of one person, teams, and the changes that wait for a second person.
//! What widens is proposed and approved by another; what narrows works at once.

mod book;
mod change;
pub mod decide;
pub mod matrix;
pub mod people;
mod step;
mod team_view;
pub mod teams;
mod view;
