//! The design system: typed functions that draw what people see, on the tokens of the Digital Agency's design system.
//!
//! Everything here is a pure function from values to `maud::Markup`. Builders implement `maud::Render`, so inside `html!`
//! one writes `(ui::text_field("name", "商号").required().value(&typed))`. It never asks who is looking, never reads data,
//! and knows no programme beyond the form types it draws.
//!
//! | for | use |
//! |---|---|
//! | a page | [`page()`] → [`page::Shell`] (`.nav .menu .signed_in .problems .banner .notice .breadcrumb .csrf .nonce .plain .wide`) |
//! | doing | [`button()`], [`link_button`], [`buttons`] |
//! | asking | [`text_field`], [`textarea`], [`yen_field`], [`date_field`], [`select`], [`radios`], [`checks`], [`consent`], [`secret`], [`fixed`], [`field()`] with any [`Control`] |
//! | files, tables | [`upload()`], [`file_list`], [`edit_rows`], [`edit_years`] |
//! | saving | [`save_form`] (version check, autosave; the agreement with the script is written there) |
//! | saying | [`banner`], [`emergency`], [`Problem`] and [`error_summary`], [`chip`], [`plain_chip`], [`empty`] |
//! | leading | [`task_list`], [`steps`], [`tabs`], [`pager`], [`filters`], [`round_filter`], [`progress`], [`deadline`] |
//! | showing two things side by side | [`desk()`] with [`viewer`] |
//! | showing | [`answers`], [`facts`], [`comparison`], [`timeline`], [`staircase`], [`data_table`], [`panel`], [`disclosure`], [`dialog`], [`shortened`] |
//! | a form definition | [`form::draw`], [`form::live`], [`form::show`], [`form::findings`], [`form::problems`], [`form::parse()`] on a [`form::Scene`] |
//! | writing numbers | [`yen`], [`number`], [`date`], [`date_time`], [`date_time_seconds`], [`clock`], [`remaining`], [`file_size`] |
//!
//! Names and ids: a field posts under its own id (`capital`, `lines[0].gross`) and its control has the element id
//! [`dom_id`] (`f-capital`, `f-lines-0-gross`); messages stand in `<id>-error`, which live updates replace.

mod amounts;
mod button;
mod control;
mod desk;
pub(crate) mod field;
pub mod form;
mod icon;
mod lists;
mod message;
mod nav;
pub mod page;
mod rows;
mod save;
mod status;
mod table;
mod upload;

pub use amounts::{Whole, clock, date, date_time, date_time_seconds, file_size, group, number, remaining, yen};
pub use button::{Button, Size, Weight, button, buttons, link_button};
pub use control::{Around, Choice, Control, Mode, SecretKind, computed, control, count_characters};
pub use desk::{desk, viewer};
pub use field::{
    Field, Mark, checks, consent, date_field, field, fixed, mark, radios, secret, select, text_field, textarea,
    yen_field,
};
pub use icon::{Icon, icon};
pub use lists::{
    Answer, Compared, Happened, answers, comparison, dialog, disclosure, facts, halves, panel, shortened, staircase,
    timeline,
};
pub use message::{Banner, Messages, Problem, Tone, banner, emergency, error_summary};
pub use nav::{NavGroup, NavItem};
pub use page::{Assets, Shell, SignedIn, Site, csrf_field, page};
pub use rows::{EditCell, EditColumn, EditTable, Import, edit_rows, edit_years};
pub use save::{SaveForm, save_form};
pub use status::{Chip, Step, StepState, Task, chip, deadline, empty, plain_chip, progress, steps, task_list};
pub use table::{
    Column, DataTable, Holds, Order, column, data_table, filters, pager, round_filter, scroll_region, tabs,
};
pub use upload::{FileRow, FileState, Upload, file_list, upload};

/// The element id of a field's control: `capital` → `f-capital`, `lines[0].gross` → `f-lines-0-gross`.
#[must_use]
pub fn dom_id(name: &str) -> String {
    let mut id = String::with_capacity(name.len() + 2);
    id.push_str("f-");
    for character in name.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => id.push(character),
            ']' => {}
            _ => id.push('-'),
        }
    }
    id
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_follow_names() {
        for (name, expected) in [("capital", "f-capital"), ("lines[0].gross", "f-lines-0-gross"), ("a\"><b", "f-a---b")]
        {
            assert_eq!(super::dom_id(name), expected);
        }
    }
}
