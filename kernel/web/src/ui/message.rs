//! What the system says: error summary, banners, notices bound to a place.
use maud::{Markup, Render, html};

use super::icon::{Icon, icon};

/// The tone of a message. Each has its own picture and word, never only a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Something went well.
    Success,
    /// Good to know.
    #[default]
    Info,
    /// Needs attention before going on.
    Warn,
    /// Something is wrong.
    Error,
}

impl Tone {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    pub(crate) const fn icon(self) -> Icon {
        match self {
            Self::Success => Icon::Done,
            Self::Info => Icon::Info,
            Self::Warn => Icon::Warn,
            Self::Error => Icon::Stop,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Success => "完了",
            Self::Info => "お知らせ",
            Self::Warn => "注意",
            Self::Error => "エラー",
        }
    }
}

/// A message at the top of the page or of a part of it.
#[derive(Clone, Debug)]
pub struct Banner {
    tone: Tone,
    title: String,
    body: Option<Markup>,
    id: Option<String>,
    announce: bool,
}

/// Starts a banner of the given tone.
#[must_use]
pub fn banner(tone: Tone, title: impl Into<String>) -> Banner {
    Banner { tone, title: title.into(), body: None, id: None, announce: false }
}

impl Banner {
    /// More words or links below the title.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = Some(body);
        self
    }

    /// The element's id.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Reads itself aloud when it appears: for the answer to what the person just did.
    #[must_use]
    pub fn announce(mut self) -> Self {
        self.announce = true;
        self
    }
}

impl Render for Banner {
    fn render(&self) -> Markup {
        let role = if !self.announce {
            None
        } else if self.tone == Tone::Error {
            Some("alert")
        } else {
            Some("status")
        };
        html! {
            div class="banner" data-tone=(self.tone.name()) id=[&self.id] role=[role] {
                div class="banner__icon" { (icon(self.tone.icon())) }
                div class="banner__text" {
                    p class="banner__title" { span class="visually-hidden" { (self.tone.word()) "：" } (self.title) }
                    @if let Some(body) = &self.body { div class="banner__body" { (body) } }
                }
            }
        }
    }
}

/// A notice across the whole page: an outage, a moved deadline.
#[must_use]
pub fn emergency(title: &str, body: &Markup) -> Markup {
    html! {
        section class="emergency" aria-label="緊急のお知らせ" {
            p class="emergency__title" { (icon(Icon::Warn)) (title) }
            div class="emergency__body" { (body) }
        }
    }
}

/// What is said about one field, cell or table, in three strengths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// Must be mended.
    pub errors: Vec<String>,
    /// Should be looked at again; does not block.
    pub asks: Vec<String>,
    /// Good to know.
    pub notes: Vec<String>,
}

impl Messages {
    /// Nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.asks.is_empty() && self.notes.is_empty()
    }
}

/// One line of the error summary: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The sentence, the same as beside the field.
    pub message: String,
    /// Where the link leads: the id of the control, without `#`; none for a problem of the page as a whole.
    pub target: Option<String>,
}

impl Problem {
    /// A problem of one field, by the field's name.
    #[must_use]
    pub fn at(name: &str, message: impl Into<String>) -> Self {
        Self { message: message.into(), target: Some(super::dom_id(name)) }
    }

    /// A problem that belongs to no field.
    #[must_use]
    pub fn general(message: impl Into<String>) -> Self {
        Self { message: message.into(), target: None }
    }
}

/// The list of problems at the top of the main part; takes the focus when the page opens. Nothing when there are none.
#[must_use]
pub fn error_summary(problems: &[Problem]) -> Markup {
    html! {
        @if !problems.is_empty() {
            div class="error-summary" id="error-summary" tabindex="-1" role="alert" aria-labelledby="error-summary-title" data-focus {
                h2 class="error-summary__title" id="error-summary-title" { (icon(Icon::Stop)) "入力内容に誤りがあります" }
                @if problems.iter().any(|problem| problem.target.is_some()) { p { (problems.len()) "か所を直してください。入力した内容は残っています。" } }
                ul class="error-summary__list" {
                    @for problem in problems {
                        li {
                            @if let Some(target) = &problem.target { a href={ "#" (target) } { (problem.message) } }
                            @else { (problem.message) }
                        }
                    }
                }
            }
        }
    }
}
