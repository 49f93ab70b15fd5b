//! 採点する: declare, read, score, finalise. One reviewer, one case, one sheet.

mod autosave;
mod declare;
mod declare_view;
mod file;
mod finalise;
mod posted;
mod save;
mod seat;
mod sheet_view;
mod show;

pub use autosave::autosave;
pub use declare::declare;
pub use file::file;
pub use finalise::{confirm, finalise};
pub use save::save;
pub use show::show;
