//! 承認・却下 of a change that widens: by another person than the proposer.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::Outcome;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::book::Book;
use super::change::{self, log};
use super::step::Step;
use crate::common::me;

/// POST: approves or refuses.
pub async fn decide(cx: Cx<allow::ManagePermissions>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("change")?;
    let mut tx = cx.tx().await?;
    let row = sqlx::query!(
        "select id, steps, reason, decided_by from changes where public_id = $1 and area = 'permission'",
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    match posted.get("decision") {
        "approve" => {
            let steps: Vec<Step> = serde_json::from_value(row.steps)?;
            let book = Book::load(&mut tx).await?;
            change::apply(&mut tx, row.id).await??;
            log(&cx, &mut tx, id, &book, &steps, &row.reason, true).await?;
            tx.commit().await?;
            Ok(Reply::see_other("/permissions?done=approved"))
        }
        "refuse" => {
            let now = tx.now().await?.utc();
            let done = sqlx::query!(
                "update changes set decided_by = $2, refused_at = $3 where id = $1 and decided_by is null",
                row.id,
                me(cx.actor())?.0,
                now
            )
            .execute(tx.sql())
            .await?;
            if done.rows_affected() == 0 {
                return Err(settled().into());
            }
            let object = format!("change:{id}");
            let detail = json!({ "decision": "refuse" });
            tx.log_operation(&cx.audit(), Permission::ManagePermissions, &object, Outcome::Done, detail).await?;
            tx.commit().await?;
            Ok(Reply::see_other("/permissions?done=refused"))
        }
        _ => Err(Refusal::new(
            "DECISION-MISSING",
            "承認か却下かが選ばれていません。",
            "画面のボタンから、もう一度操作してください。",
        )
        .into()),
    }
}

fn settled() -> Refusal {
    Refusal::new(
        "PERMISSION-SETTLED",
        "この起案は、すでに承認または却下されています。",
        "画面を開き直して、今の状態を確かめてください。",
    )
}
