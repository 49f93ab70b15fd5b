//! What a letter is about: the case, one submission of its filing, and the definitions they are read by.

use std::sync::Arc;

use hojo_access::allow;
use hojo_case::Event;
use hojo_db::{CaseRow, DbError, Tx};
use hojo_jobs::Failure;
use hojo_programme::{Answers, Edition, Facts, Form, LetterSpec, Procedure, Reading, read};
use hojo_words::ids::{CaseId, FilingId, PublicId};
use time::OffsetDateTime;

use crate::payload::{CopyOrder, LetterOrder, Owed, REISSUE, later};

/// Everything a letter may speak of.
pub struct Dossier {
    pub row: CaseRow,
    pub edition: Arc<Edition>,
    pub procedure: Arc<Procedure>,
    pub spec: Arc<LetterSpec>,
    pub filing: FilingId,
    pub submitted: Submitted,
    /// What the system knows now.
    pub now: Facts,
    /// As it was when the answers were handed in.
    pub then: Facts,
    pub reading: Reading,
    /// What the letter reminds of.
    pub owed: Option<Owed>,
}

/// One submission as it was handed in.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub n: i32,
    pub answers: Answers,
    pub filed_at: OffsetDateTime,
}

/// A filing with the procedure it is made under.
#[derive(Clone, Debug)]
pub struct Filed {
    pub id: FilingId,
    pub procedure: Arc<Procedure>,
}

/// For a notice: the newest submission; for the notice of an earlier return, the one that was returned.
pub async fn for_letter(tx: &mut Tx, order: &LetterOrder) -> Result<Dossier, Failure> {
    let case = order.case.key(tx).await?;
    let row = locked(tx, case).await?;
    let edition = tx.edition(&row.edition).await?;
    if let Some(owed) = &order.owed {
        return for_owed(tx, row, edition, &order.letter, owed).await;
    }
    let (filing, spec) = letter_of(tx, row.id, &edition, &order.letter).await?;
    let spec =
        spec.ok_or_else(|| Failure::ForGood(format!("no procedure of this case has the letter {}", order.letter)))?;
    if row.case.submissions == 0 {
        return unfiled(tx, row, edition, filing, spec).await;
    }
    let cause = first_cause(tx, &order.cause).await?;
    let n = returned_submission(tx, case, &cause).await?.unwrap_or(row.case.submissions);
    dossier(tx, row, edition, filing, spec, n).await
}

/// For a reminder: the letter of a procedure nobody has filed yet, about the case as it stands now.
async fn for_owed(
    tx: &mut Tx,
    row: CaseRow,
    edition: Arc<Edition>,
    letter: &str,
    owed: &Owed,
) -> Result<Dossier, Failure> {
    let lost = || Failure::ForGood(format!("edition {} has no letter {}/{letter}", edition.id, owed.procedure));
    let procedure = edition.procedure(&owed.procedure).cloned().ok_or_else(lost)?;
    let spec = procedure.letters.get(letter).cloned().ok_or_else(lost)?;
    let filed = filings(tx, row.id, &edition, None).await?.into_iter().next();
    let filed = filed.ok_or_else(|| Failure::ForGood("this case has no filing".into()))?;
    let facts = tx.case_facts(&row).await?;
    let (reading, _) = read(&edition, &procedure, &Answers::default(), &facts);
    let submitted = Submitted { n: 0, answers: Answers::default(), filed_at: row.filed_at.unwrap_or(row.created_at) };
    let (now, then) = (facts.clone(), facts);
    let owed = Some(owed.clone());
    Ok(Dossier { row, edition, procedure, spec, filing: filed.id, submitted, now, then, reading, owed })
}

/// For a letter that somebody thinks of issuing: about the newest submission, or the case as it stands.
pub async fn for_preview(
    tx: &mut Tx,
    row: &CaseRow,
    edition: &Arc<Edition>,
    procedure: &Arc<Procedure>,
    spec: &Arc<LetterSpec>,
) -> Result<Dossier, Failure> {
    let (row, edition, spec, n) = (row.clone(), Arc::clone(edition), Arc::clone(spec), row.case.submissions);
    let (filed, _) = letter_of(tx, row.id, &edition, &spec.id).await?;
    let filing = Filed { id: filed.id, procedure: Arc::clone(procedure) };
    if n == 0 {
        unfiled(tx, row, edition, filing, spec).await
    } else {
        dossier(tx, row, edition, filing, spec, n).await
    }
}

/// About a procedure that is begun and not handed in (状況報告の求め): the case is all there is to speak of.
async fn unfiled(
    tx: &mut Tx,
    row: CaseRow,
    edition: Arc<Edition>,
    filing: Filed,
    spec: Arc<LetterSpec>,
) -> Result<Dossier, Failure> {
    let facts = tx.case_facts(&row).await?;
    let (reading, _) = read(&edition, &filing.procedure, &Answers::default(), &facts);
    let submitted = Submitted { n: 0, answers: Answers::default(), filed_at: row.filed_at.unwrap_or(row.created_at) };
    let (now, then, procedure, filing) = (facts.clone(), facts, filing.procedure, filing.id);
    Ok(Dossier { row, edition, procedure, spec, filing, submitted, now, then, reading, owed: None })
}

/// For a copy: exactly this submission of this filing.
pub async fn for_copy(tx: &mut Tx, order: &CopyOrder) -> Result<Dossier, Failure> {
    let case = order.case.key(tx).await?;
    let row = locked(tx, case).await?;
    let edition = tx.edition(&row.edition).await?;
    let filing = filings(tx, row.id, &edition, Some(order.filing)).await?.into_iter().next();
    let filing = filing.ok_or_else(|| Failure::ForGood(format!("there is no filing {} in this case", order.filing)))?;
    let spec = filing.procedure.letters.values().find(|l| l.is_copy()).cloned();
    let spec = spec.ok_or_else(|| {
        Failure::ForGood(format!("{} has no letter with the layout of a copy", filing.procedure.code))
    })?;
    dossier(tx, row, edition, filing, spec, order.submission).await
}

