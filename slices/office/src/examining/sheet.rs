//! 形式確認の記録: one row for each filing, submission and step, saved against its version.

use hojo_case::Step;
use hojo_db::{CaseRow, Tx, random};
use hojo_web::Fault;
use hojo_words::ids::StaffId;
use time::OffsetDateTime;

use super::checklist::Ticks;
use crate::common::dossier::Dossier;

/// What was recorded so far at one step; version 0 when nothing was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub version: i32,
    pub ticks: Ticks,
    /// 引継ぎメモ: for whoever goes on with the case.
    pub note: String,
    pub examiner: Option<StaffId>,
    pub result: Option<String>,
    pub reason: String,
    pub saved_at: Option<OffsetDateTime>,
}

/// How a save went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    Yes(i32),
    /// Somebody else saved first; this is what stands there now.
    Stale(Box<Sheet>),
}

fn code(step: Step) -> &'static str {
    match step {
        Step::First => "first",
        Step::Second => "second",
    }
}

/// The record of a step for the newest submission.
pub async fn load(tx: &mut Tx, dossier: &Dossier, step: Step) -> Result<Sheet, Fault> {
    let row = sqlx::query!(
        "select version, answers, note, examiner, result, reason, started_at, finished_at from examinations
         where filing_id = $1 and submission = $2 and step = $3",
        dossier.filing.id.0,
        dossier.submitted.n,
        code(step)
    )
    .fetch_optional(tx.sql())
    .await?;
    let Some(r) = row else { return Ok(Sheet::default()) };
    Ok(Sheet {
        version: r.version,
        ticks: serde_json::from_value(r.answers)?,
        note: r.note,
        examiner: Some(StaffId(r.examiner)),
        result: r.result,
        reason: r.reason.unwrap_or_default(),
        saved_at: r.finished_at.or(Some(r.started_at)),
    })
}

/// The note somebody left on an earlier submission, for whoever takes over.
pub async fn earlier_note(tx: &mut Tx, dossier: &Dossier) -> Result<Option<(i32, String)>, Fault> {
    let row = sqlx::query!(
        "select submission, note from examinations
         where filing_id = $1 and submission < $2 and note <> '' order by submission desc limit 1",
        dossier.filing.id.0,
        dossier.submitted.n
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|r| (r.submission, r.note)))
}

/// Saves ticks and note if `seen` is still the version. The case row is locked by the caller, so
/// that of two people one is always told.
pub async fn save(
    tx: &mut Tx,
    row: &CaseRow,
    dossier: &Dossier,
    by: StaffId,
    seen: i32,
    ticks: &Ticks,
    note: &str,
) -> Result<Saved, Fault> {
    let now = load(tx, dossier, Step::First).await?;
    if now.version != seen {
        return Ok(Saved::Stale(Box::new(now)));
    }
    put(tx, row, dossier, Step::First, by, ticks, note).await.map(Saved::Yes)
}

/// Writes the row of a step; a finished one is open again, because somebody works on it.
async fn put(
    tx: &mut Tx,
    row: &CaseRow,
    dossier: &Dossier,
    step: Step,
    by: StaffId,
    ticks: &Ticks,
    note: &str,
) -> Result<i32, Fault> {
    let at = tx.now().await?.utc();
    let r = sqlx::query!(
        "insert into examinations (id, programme_id, round_id, applicant_id, case_id, filing_id, submission, step,
                                   answers, note, examiner, started_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (filing_id, submission, step) do update
            set answers = excluded.answers, note = excluded.note, examiner = excluded.examiner,
                version = examinations.version + 1, result = null, reason = null, finished_at = null
         returning version",
        random::key(),
        row.programme,
        row.round.0,
        row.applicant.0,
        row.id.0,
        dossier.filing.id.0,
        dossier.submitted.n,
        code(step),
        serde_json::to_value(ticks)?,
        note,
        by.0,
        at
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(r.version)
}

/// How a step ended.
pub struct Ended<'a> {
    pub step: Step,
    pub by: StaffId,
    /// `passed`, `returned` or `excluded`.
    pub result: &'static str,
    pub reason: &'a str,
    pub ticks: &'a Ticks,
    pub note: &'a str,
}

/// Writes down how a step ended.
pub async fn finish(tx: &mut Tx, row: &CaseRow, dossier: &Dossier, end: &Ended<'_>) -> Result<(), Fault> {
    put(tx, row, dossier, end.step, end.by, end.ticks, end.note).await?;
    let at = tx.now().await?.utc();
    sqlx::query!(
        "update examinations set result = $4, reason = $5, finished_at = $6
         where filing_id = $1 and submission = $2 and step = $3",
        dossier.filing.id.0,
        dossier.submitted.n,
        code(end.step),
        end.result,
        end.reason,
        at
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}
