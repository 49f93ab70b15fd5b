//! 訂正・再交付: a letter that was delivered is issued once more under a new number. The old one stays as it was.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx, random};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::{is_copy, show};
use crate::payload::{self, CaseRef, LetterOrder, REISSUE};
use crate::record::{State, object};

/// Longest reason, in characters.
const REASON: usize = 1_000;

pub(crate) async fn reissue(cx: Cx<allow::SendLetters>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("letter")?;
    let mut tx = cx.tx().await?;
    let (letter, row) = show::open::<allow::SendLetters>(&mut tx, id, Mode::Write).await?;
    let edition = tx.edition(&row.edition).await?;
    if letter.state != State::Delivered || letter.number.is_none() || is_copy(&edition, &letter.kind) {
        return Err(Refusal::new(
            "REISSUE-STATE",
            "訂正して再交付できるのは、交付した通知書だけです。",
            "画面を開き直して、現在の状態を確かめてください。",
        )
        .into());
    }
    let reason = reason(posted.get("reason"), "訂正の理由")?;
    let cause = format!("{REISSUE}{id}");
    let now = tx.now().await?.utc();
    let new = random::public_id();
    // The cause names the old letter: a second click finds the one that is there.
    let made = sqlx::query!(
        "insert into letters (id, public_id, programme_id, round_id, applicant_id, case_id, kind, title, state, cause, created_at, replaces_id, reason, owed)
         select $1, $2, programme_id, round_id, applicant_id, case_id, kind, title, 'due', $3, $4, id, $5, owed
         from letters where public_id = $6 on conflict (case_id, kind, cause) do nothing",
        random::key(),
        new.uuid(),
        cause,
        now,
        reason,
        id.uuid()
    )
    .execute(tx.sql())
    .await?;
    if made.rows_affected() == 0 {
        return Ok(Reply::see_other(&format!("/letters/{}", newer(&mut tx, &cause).await?)));
    }
    let order = LetterOrder { case: CaseRef::Public(row.public_id), letter: letter.kind, cause, owed: letter.owed };
    enqueue(&mut tx, NewJob::new(Lane::Letters, payload::LETTER, order).once(format!("reissue:{id}"))).await?;
    for (letter, step) in [(id, "replaced"), (new, "reissued")] {
        let detail = json!({ "step": step, "reason": reason });
        tx.log_operation(&cx.audit(), Permission::SendLetters, &object(letter), Outcome::Done, detail).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/letters/{new}")))
}

/// What was typed as a reason; `what` names it.
pub(crate) fn reason(typed: &str, what: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Refusal::new(
            "REASON-MISSING",
            format!("{what}が入力されていません。"),
            "理由を入力してください。",
        ));
    }
    if typed.chars().count() > REASON {
        return Err(Refusal::new("REASON-LONG", "理由が長すぎます。", "1,000字以内で入力してください。"));
    }
    Ok(typed.to_owned())
}

async fn newer(tx: &mut Tx, cause: &str) -> Result<PublicId, Fault> {
    let row = sqlx::query!("select public_id from letters where cause = $1 limit 1", cause).fetch_one(tx.sql()).await?;
    Ok(PublicId::from_uuid(row.public_id))
}
