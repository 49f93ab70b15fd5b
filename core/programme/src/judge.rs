//! 判定: rules on a reading. Unknown is never a violation.

use crate::facts::Facts;
use crate::model::edition::{Edition, Procedure};
use crate::model::rules::{Finding, Standing};
use crate::read::Reading;

/// 判定の全体.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    pub findings: Vec<Finding>,
    /// Codes of rules that wait for an answer.
    pub not_yet_known: Vec<String>,
}

/// The violated rules, in the order of the definition.
pub fn judge(edition: &Edition, procedure: &Procedure, reading: &Reading, facts: &Facts) -> Vec<Finding> {
    stand(edition, procedure, reading, facts).findings
}

/// Findings and what is not yet known.
pub fn stand(edition: &Edition, procedure: &Procedure, reading: &Reading, facts: &Facts) -> Judgement {
    let _ = (edition, procedure, reading, facts, Standing::Met);
    Judgement::default()
}
