//! 読み取りの実行: follows the plan, so that everything an expression needs is there before it runs.

use super::field::{Said, is_blank, read};
use super::plan::Step;
use super::slip::{self, Wrong};
use super::{Reading, Slip};
use crate::answers::{Answers, FieldPath, Raw, RawRow};
use crate::facts::Facts;
use crate::lang::eval::{Env, Locals, eval, eval_top};
use crate::model::edition::Procedure;
use crate::model::form::{Condition, Field, FieldType, RowPlan, TableShape};
use crate::value::{Rows, Value};
use std::sync::Arc;

/// Reads answers with the values of facts already at hand.
pub(crate) fn run(
    procedure: &Procedure,
    answers: &Answers,
    facts: &Facts,
    globals: Vec<Value>,
) -> (Reading, Vec<Slip>) {
    let form = Arc::clone(&procedure.form);
    let count = form.fields.len();
    let mut reader = Reader {
        answers,
        facts,
        globals: &globals,
        slips: Vec::new(),
        reading: Reading {
            values: vec![Value::Unknown; count],
            shown: vec![false; count],
            required: vec![false; count],
            prefilled: vec![false; count],
            sections: vec![false; form.sections.len()],
            globals: Arc::new(Vec::new()),
            form: Arc::clone(&form),
        },
        section_of: section_of(&form),
    };
    for step in &form.plan {
        reader.step(*step);
    }
    for slot in 0..count {
        reader.require(slot);
    }
    let (mut reading, mut slips) = (reader.reading, reader.slips);
    slips.sort_by_key(|(slot, row, column, _)| (*slot, *row, *column));
    reading.globals = Arc::new(globals);
    (reading, slips.into_iter().map(|(.., slip)| slip).collect())
}

fn section_of(form: &crate::model::form::Form) -> Vec<usize> {
    let mut of = vec![0; form.fields.len()];
    for (index, section) in form.sections.iter().enumerate() {
        for slot in &section.fields {
            if let Some(entry) = of.get_mut(*slot) {
                *entry = index;
            }
        }
    }
    of
}

/// Slips with the order in which a form shows them: slot, row, column.
type Placed = (usize, usize, usize, Slip);

struct Reader<'a> {
    answers: &'a Answers,
    facts: &'a Facts,
    globals: &'a [Value],
    slips: Vec<Placed>,
    reading: Reading,
    section_of: Vec<usize>,
}

