//! The bare controls: what a person types into, without label or message. [`super::field`] wraps them; tables use them alone.
use maud::{Markup, html};

use super::amounts;

/// One thing to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A line below the label.
    pub hint: Option<String>,
}

impl Choice {
    /// A choice without hint.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None }
    }
}

/// What kind of control, and what it needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// One line; `max` is the limit in characters that a script counts (the server judges).
    Line { max: Option<u32>, mode: Mode },
    /// Several lines with a character counter.
    Area { max: Option<u32>, rows: u8 },
    /// Whole yen, right aligned, 「円」 behind.
    /// `signed` keeps the minus sign reachable on telephones.
    Yen { signed: bool },
    /// A number with its unit behind (人, %, か月); right aligned.
    Number { unit: Option<String>, decimal: bool },
    /// A date as text; many ways of writing are read.
    Date,
    /// A drop-down.
    Select { choices: Vec<Choice>, empty: String },
    /// One of several, all visible.
    Radios { choices: Vec<Choice>, inline: bool },
    /// Any of several, all visible.
    Checks { choices: Vec<Choice>, max: Option<u32> },
    /// One box: read and agreed. Posts `yes`.
    Consent { words: String },
    /// A code looked up by typing: scripts ask `source?q=` and list `code name`; without scripts the code is typed.
    Lookup {
        source: String,
        shown: Option<String>,
        /// Posted name of the field whose value is sent along as `bank` (a branch belongs to a bank).
        within: Option<String>,
    },
    /// Shown, not typed: a fact from elsewhere. `note` says from where.
    Fixed { note: Option<String> },
    /// Shown, computed: an `output` that live updates replace.
    Computed { unit: Option<String> },
    /// A secret: never shown again after posting.
    Secret { mode: SecretKind },
}

/// What a single line holds; decides keyboard, width and autofill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Anything.
    #[default]
    Text,
    /// Katakana.
    Kana,
    /// Digits only: account numbers, corporate numbers.
    Digits,
    /// A postal code; scripts offer the addresses.
    Postal,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
    /// A web address.
    Url,
    /// A year and month.
    Month,
    /// A fiscal year.
    Year,
}

/// The two secrets staff type at sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The password in use.
    Password,
    /// A password being chosen.
    NewPassword,
    /// The six digits of the authenticator; may be pasted.
    OneTimeCode,
}

/// What surrounds a control: ids, state, words for those who do not see the label.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Posted name.
    pub name: String,
    /// Element id; for radios and checks the id of the first one.
    pub id: String,
    /// Ids of error, remark and hint, in reading order.
    pub described_by: Option<String>,
    /// There is something to mend here.
    pub invalid: bool,
    /// Words for assistive technology where no visible label belongs to the control (table cells).
    pub aria_label: Option<String>,
    /// `autocomplete` token.
    pub autocomplete: Option<String>,
}

/// Draws the control with the present values (`values` has more than one only for checks).
#[must_use]
pub fn control(kind: &Control, values: &[String], around: &Around) -> Markup {
    let first = values.first().map_or("", String::as_str);
    match kind {
        Control::Line { max, mode } => line(first, around, *max, *mode),
        Control::Area { max, rows } => area(first, around, *max, *rows),
        Control::Yen { signed } => html! {
            span class="affixed" {
                (input(around, "text", &amounts::group(first), &Input { mode: (!signed).then_some("numeric"), width: "amount", kind: Some("yen"), ..Input::default() }))
                span class="affixed__unit" aria-hidden="true" { "円" }
            }
        },
        Control::Number { unit, decimal } => html! {
            span class="affixed" {
                (input(around, "text", first, &Input { mode: Some(if *decimal { "decimal" } else { "numeric" }), width: "number", kind: Some("number"), ..Input::default() }))
                @if let Some(unit) = unit { span class="affixed__unit" aria-hidden="true" { (unit) } }
            }
        },
        Control::Date => input(around, "text", first, &Input { width: "date", kind: Some("date"), ..Input::default() }),
        Control::Select { choices, empty } => select(first, around, choices, empty),
        Control::Radios { choices, inline } => options(values, around, choices, "radio", *inline),
        Control::Checks { choices, max } => html! {
            div data-max=[max] { (options(values, around, choices, "checkbox", false)) }
        },
        Control::Consent { words } => consent(first, around, words),
        Control::Lookup { source, shown, within } => lookup(first, around, source, shown.as_deref(), within.as_deref()),
        Control::Fixed { note } => html! {
            span class="fixed" id=(around.id) {
                span class="fixed__value" { @if first.is_empty() { "―" } @else { (first) } }
                @if let Some(note) = note { span class="fixed__note" { (note) } }
            }
        },
        Control::Computed { unit } => computed(&around.id, first, unit.as_deref()),
        Control::Secret { mode } => secret(around, *mode),
    }
}

