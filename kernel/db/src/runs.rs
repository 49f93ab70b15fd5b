//! 手続: the runs of a case's later procedures, and opening one with its filing and its draft.

use std::collections::BTreeMap;

use hojo_case::{Case, Channel, Event, Terms, apply};
use hojo_programme::{Answers, Edition, Form, Opener, Procedure, Raw, RawRow};
use hojo_words::ids::{ApplicantId, CaseId, FilingId, PublicId, RoundId};
use serde_json::Value;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::audit::Audit;
use crate::case_store::CaseRow;
use crate::error::DbError;
use crate::random;
use crate::tx::Tx;

/// A run of a procedure as lists show it.
#[derive(Clone, Debug)]
pub struct RunRow {
    pub id: CaseId,
    pub public_id: PublicId,
    pub procedure: String,
    pub position: String,
    pub opener: String,
    /// 受付番号; none while a draft.
    pub number: Option<String>,
    pub outcome_label: String,
    /// In yen.
    pub requested: Option<i64>,
    pub due_on: Option<Date>,
    pub filed_at: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
    pub changed_at: OffsetDateTime,
    pub took_effect_at: Option<OffsetDateTime>,
    pub filing: PublicId,
}

impl RunRow {
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.position.as_str(), "closed" | "withdrawn" | "discarded")
    }
}

/// A filing to be opened with its draft.
#[derive(Clone, Debug)]
pub struct NewFiling<'n> {
    pub case: CaseId,
    pub programme: &'n str,
    pub round: RoundId,
    pub applicant: ApplicantId,
    pub edition: &'n str,
    pub procedure: &'n Procedure,
    pub channel: Channel,
    pub received_on: Option<Date>,
    pub by: Uuid,
    /// Answers of earlier filings the draft begins with.
    pub carried: &'n Answers,
}

/// A run to be begun.
#[derive(Clone, Debug)]
pub struct NewRun<'n> {
    pub root: &'n CaseRow,
    pub procedure: &'n Procedure,
    pub opener: Opener,
    pub channel: Channel,
    pub received_on: Option<Date>,
    /// 提出の求め
    pub due: Option<Date>,
    pub by: Uuid,
}

/// Nobody's: the applicant of rows that only the office may read.
const NOBODY: Uuid = Uuid::nil();

