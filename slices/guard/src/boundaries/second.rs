//! The second person of a change that shuts out its author.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::Outcome;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::step::{carry_out, waiting};
use crate::common::me;

/// POST: confirms or refuses. Whoever confirms must not be shut out either.
pub async fn decide(cx: Cx<allow::ManageBoundaries>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("change")?;
    let me = me(cx.actor())?.0;
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let found = waiting(&mut tx).await?.into_iter().find(|w| w.public_id == id).ok_or(Fault::NotFound)?;
    let approve = posted.get("decision") == "approve";
    if approve && found.proposed_by == me {
        return Err(Refusal::new(
            "BOUNDARY-SECOND",
            "起案した人は確認できません。",
            "別の人に確認を依頼してください。",
        )
        .into());
    }
    let (applied, refused) = if approve { (Some(now), None) } else { (None, Some(now)) };
    // First, so that two people who confirm at once do not carry it out twice.
    let taken = sqlx::query!(
        "update changes set decided_by = $2, applied_at = $3, refused_at = $4 where id = $1 and decided_by is null",
        found.id,
        me,
        applied,
        refused
    )
    .execute(tx.sql())
    .await?;
    if taken.rows_affected() == 0 {
        return Err(Fault::NotFound);
    }
    if approve {
        carry_out(&cx, &mut tx, &found.step).await??;
    } else {
        let detail = json!({ "decision": "refuse", "proposed": found.step.words() });
        let object = format!("change:{id}");
        tx.log_operation(&cx.audit(), Permission::ManageBoundaries, &object, Outcome::Done, detail).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other(if approve { "/boundaries?done=approved" } else { "/boundaries?done=refused" }))
}
