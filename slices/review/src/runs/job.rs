//! 採否の決定を進める: a committed run, a hundred cases a transaction, each batch a job of its own.
//!
//! A batch and "done" are one commit. A worker killed in the middle leaves the batch undone, and a
//! case that is decided already is passed over: running again has no second effect.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use hojo_access::allow;
use hojo_case::{Command, Party, Position, decide};
use hojo_db::{Audit, DbError, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, enqueue};
use hojo_selection::{Proposal, Ranked, RunCase, RunInput, RunParameters, RunResult, hash, simulate};
use hojo_words::ids::{CaseId, PublicId, RunId, StaffId};
use serde::Deserialize;
use serde_json::json;

use crate::common::selecting;

/// Lane of cases, payload `{"run": key, "by": staff key, "from": first line}`.
pub const KIND: &str = "commit_run";

/// Cases decided in one transaction.
const BATCH: usize = 100;

/// One job for each run and batch.
pub fn key(run: RunId, from: usize) -> String {
    format!("{run}:{from}")
}

#[derive(Clone, Copy, Deserialize)]
struct Payload {
    run: RunId,
    by: StaffId,
    #[serde(default)]
    from: usize,
}

pub struct CommitRun;

impl Handler for CommitRun {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let payload: Payload =
                serde_json::from_value(job.payload.clone()).map_err(|e| Failure::ForGood(e.to_string()))?;
            let audit = Audit::system(&format!("job:{}", job.id));
            let done: Done = Box::new(move |tx| Box::pin(batch(tx, payload, audit)));
            Ok(done)
        })
    }
}

/// The run as the batch needs it.
struct Committed {
    public_id: PublicId,
    input: RunInput,
    result: RunResult,
}

async fn batch(tx: &mut Tx, payload: Payload, audit: Audit) -> Result<(), Failure> {
    let run = committed(tx, payload).await?;
    let lines = run.result.lines.iter().skip(payload.from).take(BATCH);
    let mut wanted: Vec<(PublicId, &Ranked)> =
        lines.filter(|l| is_judged(l)).filter_map(|l| Some((l.key.parse().ok()?, l))).collect();
    // The order in which the office locks cases too.
    wanted.sort_by_key(|(id, _)| *id);
    let ids = keys(tx, &wanted).await?;
    let cases: BTreeMap<&str, &RunCase> = run.input.cases.iter().map(|c| (c.key.as_str(), c)).collect();
    for (id, line) in &wanted {
        if let (Some(case), Some(seen)) = (ids.get(id), cases.get(line.key.as_str())) {
            decide_one(tx, *case, line, seen.requested, run.public_id, payload.by, &audit).await?;
        }
    }
    let next = payload.from.saturating_add(BATCH);
    if next < run.result.lines.len() {
        let rest = json!({ "run": payload.run.0, "by": payload.by.0, "from": next });
        enqueue(tx, NewJob::new(Lane::Cases, KIND, rest).once(key(payload.run, next))).await?;
    }
    Ok(())
}

