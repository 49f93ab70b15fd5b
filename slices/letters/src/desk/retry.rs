//! もう一度作成する: letters that waited for corrected data go to the press again, under the same number.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::{is_copy, show};
use crate::payload::{self, CaseRef, CopyOrder, LetterOrder, MailOrder};
use crate::record::{State, object};

/// More than a person can have looked at.
const MOST: usize = 200;

pub(crate) async fn one(cx: Cx<allow::IssueLetter>, _: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("letter")?;
    let mut tx = cx.tx().await?;
    if !again(&cx, &mut tx, id).await? {
        return Err(meanwhile().into());
    }
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/letters/{id}?done=retried-1")))
}

pub(crate) async fn several(cx: Cx<allow::IssueLetter>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let chosen: Vec<PublicId> = if posted.get("all") == "yes" {
        all_stuck(&mut tx).await?
    } else {
        posted.all("letter").into_iter().filter_map(|id| id.parse().ok()).take(MOST).collect()
    };
    if chosen.is_empty() {
        return Err(Refusal::new(
            "NOTHING-CHOSEN",
            "通知書が選ばれていません。",
            "前の画面に戻り、もう一度作成する通知書を選んでください。",
        )
        .into());
    }
    let mut done = 0;
    for id in chosen {
        // One that somebody else retried a moment ago is simply not counted.
        if again(&cx, &mut tx, id).await? {
            done += 1;
        }
    }
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/letters?done=retried-{done}")))
}

/// Announces a delivered letter by mail once more.
pub(crate) async fn notify(cx: Cx<allow::IssueLetter>, _: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("letter")?;
    let mut tx = cx.tx().await?;
    let (letter, row) = show::open::<allow::IssueLetter>(&mut tx, id, Mode::Write).await?;
    let edition = tx.edition(&row.edition).await?;
    if letter.state != State::Delivered || is_copy(&edition, &letter.kind) {
        return Err(meanwhile().into());
    }
    let order = MailOrder {
        template: "letter".into(),
        case: CaseRef::Public(row.public_id),
        submission: None,
        letter: Some(id),
        due: None,
        change: None,
        to: None,
    };
    enqueue(&mut tx, NewJob::new(Lane::Mail, payload::MAIL, order)).await?;
    log(&cx, &mut tx, id, "announced").await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/letters/{id}?done=announced")))
}

async fn all_stuck(tx: &mut Tx) -> Result<Vec<PublicId>, Fault> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let rows = sqlx::query!("select public_id from letters where state = 'stuck' order by created_at limit $1", most)
        .fetch_all(tx.sql())
        .await?;
    Ok(rows.into_iter().map(|r| PublicId::from_uuid(r.public_id)).collect())
}

/// `false`: this letter does not wait for anybody.
async fn again(cx: &Cx<allow::IssueLetter>, tx: &mut Tx, id: PublicId) -> Result<bool, Fault> {
    let (letter, row) = show::open::<allow::IssueLetter>(tx, id, Mode::Write).await?;
    let freed = sqlx::query!(
        "update letters set state = 'due', problem = null where public_id = $1 and state = 'stuck'",
        id.uuid()
    )
    .execute(tx.sql())
    .await?;
    if freed.rows_affected() == 0 {
        return Ok(false);
    }
    let case = CaseRef::Public(row.public_id);
    let edition = tx.edition(&row.edition).await?;
    let job = if is_copy(&edition, &letter.kind) {
        let named = letter.cause.rsplit_once(':').and_then(|(f, n)| Some((f.parse().ok()?, n.parse().ok()?)));
        let (filing, submission) =
            named.ok_or_else(|| Fault::Internal(format!("letter {id}: cause {}", letter.cause)))?;
        NewJob::new(Lane::Letters, payload::COPY, CopyOrder { case, filing, submission })
    } else {
        let order = LetterOrder { case, letter: letter.kind, cause: letter.cause, owed: letter.owed };
        NewJob::new(Lane::Letters, payload::LETTER, order)
    };
    enqueue(tx, job).await?;
    log(cx, tx, id, "retried").await?;
    Ok(true)
}

async fn log(cx: &Cx<allow::IssueLetter>, tx: &mut Tx, id: PublicId, step: &str) -> Result<(), Fault> {
    let detail = json!({ "step": step });
    tx.log_operation(&cx.audit(), Permission::IssueLetter, &object(id), Outcome::Done, detail).await?;
    Ok(())
}

fn meanwhile() -> Refusal {
    Refusal::new(
        "LETTER-STATE",
        "この通知書は、この操作ができる状態ではありません。",
        "画面を開き直して、現在の状態を確かめてください。",
    )
}
