//! 評価: a resolved tree and values → a value. Total: what cannot be computed is unknown.

use super::functions;
use super::{Arithmetic, Comparison, Fold, Node, Op, Source};
use crate::value::{Rows, Value};
use hojo_words::{Number, text};
use std::cmp::Ordering;
use std::sync::Arc;

/// What an expression sees.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    /// By slot of the form.
    pub fields: &'a [Value],
    /// By slot of the globals.
    pub globals: &'a [Value],
}

/// A row bound by a fold or a column: slot of its table and its index among the rows.
pub(crate) type Bound = (usize, usize);

/// Rows bound so far; rules nest two or three deep.
pub(crate) type Locals = Vec<Bound>;

/// Evaluates in an environment with rows bound.
pub(crate) fn eval(node: &Node, env: Env<'_>, locals: &mut Locals) -> Value {
    match &node.op {
        Op::Constant(value) | Op::Setting(_, value) => value.clone(),
        Op::Field(slot) => env.fields.get(*slot).cloned().unwrap_or_default(),
        Op::Global(slot) => env.globals.get(*slot).cloned().unwrap_or_default(),
        Op::FixedCell(slot, row, column) => fixed_cell(env, *slot, *row, *column),
        Op::RowCell(depth, column) => row_cell(env, locals, *depth, *column),
        Op::OptionalCell(depth, column) => optional_cell(env, locals, *depth, *column),
        Op::RowNumber(depth) => row_number(env, locals, *depth),
        Op::RowKey(depth, keys) => {
            let place = locals.get(*depth).and_then(|(slot, row)| rows(env, *slot)?.places.get(*row));
            place.and_then(|place| keys.get(*place)).map_or(Value::Unknown, |key| Value::Text(Arc::clone(key)))
        }
        Op::Lookup { table, inputs, output } => {
            let inputs: Vec<Value> = inputs.iter().map(|input| eval(input, env, locals)).collect();
            let row = table.find(&inputs);
            row.and_then(|row| row.values.get(*output)).cloned().unwrap_or_default()
        }
        Op::Not(inner) => eval(inner, env, locals).as_bool().map_or(Value::Unknown, |b| Value::Bool(!b)),
        Op::Negate(inner) => {
            let number = eval(inner, env, locals).as_number().and_then(|n| n.neg().ok());
            number.map_or(Value::Unknown, Value::Number)
        }
        Op::And(left, right) => junction(left, right, env, locals, false),
        Op::Or(left, right) => junction(left, right, env, locals, true),
        Op::If(condition, then, otherwise) => match eval(condition, env, locals).as_bool() {
            Some(true) => eval(then, env, locals),
            Some(false) => eval(otherwise, env, locals),
            None => Value::Unknown,
        },
        Op::Otherwise(first, second) => match eval(first, env, locals) {
            Value::Unknown => eval(second, env, locals),
            known => known,
        },
        Op::Same(wanted, left, right) => match (eval(left, env, locals), eval(right, env, locals)) {
            (Value::Text(a), Value::Text(b)) => Value::Bool((a == b) == *wanted),
            _ => Value::Unknown,
        },
        Op::Compare(how, left, right) => compare(*how, &eval(left, env, locals), &eval(right, env, locals)),
        Op::IsNothing(inner) => match eval(inner, env, locals) {
            Value::Unknown => Value::Unknown,
            known => Value::Bool(known == Value::Nothing),
        },
        Op::In(item, list) => member(item, list, env, locals),
        Op::Chosen(key, field) => match (eval(key, env, locals), eval(field, env, locals)) {
            (Value::Text(key), Value::Many(keys)) => Value::Bool(keys.contains(&key)),
            _ => Value::Unknown,
        },
        Op::Arithmetic(how, left, right) => {
            let (left, right) = (eval(left, env, locals), eval(right, env, locals));
            match (left.as_number(), right.as_number()) {
                (Some(left), Some(right)) => arithmetic(*how, left, right),
                _ => Value::Unknown,
            }
        }
        Op::Call(function, arguments) => call(*function, arguments, env, locals),
        Op::Fold(fold, source, body) => fold_rows(*fold, source, body.as_deref(), env, locals),
    }
}

