//! 再設定: somebody who lost every factor; 再開: somebody who left and comes back. One administrator asks, another one approves after having
//! made sure by other means who it is; then the old factors and sessions are gone and a link goes out.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, random};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::{Cx, Fault, Posted, Reply};
use serde_json::json;

use super::show::refused;
use super::{end_sessions, find, mail};

pub(super) async fn propose(cx: Cx<allow::RecoverPeople>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let who = find(&cx, &mut tx).await?;
    let reason: String = posted.get("reason").trim().chars().take(1_000).collect();
    if reason.is_empty() {
        return refused(&cx, tx, who, "reason", "理由と、本人であることを確かめた方法を入力してください。").await;
    }
    if Some(who.id) == cx.actor().id() {
        return refused(&cx, tx, who, "reason", "ご自分の再設定は、ほかの管理者に依頼してください。").await;
    }
    if who.email.is_none() {
        let words = "メールアドレスのない方には、案内を送れません。";
        return refused(&cx, tx, who, "reason", words).await;
    }
    // Who has left comes back the same way, and sets everything anew.
    let kind = if who.disabled_at.is_some() { "reopen" } else { "recovery" };
    sqlx::query!(
        "update invitations set cancelled_at = clock_timestamp()
         where staff_id = $1 and kind in ('recovery', 'reopen') and used_at is null and cancelled_at is null",
        who.id
    )
    .execute(tx.sql())
    .await?;
    sqlx::query!(
        "insert into invitations (id, public_id, staff_id, kind, reason, made_by, made_at) values ($1, $2, $3, $6, $4, $5, clock_timestamp())",
        random::key(),
        random::public_id().uuid(),
        who.id,
        reason,
        cx.actor().id(),
        kind
    )
    .execute(tx.sql())
    .await?;
    let object = format!("login:{}", who.login);
    let detail = json!({ "what": format!("{kind}-proposed"), "reason": reason });
    tx.log_operation(&cx.audit(), Permission::RecoverPeople, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/people/{}?done={kind}-proposed", who.public_id)))
}

pub(super) async fn decide(cx: Cx<allow::RecoverPeople>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let who = find(&cx, &mut tx).await?;
    let open = sqlx::query!(
        "select id, made_by, kind from invitations
         where staff_id = $1 and kind in ('recovery', 'reopen') and approved_at is null and cancelled_at is null for update",
        who.id
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let me = cx.actor().id().ok_or(Fault::NotFound)?;
    let object = format!("login:{}", who.login);
    if posted.get("decision") != "approve" {
        sqlx::query!("update invitations set cancelled_at = clock_timestamp() where id = $1", open.id)
            .execute(tx.sql())
            .await?;
        let detail = json!({ "what": format!("{}-refused", open.kind) });
        tx.log_operation(&cx.audit(), Permission::RecoverPeople, &object, Outcome::Done, detail).await?;
        tx.commit().await?;
        return Ok(Reply::see_other(&format!("/people/{}?done={}-refused", who.public_id, open.kind)));
    }
    if open.made_by == me || who.id == me {
        let words = "起案した人と本人は承認できません。別の管理者に承認を依頼してください。";
        return refused(&cx, tx, who, "decision", words).await;
    }
    sqlx::query!("update invitations set approved_by = $2, approved_at = clock_timestamp() where id = $1", open.id, me)
        .execute(tx.sql())
        .await?;
    // The office's own role may neither read nor write factors: the database asks once more for two people.
    if open.kind == "reopen" {
        sqlx::query!("select reopen_account($1)", who.id).execute(tx.sql()).await?;
    }
    sqlx::query!("select forget_factors($1)", who.id).execute(tx.sql()).await?;
    end_sessions(&mut tx, who.id, "factors reset").await?;
    let job = NewJob::new(Lane::Mail, mail::KIND, json!({ "invitation": open.id })).once(open.id.to_string());
    enqueue(&mut tx, job).await?;
    let detail = json!({ "what": format!("{}-approved", open.kind) });
    tx.log_operation(&cx.audit(), Permission::RecoverPeople, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/people/{}?done={}-approved", who.public_id, open.kind)))
}
