//! 下書きの引継ぎ: a draft moves to the edition its round runs on now, in one transaction, and what did not go on
//! is kept beside it.

use std::collections::BTreeMap;

use hojo_access::{Access, Permit};
use hojo_programme::{Answers, Raw, SetAside, UpgradeMap, upgrade};
use hojo_words::ids::FilingId;
use serde_json::{Value, json};
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::audit::{Audit, Outcome};
use crate::case_store::{CaseRow, FilingRow};
use crate::error::DbError;
use crate::tx::Tx;

/// A newer edition that waits for a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub edition: String,
    /// Nothing goes on before the draft has moved.
    pub required: bool,
}

/// Answers that an earlier move set aside.
#[derive(Clone, Debug)]
pub struct Moved {
    pub at: OffsetDateTime,
    pub map: UpgradeMap,
}

impl Moved {
    /// What does not stand in the form any more.
    pub fn aside(&self) -> impl Iterator<Item = &SetAside> {
        self.map.asked_again.iter().chain(&self.map.dropped)
    }
}

impl Tx {
    /// The edition this draft may move to; `None` when it stands on the round's own already, is no draft any more,
    /// belongs to a case that pinned its edition, or asks a procedure that the newer edition does not have.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn upgrade_pending(&mut self, row: &CaseRow, filing: &FilingRow) -> Result<Option<Pending>, DbError> {
        if row.root.is_some() || filing.state != "draft" {
            return Ok(None);
        }
        let round = sqlx::query!("select edition_id, drafts from rounds where id = $1", row.round.0)
            .fetch_one(self.sql())
            .await?;
        if round.edition_id == filing.edition {
            return Ok(None);
        }
        let has = self.edition(&round.edition_id).await?.procedure(&filing.procedure).is_some();
        Ok(has.then(|| Pending { edition: round.edition_id, required: round.drafts == "opening" }))
    }

    /// What moving would do to the draft as it stands now.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when the edition does not have the procedure.
    pub async fn upgrade_map(&mut self, filing: &FilingRow, to: &str) -> Result<UpgradeMap, DbError> {
        let (old, new) = (self.edition(&filing.edition).await?, self.edition(to).await?);
        let answers = self.draft_answers(filing.id).await?;
        upgrade(&old, &new, &filing.procedure, &answers).ok_or(DbError::NotFound)
    }

    /// All sections of a draft together, as stored.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn draft_answers(&mut self, filing: FilingId) -> Result<Answers, DbError> {
        let rows = sqlx::query!(
            r#"select answers as "answers: Json<Answers>" from draft_sections where filing_id = $1"#,
            filing.0
        )
        .fetch_all(self.sql())
        .await?;
        Ok(Answers(rows.into_iter().flat_map(|r| r.answers.0.0).collect()))
    }

    /// Moves a draft. The case must have been loaded for writing in this transaction.
    ///
    /// # Errors
    /// [`DbError::Conflict`] when the draft was handed in or moved meanwhile.
    pub async fn move_draft<A: Access>(
        &mut self,
        permit: &Permit<A>,
        row: &CaseRow,
        filing: &FilingRow,
        to: &Pending,
        by: Uuid,
        audit: &Audit,
    ) -> Result<UpgradeMap, DbError> {
        if permit.owner().case != row.id {
            return Err(DbError::NotFound);
        }
        // Whoever saves a section waits here, and then finds that its version is another one.
        sqlx::query!("select section from draft_sections where filing_id = $1 for update", filing.id.0)
            .fetch_all(self.sql())
            .await?;
        let map = self.upgrade_map(filing, &to.edition).await?;
        let at = self.now().await?.utc();
        let done = sqlx::query!(
            "update filings set edition_id = $3 where id = $1 and edition_id = $2 and state = 'draft'",
            filing.id.0,
            filing.edition,
            to.edition
        )
        .execute(self.sql())
        .await?;
        if done.rows_affected() != 1 {
            return Err(DbError::Conflict("the draft was handed in or moved".into()));
        }
        sqlx::query!("update cases set edition_id = $2 where id = $1", row.id.0, to.edition)
            .execute(self.sql())
            .await?;
        self.write_sections(filing, &to.edition, &map, at, by).await?;
        sqlx::query!(
            "insert into draft_upgrades (filing_id, at, programme_id, round_id, applicant_id, case_id, from_edition, to_edition, map, moved_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            filing.id.0,
            at,
            row.programme,
            row.round.0,
            row.applicant.0,
            row.id.0,
            filing.edition,
            to.edition,
            serde_json::to_value(UpgradeMap { kept: Answers::default(), ..map.clone() })?,
            by,
        )
        .execute(self.sql())
        .await?;
        let what = json!({
            "from": filing.edition, "to": to.edition, "kept": map.kept.0.len(),
            "asked_again": map.asked_again.len(), "dropped": map.dropped.len(), "new": map.new.len(),
        });
        self.log_operation(audit, A::PERMISSION, &format!("filing:{}", filing.public_id), Outcome::Done, what).await?;
        Ok(map)
    }

    /// One row for each section of the new form. Rows of sections that are gone stay, empty.
    async fn write_sections(
        &mut self,
        filing: &FilingRow,
        edition: &str,
        map: &UpgradeMap,
        at: OffsetDateTime,
        by: Uuid,
    ) -> Result<(), DbError> {
        let edition = self.edition(edition).await?;
        let form = &edition.procedure(&filing.procedure).ok_or(DbError::NotFound)?.form;
        let (mut ids, mut answers): (Vec<String>, Vec<Value>) = Default::default();
        for section in &form.sections {
            let fields = section.fields.iter().filter_map(|slot| form.fields.get(*slot));
            let own: BTreeMap<String, Raw> = fields
                .filter_map(|field| {
                    let asked_now = || map.new.iter().any(|asked| asked.field == field.id);
                    let first = || field.default.clone().filter(|_| asked_now()).map(Raw::Text);
                    Some((field.id.clone(), map.kept.get(&field.id).cloned().or_else(first)?))
                })
                .collect();
            ids.push(section.id.clone());
            answers.push(serde_json::to_value(own)?);
        }
        sqlx::query!(
            "update draft_sections set answers = '{}', version = version + 1, saved_at = $3, saved_by = $4
             where filing_id = $1 and section <> all($2)",
            filing.id.0,
            &ids,
            at,
            by
        )
        .execute(self.sql())
        .await?;
        sqlx::query!(
            "insert into draft_sections (filing_id, section, applicant_id, version, answers, saved_at, saved_by)
             select f.id, t.section, f.applicant_id, 1, t.answers, $2, $3
             from filings f, unnest($4::text[], $5::jsonb[]) as t(section, answers) where f.id = $1
             on conflict (filing_id, section) do update set answers = excluded.answers,
                 version = draft_sections.version + 1, saved_at = excluded.saved_at, saved_by = excluded.saved_by",
            filing.id.0,
            at,
            by,
            &ids,
            &answers,
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// What earlier moves of a draft set aside, the newest first.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn moved_drafts(&mut self, filing: FilingId) -> Result<Vec<Moved>, DbError> {
        let rows = sqlx::query!(
            r#"select at, map as "map: Json<UpgradeMap>" from draft_upgrades where filing_id = $1 order by at desc"#,
            filing.0
        )
        .fetch_all(self.sql())
        .await?;
        Ok(rows.into_iter().map(|r| Moved { at: r.at, map: r.map.0 }).collect())
    }
}
