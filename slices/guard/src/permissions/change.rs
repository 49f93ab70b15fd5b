//! A change as it is stored: proposed, put in force, refused. The database puts it in force (`apply_permission_change`).

use std::collections::BTreeSet;

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Outcome, Tx, random};
use hojo_web::{Cx, Fault};
use hojo_words::ids::PublicId;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::book::Book;
use super::step::Step;
use crate::common::me;

/// A change with the names of the people.
#[derive(Clone, Debug)]
pub struct Change {
    pub public_id: PublicId,
    pub steps: Vec<Step>,
    pub reason: String,
    pub proposed_by: Uuid,
    pub proposed_at: OffsetDateTime,
    pub decided_by: Option<Uuid>,
    pub applied_at: Option<OffsetDateTime>,
    pub refused_at: Option<OffsetDateTime>,
}

impl Change {
    pub fn is_open(&self) -> bool {
        self.decided_by.is_none()
    }
}

/// The newest changes, the open ones among them.
pub async fn recent(tx: &mut Tx) -> Result<Vec<Change>, Fault> {
    let rows = sqlx::query!(
        "select public_id, steps, reason, proposed_by, proposed_at, decided_by, applied_at, refused_at
         from changes where area = 'permission' order by (decided_by is null) desc, proposed_at desc limit 100"
    )
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Change {
                public_id: PublicId::from_uuid(r.public_id),
                steps: serde_json::from_value(r.steps)?,
                reason: r.reason,
                proposed_by: r.proposed_by,
                proposed_at: r.proposed_at,
                decided_by: r.decided_by,
                applied_at: r.applied_at,
                refused_at: r.refused_at,
            })
        })
        .collect()
}

/// Stores a change that waits, or one to be put in force by whoever made it.
async fn store(tx: &mut Tx, me: Uuid, steps: &[Step], widens: bool, reason: &str) -> Result<(Uuid, PublicId), Fault> {
    let (id, public_id) = (random::key(), random::public_id());
    let now = tx.now().await?.utc();
    sqlx::query!(
        "insert into changes (id, public_id, area, steps, widens, reason, proposed_by, proposed_at)
         values ($1, $2, 'permission', $3, $4, $5, $6, $7)",
        id,
        public_id.uuid(),
        serde_json::to_value(steps)?,
        widens,
        reason,
        me,
        now
    )
    .execute(tx.sql())
    .await?;
    Ok((id, public_id))
}

/// Puts a stored change in force. What the database refuses comes back in words.
pub async fn apply(tx: &mut Tx, id: Uuid) -> Result<Result<(), Refusal>, Fault> {
    let now = tx.now().await?.utc();
    let done = sqlx::query!("select apply_permission_change($1, $2)", id, now).execute(tx.sql()).await;
    match done {
        Ok(_) => Ok(Ok(())),
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("two_keepers") => Ok(Err(Refusal::new(
            "PERMISSION-KEEPERS",
            "この変更をすると、権限を変更できる人が2人より少なくなります。",
            "「権限の変更を起案・承認する」を持つ人を2人以上残してください。",
        ))),
        Err(sqlx::Error::Database(e)) if e.constraint() == Some("teams_one_name") => Ok(Err(taken())),
        Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("40001") => Ok(Err(Refusal::new(
            "PERMISSION-SETTLED",
            "この起案は、すでに承認または却下されています。",
            "画面を開き直して、今の状態を確かめてください。",
        ))),
        Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("42501") => Ok(Err(Refusal::new(
            "PERMISSION-SECOND",
            "この変更は、起案した人とは別の、権限を変更できる人の承認が必要です。",
            "別の人に承認を依頼してください。",
        ))),
        Err(e) => Err(e.into()),
    }
}

/// Two teams of one name could not be told apart.
pub fn taken() -> Refusal {
    Refusal::new("TEAM-NAME-TAKEN", "同じ名前の担当班が、すでにあります。", "別の名前を入力してください。")
}

/// What was done with the steps of a form.
pub enum Made {
    Narrowed,
    Proposed,
    Both,
}

/// Puts in force what narrows, proposes what widens; both are logged with what stood before and after.
pub async fn make(
    cx: &Cx<allow::ManagePermissions>,
    tx: &mut Tx,
    book: &Book,
    steps: &[Step],
    reason: &str,
) -> Result<Result<Made, Refusal>, Fault> {
    let me = me(cx.actor())?.0;
    let (more, less): (Vec<Step>, Vec<Step>) = steps.iter().cloned().partition(Step::widens);
    if !less.is_empty() {
        let (id, public_id) = store(tx, me, &less, false, reason).await?;
        if let Err(refusal) = apply(tx, id).await? {
            return Ok(Err(refusal));
        }
        log(cx, tx, public_id, book, &less, reason, true).await?;
    }
    if !more.is_empty() {
        let (_, public_id) = store(tx, me, &more, true, reason).await?;
        log(cx, tx, public_id, book, &more, reason, false).await?;
    }
    Ok(Ok(match (less.is_empty(), more.is_empty()) {
        (false, false) => Made::Both,
        (false, true) => Made::Narrowed,
        _ => Made::Proposed,
    }))
}

/// One line of the operation log. `book` is what stood before.
pub async fn log(
    cx: &Cx<allow::ManagePermissions>,
    tx: &mut Tx,
    id: PublicId,
    book: &Book,
    steps: &[Step],
    reason: &str,
    in_force: bool,
) -> Result<(), Fault> {
    let whom: BTreeSet<String> = steps.iter().map(|s| s.whom(book)).collect();
    let before: Vec<String> = whom.iter().map(|w| book.holdings(w)).collect();
    let words: Vec<String> = steps.iter().map(|s| s.words(book)).collect();
    let detail = if in_force {
        let now = Book::load(tx).await?;
        let after: Vec<String> = whom.iter().map(|w| now.holdings(w)).collect();
        json!({ "approved": words, "before": before, "after": after, "reason": reason })
    } else {
        json!({ "proposed": words, "before": before, "reason": reason })
    };
    tx.log_operation(&cx.audit(), Permission::ManagePermissions, &format!("change:{id}"), Outcome::Done, detail)
        .await?;
    Ok(())
}
