//! 審査の割当て: cases that lack reviewers, filled automatically or one by one.

mod automatic;
pub mod handover;
mod list;
mod one;
mod store;
mod view;

use hojo_selection::Conflict;
use hojo_web::ui::{self, Tone};
use hojo_web::{Markup, html};

pub use automatic::{commit, preview};
pub use list::list;
pub use one::{assign, show, withdraw};
pub use store::Terms;

/// The state of an assignment as the office reads it.
pub fn state_chip(state: &str) -> Markup {
    html! {
        @match state {
            "assigned" => (ui::chip(Tone::Info, "申告待ち")),
            "declared" => (ui::chip(Tone::Info, "採点中")),
            "finalised" => (ui::chip(Tone::Success, "確定")),
            "recused" => (ui::chip(Tone::Warn, "忌避")),
            "withdrawn" => (ui::plain_chip("解除")),
            other => (other),
        }
    }
}

/// A conflict as a sentence, the prefecture by its name.
fn conflict_words(conflict: &Conflict, prefecture: &str) -> String {
    match conflict {
        Conflict::Prefecture { .. } => Conflict::Prefecture { value: prefecture.to_owned() }.sentence(),
        other => other.sentence(),
    }
}
