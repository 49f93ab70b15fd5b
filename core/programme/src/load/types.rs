//! 型の書き方: `yen`, `text 80`, `choice frame`, `table 1..200`.

use super::yaml::{File, Mark};
use crate::lang::suggest::hint;
use crate::lang::types::{Type, Unit};
use crate::model::form::{FieldType, FileKind, FileRule, Range};
use crate::model::tables::{ChoiceList, DecisionTable};
use hojo_words::Number;
use indexmap::IndexMap;
use std::sync::Arc;

/// Names a type may use.
#[derive(Clone, Copy)]
pub(crate) struct Lists<'a> {
    pub choices: &'a IndexMap<String, Arc<ChoiceList>>,
    /// Lists of this form only, looked at first.
    pub local: Option<&'a IndexMap<String, Arc<ChoiceList>>>,
    pub tables: &'a IndexMap<String, Arc<DecisionTable>>,
}

impl Lists<'_> {
    pub(crate) fn choice(&self, name: &str) -> Result<Arc<ChoiceList>, String> {
        let local = self.local.and_then(|lists| lists.get(name));
        local.or_else(|| self.choices.get(name)).cloned().ok_or_else(|| {
            let known = self.choices.keys().chain(self.local.into_iter().flat_map(IndexMap::keys));
            format!("there is no choice list {name}{}", hint(name, known.map(String::as_str)))
        })
    }

    pub(crate) fn code(&self, name: &str) -> Result<Arc<DecisionTable>, String> {
        let table = self.tables.get(name).ok_or_else(|| {
            format!("there is no code table {name}{}", hint(name, self.tables.keys().map(String::as_str)))
        })?;
        if table.is_code_table() {
            Ok(Arc::clone(table))
        } else {
            Err(format!("{name} is no code table: it is not given one text"))
        }
    }
}

/// Types of table inputs and outputs, settings and facts; a range bounds a number.
pub(crate) fn value_type(text: &str, lists: Lists<'_>) -> Result<(Type, Range), String> {
    let (word, rest) = split_word(text);
    let ty = match word {
        "yen" => Type::YEN,
        "count" | "integer" => Type::COUNT,
        "ratio" => Type::RATIO,
        "decimal" => Type::DECIMAL,
        "percent" => Type::PERCENT,
        "year" | "fiscal_year" => Type::Number(Unit::Year),
        "text" => Type::Text,
        "yes_no" => Type::Bool,
        "date" => Type::Date,
        "year_month" => Type::YearMonth,
        "choice" => return Ok((Type::Choice(lists.choice(rest)?), Range::default())),
        "code" => return Ok((Type::Code(lists.code(rest)?), Range::default())),
        other => return Err(format!("there is no type {other}{}", hint(other, VALUE_TYPES))),
    };
    let range = if rest.is_empty() || !ty.is_number() { Range::default() } else { range(rest)? };
    Ok((ty, range))
}

const VALUE_TYPES: [&str; 12] =
    ["yen", "count", "integer", "ratio", "decimal", "percent", "year", "text", "yes_no", "date", "choice", "code"];

const FIELD_TYPES: [&str; 32] = [
    "text",
    "paragraph",
    "kana",
    "yen",
    "signed yen",
    "integer",
    "decimal",
    "ratio",
    "percent",
    "date",
    "year_month",
    "fiscal_year",
    "yes_no",
    "consent",
    "choice",
    "choices",
    "code",
    "corporate_number",
    "postal_code",
    "phone",
    "email",
    "url",
    "bank",
    "branch",
    "account_number",
    "account_kana",
    "digits",
    "file",
    "table",
    "count",
    "signed",
    "years",
];

/// What a type text says; tables get their columns later.
pub(crate) enum Written {
    Ready(FieldType),
    /// Rows the applicant adds: fewest, most.
    FreeTable(usize, usize),
    /// Keys of fixed rows.
    FixedTable(Vec<String>),
}

fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim()))
}

