//! Purpose: public registries as tables: banks and branches, postal codes, holidays, each dated and re-importable.
//! Never: fetches anything (`scripts/fetch-masters.sh` does, with the ordinary package clients), writes to the database.
//! Start reading: `masters.rs` (a folder of tables), `rows.rs` (what a row is), `zengin.rs` (half-width bank kana).
//! Kept honest by: `tests/registries.rs` (recorded samples, and the real tables when they were fetched).

mod masters;
mod rows;
mod zengin;

pub use masters::{MasterProblem, Masters, Rows, Version};
pub use rows::{Bank, Branch, Holiday, PostalCode, RowProblem, copy_line};
pub use zengin::{Unmappable, zengin_kana};
