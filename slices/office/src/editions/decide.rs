//! 承認・却下: by another person than the proposer. Approval sets the moment: a job with the key of the request.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{PublicId, StaffId};
use serde_json::json;
use time::OffsetDateTime;

use super::{ACTIVATE, Request, request, round, show};
use crate::common::{me, meanwhile, query::Address};

/// POST.
pub async fn decide(cx: Cx<allow::ChangeRules>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("change")?;
    let mut tx = cx.tx().await?;
    let seen = request(&mut tx, id).await?;
    // One person after another: the round's lock, then what is really there.
    round(&mut tx, seen.round.public_id, Mode::Write).await?;
    let request = request(&mut tx, id).await?;
    let now = tx.now().await?.utc();
    let me = me(cx.actor())?;
    let approves = posted.get("decision") == "approve";
    if let Err(refusal) = may(&request, me, approves, now) {
        return show::refused(&cx, tx, request, &refusal).await;
    }
    if approves {
        approve(&mut tx, &request, me, now).await?;
    } else {
        let done = sqlx::query!(
            "update rule_changes set refused_at = $2 where id = $1 and refused_at is null and activated_at is null",
            request.id,
            now
        )
        .execute(tx.sql())
        .await?;
        if done.rows_affected() != 1 {
            return Err(meanwhile("the change was settled"));
        }
    }
    let what = json!({ "approved": approves, "from": request.from, "to": request.to });
    tx.log_operation(&cx.audit(), Permission::ChangeRules, &format!("rules:{id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    let done = if approves { "scheduled" } else { "refused" };
    Ok(Reply::see_other(&Address::new(format!("/editions/changes/{id}")).with("done", done).text()))
}

/// Two people, an open request, a moment that still lies ahead, and the edition it was proposed against. What was
/// approved may be taken back until it is in force.
fn may(request: &Request, me: StaffId, approves: bool, now: OffsetDateTime) -> Result<(), Refusal> {
    let wrong = |code, message: &str, advice: &str| Err(Refusal::new(code, message.to_owned(), advice));
    if request.refused_at.is_some() || request.activated_at.is_some() || (approves && !request.is_open()) {
        return wrong("CHANGE-SETTLED", "この起案はすでに処理されています。", "今の状態を確認してください。");
    }
    if !approves {
        return Ok(());
    }
    if request.proposed_by == me {
        return wrong("TWO-PEOPLE", "起案した人は承認できません。", "別の人に承認を依頼してください。");
    }
    if request.takes_effect_at <= now {
        return wrong("CHANGE-PAST", "適用の日時を過ぎました。", "却下して、新しい日時で起案し直してください。");
    }
    if request.round.edition != request.from {
        return wrong(
            "CHANGE-STALE",
            "起案の後に、公募回の版が変わりました。",
            "却下して、今の版との違いを確かめてから起案し直してください。",
        );
    }
    Ok(())
}

async fn approve(tx: &mut Tx, request: &Request, me: StaffId, now: OffsetDateTime) -> Result<(), Fault> {
    let done = sqlx::query!(
        "update rule_changes set approved_by = $2, approved_at = $3
         where id = $1 and approved_at is null and refused_at is null",
        request.id,
        me.0,
        now
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() != 1 {
        return Err(meanwhile("the change was settled"));
    }
    // The queue waits by the server's own clock; the product's may be ahead of it in demonstrations.
    let real = tx.server_now().await?.utc();
    let mut job = NewJob::new(Lane::Cases, ACTIVATE, json!({ "change": request.id })).once(request.id.to_string());
    job.run_at = Some(real + (request.takes_effect_at - now));
    enqueue(tx, job).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::show::tests::sample;
    use super::may;
    use hojo_words::ids::StaffId;
    use time::Duration;
    use uuid::Uuid;

    #[test]
    fn two_people_an_open_request_and_a_moment_ahead() {
        let open = sample();
        let (proposer, other) = (open.proposed_by, StaffId(Uuid::from_u128(9)));
        let before = open.takes_effect_at - Duration::hours(1);
        let code = |r: Result<(), hojo_case::Refusal>| r.expect_err("refused").code;
        assert_eq!(code(may(&open, proposer, true, before)), "TWO-PEOPLE");
        assert!(may(&open, other, true, before).is_ok());
        assert!(may(&open, proposer, false, before).is_ok());
        assert_eq!(code(may(&open, other, true, open.takes_effect_at)), "CHANGE-PAST");
        let mut moved = open.clone();
        moved.round.edition = "p/other@1.0".into();
        assert_eq!(code(may(&moved, other, true, before)), "CHANGE-STALE");
        let mut approved = open.clone();
        approved.approved_at = Some(before);
        assert_eq!(code(may(&approved, other, true, before)), "CHANGE-SETTLED");
        // What was approved may be taken back until its moment.
        assert!(may(&approved, proposer, false, before).is_ok());
        approved.activated_at = Some(before);
        assert_eq!(code(may(&approved, other, false, before)), "CHANGE-SETTLED");
    }
}
