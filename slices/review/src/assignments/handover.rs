//! 引継ぎ: the reviews of somebody who leaves go to a named successor. Those the successor may not take (a conflict of
//! interest, no capacity) stay where they are, and the log says why.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_db::{Audit, Outcome, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler};
use hojo_web::Fault;
use hojo_words::ids::{CaseId, StaffId};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::one::barrier;
use super::store::{self, Terms, is_live};
use crate::reviewers::reviewers;

/// Lane of cases; ordered with the closing of the leaver's account.
pub const KIND: &str = "hand_over_reviews";

#[derive(Clone, Copy, Deserialize)]
struct Order {
    from: StaffId,
    to: StaffId,
    by: StaffId,
}

pub struct HandOver;

impl Handler for HandOver {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let order: Order =
                serde_json::from_value(job.payload.clone()).map_err(|e| Failure::ForGood(e.to_string()))?;
            let audit = Audit::system(&format!("job:{}", job.id));
            let done: Done = Box::new(move |tx| {
                Box::pin(async move { hand_over(tx, order, audit).await.map_err(|e| Failure::Later(format!("{e:?}"))) })
            });
            Ok(done)
        })
    }
}

/// One case after the other, under the lock of the case. Running again finds nothing left to do.
async fn hand_over(tx: &mut Tx, order: Order, audit: Audit) -> Result<(), Fault> {
    let open = sqlx::query!(
        "select a.id, a.case_id from assignments a join cases c on c.id = a.case_id
         where a.reviewer_id = $1 and a.state in ('assigned', 'declared') order by a.case_id for update of c",
        order.from.0
    )
    .fetch_all(tx.sql())
    .await?;
    for one in open {
        give(tx, order, one.id, CaseId(one.case_id), &audit).await?;
    }
    Ok(())
}

async fn give(tx: &mut Tx, order: Order, assignment: Uuid, case: CaseId, audit: &Audit) -> Result<(), Fault> {
    let case = store::in_review(tx, None, Some(case)).await?.pop().ok_or(Fault::NotFound)?;
    // Read anew for each case: the load grows with what was given.
    let people = reviewers(tx).await?;
    let person = people.iter().find(|p| p.id == order.to).ok_or(Fault::NotFound)?;
    let why_not = match barrier(&case, person) {
        Some(refusal) => Some(refusal.code),
        None if case.held.iter().any(|h| h.reviewer.0 == person.public_id && is_live(&h.state)) => Some("HELD-ALREADY"),
        None => None,
    };
    if why_not.is_none() {
        sqlx::query!("update assignments set state = 'withdrawn' where id = $1", assignment).execute(tx.sql()).await?;
        let today = tx.now().await?.date();
        let due = Terms::load(tx, &case.edition).await?.and_then(|t| t.due(today));
        store::place(tx, &[(&case, person.id)], order.by, due).await?;
    }
    let outcome = if why_not.is_none() { Outcome::Done } else { Outcome::Refused };
    let what =
        json!({ "what": "handed-over", "from": order.from.0, "to": order.to.0, "by": order.by.0, "why_not": why_not });
    let object = format!("case:{}", case.public_id);
    Ok(tx.log_operation(audit, Permission::AssignReviewer, &object, outcome, what).await?)
}