/// A computed value: replaced by id when a save comes back. Empty means it cannot be computed yet.
#[must_use]
pub fn computed(id: &str, value: &str, unit: Option<&str>) -> Markup {
    html! {
        output class="computed" id=(id) aria-live="off" data-live {
            @if value.is_empty() { span class="computed__unknown" { "（未計算）" } }
            @else { (amounts::group(value)) @if let Some(unit) = unit { span class="computed__unit" { (unit) } } }
        }
    }
}

#[derive(Default)]
struct Input<'a> {
    mode: Option<&'a str>,
    width: &'a str,
    kind: Option<&'a str>,
    max: Option<u32>,
    autocomplete: Option<&'a str>,
}

fn input(around: &Around, kind: &str, value: &str, more: &Input<'_>) -> Markup {
    let autocomplete = around.autocomplete.as_deref().or(more.autocomplete).unwrap_or("off");
    html! {
        input class="input" type=(kind) id=(around.id) name=(around.name) value=(value)
            inputmode=[more.mode] autocomplete=(autocomplete)
            data-width=(more.width) data-kind=[more.kind] data-counter-max=[more.max]
            aria-describedby=[&around.described_by] aria-label=[&around.aria_label]
            aria-invalid=[around.invalid.then_some("true")];
    }
}

fn line(value: &str, around: &Around, max: Option<u32>, mode: Mode) -> Markup {
    let (kind, keyboard, hook) = match mode {
        Mode::Text => ("text", None, None),
        Mode::Kana => ("text", None, Some("kana")),
        Mode::Digits => ("text", Some("numeric"), Some("digits")),
        Mode::Postal => ("text", Some("numeric"), Some("postal")),
        Mode::Phone => ("tel", Some("tel"), None),
        Mode::Email => ("text", Some("email"), None),
        Mode::Url => ("text", Some("url"), None),
        Mode::Month => ("text", None, Some("month")),
        Mode::Year => ("text", Some("numeric"), Some("year")),
    };
    let width = match (mode, max) {
        (Mode::Postal | Mode::Month | Mode::Year, _) => "date",
        (Mode::Digits | Mode::Phone, _) => "number",
        (_, Some(short)) if short <= 20 => "short",
        _ => "full",
    };
    // The limit is counted, not enforced: cutting what somebody pastes would lose it silently.
    let counted = max.filter(|most| *most >= 40 && mode == Mode::Text && around.aria_label.is_none());
    html! {
        (input(around, kind, value, &Input { mode: keyboard, width, kind: hook, max: counted, ..Input::default() }))
        @if let Some(most) = counted { (counter(&around.id, value, most)) }
    }
}

fn area(value: &str, around: &Around, max: Option<u32>, rows: u8) -> Markup {
    html! {
        textarea class="input" id=(around.id) name=(around.name) rows=(rows) data-counter-max=[max]
            aria-describedby=[&around.described_by] aria-label=[&around.aria_label]
            aria-invalid=[around.invalid.then_some("true")] autocomplete="off" {
            // A newline right after the tag is dropped by HTML; ours protects the first one of the text.
            "\n" (value)
        }
        @if let Some(most) = max { (counter(&around.id, value, most)) }
    }
}

fn counter(id: &str, value: &str, max: u32) -> Markup {
    let used = count_characters(value);
    html! {
        p class="counter" id={ (id) "-count" } data-over[used > u64::from(max)] {
            span data-used { (amounts::number(used)) } " / " (amounts::number(max)) "文字"
        }
    }
}

