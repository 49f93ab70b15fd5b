//! Which characters of a letter can be printed, asked of the fonts' own tables before anything is set.

use hojo_press_client::wire::{Note, NoteKind, Reason, Unprintable};
use hojo_words::letter::LetterModel;
use serde_json::Value;
use unicode_normalization::char::{canonical_combining_class, compose};

use crate::fonts::Fonts;

/// Parts of the model that are not drawn on the page.
const NOT_DRAWN: [&str; 5] = ["layout", "geometry", "lang", "doc_title", "doc_id"];

/// What became of the texts of one letter.
#[derive(Default)]
pub(crate) struct Inspection {
    pub(crate) unprintable: Vec<Unprintable>,
    pub(crate) notes: Vec<Note>,
}

/// Looks at every text of the model's JSON and leaves it ready to print: line ends as `\n`, tabs as spaces,
/// characters without shape removed (each with a note).
pub(crate) fn inspect(model: &mut Value, names: &LetterModel, fonts: &Fonts) -> Inspection {
    let mut found = Inspection::default();
    if let Value::Object(parts) = model {
        for (name, part) in parts.iter_mut().filter(|(name, _)| !NOT_DRAWN.contains(&name.as_str())) {
            walk(part, name, names, fonts, &mut found);
        }
    }
    found
}

fn walk(value: &mut Value, path: &str, names: &LetterModel, fonts: &Fonts, found: &mut Inspection) {
    match value {
        Value::String(text) if !is_plain(text, fonts) => *text = clean(text, path, names, fonts, found),
        Value::Array(parts) => {
            for (at, part) in parts.iter_mut().enumerate() {
                walk(part, &format!("{path}[{at}]"), names, fonts, found);
            }
        }
        Value::Object(parts) => {
            for (name, part) in parts.iter_mut() {
                walk(part, &format!("{path}.{name}"), names, fonts, found);
            }
        }
        _ => {}
    }
}

/// The usual case: every character is drawn by a font and needs no care.
fn is_plain(text: &str, fonts: &Fonts) -> bool {
    text.chars().all(|c| c == '\n' || (!is_invisible(c) && !is_selector(c) && !is_private(c) && fonts.draws(c)))
}

fn clean(text: &str, path: &str, names: &LetterModel, fonts: &Fonts, found: &mut Inspection) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    for c in text.chars() {
        match c {
            '\r' => continue,
            '\t' => out.push(' '),
            '\n' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            _ if is_invisible(c) => found.notes.push(note(NoteKind::InvisibleCharacter, c, path)),
            _ if is_selector(c) => match before {
                Some(base) if fonts.draws_variant(base, c) => out.push(c),
                _ => found.notes.push(note(NoteKind::VariantShape, c, path)),
            },
            _ => {
                out.push(c);
                if let Some(reason) = refusal(c, before, fonts) {
                    refuse(reason, c, path, names, found);
                }
                before = Some(c);
            }
        }
    }
    out
}

fn refusal(c: char, before: Option<char>, fonts: &Fonts) -> Option<Reason> {
    if c.is_control() {
        return Some(Reason::Control);
    }
    if is_private(c) {
        return Some(Reason::PrivateUse);
    }
    // か + combining ゛ is drawn as が even where the font has no combining mark.
    let joined =
        || canonical_combining_class(c) != 0 && before.and_then(|b| compose(b, c)).is_some_and(|j| fonts.draws(j));
    if fonts.draws(c) || joined() { None } else { Some(Reason::NoGlyph) }
}

fn refuse(reason: Reason, c: char, path: &str, names: &LetterModel, found: &mut Inspection) {
    let codepoint = codepoint(c);
    let known = found.unprintable.iter().any(|u| u.codepoint == codepoint && u.field == path);
    if !known {
        found.unprintable.push(Unprintable {
            reason,
            character: if reason == Reason::Control { codepoint.clone() } else { c.to_string() },
            codepoint,
            field: path.to_owned(),
            place: place(path, names),
        });
    }
}

fn note(kind: NoteKind, c: char, path: &str) -> Note {
    Note { kind, codepoint: codepoint(c), field: path.to_owned() }
}

/// `U+20BB7`.
fn codepoint(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// Formatting characters that leave no mark on paper. Some turn the direction of a text, which a letter must not do.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{61C}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// 外字: PDF/A-2a forbids the private use areas, and no two machines draw them alike.
fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// A path of the model in words the office uses: `addressee[0]` → 「宛先 1行目」.
fn place(path: &str, names: &LetterModel) -> String {
    let head: String = path.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '_').collect();
    let at = numbers(path);
    let line = at.first().map(|n| format!("{}行目", n + 1)).unwrap_or_default();
    let word = match head.as_str() {
        "form_label" => "様式番号",
        "number" => "文書番号",
        "date_legal" => "日付",
        "addressee" => "宛先",
        "sender" => "差出人",
        "title" => "件名",
        "body" => "本文",
        "items" | "items_heading" => "記",
        "closing" => "結び",
        "contact" => "問合せ先",
        "footer" => "欄外",
        "sections" => return section_place(path, &at, names),
        other => other,
    };
    format!("{word} {line}").trim_end().to_owned()
}

fn section_place(path: &str, at: &[usize], names: &LetterModel) -> String {
    let section = at.first().and_then(|n| names.sections.get(*n));
    let title = section.map(|s| s.title.clone()).unwrap_or_default();
    let row = at.get(1).and_then(|n| section.and_then(|s| s.rows.get(*n)));
    match (path.contains(".rows[") && !path.contains(".tables["), row, at) {
        (true, Some((label, _)), _) => format!("{title} {label}"),
        (false, _, [_, table, row, column, ..]) => {
            let table = section.and_then(|s| s.tables.get(*table));
            let head = table.and_then(|t| t.head.get(*column)).cloned().unwrap_or_default();
            let name = table.map(|t| t.title.clone()).unwrap_or_default();
            format!("{title} {name} {}行目 {head}", row + 1)
        }
        _ => title,
    }
}

fn numbers(path: &str) -> Vec<usize> {
    path.split('[').skip(1).filter_map(|part| part.split(']').next()?.parse().ok()).collect()
}
