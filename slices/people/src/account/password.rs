//! A new password. Every other session of the person ends with it.

use hojo_access::allow;
use hojo_db::Mode;
use hojo_web::{Cx, Fault, Posted, Reply, ui};
use serde_json::json;

use super::{done, log, me, refused};
use crate::enrol;

pub(super) async fn change(cx: Cx<allow::ManageFactors>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.gate_tx(Mode::Read).await?;
    let who = me(&cx, &mut tx).await?;
    tx.commit().await?;
    let hash = match enrol::new_password(posted.get("new_password"), &who.login, &who.name).await? {
        Ok(hash) => hash,
        Err(words) => return refused(&cx, ui::Problem::at("new_password", words)).await,
    };
    let mut tx = cx.gate_tx(Mode::Write).await?;
    sqlx::query!("update staff set password_hash = $2, factors_since = clock_timestamp() where id = $1", who.id, hash)
        .execute(tx.sql())
        .await?;
    sqlx::query!(
        "update sessions set ended_at = clock_timestamp(), end_reason = 'password changed'
         where staff_id = $1 and ended_at is null and id is distinct from $2",
        who.id,
        cx.session().map(|s| s.0)
    )
    .execute(tx.sql())
    .await?;
    log(&cx, &mut tx, &who, json!({ "what": "password-changed" })).await?;
    tx.commit().await?;
    Ok(done("password"))
}
