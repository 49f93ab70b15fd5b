//! 規則: what must hold, why, and what each side reads when it does not.

use crate::answers::FieldPath;
use crate::lang::{Expr, Template};
use crate::source::Place;
use hojo_words::Clause;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// 重さ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 提出できない.
    Stop,
    /// 事務局が確かめる.
    Ask,
    /// 知らせるだけ.
    Note,
}

impl Severity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Ask => "ask",
            Self::Note => "note",
        }
    }
}

/// 規則.
#[derive(Debug, Clone)]
pub struct Rule {
    pub code: String,
    pub clause: Clause,
    pub severity: Severity,
    pub when: Option<Expr>,
    pub must: Expr,
    /// Sentence for the applicant: says what to do.
    pub applicant: Template,
    /// Sentence for the examiner.
    pub examiner: Template,
    /// Fields a violation points at: those `must` reads, and the ones the rule adds.
    pub fields: Vec<FieldPath>,
    /// Rows at fault, when `must` is `all(table, …)`: pointing at each row is clearer than at the table.
    pub(crate) row_test: Option<(usize, Arc<crate::lang::Node>)>,
    pub place: Place,
}

/// 規則の一式.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub rules: Vec<Rule>,
    /// Codes of rules that could not be read, so that examples do not complain about them again.
    pub(crate) broken: Vec<String>,
}

impl Rules {
    pub fn get(&self, code: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.code == code)
    }
}

/// 判定: where a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Met,
    Violated,
    /// Something it needs is not answered yet.
    NotYetKnown,
    /// Its `when` says no.
    NotApplicable,
}

/// 指摘事項: a violated rule, with words and reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: String,
    pub severity: Severity,
    pub clause: Clause,
    pub applicant: String,
    pub examiner: String,
    pub fields: Vec<FieldPath>,
    pub reasons: Reason,
}

/// 理由の木: an expression, its value in words, and what it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The expression as written, or the field's label.
    pub what: String,
    /// Its value in words: `12,000,000円`, `はい`, `未入力`.
    pub value: String,
    /// Field it was read from, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldPath>,
    /// Table row that was used: `補助上限額: 枠=新事業進出枠, 従業員=21..50`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Reason>,
}
