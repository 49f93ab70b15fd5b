//! 回答を読む: total. Whatever bytes were typed, a reading and slips come out, and nothing typed is lost.

mod conditions;
pub(crate) mod field;
pub(crate) mod globals;
pub(crate) mod parse;
pub(crate) mod plan;
mod reader;
mod slip;

use crate::answers::{Answers, FieldPath};
use crate::facts::Facts;
use crate::lang::format::{Dates, words};
use crate::lang::resolve::value_type;
use crate::model::edition::{Edition, Procedure};
use crate::model::form::{Field, FieldType, Form};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// 読み取り結果: a value for every field, and which fields are shown and required now.
#[derive(Debug, Clone)]
pub struct Reading {
    pub(crate) form: Arc<Form>,
    pub(crate) values: Vec<Value>,
    pub(crate) shown: Vec<bool>,
    pub(crate) required: Vec<bool>,
    pub(crate) sections: Vec<bool>,
    pub(crate) prefilled: Vec<bool>,
    pub(crate) globals: Arc<Vec<Value>>,
}

/// 入力の誤り: an answer that cannot be read or is missing. The code is stable, the sentence says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    pub code: SlipCode,
    pub path: FieldPath,
    /// Label of the field, with row and column: 「経費明細表 2行目 補助対象経費」.
    pub label: String,
    /// Japanese, です・ます.
    pub message: String,
}

/// 入力の誤りの種類.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlipCode {
    /// Not answered; quiet while drafting, stops submission.
    Required,
    TooLong,
    Unprintable,
    LineBreak,
    NotANumber,
    NotWhole,
    OutOfRange,
    TooManyDecimals,
    NotADate,
    NotAChoice,
    TooManyChoices,
    NotACode,
    NotKana,
    BadFormat,
    CheckDigit,
    ConsentMissing,
    FileCount,
    FileKind,
    FileSize,
    FilePages,
    TooFewRows,
    TooManyRows,
    /// The raw answer has another shape than the field (rows for a text, and so on).
    WrongShape,
}

impl SlipCode {
    pub const ALL: [Self; 23] = [
        Self::Required,
        Self::TooLong,
        Self::Unprintable,
        Self::LineBreak,
        Self::NotANumber,
        Self::NotWhole,
        Self::OutOfRange,
        Self::TooManyDecimals,
        Self::NotADate,
        Self::NotAChoice,
        Self::TooManyChoices,
        Self::NotACode,
        Self::NotKana,
        Self::BadFormat,
        Self::CheckDigit,
        Self::ConsentMissing,
        Self::FileCount,
        Self::FileKind,
        Self::FileSize,
        Self::FilePages,
        Self::TooFewRows,
        Self::TooManyRows,
        Self::WrongShape,
    ];

    /// Stable text, for example `too_long`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::Unprintable => "unprintable",
            Self::LineBreak => "line_break",
            Self::NotANumber => "not_a_number",
            Self::NotWhole => "not_whole",
            Self::OutOfRange => "out_of_range",
            Self::TooManyDecimals => "too_many_decimals",
            Self::NotADate => "not_a_date",
            Self::NotAChoice => "not_a_choice",
            Self::TooManyChoices => "too_many_choices",
            Self::NotACode => "not_a_code",
            Self::NotKana => "not_kana",
            Self::BadFormat => "bad_format",
            Self::CheckDigit => "check_digit",
            Self::ConsentMissing => "consent_missing",
            Self::FileCount => "file_count",
            Self::FileKind => "file_kind",
            Self::FileSize => "file_size",
            Self::FilePages => "file_pages",
            Self::TooFewRows => "too_few_rows",
            Self::TooManyRows => "too_many_rows",
            Self::WrongShape => "wrong_shape",
        }
    }

    /// Missing rather than wrong: shown on the check page and at submission, not while typing.
    pub const fn is_missing(self) -> bool {
        matches!(self, Self::Required | Self::ConsentMissing | Self::TooFewRows)
    }
}

/// Reads answers against the form. Total: every input gives a reading, and nothing typed is changed.
pub fn read(edition: &Edition, procedure: &Procedure, answers: &Answers, facts: &Facts) -> (Reading, Vec<Slip>) {
    let globals = globals::values(edition, &procedure.globals, facts);
    reader::run(procedure, answers, facts, globals)
}

impl Reading {
    /// The form that was read.
    pub fn form(&self) -> &Arc<Form> {
        &self.form
    }

    /// Value of a field; `Unknown` for a name that does not exist.
    pub fn value(&self, field: &str) -> &Value {
        self.form.slots.get(field).and_then(|slot| self.values.get(*slot)).unwrap_or(&Value::Unknown)
    }

    /// Value of a cell; `row` as in the raw answers.
    pub fn cell(&self, field: &str, row: usize, column: &str) -> &Value {
        let found = self.form.field(field).and_then(|field| {
            let index = field.table()?.column(column)?.slot;
            let rows = self.values.get(field.slot)?.as_rows()?;
            let at = rows.places.iter().position(|place| *place == row)?;
            rows.cells.get(at)?.get(index)
        });
        found.unwrap_or(&Value::Unknown)
    }

    /// Whether the field is asked of this applicant now.
    pub fn is_shown(&self, field: &str) -> bool {
        self.form.slots.get(field).and_then(|slot| self.shown.get(*slot)).copied().unwrap_or(false)
    }

    pub fn is_required(&self, field: &str) -> bool {
        self.form.slots.get(field).and_then(|slot| self.required.get(*slot)).copied().unwrap_or(false)
    }

    /// Whether a section (by index) has anything to show.
    pub fn is_section_shown(&self, section: usize) -> bool {
        self.sections.get(section).copied().unwrap_or(false)
    }

    /// The value in words, as letters and copies print it: `1,234,000円`, `新事業進出枠`; empty when unknown.
    pub fn display(&self, field: &str) -> String {
        self.form.field(field).map_or_else(String::new, |found| shown_words(found, self.value(field)))
    }

    /// One cell in words; `row` as in the raw answers.
    pub fn display_cell(&self, field: &str, row: usize, column: &str) -> String {
        let found = self.form.field(field).and_then(|field| field.table()?.column(column).cloned());
        found.map_or_else(String::new, |found| shown_words(&found, self.cell(field, row, column)))
    }

    /// Whether a fact fills the field, so that it is shown read-only.
    pub fn is_prefilled(&self, field: &str) -> bool {
        self.form.slots.get(field).and_then(|slot| self.prefilled.get(*slot)).copied().unwrap_or(false)
    }
}

/// A value in the words of its field, with the field's unit.
fn shown_words(field: &Field, value: &Value) -> String {
    if !value.is_known() {
        return String::new();
    }
    let text = match (&field.kind, value) {
        (FieldType::PostalCode, Value::Text(code)) if code.len() == 7 => {
            let (head, tail) = code.split_at(3);
            format!("{head}-{tail}")
        }
        (FieldType::FiscalYear, Value::Number(year)) => format!("{}年度", year.to_decimal(0)),
        _ => words(value, &value_type(&field.kind, field.slot), Dates::Plain),
    };
    let unit = field.unit.as_str();
    let has_unit = matches!(field.kind, FieldType::Yen { .. } | FieldType::Percent { .. } | FieldType::FiscalYear);
    if unit.is_empty() || has_unit || !matches!(value, Value::Number(_)) { text } else { format!("{text}{unit}") }
}
