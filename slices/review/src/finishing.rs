//! 審査の終わり: the job after each finalised sheet. When all sheets the flow wants are in, the case moves on.

use std::future::Future;
use std::pin::Pin;

use hojo_access::allow;
use hojo_case::{Command, Party, Position, decide};
use hojo_db::{Audit, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler};
use hojo_words::ids::CaseId;
use serde::Deserialize;

use crate::common::selecting;

/// Lane of cases, payload `{"case": <row key>}`, one job for each case and assignment.
pub const KIND: &str = "review_finished";

#[derive(Clone, Copy, Deserialize)]
struct Payload {
    case: CaseId,
}

pub struct ReviewFinished;

impl Handler for ReviewFinished {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let payload: Payload =
                serde_json::from_value(job.payload.clone()).map_err(|e| Failure::ForGood(e.to_string()))?;
            let audit = Audit::system(&format!("job:{}", job.id));
            let done: Done = Box::new(move |tx| Box::pin(finish(tx, payload.case, audit)));
            Ok(done)
        })
    }
}

/// Counts under the lock of the case. Running again, or for a sheet beyond the wanted number, does nothing.
async fn finish(tx: &mut Tx, case: CaseId, audit: Audit) -> Result<(), Failure> {
    let (permit, row) = tx.case_for_system::<allow::ReviewCase>(case).await?;
    if row.position() != Position::Examine {
        return Ok(());
    }
    let counted =
        sqlx::query!(r#"select count(*) as "n!" from assignments where case_id = $1 and state = 'finalised'"#, case.0)
            .fetch_one(tx.sql())
            .await
            .map_err(hojo_db::DbError::from)?;
    let edition = tx.edition(&row.edition).await?;
    let procedure = selecting(&edition).ok_or_else(|| Failure::ForGood("the edition scores nothing".into()))?;
    let terms = tx.terms(procedure, row.round, row.applicant).await?;
    let command = Command::FinishReview { finalised: u32::try_from(counted.n).unwrap_or(u32::MAX) };
    let now = tx.now().await?;
    // Refused while sheets are missing: the job of the last one will find them all.
    if let Ok(events) = decide(&row.case, Party::System, command, &terms, now) {
        tx.record(&permit, &row, &events, &terms, &audit).await?;
    }
    Ok(())
}