/// Reads the `type` of a field.
pub(crate) fn field_type(text: &str, lists: Lists<'_>) -> Result<Written, String> {
    let (word, rest) = split_word(text);
    let limit = || whole(rest, "a number of characters");
    let simple =
        |kind: FieldType| if rest.is_empty() { Ok(kind) } else { Err(format!("{word} takes nothing, found {rest}")) };
    let kind = match word {
        "text" => FieldType::Text { limit: limit()? },
        "paragraph" => FieldType::Paragraph { limit: limit()? },
        "kana" => FieldType::Kana { limit: limit()? },
        "yen" => simple(FieldType::Yen { signed: false })?,
        "signed" if rest == "yen" => FieldType::Yen { signed: true },
        "integer" | "count" => FieldType::Integer { range: range(rest)? },
        "decimal" => {
            let (places, rest) = split_word(rest);
            FieldType::Decimal {
                places: places.parse().map_err(|_| "decimal needs its number of decimals".to_owned())?,
                range: range(rest)?,
            }
        }
        "ratio" => simple(FieldType::Ratio)?,
        "percent" => FieldType::Percent { range: range(rest)? },
        "date" => simple(FieldType::Date)?,
        "year_month" => simple(FieldType::YearMonth)?,
        "fiscal_year" => simple(FieldType::FiscalYear)?,
        "yes_no" => simple(FieldType::YesNo)?,
        "consent" => simple(FieldType::Consent)?,
        "choice" => FieldType::Choice { list: lists.choice(rest)? },
        "choices" => choices(rest, lists)?,
        "code" => FieldType::Code { table: lists.code(rest)? },
        "corporate_number" => simple(FieldType::CorporateNumber)?,
        "postal_code" => simple(FieldType::PostalCode)?,
        "phone" => simple(FieldType::Phone)?,
        "email" => simple(FieldType::Email)?,
        "url" => simple(FieldType::Url)?,
        "bank" => simple(FieldType::Bank)?,
        "branch" => simple(FieldType::Branch)?,
        "account_number" => FieldType::AccountNumber { digits: if rest.is_empty() { 7 } else { limit()? } },
        "account_kana" => FieldType::AccountKana { limit: if rest.is_empty() { 30 } else { limit()? } },
        "digits" => FieldType::Digits { length: limit()? },
        "file" => FieldType::File(file_rule(rest)?),
        "table" => return table(rest),
        other => return Err(format!("there is no type {other}{}", hint(other, FIELD_TYPES))),
    };
    Ok(Written::Ready(kind))
}

fn whole(text: &str, what: &str) -> Result<usize, String> {
    text.replace('_', "").parse().ok().filter(|n| *n > 0).ok_or_else(|| format!("expected {what}, found '{text}'"))
}

fn choices(rest: &str, lists: Lists<'_>) -> Result<FieldType, String> {
    let (name, rest) = split_word(rest);
    let max = match split_word(rest) {
        ("", _) => None,
        ("max", n) => Some(whole(n, "a number of choices")?),
        (other, _) => return Err(format!("expected max n, found {other}")),
    };
    Ok(FieldType::Choices { list: lists.choice(name)?, max })
}

/// `1..5`, `1..`, `..5`; nothing is no bound.
pub(crate) fn range(text: &str) -> Result<Range, String> {
    if text.is_empty() {
        return Ok(Range::default());
    }
    let Some((from, to)) = text.split_once("..") else {
        return Err(format!("expected a range such as 1..5, found {text}"));
    };
    let bound = |part: &str| -> Result<Option<Number>, String> {
        let part = part.trim();
        if part.is_empty() { Ok(None) } else { part.parse().map(Some).map_err(|_| format!("{part} is no number")) }
    };
    let range = Range { min: bound(from)?, max: bound(to)? };
    if matches!((range.min, range.max), (Some(min), Some(max)) if min > max) {
        return Err(format!("the range {text} is empty"));
    }
    Ok(range)
}

fn table(rest: &str) -> Result<Written, String> {
    if let ("years" | "rows", keys) = split_word(rest) {
        let keys: Vec<String> =
            keys.split(',').map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).collect();
        if keys.is_empty() {
            return Err("a table of fixed rows needs their keys: table years base,y1,y2".to_owned());
        }
        return Ok(Written::FixedTable(keys));
    }
    let Range { min, max } = range(rest)?;
    let count = |n: Option<Number>| n.and_then(Number::as_integer).and_then(|n| usize::try_from(n).ok());
    match (count(min), count(max)) {
        (Some(min), Some(max)) if max <= 1000 => Ok(Written::FreeTable(min, max)),
        _ => Err("a table needs its number of rows: table 1..200 (at most 1000)".to_owned()),
    }
}

fn file_rule(text: &str) -> Result<FileRule, String> {
    let mut rule = FileRule {
        kinds: Vec::new(),
        max_bytes: 10 << 20,
        min_count: 1,
        max_count: 1,
        max_pages: None,
        name: String::new(),
    };
    let mut words = text.split_whitespace();
    for kind in words.next().unwrap_or_default().split('|') {
        rule.kinds.push(match kind {
            "pdf" => FileKind::Pdf,
            "image" => FileKind::Image,
            "xlsx" => FileKind::Xlsx,
            "docx" => FileKind::Docx,
            other => return Err(format!("a file is pdf, image, xlsx or docx, found '{other}'")),
        });
    }
    while let Some(word) = words.next() {
        let value = words.next().unwrap_or_default();
        match word {
            "max" => {
                let megabytes: u64 = value.strip_suffix("MB").and_then(|n| n.parse().ok()).ok_or("write max 10MB")?;
                rule.max_bytes = megabytes << 20;
            }
            "count" => {
                let (from, to) = value.split_once("..").unwrap_or((value, value));
                rule.min_count = from.parse().map_err(|_| "write count 1..3".to_owned())?;
                rule.max_count = to.parse().map_err(|_| "write count 1..3".to_owned())?;
            }
            other => return Err(format!("expected max or count, found {other}")),
        }
    }
    Ok(rule)
}

/// Notes the problem of a type text.
pub(crate) fn noted<T>(file: &File<'_>, mark: Mark, result: Result<T, String>) -> Option<T> {
    result.map_err(|message| file.problem(mark, message)).ok()
}
