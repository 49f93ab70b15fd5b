//! 適用: at its moment a request comes into force, once, on whichever node takes the job. The round's edition, what rolls
//! forward with it, the request and the log row are one commit with the job's "done".

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_db::{Audit, Outcome, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::impact::stands;
use super::{db, is_minor, tell};

/// Lane of cases, payload `{"change": key}`.
pub const KIND: &str = "activate_edition";

#[derive(Clone, Copy, Deserialize)]
struct Payload {
    change: Uuid,
}

pub struct ActivateEdition;

impl Handler for ActivateEdition {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let payload: Payload =
                serde_json::from_value(job.payload.clone()).map_err(|e| Failure::ForGood(e.to_string()))?;
            let audit = Audit::system(&format!("job:{}", job.id));
            let done: Done = Box::new(move |tx| Box::pin(activate(tx, payload.change, audit)));
            Ok(done)
        })
    }
}

async fn activate(tx: &mut Tx, change: Uuid, audit: Audit) -> Result<(), Failure> {
    let c = sqlx::query!(
        "select public_id, round_id, from_edition, to_edition, drafts, takes_effect_at, approved_at, refused_at, activated_at
         from rule_changes where id = $1 for update",
        change
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(db)?
    .ok_or_else(|| Failure::ForGood("the request does not exist".into()))?;
    // Taken back, or put in force by another node a moment ago.
    if c.refused_at.is_some() || c.activated_at.is_some() {
        return Ok(());
    }
    if c.approved_at.is_none() {
        return Err(Failure::ForGood("nobody approved the request".into()));
    }
    let now = tx.now().await?.utc();
    if now < c.takes_effect_at {
        return Err(Failure::Later("its moment has not come".into()));
    }
    let moved = sqlx::query!(
        "update rounds set edition_id = $3, drafts = $4 where id = $1 and edition_id = $2",
        c.round_id,
        c.from_edition,
        c.to_edition,
        c.drafts
    )
    .execute(tx.sql())
    .await
    .map_err(db)?;
    if moved.rows_affected() != 1 {
        return Err(Failure::ForGood("the round runs on another edition than the request was made against".into()));
    }
    let rolled = if is_minor(&c.from_edition, &c.to_edition) {
        roll(tx, c.round_id, &c.from_edition, &c.to_edition).await?
    } else {
        0
    };
    sqlx::query!("update rule_changes set activated_at = $2, rolled = $3 where id = $1", change, now, rolled)
        .execute(tx.sql())
        .await
        .map_err(db)?;
    tell::order(tx, change).await?;
    let late = (now - c.takes_effect_at).whole_milliseconds();
    let what = json!({
        "from": c.from_edition, "to": c.to_edition, "rolled": rolled,
        "late_milliseconds": i64::try_from(late).unwrap_or(i64::MAX),
    });
    tx.log_operation(
        &audit,
        Permission::ChangeRules,
        &format!("rules:{}", hojo_words::ids::PublicId::from_uuid(c.public_id)),
        Outcome::Done,
        what,
    )
    .await?;
    Ok(())
}

/// 経過措置: running cases go forward where every one of their open runs still has its place; drafts wait for their people.
async fn roll(tx: &mut Tx, round: Uuid, from: &str, to: &str) -> Result<i32, Failure> {
    let new = tx.edition(to).await?;
    let rows = sqlx::query!(
        "select distinct procedure, position from cases
         where round_id = $1 and edition_id = $2 and position not in ('draft', 'discarded', 'withdrawn', 'closed')",
        round,
        from
    )
    .fetch_all(tx.sql())
    .await
    .map_err(db)?;
    let homeless: Vec<(String, String)> = rows
        .into_iter()
        .filter(|r| !stands(&new, &r.procedure, &r.position))
        .map(|r| (r.procedure, r.position))
        .collect();
    let (procedures, positions): (Vec<String>, Vec<String>) = homeless.into_iter().unzip();
    // A case and its runs go together or stay together; drafts and what is over stay as they are.
    let done = sqlx::query!(
        "with staying as (
             select distinct coalesce(c.root_id, c.id) as root from cases c
             join unnest($4::text[], $5::text[]) as h(procedure, position)
               on h.procedure = c.procedure and h.position = c.position
             where c.round_id = $1 and c.edition_id = $2),
         going as (
             update cases c set edition_id = $3
             where c.round_id = $1 and c.edition_id = $2 and c.position not in ('draft', 'discarded', 'withdrawn')
               and coalesce(c.root_id, c.id) not in (select root from staying)
             returning c.id)
         update filings f set edition_id = $3 from going g
         where f.case_id = g.id and f.edition_id = $2 and f.state <> 'draft'",
        round,
        from,
        to,
        &procedures,
        &positions,
    )
    .execute(tx.sql())
    .await
    .map_err(db)?;
    Ok(i32::try_from(done.rows_affected()).unwrap_or(i32::MAX))
}
