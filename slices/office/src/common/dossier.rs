//! A case with everything an examiner looks at: its filing, what was submitted, what it means.

use std::sync::Arc;

use hojo_case::Terms;
use hojo_db::{CaseRow, Tx};
use hojo_programme::{Answers, Edition, Facts, Finding, Form, Procedure, Reading, Severity, Slip, judge, read};
use hojo_web::Fault;
use hojo_words::ids::FilingId;

/// The filing the case is about now.
#[derive(Clone, Debug)]
pub struct Filing {
    pub id: FilingId,
    pub procedure: String,
    pub state: String,
}

/// One submission as it was handed in.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub n: i32,
    pub answers: Answers,
}

/// Edition, filing and newest submission, read and judged.
pub struct Dossier {
    pub edition: Arc<Edition>,
    pub procedure: Arc<Procedure>,
    pub terms: Terms,
    pub filing: Filing,
    pub submitted: Submitted,
    pub facts: Facts,
    pub reading: Reading,
    pub slips: Vec<Slip>,
    pub findings: Vec<Finding>,
    /// Codes of stops that time or facts made after the filing was handed in, on answers the return kept shut: the
    /// applicant was let through (`hojo_programme::settle`), and whoever examines decides what follows.
    pub outgrown: Vec<String>,
}

/// The newest filing of a case, or the page does not exist.
pub async fn filing(tx: &mut Tx, row: &CaseRow) -> Result<Filing, Fault> {
    let f = sqlx::query!(
        "select id, procedure, state from filings where case_id = $1 order by created_at desc, id desc limit 1",
        row.id.0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    Ok(Filing { id: FilingId(f.id), procedure: f.procedure, state: f.state })
}

/// The edition and procedure a filing is made under.
pub async fn procedure(tx: &mut Tx, row: &CaseRow, code: &str) -> Result<(Arc<Edition>, Arc<Procedure>), Fault> {
    let edition = tx.edition(&row.edition).await?;
    let procedure = edition
        .procedure(code)
        .cloned()
        .ok_or_else(|| Fault::Internal(format!("edition {} has no procedure {code}", row.edition)))?;
    Ok((edition, procedure))
}

/// The terms a case is decided under, when nothing else of the filing is needed.
pub async fn terms(tx: &mut Tx, row: &CaseRow) -> Result<(Filing, Arc<Edition>, Arc<Procedure>, Terms), Fault> {
    let filing = filing(tx, row).await?;
    let (edition, procedure) = procedure(tx, row, &filing.procedure).await?;
    let terms = tx.terms(&procedure, row.round, row.applicant).await?;
    Ok((filing, edition, procedure, terms))
}

/// One submission of a filing.
pub async fn submission(tx: &mut Tx, filing: FilingId, n: i32) -> Result<Option<Submitted>, Fault> {
    let r = sqlx::query!("select n, answers from submissions where filing_id = $1 and n = $2", filing.0, n)
        .fetch_optional(tx.sql())
        .await?;
    r.map(|r| Ok(Submitted { n: r.n, answers: serde_json::from_value(r.answers)? })).transpose()
}

/// Loads everything about the newest submission. A case that was never filed has no dossier.
pub async fn open(tx: &mut Tx, row: &CaseRow) -> Result<Dossier, Fault> {
    let (filing, edition, procedure, terms) = terms(tx, row).await?;
    let n = i32::try_from(row.case.submissions).unwrap_or(i32::MAX);
    let submitted = submission(tx, filing.id, n).await?.ok_or(Fault::NotFound)?;
    let facts = facts_then(&procedure.form, &submitted.answers, tx.case_facts(row).await?);
    let (reading, slips) = read(&edition, &procedure, &submitted.answers, &facts);
    let mut findings = judge(&edition, &procedure, &reading, &facts);
    let lowered = tx.lowered(&row.edition, &procedure.code).await?;
    for finding in &mut findings {
        if finding.severity == Severity::Stop && lowered.contains(&finding.code) {
            finding.severity = Severity::Ask;
        }
    }
    let outgrown = outgrown(tx, filing.id, n).await?;
    Ok(Dossier { edition, procedure, terms, filing, submitted, facts, reading, slips, findings, outgrown })
}

async fn outgrown(tx: &mut Tx, filing: FilingId, n: i32) -> Result<Vec<String>, Fault> {
    let row = sqlx::query!(
        r#"select array(select e ->> 'code' from jsonb_array_elements(s.findings) e where e ->> 'outgrown' = 'true') as "codes!"
           from submissions s where s.filing_id = $1 and s.n = $2 and jsonb_typeof(s.findings) = 'array'"#,
        filing.0,
        n
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|r| r.codes).unwrap_or_default())
}

/// Facts as they were when the answers were handed in: a submission holds them beside what was typed,
/// and a company that moved later did not move then.
pub fn facts_then(form: &Form, answers: &Answers, mut facts: Facts) -> Facts {
    for field in &form.fields {
        if let (Some(path), Some(raw)) = (&field.from, answers.get(&field.id)) {
            facts.values.insert(path.clone(), raw.clone());
        }
    }
    facts
}

/// The word for a frame's key.
pub fn frame(edition: &Edition, key: &str) -> String {
    edition.frame(key)
}