/// Characters as the guidelines count them: every character, space and line break is one; CRLF is one line break.
#[must_use]
pub fn count_characters(text: &str) -> u64 {
    u64::try_from(hojo_words::text::count_chars(text)).unwrap_or(u64::MAX)
}

fn select(value: &str, around: &Around, choices: &[Choice], empty: &str) -> Markup {
    let known = value.is_empty() || choices.iter().any(|choice| choice.value == value);
    html! {
        span class="select" {
            select class="input" id=(around.id) name=(around.name) aria-describedby=[&around.described_by]
                aria-label=[&around.aria_label] aria-invalid=[around.invalid.then_some("true")] {
                option value="" selected[value.is_empty()] { (empty) }
                // A value that is no longer offered stays visible, so that saving the page does not lose it.
                @if !known { option value=(value) selected { (value) "（選択肢にありません）" } }
                @for choice in choices { option value=(choice.value) selected[choice.value == value] { (choice.label) } }
            }
        }
    }
}

fn options(values: &[String], around: &Around, choices: &[Choice], kind: &str, inline: bool) -> Markup {
    html! {
        div class="options" data-inline[inline] {
            @for (at, choice) in choices.iter().enumerate() {
                @let id = if at == 0 { around.id.clone() } else { format!("{}-{}", around.id, at + 1) };
                div class="option" {
                    input class=(kind) type=(kind) id=(id) name=(around.name) value=(choice.value)
                        checked[values.contains(&choice.value)] aria-invalid=[around.invalid.then_some("true")]
                        aria-describedby=[choice.hint.as_ref().map(|_| format!("{id}-about"))];
                    label for=(id) { (choice.label) }
                    @if let Some(hint) = &choice.hint { p class="option__hint" id={ (id) "-about" } { (hint) } }
                }
            }
        }
    }
}

fn consent(value: &str, around: &Around, words: &str) -> Markup {
    let agreed = matches!(value, "true" | "on" | "yes" | "はい");
    html! {
        div class="consent" {
            div class="option" {
                input class="checkbox" type="checkbox" id=(around.id) name=(around.name) value="yes" checked[agreed]
                    aria-describedby=[&around.described_by] aria-invalid=[around.invalid.then_some("true")];
                label for=(around.id) {
                    @if let Some(about) = &around.aria_label { span class="visually-hidden" { (about) "：" } }
                    (words)
                }
            }
        }
    }
}

fn lookup(value: &str, around: &Around, source: &str, shown: Option<&str>, within: Option<&str>) -> Markup {
    html! {
        div class="lookup" data-lookup=(source) data-within=[within.map(super::dom_id)] {
            (input(around, "text", value, &Input { width: "number", kind: Some("lookup"), ..Input::default() }))
            span class="lookup__shown" id={ (around.id) "-shown" } data-shown { (shown.unwrap_or_default()) }
        }
    }
}

fn secret(around: &Around, mode: SecretKind) -> Markup {
    let (kind, more) = match mode {
        SecretKind::Password => {
            ("password", Input { width: "short", autocomplete: Some("current-password"), ..Input::default() })
        }
        SecretKind::NewPassword => {
            ("password", Input { width: "short", autocomplete: Some("new-password"), ..Input::default() })
        }
        SecretKind::OneTimeCode => (
            "text",
            Input { width: "date", mode: Some("numeric"), autocomplete: Some("one-time-code"), ..Input::default() },
        ),
    };
    input(around, kind, "", &more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_count_spaces_and_breaks_once() {
        for (text, expected) in [("", 0), ("ア イ", 3), ("ア\r\nイ", 3), ("ア\nイ\n", 4), ("𠮷野家", 3), ("が", 1)]
        {
            assert_eq!(count_characters(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_value_no_longer_offered_stays_selected() {
        let kind = Control::Select { choices: vec![Choice::new("a", "甲")], empty: "選択してください".into() };
        let html = control(&kind, &["old".to_owned()], &Around::default()).into_string();
        assert!(html.contains("<option value=\"old\" selected>old（選択肢にありません）"), "{html}");
    }

    #[test]
    fn hostile_text_is_escaped() {
        let kind = Control::Area { max: Some(10), rows: 3 };
        let html = control(&kind, &["</textarea><script>".to_owned()], &Around::default()).into_string();
        assert!(!html.contains("<script>"), "{html}");
    }
}
