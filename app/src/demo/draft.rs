//! A draft typed by somebody, written down at once: what people type section by section. What the
//! domain decides (opening, submitting, returning) always goes through the pages.

use anyhow::Context;
use bytes::Bytes;
use hojo_access::Actor;
use hojo_db::{Db, Mode, Tx, random};
use hojo_programme::{Answers, FileRef, Form, Raw};
use hojo_vault::Vault;
use hojo_words::ids::PublicId;
use serde_json::Value;
use uuid::Uuid;

use super::pdf::small_pdf;

/// The filing's keys, as its rows carry them.
struct Filing {
    id: Uuid,
    programme: String,
    round: Uuid,
    applicant: Uuid,
    case: Uuid,
}

async fn filing(tx: &mut Tx, id: PublicId) -> anyhow::Result<Filing> {
    let r = sqlx::query!(
        "select id, programme_id, round_id, applicant_id, case_id from filings where public_id = $1",
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .context("the filing is not this person's")?;
    Ok(Filing { id: r.id, programme: r.programme_id, round: r.round_id, applicant: r.applicant_id, case: r.case_id })
}

/// Types answers into a draft: every section in `sections` (all when empty). File fields named in
/// `attach` get a small PDF each.
pub async fn type_in(
    db: &Db,
    vault: &Vault,
    who: &Actor,
    id: PublicId,
    form: &Form,
    answers: &Answers,
    sections: &[&str],
) -> anyhow::Result<()> {
    let by = who.id().context("somebody types")?;
    let mut tx = db.begin(who, Mode::Write).await?;
    let filing = filing(&mut tx, id).await?;
    let (mut names, mut parts) = (Vec::new(), Vec::new());
    for section in form.sections.iter().filter(|s| sections.is_empty() || sections.contains(&s.id.as_str())) {
        let mut part = Answers::default();
        for field in section.fields.iter().filter_map(|slot| form.fields.get(*slot)) {
            let Some(raw) = answers.get(&field.id) else { continue };
            let raw = if field.file().is_some() {
                attach(&mut tx, vault, &filing, &field.id, &field.label, by).await?
            } else {
                raw.clone()
            };
            part.set(&field.id, raw);
        }
        names.push(section.id.clone());
        parts.push(serde_json::to_value(&part)?);
    }
    let at = tx.now().await?.utc();
    sqlx::query!(
        "update draft_sections d set answers = d.answers || t.answers, version = d.version + 1, saved_at = $3, saved_by = $4
         from unnest($2::text[], $5::jsonb[]) as t(section, answers)
         where d.filing_id = $1 and d.section = t.section and t.answers <> '{}'::jsonb",
        filing.id,
        &names,
        at,
        by,
        &parts as &[Value],
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn attach(tx: &mut Tx, vault: &Vault, filing: &Filing, slot: &str, label: &str, by: Uuid) -> anyhow::Result<Raw> {
    // The words make the bytes different for each filing and slot, as real papers are.
    let bytes = small_pdf(&format!("{slot} / filing {}", filing.case));
    let size = u64::try_from(bytes.len())?;
    let sha256 = vault.keep(Bytes::from(bytes)).await?;
    let name = format!("{}.pdf", label.split(['（', '(']).next().unwrap_or(slot).trim());
    let public_id = random::public_id();
    let at = tx.now().await?.utc();
    sqlx::query!(
        "insert into files (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, slot, name, size,
                            sha256, media_type, state, pages, uploaded_at, uploaded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'application/pdf', 'accepted', 1, $12, $13)",
        random::key(),
        public_id.uuid(),
        filing.programme,
        filing.round,
        filing.applicant,
        filing.case,
        filing.id,
        slot,
        name,
        i64::try_from(size)?,
        sha256,
        at,
        by,
    )
    .execute(tx.sql())
    .await?;
    let media_type = "application/pdf".to_owned();
    Ok(Raw::Files(vec![FileRef { file: public_id.to_string(), name, size, sha256, media_type, pages: Some(1) }]))
}
