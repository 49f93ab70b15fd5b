//! 文のひな型: sentences with `{expression}` placeholders.

use super::Expr;

/// 文のひな型.
#[derive(Debug, Clone)]
pub struct Template {
    /// As written.
    pub source: String,
    pub(crate) parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(String),
    Value(Expr),
}
