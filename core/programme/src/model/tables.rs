//! 選択肢・判定表: choice lists and decision tables. A code table is a decision table given a `code`.

use crate::lang::types::Type;
use crate::source::Place;
use crate::value::Value;
use hojo_words::{Clause, Number};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

/// 選択肢の一覧: key → label, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChoiceList {
    pub id: String,
    pub options: IndexMap<String, String>,
}

/// 判定表: the lint proves that it has no gap and no overlap.
#[derive(Debug, Clone)]
pub struct DecisionTable {
    pub id: String,
    pub title: String,
    pub clause: Option<Clause>,
    /// Inputs, in the order a call gives them.
    pub given: Vec<Input>,
    /// Outputs: name → type.
    pub yields: IndexMap<String, Output>,
    pub rows: Vec<DecisionRow>,
    pub place: Place,
    /// First input's text → rows to try, when every row names that input exactly.
    pub(crate) index: Option<HashMap<Arc<str>, Vec<usize>>>,
}

/// 判定表の入力.
#[derive(Debug, Clone)]
pub struct Input {
    pub name: String,
    pub ty: Type,
    /// Bounds of a numeric input, when the definition states them.
    pub domain: (Option<Number>, Option<Number>),
}

/// 判定表の出力.
#[derive(Debug, Clone)]
pub struct Output {
    pub ty: Type,
    /// Some row says `none`.
    pub optional: bool,
}

/// 判定表の一行.
#[derive(Debug, Clone)]
pub struct DecisionRow {
    pub cells: Vec<Cell>,
    pub values: Vec<Value>,
    pub place: Place,
}

/// 条件欄.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Any,
    /// One of these texts (choice keys, codes).
    Texts(Vec<Arc<str>>),
    Bool(bool),
    /// From..to, both included; open ends are `None`.
    Span(Option<Number>, Option<Number>),
}

impl DecisionTable {
    /// The row that applies, `None` when an input lies outside the table.
    pub fn find(&self, inputs: &[Value]) -> Option<&DecisionRow> {
        if let (Some(index), Some(Value::Text(first))) = (&self.index, inputs.first()) {
            let candidates = index.get(first)?;
            return candidates.iter().filter_map(|row| self.rows.get(*row)).find(|row| row.matches(inputs));
        }
        self.rows.iter().find(|row| row.matches(inputs))
    }

    /// The output of a row by name.
    pub fn output<'a>(&self, row: &'a DecisionRow, name: &str) -> Option<&'a Value> {
        row.values.get(self.yields.get_index_of(name)?)
    }

    /// For a code table: (code, name) in order.
    pub fn codes(&self) -> impl Iterator<Item = (&str, &str)> {
        let name = self.yields.get_index_of("name").or_else(|| self.yields.get_index_of("label"));
        self.rows.iter().filter_map(move |row| {
            let Some(Cell::Texts(texts)) = row.cells.first() else { return None };
            let code = texts.first()?;
            let label = name.and_then(|index| row.values.get(index)).and_then(Value::as_text);
            Some((code.as_ref(), label.unwrap_or(code)))
        })
    }

    /// The name of a code.
    pub fn code_label(&self, code: &str) -> Option<&str> {
        let row = self.find(&[Value::text(code)])?;
        self.output(row, "name").or_else(|| self.output(row, "label")).and_then(Value::as_text)
    }

    /// Whether the table lists codes: one text input.
    pub fn is_code_table(&self) -> bool {
        matches!(self.given.as_slice(), [Input { ty: Type::Text, .. }])
    }
}

impl DecisionRow {
    fn matches(&self, inputs: &[Value]) -> bool {
        self.cells.len() == inputs.len() && self.cells.iter().zip(inputs).all(|(cell, input)| cell.matches(input))
    }
}

impl Cell {
    pub fn matches(&self, input: &Value) -> bool {
        match (self, input) {
            (Self::Any, _) => true,
            (Self::Texts(texts), Value::Text(text)) => texts.contains(text),
            (Self::Bool(wanted), Value::Bool(value)) => wanted == value,
            (Self::Span(from, to), Value::Number(value)) => {
                from.is_none_or(|from| from <= *value) && to.is_none_or(|to| *value <= to)
            }
            _ => false,
        }
    }
}

impl DecisionTable {
    /// The table as people read it: for each row the named inputs, then the named outputs, in words.
    /// Names that the table does not have give empty cells.
    pub fn in_words(&self, given: &[&str], yields: &[&str]) -> Vec<Vec<String>> {
        let condition = |row: &DecisionRow, name: &str| {
            let (index, input) = self.given.iter().enumerate().find(|(_, input)| input.name == name)?;
            Some(crate::lang::explain::cell_words(row.cells.get(index)?, &input.ty))
        };
        let value = |row: &DecisionRow, name: &str| {
            let output = self.yields.get(name)?;
            Some(crate::lang::format::words(self.output(row, name)?, &output.ty, crate::lang::format::Dates::Plain))
        };
        self.rows
            .iter()
            .map(|row| {
                let inputs = given.iter().map(|name| condition(row, name).unwrap_or_default());
                inputs.chain(yields.iter().map(|name| value(row, name).unwrap_or_default())).collect()
            })
            .collect()
    }
}