fn call(function: functions::Function, arguments: &[Node], env: Env<'_>, locals: &mut Locals) -> Value {
    let values: Vec<Value> = arguments.iter().map(|argument| eval(argument, env, locals)).collect();
    let waits = function != functions::Function::Answered;
    if waits && values.iter().any(|value| !value.is_known()) {
        return Value::Unknown;
    }
    functions::apply(function, &values)
}

fn rows<'a>(env: Env<'a>, slot: usize) -> Option<&'a Rows> {
    env.fields.get(slot).and_then(Value::as_rows)
}

fn fixed_cell(env: Env<'_>, slot: usize, row: usize, column: usize) -> Value {
    let found = rows(env, slot).and_then(|rows| {
        let at = rows.places.iter().position(|place| *place == row)?;
        rows.cells.get(at)?.get(column)
    });
    found.cloned().unwrap_or_default()
}

fn row_cell(env: Env<'_>, locals: &Locals, depth: usize, column: usize) -> Value {
    let found = locals.get(depth).and_then(|(slot, row)| rows(env, *slot)?.cells.get(*row)?.get(column));
    found.cloned().unwrap_or_default()
}

fn optional_cell(env: Env<'_>, locals: &Locals, depth: usize, column: usize) -> Value {
    let value = row_cell(env, locals, depth, column);
    let unreadable = || {
        let found =
            locals.get(depth).and_then(|(slot, row)| Some(rows(env, *slot)?.unreadable.contains(&(*row, column))));
        found.unwrap_or(true)
    };
    if value.is_known() || unreadable() { value } else { Value::Nothing }
}

fn row_number(env: Env<'_>, locals: &Locals, depth: usize) -> Value {
    let place = locals.get(depth).and_then(|(slot, row)| rows(env, *slot)?.places.get(*row));
    place.and_then(|place| i64::try_from(place + 1).ok()).map_or(Value::Unknown, Value::integer)
}

/// Kleene's and / or: the deciding value wins over unknown.
fn junction(left: &Node, right: &Node, env: Env<'_>, locals: &mut Locals, deciding: bool) -> Value {
    let left = eval(left, env, locals).as_bool();
    if left == Some(deciding) {
        return Value::Bool(deciding);
    }
    match (left, eval(right, env, locals).as_bool()) {
        (_, Some(right)) if right == deciding => Value::Bool(deciding),
        (Some(_), Some(right)) => Value::Bool(right),
        _ => Value::Unknown,
    }
}

fn member(item: &Node, list: &[Node], env: Env<'_>, locals: &mut Locals) -> Value {
    let item = eval(item, env, locals);
    let mut unknown = !item.is_known();
    for candidate in list {
        match compare(Comparison::Equal, &item, &eval(candidate, env, locals)) {
            Value::Bool(true) => return Value::Bool(true),
            Value::Unknown => unknown = true,
            _ => {}
        }
    }
    if unknown { Value::Unknown } else { Value::Bool(false) }
}

pub(crate) fn compare(how: Comparison, left: &Value, right: &Value) -> Value {
    let order = match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => {
            if a == b || text::comparison_key(a) == text::comparison_key(b) {
                Ordering::Equal
            } else {
                a.cmp(b)
            }
        }
        _ => return Value::Unknown,
    };
    Value::Bool(match how {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterEqual => order != Ordering::Less,
    })
}

fn arithmetic(how: Arithmetic, left: Number, right: Number) -> Value {
    let hundred = Number::integer(100);
    let result = match how {
        Arithmetic::Add => left.add(right),
        Arithmetic::Subtract => left.sub(right),
        Arithmetic::Multiply => left.mul(right),
        Arithmetic::Divide => left.div(right),
        Arithmetic::MultiplyPercent => right.div(hundred).and_then(|ratio| left.mul(ratio)),
        Arithmetic::DividePercent => right.div(hundred).and_then(|ratio| left.div(ratio)),
    };
    result.map_or(Value::Unknown, Value::Number)
}

