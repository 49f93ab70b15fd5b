//! 手間の上限: how many steps an expression can take at most, from the most rows the form allows.

use super::{Node, Op};
use crate::model::form::TableShape;

/// The most steps one expression may take: every row of a full table of 200 against every other, some 15 steps each.
pub(crate) const BOUND: u64 = 1_000_000;

/// Steps of one evaluation at most. `rows` tells the most rows of a table by slot.
pub(crate) fn cost(node: &Node, rows: &impl Fn(usize) -> u64) -> u64 {
    let sum = |nodes: &[Node]| nodes.iter().map(|node| cost(node, rows)).fold(0u64, u64::saturating_add);
    let pair = |a: &Node, b: &Node| cost(a, rows).saturating_add(cost(b, rows));
    let inner = match &node.op {
        Op::Not(a) | Op::Negate(a) | Op::IsNothing(a) => cost(a, rows),
        Op::And(a, b)
        | Op::Or(a, b)
        | Op::Otherwise(a, b)
        | Op::Same(_, a, b)
        | Op::Compare(_, a, b)
        | Op::Chosen(a, b)
        | Op::Arithmetic(_, a, b) => pair(a, b),
        Op::If(c, a, b) => cost(c, rows).saturating_add(cost(a, rows).max(cost(b, rows))),
        Op::In(a, list) => cost(a, rows).saturating_add(sum(list)),
        Op::Call(_, arguments) => sum(arguments),
        Op::Lookup { table, inputs, .. } => {
            let rows = if table.index.is_some() { 4 } else { u64::try_from(table.rows.len()).unwrap_or(u64::MAX) };
            sum(inputs).saturating_add(rows)
        }
        Op::Fold(_, source, body) => {
            let each = sum(&source.filters).saturating_add(body.as_deref().map_or(0, |body| cost(body, rows)));
            each.saturating_add(1).saturating_mul(rows(source.slot))
        }
        _ => 0,
    };
    inner.saturating_add(1)
}

/// Most rows of a table, for the bound.
pub(crate) fn most_rows(shape: &TableShape) -> u64 {
    u64::try_from(shape.max_rows()).unwrap_or(u64::MAX)
}
