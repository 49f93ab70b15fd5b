//! An application as it was handed in last, read under its own edition.

use std::sync::Arc;

use hojo_access::Actor;
use hojo_db::{CaseRow, Tx};
use hojo_programme::{Answers, Edition, Facts, Form, Procedure, Reading, read};
use hojo_web::Fault;
use hojo_words::jst;

/// The newest submission with everything needed to show it.
pub struct Opened {
    pub edition: Arc<Edition>,
    pub procedure: Arc<Procedure>,
    pub answers: Answers,
    pub reading: Reading,
}

/// The procedure of an edition that is scored; an edition selects by one procedure at most.
pub fn selecting(edition: &Edition) -> Option<&Arc<Procedure>> {
    edition.procedures.values().find(|p| p.score_sheet.is_some())
}

/// Opens it. A case that was never filed has none.
///
/// # Errors
/// [`Fault::NotFound`] when there is no submission, or none this person may read.
pub async fn open(tx: &mut Tx, row: &CaseRow) -> Result<Opened, Fault> {
    let edition = tx.edition(&row.edition).await?;
    let procedure = selecting(&edition).cloned().ok_or(Fault::NotFound)?;
    let found = sqlx::query!(
        "select s.answers from submissions s join filings f on f.id = s.filing_id
         where s.case_id = $1 and f.procedure = $2 order by s.filed_at desc, s.n desc limit 1",
        row.id.0,
        procedure.code
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let answers: Answers = serde_json::from_value(found.answers)?;
    let facts = facts_then(&procedure.form, &answers, known(tx, row).await?);
    let (reading, _) = read(&edition, &procedure, &answers, &facts);
    Ok(Opened { edition, procedure, answers, reading })
}

/// What is known without the answers. A reviewer may know less of an applicant than the office.
async fn known(tx: &mut Tx, row: &CaseRow) -> Result<Facts, Fault> {
    if !matches!(tx.actor(), Actor::Reviewer(_)) {
        return Ok(tx.case_facts(row).await?);
    }
    let now = tx.now().await?;
    let (opens, closes) = tx.window(row.round, None).await?;
    let kind =
        sqlx::query!("select kind from applicants where id = $1", row.applicant.0).fetch_optional(tx.sql()).await?;
    let facts = Facts::new(now)
        .with("round.applications_open", jst::jst_date(opens).to_string())
        .with("round.applications_close", jst::jst_date(closes).to_string())
        .with("account.name", row.applicant_name.clone());
    Ok(match kind {
        Some(k) => facts.with("account.kind", k.kind),
        None => facts,
    })
}

/// Facts as they were when the answers were handed in: the submission holds them beside what was
/// typed, and a company that moved later did not move then.
fn facts_then(form: &Form, answers: &Answers, mut facts: Facts) -> Facts {
    for field in &form.fields {
        if let (Some(path), Some(raw)) = (&field.from, answers.get(&field.id)) {
            facts.values.insert(path.clone(), raw.clone());
        }
    }
    facts
}
