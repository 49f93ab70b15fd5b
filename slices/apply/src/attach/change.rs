//! Rows of files and the draft's references to them change together. Nothing is ever deleted.

use hojo_db::{CaseRow, Tx, random};
use hojo_programme::{FileRef, FileRule, Raw};
use hojo_web::Fault;
use hojo_words::ids::{FilingId, PublicId};
use uuid::Uuid;

use super::scan;
use super::slot::{Fit, NotTaken, crowd};
use crate::desk::Desk;
use crate::draft;

/// The slot of the paper a colleague scanned; it belongs to the filing, not to a field.
pub(crate) const SCAN: &str = "scan";

/// A stored file by its public id.
#[derive(Clone, Debug)]
pub(crate) struct KeptFile {
    pub name: String,
    pub sha256: String,
    pub media_type: String,
    pub case: PublicId,
}

/// Takes a file into a slot; `Err` says why it does not fit beside the others.
/// The caller has stored the bytes already: a row must never name a blob that is not there.
pub(crate) async fn accept(
    tx: &mut Tx,
    desk: &Desk,
    field: &str,
    rule: &FileRule,
    new: &Fit,
    by: Uuid,
) -> Result<Result<(), NotTaken>, Fault> {
    let section = desk.section_of(field).ok_or(Fault::NotFound)?.id.clone();
    let mut files = files_of(&draft::lock(tx, desk.filing.id, &section).await?, field);
    if let Some(why) = crowd(rule, &files, new) {
        return Ok(Err((new.name.clone(), new.size, why)));
    }
    if rule.max_count == 1 {
        for old in files.drain(..) {
            set_state(tx, desk, &old.file, "replaced").await?;
        }
    }
    let public_id = insert(
        tx,
        (&desk.row, desk.filing.id),
        field,
        "accepted",
        None,
        (&new.name, new.size, &new.sha256, new.media_type, new.pages),
        by,
    )
    .await?;
    scan::queue(tx, &new.sha256, new.waits).await?;
    files.push(FileRef {
        file: public_id.to_string(),
        name: new.name.clone(),
        size: new.size,
        sha256: new.sha256.clone(),
        media_type: new.media_type.to_owned(),
        pages: new.pages,
    });
    draft::put_files(tx, desk.filing.id, &section, field, Raw::Files(files), by).await?;
    Ok(Ok(()))
}

/// Writes down that a file was refused, and why.
pub(crate) async fn refuse(tx: &mut Tx, desk: &Desk, field: &str, not: &NotTaken, by: Uuid) -> Result<(), Fault> {
    let (name, size, why) = not;
    // Names are whatever a browser sent; the database takes no NUL.
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    insert(tx, (&desk.row, desk.filing.id), field, "refused", Some(why), (&name, *size, "", "", None), by).await?;
    Ok(())
}

/// Keeps a scan of the paper.
pub(crate) async fn keep_scan(tx: &mut Tx, row: &CaseRow, filing: FilingId, new: &Fit, by: Uuid) -> Result<(), Fault> {
    insert(
        tx,
        (row, filing),
        SCAN,
        "accepted",
        None,
        (&new.name, new.size, &new.sha256, new.media_type, new.pages),
        by,
    )
    .await?;
    scan::queue(tx, &new.sha256, new.waits).await
}

/// Takes a file out of the draft; the row and the bytes stay for earlier submissions.
pub(crate) async fn remove(
    tx: &mut Tx,
    desk: &Desk,
    section: &str,
    field: &str,
    file: &str,
    by: Uuid,
) -> Result<(), Fault> {
    let mut files = files_of(&draft::lock(tx, desk.filing.id, section).await?, field);
    let before = files.len();
    files.retain(|f| f.file != file);
    if files.len() < before {
        set_state(tx, desk, file, "removed").await?;
        draft::put_files(tx, desk.filing.id, section, field, Raw::Files(files), by).await?;
    }
    Ok(())
}

fn files_of(answers: &hojo_programme::Answers, field: &str) -> Vec<FileRef> {
    match answers.get(field) {
        Some(Raw::Files(files)) => files.clone(),
        _ => Vec::new(),
    }
}

async fn set_state(tx: &mut Tx, desk: &Desk, file: &str, state: &str) -> Result<(), Fault> {
    let Ok(id) = file.parse::<PublicId>() else { return Ok(()) };
    sqlx::query!(
        "update files set state = $3 where public_id = $1 and filing_id = $2 and state = 'accepted'",
        id.uuid(),
        desk.filing.id.0,
        state
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Name, bytes, hash, media type, pages.
type Of<'f> = (&'f str, u64, &'f str, &'f str, Option<u32>);

async fn insert(
    tx: &mut Tx,
    (row, filing): (&CaseRow, FilingId),
    slot: &str,
    state: &str,
    reason: Option<&String>,
    (name, size, sha256, media_type, pages): Of<'_>,
    by: Uuid,
) -> Result<PublicId, Fault> {
    let at = tx.now().await?.utc();
    let public_id = random::public_id();
    sqlx::query!(
        "insert into files (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, slot, name, size,
                            sha256, media_type, state, reason, pages, uploaded_at, uploaded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        random::key(),
        public_id.uuid(),
        row.programme,
        row.round.0,
        row.reader().0,
        row.id.0,
        filing.0,
        slot,
        name,
        i64::try_from(size).unwrap_or(i64::MAX),
        sha256,
        media_type,
        state,
        reason,
        pages.and_then(|p| i32::try_from(p).ok()),
        at,
        by,
    )
    .execute(tx.sql())
    .await?;
    Ok(public_id)
}