async fn locked(tx: &mut Tx, case: CaseId) -> Result<CaseRow, Failure> {
    match tx.case_for_system::<allow::IssueLetter>(case).await {
        Ok((_, row)) => Ok(row),
        Err(DbError::NotFound) => Err(Failure::ForGood(format!("there is no case {case}"))),
        Err(e) => Err(e.into()),
    }
}

/// The newest filing whose procedure has this letter; else the newest one, without a letter.
pub async fn letter_of(
    tx: &mut Tx,
    case: CaseId,
    edition: &Edition,
    letter: &str,
) -> Result<(Filed, Option<Arc<LetterSpec>>), Failure> {
    let all = filings(tx, case, edition, None).await?;
    let found = all.iter().find_map(|f| f.procedure.letters.get(letter).map(|l| (f.clone(), Some(Arc::clone(l)))));
    found
        .or_else(|| all.into_iter().next().map(|f| (f, None)))
        .ok_or_else(|| Failure::ForGood("this case has no filing".into()))
}

async fn filings(tx: &mut Tx, case: CaseId, edition: &Edition, one: Option<PublicId>) -> Result<Vec<Filed>, Failure> {
    let rows = sqlx::query!(
        "select id, procedure from filings where case_id = $1 and ($2::uuid is null or public_id = $2)
         order by created_at desc, id desc",
        case.0,
        one.map(PublicId::uuid)
    )
    .fetch_all(tx.sql())
    .await
    .map_err(later)?;
    rows.into_iter()
        .map(|r| {
            let procedure = edition.procedure(&r.procedure).cloned();
            let lost = || Failure::ForGood(format!("edition {} has no procedure {}", edition.id, r.procedure));
            Ok(Filed { id: FilingId(r.id), procedure: procedure.ok_or_else(lost)? })
        })
        .collect()
}

async fn dossier(
    tx: &mut Tx,
    row: CaseRow,
    edition: Arc<Edition>,
    filing: Filed,
    spec: Arc<LetterSpec>,
    n: u32,
) -> Result<Dossier, Failure> {
    let submitted = submission(tx, filing.id, n).await?;
    let submitted = submitted.ok_or_else(|| Failure::ForGood(format!("submission {n} of this filing is not there")))?;
    let now = tx.case_facts(&row).await?;
    let then = facts_then(&filing.procedure.form, &submitted.answers, &now);
    let (reading, _) = read(&edition, &filing.procedure, &submitted.answers, &then);
    Ok(Dossier {
        row,
        edition,
        procedure: filing.procedure,
        spec,
        filing: filing.id,
        submitted,
        now,
        then,
        reading,
        owed: None,
    })
}

async fn submission(tx: &mut Tx, filing: FilingId, n: u32) -> Result<Option<Submitted>, Failure> {
    let n = i32::try_from(n).unwrap_or(i32::MAX);
    let row = sqlx::query!("select n, answers, filed_at from submissions where filing_id = $1 and n = $2", filing.0, n)
        .fetch_optional(tx.sql())
        .await
        .map_err(later)?;
    let read = |r| -> Result<Answers, DbError> { Ok(serde_json::from_value(r)?) };
    row.map(|r| Ok(Submitted { n: r.n, answers: read(r.answers)?, filed_at: r.filed_at })).transpose()
}

/// A submission holds its facts beside what was typed; a company that moved later did not move then.
pub fn facts_then(form: &Form, answers: &Answers, now: &Facts) -> Facts {
    let mut then = now.clone();
    for field in &form.fields {
        if let (Some(path), Some(raw)) = (&field.from, answers.get(&field.id)) {
            then.values.insert(path.clone(), raw.clone());
        }
    }
    then
}

/// What the first of the letters that replace each other was about: `reissue:<letter>` names the one before.
async fn first_cause(tx: &mut Tx, cause: &str) -> Result<String, Failure> {
    let mut cause = cause.to_owned();
    while let Some(before) = cause.strip_prefix(REISSUE).and_then(|id| id.parse::<PublicId>().ok()) {
        let row = sqlx::query!("select cause from letters where public_id = $1", before.uuid())
            .fetch_optional(tx.sql())
            .await
            .map_err(later)?;
        cause = row.ok_or_else(|| Failure::ForGood(format!("there is no letter {before}")))?.cause;
    }
    Ok(cause)
}

/// `return:2` is the second return; its notice is about what was returned then, however late it is made.
async fn returned_submission(tx: &mut Tx, case: CaseId, cause: &str) -> Result<Option<u32>, Failure> {
    let Some(n) = which_return(cause) else { return Ok(None) };
    let row = sqlx::query!(
        "select body from events where case_id = $1 and kind = 'returned' order by seq offset $2 limit 1",
        case.0,
        n - 1
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(later)?;
    let Some(row) = row else { return Ok(None) };
    match serde_json::from_value(row.body).map_err(DbError::from)? {
        Event::Returned { submission, .. } => Ok(Some(submission)),
        _ => Ok(None),
    }
}

fn which_return(cause: &str) -> Option<i64> {
    cause.strip_prefix("return:")?.parse().ok().filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::which_return;

    #[test]
    fn a_cause_names_its_return() {
        for (cause, n) in
            [("return:1", Some(1)), ("return:12", Some(12)), ("return:0", None), ("return:x", None), ("outcome", None)]
        {
            assert_eq!(which_return(cause), n, "{cause}");
        }
    }
}
