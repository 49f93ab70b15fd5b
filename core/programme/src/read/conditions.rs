//! 条件を問う: conditions and expressions of checklists and score sheets, asked of a finished reading.

use super::Reading;
use crate::lang::Expr;
use crate::lang::eval::{Env, eval, eval_top};
use crate::model::form::{Condition, Field};
use crate::value::Value;

impl Reading {
    /// Whether a yes-or-no expression holds for these answers; `None` while something it needs is not known.
    pub fn test(&self, expr: &Expr) -> Option<bool> {
        eval_top(&expr.node, Env { fields: &self.values, globals: &self.globals }).as_bool()
    }

    /// Whether a condition holds for these answers; `None` while something it needs is not known.
    pub fn holds(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Always => Some(true),
            Condition::Never => Some(false),
            Condition::When(expr) => self.test(expr),
        }
    }

    /// Whether a cell is asked; `row` as in the raw answers. Without such a row (a new one), as in a blank row.
    pub fn is_cell_shown(&self, field: &str, row: usize, column: &str) -> bool {
        self.cell_condition(field, row, column, |column| &column.shown)
    }

    /// Whether a cell must be answered.
    pub fn is_cell_required(&self, field: &str, row: usize, column: &str) -> bool {
        self.is_cell_shown(field, row, column) && self.cell_condition(field, row, column, |column| &column.required)
    }

    fn cell_condition(&self, field: &str, row: usize, column: &str, which: fn(&Field) -> &Condition) -> bool {
        let Some((table, column)) =
            self.form.field(field).and_then(|table| Some((table, table.table()?.column(column)?)))
        else {
            return false;
        };
        match which(column) {
            Condition::Always => true,
            Condition::Never => false,
            Condition::When(expr) => {
                let places = self.values.get(table.slot).and_then(Value::as_rows).map(|rows| rows.places.as_slice());
                let at = places.and_then(|places| places.iter().position(|place| *place == row)).unwrap_or(usize::MAX);
                let env = Env { fields: &self.values, globals: &self.globals };
                eval(&expr.node, env, &mut vec![(table.slot, at)]) == Value::Bool(true)
            }
        }
    }
}
