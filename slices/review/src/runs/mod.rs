//! 採択シミュレーション: try parameters, keep every run, commit one.

mod commit;
mod export;
mod form;
mod job;
mod list;
mod make;
mod outcome_view;
mod result_view;
mod show;
mod store;

pub use commit::{commit, preview};
pub use export::export;
pub use job::{CommitRun, KIND as COMMIT};
pub use list::list;
pub use make::{make, new};
pub use show::show;
