//! 申請書を書く: the task list, one page for each section, saving by button and by itself.

mod autosave;
mod conflict;
mod overview;
mod postal;
mod section;
mod state;

pub(crate) use autosave::autosave;
pub(crate) use overview::{end_of_day, show as overview};
pub(crate) use section::{Told, page as section_page, save, show, still_open, store};
