//! 担当件数の上限.

use hojo_access::{Permission, allow};
use hojo_db::Outcome;
use hojo_web::ui::Problem;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use hojo_words::text::fold_width;
use serde_json::json;

use super::{page, person, view::Typed};
use crate::common::me;

const MOST: u32 = 10_000;

pub async fn set_capacity(cx: Cx<allow::AssignReviewer>, posted: Posted) -> Result<Reply, Fault> {
    let text = posted.get("capacity");
    let Ok(capacity) = read(text) else {
        let typed = Typed { capacity: Some(text.to_owned()), ..Typed::default() };
        let problem =
            Problem::at("capacity", format!("0から{MOST}までの整数を入力するか、空欄（上限なし）にしてください。"));
        return Ok(Reply::refused(&page(&cx, &typed, vec![problem]).await?));
    };
    let id: PublicId = cx.param("reviewer")?;
    let mut tx = cx.tx().await?;
    let person = person(&mut tx, id).await?;
    let now = tx.now().await?.utc();
    sqlx::query!(
        "insert into reviewer_limits (reviewer_id, capacity, set_by, set_at) values ($1, $2, $3, $4)
         on conflict (reviewer_id) do update set capacity = excluded.capacity, set_by = excluded.set_by, set_at = excluded.set_at",
        person.id.0,
        capacity.and_then(|c| i32::try_from(c).ok()),
        me(cx.actor())?.0,
        now
    )
    .execute(tx.sql())
    .await?;
    let what = json!({ "capacity": capacity });
    tx.log_operation(&cx.audit(), Permission::AssignReviewer, &format!("reviewer:{id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/reviewers/{id}?done=capacity")))
}

/// Blank means no limit.
fn read(text: &str) -> Result<Option<u32>, ()> {
    let text = fold_width(text);
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<u32>() {
        Ok(n) if n <= MOST => Ok(Some(n)),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn blank_is_no_limit_and_full_width_is_read() {
        assert_eq!(super::read(" "), Ok(None));
        assert_eq!(super::read("２０"), Ok(Some(20)));
        assert_eq!(super::read("0"), Ok(Some(0)));
        assert!(super::read("-1").is_err() && super::read("多め").is_err() && super::read("10001").is_err());
    }
}
