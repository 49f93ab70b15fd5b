//! A control with its label, mark, hint, example, error and remark: what a person meets on a form page.
use maud::{Markup, Render, html};

use super::Messages;
use super::control::{Around, Choice, Control, Mode, SecretKind, control};
use super::dom_id;
use super::icon::{Icon, icon};

/// Whether the label says 「※必須」, 「※任意」 or neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// ※必須
    Required,
    /// ※任意
    Optional,
    /// Search boxes and settings carry no mark.
    #[default]
    None,
}

/// One field of a form; made by the functions below and refined by its methods.
#[derive(Clone, Debug)]
pub struct Field {
    name: String,
    label: String,
    kind: Control,
    values: Vec<String>,
    mark: Mark,
    hint: Option<Markup>,
    example: Option<String>,
    clause: Option<String>,
    messages: Messages,
    remark: Option<String>,
    live_mark: bool,
    postal_into: Option<(String, Option<String>)>,
    autocomplete: Option<String>,
    hide_label: bool,
}

/// Any control under a label.
#[must_use]
pub fn field(name: impl Into<String>, label: impl Into<String>, kind: Control) -> Field {
    Field {
        name: name.into(),
        label: label.into(),
        kind,
        values: Vec::new(),
        mark: Mark::None,
        hint: None,
        example: None,
        clause: None,
        messages: Messages::default(),
        remark: None,
        live_mark: false,
        postal_into: None,
        autocomplete: None,
        hide_label: false,
    }
}

/// One line of text.
#[must_use]
pub fn text_field(name: impl Into<String>, label: impl Into<String>) -> Field {
    field(name, label, Control::Line { max: None, mode: Mode::Text })
}

/// Several lines with a character counter.
#[must_use]
pub fn textarea(name: impl Into<String>, label: impl Into<String>, max: u32) -> Field {
    let rows = if max > 800 { 12 } else { 5 };
    field(name, label, Control::Area { max: Some(max), rows })
}

/// An amount in yen.
#[must_use]
pub fn yen_field(name: impl Into<String>, label: impl Into<String>) -> Field {
    field(name, label, Control::Yen { signed: false })
}

/// A date.
#[must_use]
pub fn date_field(name: impl Into<String>, label: impl Into<String>) -> Field {
    field(name, label, Control::Date).example("2026/11/22、令和8年11月22日")
}