impl Tx {
    /// The runs of a case that this actor may see, oldest first.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn runs(&mut self, root: CaseId) -> Result<Vec<RunRow>, DbError> {
        let rows = sqlx::query!(
            r#"select c.id, c.public_id, c.procedure, c.position, c.opener, c.number, c.outcome_label, c.requested, c.due_on,
                      c.filed_at, c.created_at, c.changed_at, c.took_effect_at, f.public_id as filing
               from cases c join filings f on f.case_id = c.id
               where c.root_id = $1 order by c.created_at, c.id"#,
            root.0
        )
        .fetch_all(self.sql())
        .await?;
        Ok(rows
            .into_iter()
            .map(|r| RunRow {
                id: CaseId(r.id),
                public_id: PublicId::from_uuid(r.public_id),
                procedure: r.procedure,
                position: r.position,
                opener: r.opener,
                number: r.number,
                outcome_label: r.outcome_label,
                requested: r.requested,
                due_on: r.due_on,
                filed_at: r.filed_at,
                created_at: r.created_at,
                changed_at: r.changed_at,
                took_effect_at: r.took_effect_at,
                filing: PublicId::from_uuid(r.filing),
            })
            .collect())
    }

    /// How many runs of each procedure are under way, those the actor may not see included.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn runs_under_way(&mut self, root: CaseId) -> Result<BTreeMap<String, u32>, DbError> {
        let rows = sqlx::query!(r#"select procedure as "procedure!", runs as "runs!" from runs_under_way($1)"#, root.0)
            .fetch_all(self.sql())
            .await?;
        Ok(rows.into_iter().map(|r| (r.procedure, u32::try_from(r.runs).unwrap_or(u32::MAX))).collect())
    }

    /// Begins a run: its row, its first event, its filing and its draft with what is carried over. The caller has
    /// loaded the case for writing and asked `may_start`.
    ///
    /// # Errors
    /// [`DbError`] when the rows may not be written by this actor.
    pub async fn begin_run(&mut self, run: &NewRun<'_>, audit: &Audit) -> Result<(CaseRow, PublicId), DbError> {
        let root = run.root;
        let now = self.now().await?.utc();
        let event = Event::CaseOpened { procedure: run.procedure.code.clone(), channel: run.channel, due: run.due };
        let terms: Terms = self.terms(run.procedure, root.round, root.applicant).await?;
        let row = CaseRow {
            id: CaseId(random::key()),
            public_id: random::public_id(),
            root: Some(root.id),
            procedure: run.procedure.code.clone(),
            opener: run.opener.as_str().to_owned(),
            number: None,
            case: apply(Case::opened(run.channel), &event, &terms),
            created_at: now,
            filed_at: None,
            changed_at: now,
            ..root.clone()
        };
        self.open_case(&row, &event, audit).await?;
        let edition = self.edition(&root.edition).await?;
        let carried = self.carried(&edition, run.procedure, root.id).await?;
        let filing = NewFiling {
            case: row.id,
            programme: &row.programme,
            round: row.round,
            applicant: row.reader(),
            edition: &row.edition,
            procedure: run.procedure,
            channel: run.channel,
            received_on: run.received_on,
            by: run.by,
            carried: &carried,
        };
        let (_, public_id) = self.open_filing(&filing).await?;
        Ok((row, public_id))
    }

    /// Opens a filing with one row of draft for every section, so that saving is always one UPDATE with a version.
    ///
    /// # Errors
    /// [`DbError`] when the rows may not be written by this actor.
    pub async fn open_filing(&mut self, new: &NewFiling<'_>) -> Result<(FilingId, PublicId), DbError> {
        let now = self.now().await?.utc();
        let (filing, public_id) = (FilingId(random::key()), random::public_id());
        sqlx::query!(
            "insert into filings (id, public_id, programme_id, round_id, applicant_id, case_id, procedure, edition_id,
                                  channel, received_on, state, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', $11)",
            filing.0,
            public_id.uuid(),
            new.programme,
            new.round.0,
            new.applicant.0,
            new.case.0,
            new.procedure.code,
            new.edition,
            new.channel.code(),
            new.received_on,
            now,
        )
        .execute(self.sql())
        .await?;
        let form = &new.procedure.form;
        let ids: Vec<String> = form.sections.iter().map(|s| s.id.clone()).collect();
        let answers = form.sections.iter().map(|s| first_answers(form, &s.fields, new.carried));
        let answers = answers.collect::<Result<Vec<Value>, _>>()?;
        sqlx::query!(
            "insert into draft_sections (filing_id, section, applicant_id, version, answers, saved_at, saved_by)
             select $1, t.section, $2, 1, t.answers, $3, $4 from unnest($5::text[], $6::jsonb[]) as t(section, answers)",
            filing.0,
            new.applicant.0,
            now,
            new.by,
            &ids,
            &answers,
        )
        .execute(self.sql())
        .await?;
        Ok((filing, public_id))
    }

    /// The answers a draft begins with: for each field the newest effective filing that is named first.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn carried(
        &mut self,
        edition: &Edition,
        procedure: &Procedure,
        root: CaseId,
    ) -> Result<Answers, DbError> {
        let mut found = Answers::default();
        if procedure.form.fields.iter().all(|field| field.carried.is_empty()) {
            return Ok(found);
        }
        let rows = sqlx::query!(
            r#"select distinct on (c.procedure) c.procedure, s.answers as "answers: sqlx::types::Json<Answers>"
               from cases c
               join filings f on f.case_id = c.id
               join submissions s on s.filing_id = f.id
               where (c.id = $1 or c.root_id = $1) and c.took_effect_at is not null
               order by c.procedure, c.took_effect_at desc, s.n desc"#,
            root.0
        )
        .fetch_all(self.sql())
        .await?;
        let filed: BTreeMap<String, Answers> = rows.into_iter().map(|r| (r.procedure, r.answers.0)).collect();
        for field in &procedure.form.fields {
            let source = field.carried.iter().find_map(|(code, id)| {
                let raw = filed.get(code)?.0.get(id)?.clone();
                Some((edition.procedure(code)?.form.field(id)?.clone(), raw))
            });
            let Some((from, raw)) = source else { continue };
            let raw = match (raw, field.table(), from.table()) {
                // Columns by equal ids; calculated ones are worked out anew.
                (Raw::Rows(rows), Some(shape), Some(_)) => {
                    let known = |id: &String| shape.column(id).is_some_and(|column| column.value.is_none());
                    let keep = |row: RawRow| row.into_iter().filter(|(id, _)| known(id)).collect();
                    Raw::Rows(rows.into_iter().map(keep).collect())
                }
                (raw, ..) => raw,
            };
            found.0.insert(field.id.clone(), raw);
        }
        Ok(found)
    }
}

impl CaseRow {
    /// Whose rows the filing of this case are: nobody's, when the office acts of its own motion.
    #[must_use]
    pub fn reader(&self) -> ApplicantId {
        if self.opener == Opener::Office.as_str() { ApplicantId(NOBODY) } else { self.applicant }
    }
}

/// What a section's draft begins with: defaults, and over them what is carried.
fn first_answers(form: &Form, slots: &[usize], carried: &Answers) -> Result<Value, serde_json::Error> {
    let mut answers = Answers::default();
    for field in slots.iter().filter_map(|slot| form.fields.get(*slot)) {
        if let Some(raw) = carried.0.get(&field.id) {
            answers.0.insert(field.id.clone(), raw.clone());
        } else if let Some(default) = &field.default {
            answers.0.insert(field.id.clone(), Raw::Text(default.clone()));
        }
    }
    serde_json::to_value(answers)
}
