//! Things to read: answers to check, descriptions, comparison, history, the staircase of amounts, dialogs.
use maud::{Markup, html};
use time::OffsetDateTime;

use super::amounts::{self, Whole};
use super::status::machine_time;

/// One line of the check page.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The field's label.
    pub label: String,
    /// The value in words; an empty one is shown as 「未入力」.
    pub value: Markup,
    /// Nothing was answered.
    pub missing: bool,
    /// Where it can be changed; none where it cannot.
    pub change: Option<String>,
    /// What a rule says about it.
    pub error: Option<String>,
    /// Id to link to.
    pub id: Option<String>,
}

impl Answer {
    /// A line of plain text; empty text counts as missing.
    #[must_use]
    pub fn text(label: impl Into<String>, value: &str) -> Self {
        Self {
            label: label.into(),
            missing: value.is_empty(),
            value: html! { (value) },
            change: None,
            error: None,
            id: None,
        }
    }

    /// A line with links, lists or tables.
    #[must_use]
    pub fn rich(label: impl Into<String>, value: Markup) -> Self {
        Self { label: label.into(), missing: false, value, change: None, error: None, id: None }
    }

    /// Adds the 「変更」 link.
    #[must_use]
    pub fn change(mut self, href: impl Into<String>) -> Self {
        self.change = Some(href.into());
        self
    }
}

/// What was answered, two columns, with links to change.
#[must_use]
pub fn answers(items: &[Answer]) -> Markup {
    html! {
        dl class="answers" {
            @for item in items {
                div class="answers__row" id=[&item.id] data-error[item.error.is_some()] {
                    dt { (item.label) }
                    dd class="answers__value" {
                        @if item.missing { span class="answers__missing" { "未入力" } } @else { (item.value) }
                        @if let Some(sentence) = &item.error { p class="field__error" { "＊" (sentence) } }
                    }
                    @if let Some(href) = &item.change {
                        dd class="answers__change" { a href=(href) { "変更" span class="visually-hidden" { "（" (item.label) "）" } } }
                    }
                }
            }
        }
    }
}

/// Facts about something: label and value side by side.
#[must_use]
pub fn facts(items: &[(&str, Markup)]) -> Markup {
    html! { dl class="facts" { @for (label, value) in items { div { dt { (label) } dd { (value) } } } } }
}

/// What happened to one field between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The field's label, with the row where there is one.
    pub label: String,
    /// Before; none when it was not there.
    pub before: Option<String>,
    /// After; none when it is gone.
    pub after: Option<String>,
}

impl Compared {
    fn word(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, Some(_)) => "追加",
            (Some(_), None) => "削除",
            (before, after) if before == after => "変更なし",
            _ => "変更",
        }
    }
}

/// Before and after, side by side; what changed carries the word, a mark in the margin, and `ins`/`del`.
#[must_use]
pub fn comparison(before: &str, after: &str, items: &[Compared]) -> Markup {
    html! {
        (super::table::scroll_region("変更前後の比較", &html! {
            table class="table comparison" {
                caption class="visually-hidden" { "変更前後の比較" }
                thead { tr { th scope="col" { "項目" } th scope="col" { "変更" } th scope="col" { (before) } th scope="col" { (after) } } }
                tbody {
                    @for item in items {
                        @let changed = item.before != item.after;
                        tr data-changed[changed] {
                            th scope="row" { (item.label) }
                            td { @if changed { strong class="comparison__word" { (item.word()) } } @else { span class="quiet" { "変更なし" } } }
                            td class="prewrap" { (side(item.before.as_deref(), changed, "del")) }
                            td class="prewrap" { (side(item.after.as_deref(), changed, "ins")) }
                        }
                    }
                }
            }
        }))
    }
}

fn side(text: Option<&str>, changed: bool, mark: &str) -> Markup {
    html! {
        @match (text.filter(|words| !words.is_empty()), changed, mark) {
            (None, _, _) => { span class="quiet" { "―" } }
            (Some(words), true, "del") => { del { (words) } }
            (Some(words), true, _) => { ins { (words) } }
            (Some(words), false, _) => { (words) }
        }
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub at: OffsetDateTime,
    /// What, in a sentence.
    pub what: Markup,
    /// Who, as far as the reader may know.
    pub who: Option<String>,
}

/// History, in the order given.
#[must_use]
pub fn timeline(items: &[Happened]) -> Markup {
    html! {
        ol class="timeline" {
            @for item in items {
                li {
                    p class="timeline__when" {
                        time datetime=(machine_time(item.at)) { (amounts::date_time(item.at)) }
                        @if let Some(who) = &item.who { span class="timeline__who" { (who) } }
                    }
                    div class="timeline__what" { (item.what) }
                }
            }
        }
    }
}

/// Short parts of one picture, two beside each other where there is room: (heading, body).
#[must_use]
pub fn halves(parts: &[(&str, Markup)]) -> Markup {
    html! {
        div class="halves" {
            @for (title, body) in parts { section { h3 { (title) } (body) } }
        }
    }
}

/// The amounts of a case as they shrink: 申請 → 採択 → 交付決定 → 確定 → 支払. Amounts not known yet are `None`.
#[must_use]
pub fn staircase<N: Whole + Copy>(steps: &[(&str, Option<N>)]) -> Markup {
    let most = steps.iter().filter_map(|(_, amount)| amount.map(Whole::whole)).max().unwrap_or(0).max(1);
    html! {
        ol class="staircase" aria-label="金額の推移" {
            @for (label, amount) in steps {
                li {
                    span class="staircase__label" { (label) }
                    @if let Some(amount) = amount {
                        // A meter draws the share without inline styles, which the content policy forbids.
                        meter class="staircase__bar" aria-hidden="true" min="0" max=(most) value=(amount.whole().max(0)) {}
                        span class="staircase__amount" { (amounts::yen(*amount)) }
                    } @else {
                        span class="staircase__bar" {} span class="staircase__amount quiet" { "未定" }
                    }
                }
            }
        }
    }
}

/// A dialog. Scripts open it from any `opens(id)` button; without scripts that button's own link or form does the work,
/// so the dialog is only ever a shorter way.
#[must_use]
pub fn dialog(id: &str, title: &str, body: &Markup) -> Markup {
    html! {
        dialog class="dialog" id=(id) aria-labelledby={ (id) "-title" } {
            div class="dialog__head" {
                h2 class="dialog__title" id={ (id) "-title" } { (title) }
                form method="dialog" { button class="button" data-weight="text" data-size="sm" type="submit" { "閉じる" } }
            }
            div class="dialog__body" { (body) }
        }
    }
}

/// Words to unfold: details that most people do not need.
#[must_use]
pub fn disclosure(summary: &str, body: &Markup) -> Markup {
    html! { details class="disclosure" { summary { (summary) } div class="disclosure__body" { (body) } } }
}

/// 長い名前 in a list: the beginning, when it is too long for one; the page behind the row has it whole.
#[must_use]
pub fn shortened(words: &str) -> String {
    const MOST: usize = 60;
    if words.chars().count() <= MOST {
        return words.to_owned();
    }
    words.chars().take(MOST.saturating_sub(1)).chain(['…']).collect()
}

/// A box around a part of a page, with a heading.
#[must_use]
pub fn panel(title: &str, body: &Markup) -> Markup {
    html! { section class="panel" { h2 class="panel__title" { (title) } (body) } }
}
