//! 文字: counting, widths, kana, and what may be printed. What was typed is kept as typed; folded text is derived.

use unicode_normalization::UnicodeNormalization;

/// 文字数 as the 公募要領 counts: every character is 1, spaces and line breaks too. CR LF is one line break.
pub fn count_chars(text: &str) -> usize {
    let mut count = 0;
    let mut after_return = false;
    for character in text.chars() {
        if !(character == '\n' && after_return) {
            count += 1;
        }
        after_return = character == '\r';
    }
    count
}

/// CR LF and CR become LF, the form in which text is stored and counted.
pub fn unify_line_breaks(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

const fn is_width_form(character: char) -> bool {
    matches!(character, '\u{3000}' | '\u{FF01}'..='\u{FFEF}')
}

/// 幅をそろえる: full-width ASCII becomes half-width, half-width kana full-width, 全角空白 a space.
/// Other characters stay untouched (NFKC would rewrite compatibility kanji in names).
pub fn fold_width(text: &str) -> String {
    if !text.chars().any(is_width_form) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars() {
        if is_width_form(character) {
            run.push(character);
        } else {
            flush_run(&mut run, &mut out);
            out.push(character);
        }
    }
    flush_run(&mut run, &mut out);
    out
}

fn flush_run(run: &mut String, out: &mut String) {
    if !run.is_empty() {
        out.extend(run.nfkc());
        run.clear();
    }
}

/// ひらがな → カタカナ.
pub fn to_katakana(text: &str) -> String {
    text.chars().map(shift_hiragana).collect()
}

fn shift_hiragana(character: char) -> char {
    match character {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(u32::from(character) + 0x60).unwrap_or(character),
        other => other,
    }
}

/// フリガナ: folded width, katakana; the long-vowel mark and spaces stay.
pub fn normal_kana(text: &str) -> String {
    to_katakana(&fold_width(text)).trim().to_owned()
}

/// Whether a character may stand in a フリガナ (after [`normal_kana`]).
pub const fn is_kana_char(character: char) -> bool {
    matches!(character, 'ァ'..='ヺ' | 'ー' | '・' | 'ヽ' | 'ヾ' | ' ' | '0'..='9' | 'A'..='Z' | 'a'..='z' | '(' | ')' | '.' | ',' | '-' | '&' | '\'' | '/')
}

/// Hyphens, minus signs and dashes that people type between digits.
pub const fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | 'ー' | 'ｰ' | '－')
}

/// 検索・比較用: NFKC, lower case, katakana, one kind of hyphen and wave dash, no spaces. Never shown or stored alone.
pub fn comparison_key(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '〜' | '～' => '~',
            // The long-vowel mark is a letter in kana words; only the other dashes are unified.
            other if other != 'ー' && is_hyphen(other) => '-',
            other => shift_hiragana(other),
        })
        .collect()
}

/// 印字できない文字: why a character is refused at input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unprintable {
    /// NUL and other control characters; line break and tab are allowed where the field allows lines.
    Control(char),
    /// 外字: private use, drawn differently on every machine and refused by PDF/A.
    PrivateUse(char),
    /// Not assigned to a character by Unicode, or a direction override that can make a text lie.
    Forbidden(char),
}

impl Unprintable {
    pub const fn character(self) -> char {
        match self {
            Self::Control(c) | Self::PrivateUse(c) | Self::Forbidden(c) => c,
        }
    }

    /// The character named so that people can find it: `「」(U+E000)`.
    pub fn name(self) -> String {
        let character = self.character();
        let code = format!("U+{:04X}", u32::from(character));
        match self {
            Self::Control(_) | Self::Forbidden(_) => code,
            Self::PrivateUse(_) => format!("「{character}」（{code}）"),
        }
    }
}

/// The first character that no letter could print, with its place counted from 1.
///
/// # Errors
/// Names the character; the caller words the sentence.
pub fn check_printable(text: &str) -> Result<(), (usize, Unprintable)> {
    for (place, character) in text.chars().enumerate() {
        let problem = match character {
            '\n' | '\r' | '\t' => continue,
            c if c.is_control() => Unprintable::Control(c),
            '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}' => {
                Unprintable::PrivateUse(character)
            }
            // U+FFFD stands where bytes arrived that are no character.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFD}' => {
                Unprintable::Forbidden(character)
            }
            c if is_noncharacter(c) => Unprintable::Forbidden(c),
            _ => continue,
        };
        return Err((place + 1, problem));
    }
    Ok(())
}

const fn is_noncharacter(character: char) -> bool {
    matches!(
        character,
        '\u{FDD0}'..='\u{FDEF}' | '\u{FFFE}' | '\u{FFFF}' | '\u{1FFFE}' | '\u{1FFFF}' | '\u{2FFFE}' | '\u{2FFFF}'
    )
}
