//! What office and press say to each other: one JSON object a line, one reply for each request.

use hojo_words::letter::LetterModel;
use serde::{Deserialize, Serialize};

/// The longest request line the press reads, in bytes (a copy of an application with full texts has about 1 MB).
pub const LONGEST_LINE: usize = 32 * 1024 * 1024;

/// A letter to print.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// Comes back in the reply.
    pub id: String,
    /// Moment written into the file as its creation date, RFC 3339 with offset. The press has no clock of its own,
    /// so the same model and the same moment give the same bytes.
    pub issued_at: String,
    /// What to print.
    pub model: LetterModel,
}

/// What the press answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The request's id; empty when the request could not be read.
    pub id: String,
    /// Printed, or the reason why not.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Printed, or the reason why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The letter.
    Ok(Printed),
    /// Why there is none.
    Err(Problem),
}

/// A printed letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The PDF file, base64.
    pub pdf_base64: String,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Number of pages.
    pub pages: u32,
    /// What was printed a little differently from what was typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// Something invisible that was left out of the print; the text reads the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// `invisible_character` or `variant_shape` (the font has only the usual shape of this character).
    pub kind: NoteKind,
    /// `U+200B`.
    pub codepoint: String,
    /// Path in the letter model, for example `addressee[0]`.
    pub field: String,
}

/// See [`Note::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A character without shape was dropped.
    InvisibleCharacter,
    /// The font has only the usual shape of a character that was typed with a variation selector.
    VariantShape,
}

/// Why a letter was not printed. The other letters go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// A Japanese sentence for the office, with what to do.
    pub message: String,
    /// For `missing_glyph`: the first character that cannot be printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character: Option<Box<str>>,
    /// Its code point, `U+20BB7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codepoint: Option<Box<str>>,
    /// Its place in the letter model, for example `addressee[0]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Box<str>>,
    /// All characters that cannot be printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unprintable: Vec<Unprintable>,
}

/// See [`Problem::kind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The request is not what the press understands.
    BadRequest,
    /// A character no bundled font has, a private one (外字) or a control character.
    MissingGlyph,
    /// A measure of the geometry is not a usable number.
    BadGeometry,
    /// The layout failed (a mistake of ours).
    LayoutFailed,
    /// The press broke down on this letter and recovered (a mistake of ours).
    Panicked,
}

/// A character that cannot be printed, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unprintable {
    /// Why.
    pub reason: Reason,
    /// The character itself (a control character as its code point).
    pub character: String,
    /// `U+20BB7`.
    pub codepoint: String,
    /// Path in the letter model, for example `sections[2].rows[3][1]`.
    pub field: String,
    /// The same place in Japanese, for the office.
    pub place: String,
}

/// See [`Unprintable::reason`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No bundled font has it.
    NoGlyph,
    /// 外字: a code point whose meaning is private to one machine.
    PrivateUse,
    /// A control character.
    Control,
}

impl Problem {
    /// A problem that is not about a character.
    #[must_use]
    pub fn plain(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), character: None, codepoint: None, field: None, unprintable: Vec::new() }
    }

    /// The problem of a letter with characters that cannot be printed; `None` for an empty list.
    #[must_use]
    pub fn unprintable(all: Vec<Unprintable>) -> Option<Self> {
        let first = all.first()?.clone();
        let more = match all.len() - 1 {
            0 => String::new(),
            n => format!("（ほか{n}文字）"),
        };
        Some(Self {
            kind: ProblemKind::MissingGlyph,
            message: format!(
                "「{}」にある文字「{}」（{}）は印刷できません{more}。常用の字体に改めるか、登録された名称を確認してください。",
                first.place, first.character, first.codepoint
            ),
            character: Some(first.character.into()),
            codepoint: Some(first.codepoint.into()),
            field: Some(first.field.into()),
            unprintable: all,
        })
    }
}
