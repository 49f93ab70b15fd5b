//! 改定のお知らせ: after a change took effect, whoever writes a draft that it touches is told what becomes of it: once for
//! each draft and change, on the first page and by mail. The row that says so is the fence: it is written with the order
//! of the mail, so that two workers or a restart tell nobody twice.

use std::future::Future;
use std::pin::Pin;

use hojo_db::Tx;
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, enqueue};
use hojo_programme::Touch;
use hojo_words::ids::{PublicId, RoundId};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::db;
use super::drafts::{self, BATCH, Draft, Measure, Which};

/// Lane of cases, payload `{"change": key, "after": filing key}`.
pub const KIND: &str = "tell_drafts";
/// The mail's name in `mails.yaml`.
const MAIL: &str = "draft_changed";

#[derive(Clone, Copy, Deserialize)]
struct Payload {
    change: Uuid,
    after: Option<Uuid>,
}

/// Ordered when a change takes effect, in its transaction.
pub async fn order(tx: &mut Tx, change: Uuid) -> Result<(), Failure> {
    let job = NewJob::new(Lane::Cases, KIND, json!({ "change": change, "after": null }));
    Ok(enqueue(tx, job.once(format!("{change}:0"))).await?)
}

pub struct TellDrafts;

impl Handler for TellDrafts {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let payload: Payload =
                serde_json::from_value(job.payload.clone()).map_err(|e| Failure::ForGood(e.to_string()))?;
            let done: Done = Box::new(move |tx| Box::pin(batch(tx, payload)));
            Ok(done)
        })
    }
}

/// A change that is in force.
struct Change {
    id: Uuid,
    public_id: PublicId,
    programme: String,
    round: RoundId,
    to: String,
    /// Nothing is handed in before the draft has moved.
    required: bool,
}

async fn change(tx: &mut Tx, id: Uuid) -> Result<Option<Change>, Failure> {
    let row = sqlx::query!(
        "select c.id, c.public_id, c.programme_id, c.round_id, c.to_edition, c.drafts
         from rule_changes c join rounds r on r.id = c.round_id
         where c.id = $1 and c.activated_at is not null and r.edition_id = c.to_edition",
        id
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(db)?;
    Ok(row.map(|r| Change {
        id: r.id,
        public_id: PublicId::from_uuid(r.public_id),
        programme: r.programme_id,
        round: RoundId(r.round_id),
        to: r.to_edition,
        required: r.drafts == "opening",
    }))
}

async fn batch(tx: &mut Tx, payload: Payload) -> Result<(), Failure> {
    // Another change came into force meanwhile: what it does to the drafts is told by its own job.
    let Some(change) = change(tx, payload.change).await? else { return Ok(()) };
    let which = Which { round: change.round, to: &change.to, online: true, after: payload.after };
    let found = drafts::batch(tx, which).await?;
    let mut measure = Measure::of(tx, change.round, &change.to).await?;
    let now = tx.now().await?.utc();
    for draft in &found {
        let Some(touch) = measure.touch(tx, draft).await? else { continue };
        if touch.is_nothing() && !change.required {
            continue;
        }
        let (_, closes) = tx.window(change.round, Some(draft.applicant)).await?;
        // A draft that cannot be handed in any more is touched by nothing.
        if now <= closes {
            tell(tx, &change, draft, &touch, closes, now).await?;
        }
    }
    let full = i64::try_from(found.len()).unwrap_or(0) >= BATCH;
    if let Some(last) = found.last().filter(|_| full) {
        let next = json!({ "change": change.id, "after": last.filing });
        enqueue(tx, NewJob::new(Lane::Cases, KIND, next).once(format!("{}:{}", change.id, last.filing))).await?;
    }
    Ok(())
}

async fn tell(
    tx: &mut Tx,
    change: &Change,
    draft: &Draft,
    touch: &Touch,
    due: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), Failure> {
    let told = sqlx::query!(
        "insert into change_notices (filing_id, change_id, programme_id, round_id, applicant_id, case_id, from_edition,
                                     to_edition, required, lines, due_at, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing",
        draft.filing,
        change.id,
        change.programme,
        change.round.0,
        draft.applicant.0,
        draft.case,
        draft.edition,
        change.to,
        change.required,
        json!(touch.lines()),
        due,
        now
    )
    .execute(tx.sql())
    .await
    .map_err(db)?;
    if told.rows_affected() == 0 {
        return Ok(());
    }
    let order = json!({ "template": MAIL, "case": draft.case_public, "change": change.public_id });
    let key = format!("{MAIL}:{}:{}", draft.public_id, change.public_id);
    Ok(enqueue(tx, NewJob::new(Lane::Mail, "mail", order).once(key)).await?)
}
