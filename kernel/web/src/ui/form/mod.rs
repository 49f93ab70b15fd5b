//! A section of a form definition, drawn and read back.
//!
//! * [`draw`]: the fields of a section, filled with what was typed, with slips, findings and remarks beside them.
//! * [`live`]: the parts of a drawn section that change after a save, as fragments the script puts in place by id.
//! * [`show`]: the answers to read: check page, office, reviewers, copy.
//! * [`findings`] and [`problems`]: everything to mend, in three strengths, each line a link to its field.
//! * [`parse`](fn@parse): posted pairs back into raw answers; pure, total, deaf to anything the person may not change.
//!
//! Names on the wire: a field posts under its id, a cell as `lines[0].gross`, several boxes repeat the name. Groups that post
//! nothing when empty are announced by a hidden `_has` input, so that "unticked" and "not on this page" stay different.

mod control;
mod draw;
mod findings;
mod parse;
mod scene;
mod show;

pub use draw::{draw, draw_typed, has_files, live};
pub use findings::{findings, problems};
pub use parse::{Action, Posted, parse};
pub use scene::{Open, Places, Scene};
pub use show::{show, words};

#[cfg(test)]
mod drawn;
#[cfg(test)]
mod tests;