/// Loads the run and proves that it says what was committed: by this person, and reproducible from its input.
async fn committed(tx: &mut Tx, payload: Payload) -> Result<Committed, Failure> {
    let r = sqlx::query!(
        "select public_id, parameters, input, input_hash, result, committed_by from runs where id = $1",
        payload.run.0
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(DbError::from)?
    .ok_or_else(|| Failure::ForGood("the run does not exist".into()))?;
    if r.committed_by != Some(payload.by.0) {
        return Err(Failure::ForGood("the run was not committed by the person the job names".into()));
    }
    let wrong = |e: &dyn std::fmt::Display| Failure::ForGood(format!("the stored run cannot be read: {e}"));
    let parameters: RunParameters = serde_json::from_value(r.parameters).map_err(|e| wrong(&e))?;
    let input: RunInput = serde_json::from_value(r.input).map_err(|e| wrong(&e))?;
    let result: RunResult = serde_json::from_value(r.result).map_err(|e| wrong(&e))?;
    if !is_faithful(&input, &parameters, &result, &r.input_hash) {
        return Err(Failure::ForGood("the stored result does not follow from the stored input".into()));
    }
    Ok(Committed { public_id: PublicId::from_uuid(r.public_id), input, result })
}

fn is_faithful(input: &RunInput, parameters: &RunParameters, result: &RunResult, stored: &str) -> bool {
    hash(input, parameters).is_ok_and(|h| h == stored)
        && simulate(input, parameters).is_ok_and(|again| again == *result)
}

fn is_judged(line: &Ranked) -> bool {
    !matches!(line.reason, hojo_selection::Reason::Barred { .. })
}

async fn keys(tx: &mut Tx, wanted: &[(PublicId, &Ranked)]) -> Result<BTreeMap<PublicId, CaseId>, Failure> {
    let ids: Vec<uuid::Uuid> = wanted.iter().map(|(id, _)| id.uuid()).collect();
    let rows = sqlx::query!("select id, public_id from cases where public_id = any($1)", &ids)
        .fetch_all(tx.sql())
        .await
        .map_err(DbError::from)?;
    Ok(rows.into_iter().map(|r| (PublicId::from_uuid(r.public_id), CaseId(r.id))).collect())
}

/// The command a line of the run amounts to.
fn command(line: &Ranked, requested: i64, run: PublicId) -> Command {
    let (outcome, amount) = match line.proposal {
        Proposal::Adopted => (hojo_case::Outcome::ADOPTED, Some(requested)),
        Proposal::NotAdopted => (hojo_case::Outcome::NOT_ADOPTED, None),
    };
    Command::Decide { outcome, amount, run: run.to_string(), reason: line.reason.sentence() }
}

async fn decide_one(
    tx: &mut Tx,
    case: CaseId,
    line: &Ranked,
    requested: i64,
    run: PublicId,
    by: StaffId,
    audit: &Audit,
) -> Result<(), Failure> {
    let (permit, row) = tx.case_for_system::<allow::Adopt>(case).await?;
    if row.position() != Position::Decide {
        return Ok(());
    }
    let edition = tx.edition(&row.edition).await?;
    let procedure = selecting(&edition).ok_or_else(|| Failure::ForGood("the edition selects nothing".into()))?;
    let terms = tx.terms(procedure, row.round, row.applicant).await?;
    let now = tx.now().await?;
    let command = command(line, requested, run);
    let events = match decide(&row.case, Party::Staff(by), command, &terms, now) {
        Ok(events) => events,
        Err(refusal) => {
            // One case that cannot be decided must not hold up the others; the run page counts it as open.
            tracing::warn!(case = %row.public_id, code = refusal.code, "a case of a committed run was not decided");
            return Ok(());
        }
    };
    let next = tx.record(&permit, &row, &events, &terms, audit).await?;
    if let Some(letter) = next.case.outcome.and_then(|o| procedure.flow.letter(o.code())) {
        let payload = json!({ "case": case.0, "letter": letter, "cause": "outcome" });
        enqueue(tx, NewJob::new(Lane::Letters, "letter", payload).once(format!("{}:{letter}:outcome", case.0))).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::result_view::tests::run;
    use super::*;

    #[test]
    fn a_tampered_result_is_not_carried_out() {
        let run = run();
        assert!(is_faithful(&run.input, &run.parameters, &run.result, &run.input_hash));
        let mut forged = run.result.clone();
        forged.lines[3].proposal = Proposal::Adopted;
        assert!(!is_faithful(&run.input, &run.parameters, &forged, &run.input_hash));
        let mut richer = run.parameters.clone();
        richer.budget.total = Some(1_000_000);
        assert!(!is_faithful(&run.input, &richer, &run.result, &run.input_hash));
    }

    #[test]
    fn every_line_becomes_its_command() {
        let run = run();
        let commands: Vec<_> = run.result.lines.iter().map(|l| command(l, 10, run.public_id)).collect();
        assert_eq!(
            commands[0],
            Command::Decide {
                outcome: hojo_case::Outcome::ADOPTED,
                amount: Some(10),
                run: run.public_id.to_string(),
                reason: "予算の範囲内".into()
            }
        );
        assert!(
            matches!(&commands[3], Command::Decide { outcome, amount: None, reason, .. } if *outcome == hojo_case::Outcome::NOT_ADOPTED && !reason.is_empty())
        );
    }
}