/// A drop-down; the first line asks to choose.
#[must_use]
pub fn select(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Field {
    field(name, label, Control::Select { choices, empty: "選択してください".to_owned() })
}

/// One of several, all visible.
#[must_use]
pub fn radios(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Field {
    field(name, label, Control::Radios { choices, inline: false })
}

/// Any of several, all visible.
#[must_use]
pub fn checks(name: impl Into<String>, label: impl Into<String>, choices: Vec<Choice>) -> Field {
    field(name, label, Control::Checks { choices, max: None })
}

/// One box to agree to `words`.
#[must_use]
pub fn consent(name: impl Into<String>, label: impl Into<String>, words: impl Into<String>) -> Field {
    field(name, label, Control::Consent { words: words.into() })
}

/// A password or one-time code.
#[must_use]
pub fn secret(name: impl Into<String>, label: impl Into<String>, mode: SecretKind) -> Field {
    field(name, label, Control::Secret { mode })
}

/// A value from elsewhere, shown with where it comes from.
#[must_use]
pub fn fixed(name: impl Into<String>, label: impl Into<String>, value: impl Into<String>, note: &str) -> Field {
    field(name, label, Control::Fixed { note: Some(note.to_owned()) }).value(value)
}

impl Field {
    /// 「※必須」
    #[must_use]
    pub fn required(mut self) -> Self {
        self.mark = Mark::Required;
        self
    }

    /// 「※任意」
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.mark = Mark::Optional;
        self
    }

    /// Sets the mark.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }

    /// The present value, exactly as typed.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    /// The present values of a checkbox group.
    #[must_use]
    pub fn values(mut self, values: Vec<String>) -> Self {
        self.values = values;
        self
    }

    /// A sentence of help below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        self.hint = Some(html! { (hint) });
        self
    }

    /// Help with links or lists.
    #[must_use]
    pub fn hint_markup(mut self, hint: Markup) -> Self {
        self.hint = Some(hint);
        self
    }

    /// An example, shown as 「例：…」 below the hint (never as placeholder, which vanishes).
    #[must_use]
    pub fn example(mut self, example: impl Into<String>) -> Self {
        self.example = Some(example.into());
        self
    }

    /// The place in the guidelines this field comes from.
    #[must_use]
    pub fn clause(mut self, clause: impl Into<String>) -> Self {
        self.clause = Some(clause.into());
        self
    }

    /// Adds an error sentence.
    #[must_use]
    pub fn error(mut self, sentence: impl Into<String>) -> Self {
        self.messages.errors.push(sentence.into());
        self
    }

    /// Adds a sentence that asks to look again, without blocking.
    #[must_use]
    pub fn ask(mut self, sentence: impl Into<String>) -> Self {
        self.messages.asks.push(sentence.into());
        self
    }

    /// Everything there is to say about it at once.
    #[must_use]
    pub fn messages(mut self, messages: Messages) -> Self {
        self.messages = messages;
        self
    }

    /// The mark may change while one types; live updates replace it.
    #[must_use]
    pub fn live_mark(mut self) -> Self {
        self.live_mark = true;
        self
    }

    /// A chosen address goes into the field `address`, and the prefecture into another if there is one.
    #[must_use]
    pub fn postal_into(mut self, address: impl Into<String>, prefecture: Option<String>) -> Self {
        self.postal_into = Some((address.into(), prefecture));
        self
    }

    /// What the office remarked when it returned the filing.
    #[must_use]
    pub fn remark(mut self, words: impl Into<String>) -> Self {
        self.remark = Some(words.into());
        self
    }

    /// The `autocomplete` token, for data about the person typing.
    #[must_use]
    pub fn autocomplete(mut self, token: impl Into<String>) -> Self {
        self.autocomplete = Some(token.into());
        self
    }

    /// Keeps the label for screen readers only.
    #[must_use]
    pub fn hide_label(mut self) -> Self {
        self.hide_label = true;
        self
    }

    fn is_group(&self) -> bool {
        matches!(self.kind, Control::Radios { .. } | Control::Checks { .. })
    }

    fn described_by(&self, id: &str) -> Option<String> {
        let counted = matches!(self.kind, Control::Area { max: Some(_), .. });
        // The design system's order: what is wrong first, then what helps.
        let parts = [
            ("error", !self.messages.is_empty()),
            ("remark", self.remark.is_some()),
            ("hint", self.hint.is_some() || self.example.is_some()),
            ("count", counted),
            ("shown", matches!(self.kind, Control::Lookup { .. })),
        ];
        let ids: Vec<String> =
            parts.iter().filter(|(_, there)| *there).map(|(part, _)| format!("{id}-{part}")).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    fn label_words(&self) -> Markup {
        html! {
            (self.label)
            @if self.live_mark { span id={ (dom_id(&self.name)) "-mark" } data-live { (mark(self.mark)) } }
            @else { (mark(self.mark)) }
            @if matches!(self.kind, Control::Fixed { .. }) { span class="mark" data-mark="locked" { (icon(Icon::Lock)) "編集不可" } }
            @if matches!(self.kind, Control::Computed { .. }) { span class="mark" data-mark="computed" { "自動計算" } }
            @if let Some(clause) = &self.clause { span class="field__clause" { (clause) } }
        }
    }
}

/// 「※必須」 or 「※任意」, for headings of composite fields.
#[must_use]
pub fn mark(which: Mark) -> Markup {
    html! {
        @match which {
            Mark::Required => { span class="mark" data-mark="required" { "※必須" } }
            Mark::Optional => { span class="mark" data-mark="optional" { "※任意" } }
            Mark::None => {}
        }
    }
}

/// Hint and example, messages, remark: the texts between a label and its control, with the ids `described_by` names.
pub(crate) fn notes(
    id: &str,
    hint: Option<&Markup>,
    example: Option<&str>,
    remark: Option<&str>,
    messages: &Messages,
) -> Markup {
    html! {
        @if hint.is_some() || example.is_some() {
            div class="field__hint" id={ (id) "-hint" } {
                @if let Some(hint) = hint { div { (hint) } }
                @if let Some(example) = example { div class="field__example" { "例：" (example) } }
            }
        }
        @if let Some(words) = remark {
            div class="field__remark" id={ (id) "-remark" } { p class="field__remark-title" { (icon(Icon::Warn)) "事務局からの指摘" } p { (words) } }
        }
        (messages_block(id, messages))
    }
}

/// What is said about one place; present even when empty so that a live update has something to replace.
pub(crate) fn messages_block(id: &str, messages: &Messages) -> Markup {
    html! {
        div class="field__messages" id={ (id) "-error" } data-live data-invalid[!messages.errors.is_empty()] {
            @for sentence in &messages.errors { p class="field__error" { "＊" (sentence) } }
            @for sentence in &messages.asks { p class="field__ask" { (icon(Icon::Warn)) span class="visually-hidden" { "ご確認ください：" } (sentence) } }
            @for sentence in &messages.notes { p class="field__note" { (icon(Icon::Info)) span class="visually-hidden" { "参考：" } (sentence) } }
        }
    }
}

impl Render for Field {
    fn render(&self) -> Markup {
        let id = dom_id(&self.name);
        let around = Around {
            name: self.name.clone(),
            id: id.clone(),
            described_by: self.described_by(&id),
            invalid: !self.messages.errors.is_empty(),
            // Several boxes on a page read alike; the heading tells them apart.
            aria_label: matches!(self.kind, Control::Consent { .. }).then(|| self.label.clone()),
            autocomplete: self.autocomplete.clone(),
        };
        let notes = notes(&id, self.hint.as_ref(), self.example.as_deref(), self.remark.as_deref(), &self.messages);
        let shown = control(&self.kind, &self.values, &around);
        let hidden = self.hide_label.then_some("visually-hidden");
        let state = if !self.messages.errors.is_empty() {
            Some("error")
        } else if self.remark.is_some() {
            Some("remark")
        } else {
            None
        };
        let address = self.postal_into.as_ref().map(|into| dom_id(&into.0));
        let prefecture = self.postal_into.as_ref().and_then(|into| into.1.as_deref()).map(dom_id);
        html! {
            @if self.is_group() {
                fieldset class="field" data-state=[state] data-field=(self.name) aria-describedby=[&around.described_by] {
                    legend class="field__label" { span class=[hidden] { (self.label_words()) } }
                    (notes) (shown)
                }
            } @else if matches!(self.kind, Control::Fixed { .. } | Control::Computed { .. } | Control::Consent { .. }) {
                div class="field" data-state=[state] data-field=(self.name) data-calculated[matches!(self.kind, Control::Computed { .. })] {
                    p class="field__label" { span class=[hidden] { (self.label_words()) } }
                    (notes) (shown)
                }
            } @else {
                div class="field" data-state=[state] data-field=(self.name) data-address=[address] data-prefecture=[prefecture] {
                    label class="field__label" for=(id) { span class=[hidden] { (self.label_words()) } }
                    (notes) (shown)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_described_before_hint() {
        let html = text_field("name", "商号")
            .required()
            .hint("登記のとおり")
            .error("商号を入力してください。")
            .render()
            .into_string();
        assert!(html.contains("aria-describedby=\"f-name-error f-name-hint\""), "{html}");
        assert!(html.contains("aria-invalid=\"true\""), "{html}");
        assert!(html.contains("＊商号を入力してください。"), "{html}");
        assert!(html.contains("※必須"), "{html}");
    }

    #[test]
    fn a_group_is_a_fieldset_and_its_first_option_takes_the_link() {
        let html = radios("kind", "区分", vec![Choice::new("a", "法人"), Choice::new("b", "個人")])
            .value("b")
            .render()
            .into_string();
        assert!(html.starts_with("<fieldset"), "{html}");
        assert!(html.contains("id=\"f-kind\" name=\"kind\" value=\"a\""), "{html}");
        assert!(html.contains("value=\"b\" checked"), "{html}");
    }
}