/// Whether a row passes the filters of a source.
pub(crate) fn passes(source: &Source, row: usize, env: Env<'_>, locals: &mut Locals) -> Option<bool> {
    locals.push((source.slot, row));
    let mut known = true;
    let mut passed = true;
    for filter in &source.filters {
        match eval(filter, env, locals).as_bool() {
            Some(true) => {}
            Some(false) => passed = false,
            None => known = false,
        }
    }
    locals.pop();
    if !passed {
        Some(false)
    } else if known {
        Some(true)
    } else {
        None
    }
}

/// Folds the rows that pass. A row of which nobody knows whether it passes makes numbers unknown;
/// `all` and `any` may still be decided by another row.
fn fold_rows(fold: Fold, source: &Source, body: Option<&Node>, env: Env<'_>, locals: &mut Locals) -> Value {
    let Some(table) = rows(env, source.slot) else { return Value::Unknown };
    let mut state = State::new(fold);
    for row in 0..table.cells.len() {
        match passes(source, row, env, locals) {
            Some(false) => continue,
            None => {
                // With an unknown guard the row counts only if its value would decide.
                state.doubtful = true;
                continue;
            }
            Some(true) => {}
        }
        let value = body.map_or(Value::Bool(true), |body| {
            locals.push((source.slot, row));
            let value = eval(body, env, locals);
            locals.pop();
            value
        });
        if let Some(result) = state.take(value) {
            return result;
        }
    }
    state.finish()
}

/// A fold in progress.
struct State {
    fold: Fold,
    doubtful: bool,
    count: i64,
    number: Option<Number>,
    seen: Vec<String>,
    distinct: bool,
}

impl State {
    const fn new(fold: Fold) -> Self {
        Self { fold, doubtful: false, count: 0, number: None, seen: Vec::new(), distinct: true }
    }

    /// Takes one row's value; returns when the answer is decided.
    fn take(&mut self, value: Value) -> Option<Value> {
        match (self.fold, value) {
            // A blank optional cell is skipped, as a spreadsheet's SUM does.
            (Fold::Sum | Fold::Least | Fold::Greatest | Fold::Distinct, Value::Nothing) => None,
            (Fold::All, Value::Bool(false)) => Some(Value::Bool(false)),
            (Fold::Any, Value::Bool(true)) => Some(Value::Bool(true)),
            (Fold::All | Fold::Any, Value::Bool(_)) | (Fold::Count, Value::Bool(false)) => None,
            (Fold::Count, Value::Bool(true)) => {
                self.count += 1;
                None
            }
            (Fold::Sum | Fold::Least | Fold::Greatest, Value::Number(number)) => self.number(number),
            (Fold::Distinct, value) if value.is_known() => {
                let key = distinct_key(&value);
                self.distinct &= !self.seen.contains(&key);
                self.seen.push(key);
                None
            }
            _ => {
                self.doubtful = true;
                None
            }
        }
    }

    fn number(&mut self, next: Number) -> Option<Value> {
        let merged = match (self.number, self.fold) {
            (None, _) => next,
            (Some(so_far), Fold::Least) => so_far.min(next),
            (Some(so_far), Fold::Greatest) => so_far.max(next),
            (Some(so_far), _) => match so_far.add(next) {
                Ok(sum) => sum,
                Err(_) => return Some(Value::Unknown),
            },
        };
        self.number = Some(merged);
        None
    }

    fn finish(self) -> Value {
        match self.fold {
            Fold::Distinct if !self.distinct => Value::Bool(false),
            _ if self.doubtful => Value::Unknown,
            Fold::Sum => Value::Number(self.number.unwrap_or(Number::ZERO)),
            Fold::Least | Fold::Greatest => self.number.map_or(Value::Unknown, Value::Number),
            Fold::Count => Value::integer(self.count),
            Fold::All | Fold::Distinct => Value::Bool(true),
            Fold::Any => Value::Bool(false),
        }
    }
}

fn distinct_key(value: &Value) -> String {
    match value {
        Value::Text(text) => text::comparison_key(text),
        other => format!("{other:?}"),
    }
}

/// Evaluates without bound rows.
pub(crate) fn eval_top(node: &Arc<Node>, env: Env<'_>) -> Value {
    eval(node, env, &mut Locals::new())
}
