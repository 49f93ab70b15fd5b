//! 理由: why an expression came out as it did, as a tree people can read.

use super::eval::{Env, Locals, eval, passes};
use super::format::{Dates, words};
use super::{Expr, Fold, Node, Op};
use crate::answers::FieldPath;
use crate::model::form::{Field, Form};
use crate::model::rules::Reason;
use crate::model::tables::{Cell, DecisionRow, DecisionTable};
use crate::value::Value;

/// Deeper trees help nobody.
const DEPTH: usize = 8;
/// Rows quoted per fold.
const ROWS: usize = 5;

/// What an explanation needs.
pub(crate) struct Explainer<'a> {
    pub form: &'a Form,
    pub env: Env<'a>,
    pub source: &'a str,
}

/// Explains an expression at its top.
pub(crate) fn explain(expr: &Expr, form: &Form, env: Env<'_>) -> Reason {
    Explainer { form, env, source: &expr.source }.node(&expr.node, &mut Locals::new(), 0)
}

impl Explainer<'_> {
    fn node(&self, node: &Node, locals: &mut Locals, depth: usize) -> Reason {
        let value = eval(node, self.env, locals);
        let mut reason = Reason {
            what: self.quote(node),
            value: words(&value, &node.ty, Dates::Plain),
            field: None,
            row: None,
            because: Vec::new(),
        };
        self.name(node, locals, &mut reason);
        if depth < DEPTH {
            reason.because = self.because(node, locals, depth + 1);
        }
        if let Op::Lookup { table, inputs, .. } = &node.op {
            let inputs: Vec<Value> = inputs.iter().map(|input| eval(input, self.env, locals)).collect();
            reason.row = Some(
                table.find(&inputs).map_or_else(|| format!("{}: 該当なし", table.title), |row| row_words(table, row)),
            );
        }
        reason
    }

    /// The piece of the rule, blanks folded.
    fn quote(&self, node: &Node) -> String {
        let piece = self.source.get(node.span.0..node.span.1).unwrap_or(self.source);
        piece.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Fields and settings are called by their label.
    fn name(&self, node: &Node, locals: &Locals, reason: &mut Reason) {
        let field = |slot: usize| self.form.fields.get(slot);
        match &node.op {
            Op::Field(slot) => {
                if let Some(found) = field(*slot) {
                    reason.what.clone_from(&found.label);
                    reason.field = Some(FieldPath::field(&found.id));
                }
            }
            Op::FixedCell(slot, row, column) => {
                if let Some((table, found)) = field(*slot).and_then(|table| Some((table, column_of(table, *column)?))) {
                    let key = table.table().and_then(|shape| shape.fixed_rows()?.get_index(*row));
                    reason.what = format!("{} {}", key.map_or("", |(_, label)| label.as_str()), found.label);
                    reason.field = Some(FieldPath::cell(&table.id, *row, &found.id));
                }
            }
            Op::RowCell(depth, column) | Op::OptionalCell(depth, column) => {
                let Some((slot, row)) = locals.get(*depth) else { return };
                if let Some((table, found)) = field(*slot).and_then(|table| Some((table, column_of(table, *column)?))) {
                    let place =
                        self.env.fields.get(*slot).and_then(Value::as_rows).and_then(|rows| rows.places.get(*row));
                    reason.what.clone_from(&found.label);
                    reason.field = place.map(|place| FieldPath::cell(&table.id, *place, &found.id));
                }
            }
            Op::Setting(title, _) => reason.what = title.to_string(),
            _ => {}
        }
    }

    fn because(&self, node: &Node, locals: &mut Locals, depth: usize) -> Vec<Reason> {
        let mut children: Vec<&Node> = match &node.op {
            Op::Not(a) | Op::Negate(a) | Op::IsNothing(a) => vec![a],
            Op::And(a, b)
            | Op::Or(a, b)
            | Op::Otherwise(a, b)
            | Op::Same(_, a, b)
            | Op::Compare(_, a, b)
            | Op::Chosen(a, b)
            | Op::Arithmetic(_, a, b) => vec![a, b],
            Op::If(condition, then, otherwise) => match eval(condition, self.env, locals).as_bool() {
                Some(true) => vec![condition, then],
                Some(false) => vec![condition, otherwise],
                None => vec![condition],
            },
            Op::In(item, _) => vec![item],
            Op::Call(_, arguments) => arguments.iter().collect(),
            Op::Lookup { inputs, .. } => inputs.iter().collect(),
            Op::Fold(..) => return self.rows(node, locals, depth),
            _ => Vec::new(),
        };
        children.retain(|child| !matches!(child.op, Op::Constant(_)));
        children.into_iter().map(|child| self.node(child, locals, depth)).collect()
    }

    /// The rows that decided a fold, the first few.
    fn rows(&self, node: &Node, locals: &mut Locals, depth: usize) -> Vec<Reason> {
        let Op::Fold(fold, source, Some(body)) = &node.op else { return Vec::new() };
        let Some(rows) = self.env.fields.get(source.slot).and_then(Value::as_rows) else { return Vec::new() };
        let mut reasons = Vec::new();
        for row in 0..rows.cells.len() {
            if reasons.len() == ROWS {
                break;
            }
            if passes(source, row, self.env, locals) != Some(true) {
                continue;
            }
            locals.push((source.slot, row));
            let value = eval(body, self.env, locals);
            let telling = match fold {
                Fold::All => value == Value::Bool(false),
                Fold::Any | Fold::Count => value == Value::Bool(true),
                _ => value.is_known() && value != Value::Nothing,
            };
            if telling {
                let mut reason = self.node(body, locals, depth);
                if reason.field.is_none()
                    && let (Some(field), Some(place)) = (self.form.fields.get(source.slot), rows.places.get(row))
                {
                    reason.field = Some(FieldPath::row(&field.id, *place));
                }
                reasons.push(reason);
            }
            locals.pop();
        }
        reasons
    }
}

fn column_of(table: &Field, column: usize) -> Option<&Field> {
    table.table().and_then(|shape| shape.columns.get(column)).map(std::convert::AsRef::as_ref)
}

/// `補助上限額: frame=新事業進出枠, employees=21..50`.
pub(crate) fn row_words(table: &DecisionTable, row: &DecisionRow) -> String {
    let cells = table
        .given
        .iter()
        .zip(&row.cells)
        .map(|(input, cell)| format!("{}={}", input.name, cell_words(cell, &input.ty)));
    format!("{}: {}", table.title, cells.collect::<Vec<_>>().join(", "))
}

/// A condition in words.
pub(crate) fn cell_words(cell: &Cell, ty: &super::types::Type) -> String {
    let number = |n: &Option<hojo_words::Number>| n.map_or(String::new(), |n| n.grouped(2));
    match cell {
        Cell::Any => "すべて".to_owned(),
        Cell::Bool(value) => words(&Value::Bool(*value), ty, Dates::Plain),
        Cell::Texts(texts) => {
            texts.iter().map(|text| words(&Value::Text(text.clone()), ty, Dates::Plain)).collect::<Vec<_>>().join("・")
        }
        Cell::Span(from, to) if from == to => number(from),
        Cell::Span(from, to) => format!("{}〜{}", number(from), number(to)),
    }
}
