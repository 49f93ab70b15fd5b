//! 回答: what was typed, kept exactly as typed. Reading it is another step (`read`).

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// 回答: field id → raw answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, Raw>);

/// 表の一行: column id → raw cell.
pub type RawRow = BTreeMap<String, Raw>;

/// 生の回答. JSON is natural and untagged: `"…"`, `["…"]`, `[{"column": "…"}]`, `[{"file": …, "name": …}]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Raw {
    Text(String),
    Many(Vec<String>),
    Files(Vec<FileRef>),
    Rows(Vec<RawRow>),
}

/// 添付ファイルの参照: an uploaded file by its id; the vault keeps the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Id of the file in the vault.
    pub file: String,
    /// Name as the applicant's computer had it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Hex SHA-256.
    pub sha256: String,
    /// As found by inspection, never as claimed by the browser.
    pub media_type: String,
    /// Pages of a PDF, when inspection could count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
}

impl Answers {
    pub fn get(&self, field: &str) -> Option<&Raw> {
        self.0.get(field)
    }

    /// The text typed into a single field; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        match self.0.get(field) {
            Some(Raw::Text(text)) => text,
            _ => "",
        }
    }

    pub fn set(&mut self, field: impl Into<String>, raw: Raw) {
        self.0.insert(field.into(), raw);
    }

    /// Every file the answers name, with the field that names it.
    pub fn files(&self) -> impl Iterator<Item = (FieldPath, &FileRef)> {
        self.0.iter().flat_map(|(id, raw)| {
            let mut found = Vec::new();
            match raw {
                Raw::Files(files) => found.extend(files.iter().map(|file| (FieldPath::field(id), file))),
                Raw::Rows(rows) => {
                    for (row, cells) in rows.iter().enumerate() {
                        for (column, cell) in cells {
                            if let Raw::Files(files) = cell {
                                let path = FieldPath::cell(id, row, column);
                                found.extend(files.iter().map(|file| (path.clone(), file)));
                            }
                        }
                    }
                }
                Raw::Text(_) | Raw::Many(_) => {}
            }
            found
        })
    }
}

impl From<&str> for Raw {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Raw {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// 項目の場所: a field, a row of its table, or one cell. Rows count from 0 here and from 1 on screens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath {
    pub field: String,
    pub row: Option<usize>,
    pub column: Option<String>,
}

impl FieldPath {
    pub fn field(id: &str) -> Self {
        Self { field: id.to_owned(), row: None, column: None }
    }

    pub fn row(id: &str, row: usize) -> Self {
        Self { field: id.to_owned(), row: Some(row), column: None }
    }

    pub fn cell(id: &str, row: usize, column: &str) -> Self {
        Self { field: id.to_owned(), row: Some(row), column: Some(column.to_owned()) }
    }

    /// A column of every row.
    pub fn column(id: &str, column: &str) -> Self {
        Self { field: id.to_owned(), row: None, column: Some(column.to_owned()) }
    }
}

impl fmt::Display for FieldPath {
    /// `name`, `lines[3]`, `lines[3].category`, `lines.category`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.field)?;
        if let Some(row) = self.row {
            write!(f, "[{row}]")?;
        }
        if let Some(column) = &self.column {
            write!(f, ".{column}")?;
        }
        Ok(())
    }
}

/// Why a text is no field path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a field path reads like name, lines[3] or lines[3].category")]
pub struct FieldPathProblem;

impl FromStr for FieldPath {
    type Err = FieldPathProblem;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |part: &str| {
            let fine = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            if fine && !part.is_empty() { Ok(part.to_owned()) } else { Err(FieldPathProblem) }
        };
        let (head, column) = text.split_once('.').map_or((text, None), |(head, column)| (head, Some(column)));
        let (field, row) = match head.split_once('[') {
            None => (head, None),
            Some((field, rest)) => {
                let digits = rest.strip_suffix(']').ok_or(FieldPathProblem)?;
                (field, Some(digits.parse().map_err(|_| FieldPathProblem)?))
            }
        };
        Ok(Self { field: word(field)?, row, column: column.map(word).transpose()? })
    }
}

impl Serialize for FieldPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Raw {
    /// Takes any JSON, because a draft must never be lost to a number without quotes:
    /// numbers and booleans become text, null becomes an empty text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a raw answer")
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Text(if value { "yes" } else { "no" }.to_owned()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Text(String::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut row = RawRow::new();
        while let Some((key, value)) = map.next_entry()? {
            row.insert(key, value);
        }
        Ok(Raw::Rows(vec![row]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let (mut texts, mut rows) = (Vec::new(), Vec::new());
        while let Some(element) = seq.next_element::<Raw>()? {
            match element {
                Raw::Text(text) => texts.push(text),
                Raw::Rows(inner) => rows.extend(inner),
                Raw::Many(inner) => texts.extend(inner),
                Raw::Files(_) => {}
            }
        }
        if rows.is_empty() {
            return Ok(Raw::Many(texts));
        }
        let files: Option<Vec<FileRef>> = rows.iter().map(file_of_row).collect();
        Ok(files.map_or(Raw::Rows(rows), Raw::Files))
    }
}

/// A row that has exactly the keys of a file reference is one.
fn file_of_row(row: &RawRow) -> Option<FileRef> {
    let text = |key: &str| match row.get(key) {
        Some(Raw::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let keys = ["file", "name", "size", "sha256", "media_type", "pages"];
    if row.keys().any(|key| !keys.contains(&key.as_str())) {
        return None;
    }
    Some(FileRef {
        file: text("file")?,
        name: text("name")?,
        size: text("size")?.parse().ok()?,
        sha256: text("sha256")?,
        media_type: text("media_type")?,
        pages: text("pages").and_then(|pages| pages.parse().ok()),
    })
}
