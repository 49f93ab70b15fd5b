//! 版の中身: what an edition says, as types. Files become these in `load`.

pub mod edition;
pub mod example;
pub mod flow;
pub mod form;
pub mod letter;
pub mod life;
pub mod rules;
pub mod sheets;
pub mod tables;
