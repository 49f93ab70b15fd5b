//! 条件を問う: conditions and expressions of checklists and score sheets, asked of a finished reading.

use super::Reading;
use crate::lang::Expr;
use crate::lang::eval::{Env, eval_top};
use crate::model::form::Condition;

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
}
