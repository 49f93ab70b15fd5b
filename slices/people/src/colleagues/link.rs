//! The one-use link used by somebody who signs in elsewhere: the account is opened without factors of its own.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_web::{Cx, Fault};
use serde_json::json;

use super::mail::hash;
use crate::staff::factors::{self, Person};

/// Uses a link up. Nobody when it is over, or when somebody was faster with it.
pub(crate) async fn take(cx: &Cx<allow::Anyone>, tx: &mut Tx, token: &str, way: &str) -> Result<Option<Person>, Fault> {
    let row = sqlx::query!(
        "update invitations set used_at = clock_timestamp()
         where token_hash = $1 and used_at is null and cancelled_at is null and expires_at > clock_timestamp()
           and (kind = 'first' or approved_at is not null)
         returning staff_id",
        hash(token)
    )
    .fetch_optional(tx.sql())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(who) = factors::by_id(tx, row.staff_id).await? else { return Ok(None) };
    sqlx::query!("update staff set factors_since = clock_timestamp() where id = $1", who.id).execute(tx.sql()).await?;
    let detail = json!({ "what": "factors-set", "way": way });
    let object = format!("login:{}", who.login);
    tx.log_operation(&cx.audit(), Permission::Anyone, &object, Outcome::Done, detail).await?;
    Ok(Some(who))
}
