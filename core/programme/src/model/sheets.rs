//! 確認票・採点表: what the office ticks and what reviewers score.

use crate::answers::FieldPath;
use crate::lang::Expr;
use crate::model::form::Condition;
use crate::source::Place;
use hojo_words::{Clause, Number};

/// 確認票.
#[derive(Debug, Clone, Default)]
pub struct Checklist {
    pub title: String,
    pub items: Vec<CheckItem>,
}

/// 確認項目.
#[derive(Debug, Clone)]
pub struct CheckItem {
    pub id: String,
    pub group: String,
    pub text: String,
    pub help: String,
    pub clause: Option<Clause>,
    /// Shown only when the condition holds for the filing.
    pub shown: Condition,
    /// Fields and attachments to look at.
    pub fields: Vec<FieldPath>,
    /// Sentence offered for a remark when the item fails.
    pub remark: String,
    /// Ticked by the system when the expression is known and true.
    pub automatic: Option<Expr>,
    pub place: Place,
}

/// 採点表.
#[derive(Debug, Clone, Default)]
pub struct ScoreSheet {
    pub title: String,
    pub criteria: Vec<Criterion>,
    /// A comment on the whole is required, at least so many characters.
    pub overall_comment: Option<usize>,
    /// Highest total a reviewer can give: Σ weight × top of the scale.
    pub maximum: Number,
}

/// 審査項目.
#[derive(Debug, Clone)]
pub struct Criterion {
    pub id: String,
    pub title: String,
    pub help: String,
    pub clause: Option<Clause>,
    /// Pass or fail instead of points.
    pub pass_fail: bool,
    pub min: u32,
    pub max: u32,
    pub weight: Number,
    /// Fewest characters of the comment; `None` when a comment is free.
    pub comment: Option<usize>,
    pub shown: Condition,
    /// Fields the reviewer reads for it.
    pub fields: Vec<FieldPath>,
    /// Words for points: `0` → 「読み取れない」.
    pub scale: Vec<(u32, String)>,
    pub place: Place,
}
