//! The form that keeps what is typed: posts without scripts, saves by itself with them.
//!
//! What the script `autosave.ts` and a route agree on: it posts the form's own fields (urlencoded) to `autosave` with the
//! header `X-Hojo-Version` (the version this page was made from) and `X-CSRF-Token`. The route answers
//! * `200`, HTML fragments: every top-level element with an id replaces the element of that id on the page
//!   (findings `f-x-error`, computed values `f-x`, anything with `data-live`); headers `X-Hojo-Version` (new) and
//!   `X-Hojo-Saved-At` (`14:03`);
//! * `409`, JSON `{"version": 8, "by": "…", "at": "14:01", "values": [{"name": "capital", "label": "資本金", "theirs": "…"}]}`;
//!   somebody else saved; the page shows both texts and keeps its own until the person decides;
//! * `401`, the session ended; the page offers a new sign-in in another tab and tries again;
//! * anything else: not saved; tried again with growing pauses.
use maud::{Markup, Render, html};

use super::page::csrf_field;

/// A form with version check; made by [`save_form`].
#[derive(Clone, Debug)]
pub struct SaveForm {
    action: String,
    csrf: String,
    version: Option<i64>,
    autosave: Option<String>,
    multipart: bool,
    id: String,
    saved_at: Option<String>,
    body: Markup,
}

/// A posted form around `body`. Pressing Enter in a field posts `_action=save`, never the first button that happens to stand in it.
#[must_use]
pub fn save_form(id: impl Into<String>, action: impl Into<String>, csrf: impl Into<String>, body: Markup) -> SaveForm {
    SaveForm {
        action: action.into(),
        csrf: csrf.into(),
        version: None,
        autosave: None,
        multipart: false,
        id: id.into(),
        saved_at: None,
        body,
    }
}

impl SaveForm {
    /// The version this page was made from, posted as `_version`.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// Saves as one types, to this address.
    #[must_use]
    pub fn autosave(mut self, address: impl Into<String>) -> Self {
        self.autosave = Some(address.into());
        self
    }

    /// Sends files along: for pages that hold file fields.
    #[must_use]
    pub fn multipart(mut self) -> Self {
        self.multipart = true;
        self
    }

    /// When it was saved last, `14:03`.
    #[must_use]
    pub fn saved_at(mut self, clock: impl Into<String>) -> Self {
        self.saved_at = Some(clock.into());
        self
    }
}

impl Render for SaveForm {
    fn render(&self) -> Markup {
        let enctype = self.multipart.then_some("multipart/form-data");
        html! {
            form class="form" id=(self.id) method="post" action=(self.action) enctype=[enctype] novalidate
                data-autosave=[&self.autosave] data-version=[self.version] {
                button class="default-action" type="submit" name="_action" value="save" tabindex="-1" aria-hidden="true" { "保存" }
                (csrf_field(&self.csrf))
                @if let Some(version) = self.version { input type="hidden" name="_version" value=(version); }
                (self.body)
                @if self.autosave.is_some() {
                    div class="save-state" role="status" data-save-state {
                        span data-save-words { @if let Some(clock) = &self.saved_at { "保存しました " (clock) } }
                    }
                    div class="save-trouble" data-save-trouble {}
                }
            }
        }
    }
}
