//! 申請書を書く: the task list, one page for each section, saving by button and by itself.

mod autosave;
mod conflict;
mod overview;
mod postal;
mod section;
mod state;

pub(crate) use autosave::autosave;
pub(crate) use overview::show as overview;
pub(crate) use postal::offers as postal_offers;
pub(crate) use section::{Told, page as section_page, save, show, still_open, store};
pub(crate) use state::{SectionState, section_state};
