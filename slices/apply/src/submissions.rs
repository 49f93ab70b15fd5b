//! 提出された版, as stored: what was handed in never changes.

use hojo_db::{DbError, Tx};
use hojo_programme::{Answers, Facts, Form};
use hojo_words::ids::FilingId;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::draft;

/// An attachment as the receipt lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attachment {
    /// Field it was attached to, and its label then.
    pub field: String,
    pub label: String,
    pub file: String,
    pub name: String,
    pub size: u64,
    pub sha256: String,
}

/// One submission of a filing.
#[derive(Clone, Debug)]
pub(crate) struct Submitted {
    pub n: i32,
    pub receipt: String,
    pub answers: Answers,
    pub attachments: Vec<Attachment>,
    pub digest: String,
    pub filed_at: OffsetDateTime,
}

/// All submissions of a filing, the oldest first.
pub(crate) async fn all(tx: &mut Tx, filing: FilingId) -> Result<Vec<Submitted>, DbError> {
    let rows = sqlx::query!(
        "select n, receipt, answers, attachments, digest, filed_at from submissions where filing_id = $1 order by n",
        filing.0
    )
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Submitted {
                n: r.n,
                receipt: r.receipt,
                answers: draft::from_store(r.answers)?,
                attachments: serde_json::from_value(r.attachments)?,
                digest: r.digest,
                filed_at: r.filed_at,
            })
        })
        .collect()
}

/// The newest submission of a filing.
pub(crate) async fn newest(tx: &mut Tx, filing: FilingId) -> Result<Option<Submitted>, DbError> {
    Ok(all(tx, filing).await?.pop())
}

/// Facts as they were when the answers were handed in: a company that moved later did not move then.
pub(crate) fn facts_then(form: &Form, answers: &Answers, now: &Facts) -> Facts {
    let mut then = now.clone();
    for field in &form.fields {
        if let (Some(path), Some(raw)) = (&field.from, answers.get(&field.id)) {
            then.values.insert(path.clone(), raw.clone());
        }
    }
    then
}

/// Answers with the known facts written down beside what was typed, so that the record stands alone.
pub(crate) fn with_facts(form: &Form, answers: &Answers, facts: &Facts) -> Answers {
    let mut all = answers.clone();
    for field in &form.fields {
        if let Some(raw) = field.from.as_ref().and_then(|path| facts.values.get(path)) {
            all.set(field.id.clone(), raw.clone());
        }
    }
    all
}
