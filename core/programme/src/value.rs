//! 値: what an answer means once read. `Unknown` is a value: rules wait for it instead of failing.

use crate::answers::FileRef;
use hojo_words::Number;
use std::sync::Arc;
use time::Date;

/// 値.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Not answered, not readable, hidden, or not computable yet.
    #[default]
    Unknown,
    /// Known to be absent: `none` in a table (no such limit).
    Nothing,
    Bool(bool),
    /// Yen, counts, percent points and ratios; the unit is in the type.
    Number(Number),
    /// Text, choice keys and codes.
    Text(Arc<str>),
    /// Dates; a year and month is its first day.
    Date(Date),
    /// Keys of a multiple choice.
    Many(Arc<Vec<Arc<str>>>),
    /// Attached files; rules see only how many.
    Files(Arc<Vec<FileRef>>),
    /// Rows of a table of the form.
    Rows(Arc<Rows>),
}

/// 表の値: blank rows are left out; `places` tells where each row stood in the answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Per row, one value per column in the order of the form.
    pub cells: Vec<Vec<Value>>,
    /// Index (from 0) of each row in the raw answers.
    pub places: Vec<usize>,
    /// (row, column) of cells that hold something nobody can read: unlike a blank, a fold may not skip them.
    pub(crate) unreadable: Vec<(usize, usize)>,
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }

    pub fn integer(value: i64) -> Self {
        Self::Number(Number::from(value))
    }

    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// The value as a fact is given: what `fact` reads back. `None` for what no fact can be.
    pub fn as_fact(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(if *value { "yes" } else { "no" }.to_owned()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.to_string()),
            Self::Date(day) => Some(day.to_string()),
            Self::Unknown | Self::Nothing | Self::Many(_) | Self::Files(_) | Self::Rows(_) => None,
        }
    }

    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    pub const fn as_number(&self) -> Option<Number> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// Whole yen, when the value is a whole number that fits.
    pub fn as_yen(&self) -> Option<hojo_words::Yen> {
        self.as_number().and_then(|number| hojo_words::Yen::from_number(number).ok())
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }

    pub const fn as_date(&self) -> Option<Date> {
        if let Self::Date(value) = self { Some(*value) } else { None }
    }

    pub fn as_files(&self) -> &[FileRef] {
        if let Self::Files(files) = self { files } else { &[] }
    }

    pub fn as_rows(&self) -> Option<&Rows> {
        if let Self::Rows(rows) = self { Some(rows) } else { None }
    }
}
