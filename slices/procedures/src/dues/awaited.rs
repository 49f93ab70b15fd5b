//! 効力発生日: what was decided for a later day takes hold when it comes, once, however many workers look.

use hojo_access::{Actor, allow};
use hojo_db::{Audit, BEFORE_ALL, Db, DbError, Mode};
use hojo_words::ids::CaseId;
use time::Date;

/// Cases looked at between two looks at the list.
const BATCH: i64 = 200;

/// Every case in which something waits for today or a day before; gives how many changes came true.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn take_hold(db: &Db, today: Date) -> Result<u32, DbError> {
    let (mut come, mut after) = (0u32, BEFORE_ALL);
    loop {
        let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
        let cases = tx.cases_awaiting(today, after, BATCH).await?;
        tx.commit().await?;
        let Some(last) = cases.last() else { return Ok(come) };
        after = *last;
        for case in cases {
            come = come.saturating_add(one(db, case).await?);
        }
    }
}

/// What cannot take hold any more stays on the case, where the office sees that its day is past.
async fn one(db: &Db, case: CaseId) -> Result<u32, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    // Locked: a second worker finds nothing left to do.
    let (permit, row) = tx.case_for_system::<allow::ApproveDecision>(case).await?;
    match tx.come_true(&permit, &row, &Audit::system("take_hold")).await {
        Ok(come) => tx.commit().await.map(|()| come),
        Err(DbError::Unlawful(refusal)) => {
            tracing::warn!(case = %row.public_id, code = refusal.code, "a decision cannot take hold on its day");
            Ok(0)
        }
        Err(e) => Err(e),
    }
}