impl Reader<'_> {
    fn env(&self) -> Env<'_> {
        Env { fields: &self.reading.values, globals: self.globals }
    }

    /// Unknown conditions do not hold: nothing is asked before it is known to be needed.
    fn holds(&self, condition: &Condition, locals: &mut Locals) -> bool {
        match condition {
            Condition::Always => true,
            Condition::Never => false,
            Condition::When(expr) => eval(&expr.node, self.env(), locals) == Value::Bool(true),
        }
    }

    fn step(&mut self, step: Step) {
        let form = Arc::clone(&self.reading.form);
        match step {
            Step::Section(index) => {
                let shown =
                    form.sections.get(index).is_some_and(|section| self.holds(&section.shown, &mut Locals::new()));
                set(&mut self.reading.sections, index, shown);
            }
            Step::Field(slot) => {
                let Some(field) = form.fields.get(slot) else { return };
                let section = self.section_of.get(slot).and_then(|index| self.reading.sections.get(*index));
                let shown = section.copied().unwrap_or(false) && self.holds(&field.shown, &mut Locals::new());
                set(&mut self.reading.shown, slot, shown);
                if shown {
                    let value = self.field(field);
                    set(&mut self.reading.values, slot, value);
                }
            }
            Step::Column(slot, column) => self.column(&form, slot, column),
        }
    }

    fn field(&mut self, field: &Arc<Field>) -> Value {
        if let Some(expr) = &field.value {
            return eval_top(&expr.node, self.env());
        }
        if let FieldType::Table(shape) = &field.kind {
            return self.table(field, &Arc::clone(shape));
        }
        let fact = field.from.as_ref().and_then(|path| self.facts.values.get(path)).filter(|raw| !is_blank(Some(raw)));
        if let Some(Said::Value(value)) = fact.map(|raw| read(field, Some(raw))) {
            set(&mut self.reading.prefilled, field.slot, true);
            return value;
        }
        match read(field, self.answers.get(&field.id)) {
            Said::Blank => Value::Unknown,
            Said::Value(value) => value,
            Said::Wrong(wrong) => {
                self.slip(field, None, None, wrong);
                Value::Unknown
            }
        }
    }

    fn slip(&mut self, field: &Field, row: Option<usize>, column: Option<&Field>, (code, message): Wrong) {
        let mut label = field.label.clone();
        if let Some(row) = row {
            let fixed = field.table().and_then(TableShape::fixed_rows).and_then(|rows| rows.get_index(row));
            let name = fixed.map_or_else(|| format!("{}行目", row + 1), |(_, label)| label.clone());
            label = format!("{label} {name}");
        }
        if let Some(column) = column {
            label = format!("{label} {}", column.label);
        }
        let path = FieldPath { field: field.id.clone(), row, column: column.map(|column| column.id.clone()) };
        let order = (field.slot, row.map_or(0, |row| row + 1), column.map_or(0, |column| column.slot + 1));
        self.slips.push((order.0, order.1, order.2, Slip { code, path, label, message }));
    }

    /// Reads the typed cells of a table; calculated columns follow in their own steps.
    fn table(&mut self, field: &Field, shape: &TableShape) -> Value {
        let empty = Vec::new();
        let raw = match self.answers.get(&field.id) {
            Some(Raw::Rows(rows)) => rows,
            Some(other) if !is_blank(Some(other)) => {
                self.slip(field, None, None, slip::wrong_shape());
                &empty
            }
            _ => &empty,
        };
        let mut rows = Rows::default();
        match &shape.rows {
            RowPlan::Free { max, .. } => {
                if raw.len() > *max {
                    self.slip(field, None, None, slip::too_many_rows(*max));
                }
                for (place, row) in raw.iter().enumerate().take(*max) {
                    if !blank_row(shape, row) {
                        self.row(field, shape, Some(row), place, &mut rows);
                    }
                }
            }
            RowPlan::Fixed(keys) => {
                for place in 0..keys.len() {
                    let shown =
                        shape.row_shown.get(place).is_none_or(|condition| self.holds(condition, &mut Locals::new()));
                    if shown {
                        self.row(field, shape, raw.get(place), place, &mut rows);
                    }
                }
            }
        }
        // A table that must have rows and has none yet is not answered.
        let unanswered = matches!(shape.rows, RowPlan::Free { min, .. } if min > 0) && rows.cells.is_empty();
        if unanswered { Value::Unknown } else { Value::Rows(Arc::new(rows)) }
    }

    fn row(&mut self, field: &Field, shape: &TableShape, raw: Option<&RawRow>, place: usize, rows: &mut Rows) {
        let mut cells = Vec::with_capacity(shape.columns.len());
        for column in &shape.columns {
            let said = if column.value.is_some() {
                Said::Blank
            } else {
                read(column, raw.and_then(|row| row.get(&column.id)))
            };
            cells.push(match said {
                Said::Blank => Value::Unknown,
                Said::Value(value) => value,
                Said::Wrong(wrong) => {
                    self.slip(field, Some(place), Some(column), wrong);
                    rows.unreadable.push((rows.cells.len(), column.slot));
                    Value::Unknown
                }
            });
        }
        rows.cells.push(cells);
        rows.places.push(place);
    }

    /// Computes a column, and hides its cells where its condition does not hold.
    fn column(&mut self, form: &crate::model::form::Form, slot: usize, column: usize) {
        let Some(spec) = form.fields.get(slot).and_then(|field| field.table()?.columns.get(column)) else { return };
        let Some(Value::Rows(rows)) = self.reading.values.get(slot).cloned() else { return };
        let mut computed = Vec::with_capacity(rows.cells.len());
        let mut locals = Locals::new();
        for row in 0..rows.cells.len() {
            locals.push((slot, row));
            let shown = self.holds(&spec.shown, &mut locals);
            computed.push(match &spec.value {
                _ if !shown => Value::Unknown,
                Some(expr) => eval(&expr.node, self.env(), &mut locals),
                None => rows.cells.get(row).and_then(|cells| cells.get(column)).cloned().unwrap_or_default(),
            });
            locals.pop();
        }
        // Free the old value first, so that the rows are changed in place and not copied per column.
        drop(rows);
        let Some(Value::Rows(rows)) = self.reading.values.get_mut(slot) else { return };
        let rows = Arc::make_mut(rows);
        for (cells, value) in rows.cells.iter_mut().zip(computed) {
            if let Some(cell) = cells.get_mut(column) {
                *cell = value;
            }
        }
    }

    /// Slips for what is missing, once every value is known.
    fn require(&mut self, slot: usize) {
        let form = Arc::clone(&self.reading.form);
        let Some(field) = form.fields.get(slot) else { return };
        if !self.reading.shown.get(slot).copied().unwrap_or(false) {
            return;
        }
        let required = self.holds(&field.required, &mut Locals::new());
        set(&mut self.reading.required, slot, required);
        if let FieldType::Table(shape) = &field.kind {
            self.require_rows(field, shape, required);
        } else if required
            && !self.reading.prefilled.get(slot).copied().unwrap_or(false)
            && is_unanswered(field, self.answers.get(&field.id))
        {
            self.slip(field, None, None, slip::required(field));
        }
    }

    fn require_rows(&mut self, field: &Field, shape: &TableShape, required: bool) {
        let rows = match self.reading.values.get(field.slot) {
            Some(Value::Rows(rows)) => Arc::clone(rows),
            _ => Arc::default(),
        };
        if let RowPlan::Free { min, .. } = shape.rows {
            let least = if required { min.max(1) } else { min };
            if rows.cells.len() < least {
                self.slip(field, None, None, slip::too_few_rows(least));
            }
        }
        let raw = match self.answers.get(&field.id) {
            Some(Raw::Rows(raw)) => raw.as_slice(),
            _ => &[],
        };
        for (row, place) in rows.places.iter().enumerate() {
            for column in &shape.columns {
                if column.value.is_some() || matches!(column.required, Condition::Never) {
                    continue;
                }
                let mut locals: Locals = vec![(field.slot, row)];
                let wanted = self.holds(&column.shown, &mut locals) && self.holds(&column.required, &mut locals);
                if wanted && is_unanswered(column, raw.get(*place).and_then(|cells| cells.get(&column.id))) {
                    self.slip(field, Some(*place), Some(column), slip::required(column));
                }
            }
        }
    }
}

/// Blank, or an answer that says nothing (an unticked consent). What cannot be read has a slip of its own.
fn is_unanswered(field: &Field, raw: Option<&Raw>) -> bool {
    is_blank(raw) || (matches!(field.kind, FieldType::Consent) && matches!(read(field, raw), Said::Blank))
}

/// A row nobody filled in: blank, or with nothing but unticked boxes.
fn blank_row(shape: &TableShape, row: &RawRow) -> bool {
    shape.columns.iter().filter(|column| column.value.is_none()).all(|column| is_blank(row.get(&column.id)))
}

fn set<T>(list: &mut [T], index: usize, value: T) {
    if let Some(entry) = list.get_mut(index) {
        *entry = value;
    }
}
