//! Cases in review with who holds them, and writing assignments.

use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_db::{Tx, random};
use hojo_programme::{Answers, Edition, Procedure, StepKind};
use hojo_web::Fault;
use hojo_words::ids::{ApplicantId, CaseId, PublicId, RoundId, StaffId};
use serde::Deserialize;
use time::Date;

use crate::common::selecting;
use crate::meaning::{About, FormTables, Meaning};
use crate::telling::{self, Held as Holding};

/// Somebody's assignment to a case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Held {
    pub id: PublicIdText,
    pub reviewer: PublicIdText,
    pub name: String,
    pub state: String,
    pub due_on: Option<String>,
    pub recusal: Option<String>,
}

/// A public id as jsonb gives it back: a UUID in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "uuid::Uuid")]
pub struct PublicIdText(pub PublicId);

impl From<uuid::Uuid> for PublicIdText {
    fn from(id: uuid::Uuid) -> Self {
        Self(PublicId::from_uuid(id))
    }
}

/// A case with reviewers.
#[derive(Clone, Debug)]
pub struct InReview {
    pub id: CaseId,
    pub public_id: PublicId,
    pub programme: String,
    pub round: RoundId,
    pub applicant: ApplicantId,
    pub number: String,
    pub name: String,
    pub title: String,
    pub frame: String,
    /// The edition and procedure it is judged by.
    pub edition: String,
    pub procedure: String,
    pub about: About,
    pub held: Vec<Held>,
    /// Reviewers the flow wants.
    pub wanted: u32,
}

impl InReview {
    /// Assignments that count towards the wanted number.
    pub fn live(&self) -> u32 {
        let live = self.held.iter().filter(|h| is_live(&h.state)).count();
        u32::try_from(live).unwrap_or(u32::MAX)
    }

    pub fn missing(&self) -> u32 {
        self.wanted.saturating_sub(self.live())
    }

    pub fn recusals(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|h| h.state == "recused")
    }

    /// As the assignment sees it: whoever had to do with it before does not get it again by itself.
    pub fn need(&self) -> hojo_selection::CaseNeed {
        let seen = self.held.iter().map(|h| h.reviewer.0.to_string()).collect();
        self.about.need(self.public_id.to_string(), self.missing(), seen)
    }
}

pub fn is_live(state: &str) -> bool {
    matches!(state, "assigned" | "declared" | "finalised")
}

/// What one edition says about reviewing, read once for a list.
#[derive(Clone)]
pub struct Terms {
    pub edition: Arc<Edition>,
    pub procedure: Arc<Procedure>,
    pub meaning: Meaning,
    pub tables: FormTables,
    pub wanted: u32,
    /// Every criterion of the score sheet.
    pub scale: Vec<hojo_selection::CriterionSpec>,
}

impl Terms {
    pub async fn load(tx: &mut Tx, edition: &str) -> Result<Option<Self>, Fault> {
        let edition = tx.edition(edition).await?;
        let Some(procedure) = selecting(&edition).cloned() else { return Ok(None) };
        let meaning = Meaning::of(&edition, &procedure)?;
        let tables = FormTables::of(&meaning, &procedure.form);
        let wanted = procedure.flow.step(StepKind::Examine).map_or(0, |s| s.count);
        let scale = crate::meaning::scale(&procedure);
        Ok(Some(Self { edition, procedure, meaning, tables, wanted, scale }))
    }

    /// The last day of a review that begins today.
    pub fn due(&self, today: Date) -> Option<Date> {
        let within = self.procedure.flow.step(StepKind::Examine)?.within?;
        within.end(today, &self.edition.calendar)
    }
}

/// Cases in position examine: of a round, or one by its id.
pub async fn in_review(tx: &mut Tx, round: Option<RoundId>, case: Option<CaseId>) -> Result<Vec<InReview>, Fault> {
    let editions = sqlx::query!(
        "select distinct edition_id from cases where (round_id = $1 or $1 is null) and (id = $2 or $2 is null) and (position = 'examine' or id = $2)",
        round.map(|r| r.0),
        case.map(|c| c.0)
    )
    .fetch_all(tx.sql())
    .await?;
    let mut terms = BTreeMap::new();
    for e in editions {
        if let Some(t) = Terms::load(tx, &e.edition_id).await? {
            terms.insert(e.edition_id, t);
        }
    }
    let mut fields: Vec<String> = terms.values().flat_map(|t| t.meaning.fields()).collect();
    fields.sort();
    fields.dedup();
    let rows = sqlx::query!(
        r#"select c.id, c.public_id, c.programme_id, c.round_id, c.applicant_id, c.edition_id,
                  coalesce(c.number, '') as "number!", c.applicant_name, c.title, c.frame,
                  (select jsonb_object_agg(e.key, e.value) from
                      (select answers from submissions s where s.case_id = c.id order by s.filed_at desc, s.n desc limit 1) newest,
                      lateral jsonb_each(newest.answers) e where e.key = any($3)) as "answers?",
                  (select jsonb_agg(jsonb_build_object('id', a.public_id, 'reviewer', r.public_id, 'name', r.name, 'state', a.state,
                                                       'due_on', to_char(a.due_on, 'YYYY/MM/DD'), 'recusal', a.recusal)
                                    order by a.assigned_at, a.id)
                   from assignments a join staff r on r.id = a.reviewer_id where a.case_id = c.id) as "held?"
           from cases c
           where (c.round_id = $1 or $1 is null) and (c.id = $2 or $2 is null) and c.root_id is null and (c.position = 'examine' or c.id = $2)
           order by c.number, c.id limit 20000"#,
        round.map(|r| r.0),
        case.map(|c| c.0),
        &fields
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let Some(t) = terms.get(&r.edition_id) else { continue };
        let answers: Answers = r.answers.map(serde_json::from_value).transpose()?.unwrap_or_default();
        all.push(InReview {
            id: CaseId(r.id),
            public_id: PublicId::from_uuid(r.public_id),
            programme: r.programme_id,
            round: RoundId(r.round_id),
            applicant: ApplicantId(r.applicant_id),
            number: r.number,
            name: r.applicant_name,
            title: r.title,
            frame: crate::common::frame(&t.edition, &r.frame),
            procedure: t.procedure.code.clone(),
            edition: r.edition_id,
            about: About::of(&t.meaning, &t.edition, &t.tables, &answers),
            held: r.held.map(serde_json::from_value).transpose()?.unwrap_or_default(),
            wanted: t.wanted,
        });
    }
    Ok(all)
}

/// Writes assignments. A pair that is live already is left as it is.
pub async fn place(tx: &mut Tx, pairs: &[(&InReview, StaffId)], by: StaffId, due: Option<Date>) -> Result<u64, Fault> {
    let at = tx.now().await?.utc();
    let keys: Vec<uuid::Uuid> = pairs.iter().map(|_| random::key()).collect();
    let ids: Vec<uuid::Uuid> = pairs.iter().map(|_| random::public_id().uuid()).collect();
    let programmes: Vec<String> = pairs.iter().map(|(c, _)| c.programme.clone()).collect();
    let rounds: Vec<uuid::Uuid> = pairs.iter().map(|(c, _)| c.round.0).collect();
    let applicants: Vec<uuid::Uuid> = pairs.iter().map(|(c, _)| c.applicant.0).collect();
    let cases: Vec<uuid::Uuid> = pairs.iter().map(|(c, _)| c.id.0).collect();
    let reviewers: Vec<uuid::Uuid> = pairs.iter().map(|(_, r)| r.0).collect();
    let placed = sqlx::query!(
        "insert into assignments (id, public_id, programme_id, round_id, applicant_id, case_id, reviewer_id, state, assigned_by, assigned_at, due_on)
         select t.*, 'assigned', $8, $9, $10
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[]) t
         on conflict do nothing
         returning case_id, reviewer_id",
        &keys,
        &ids,
        &programmes,
        &rounds,
        &applicants,
        &cases,
        &reviewers,
        by.0,
        at,
        due
    )
    .fetch_all(tx.sql())
    .await?;
    // One mail for each reviewer and edition, however many cases there are.
    let mut told: BTreeMap<(StaffId, &str), (&str, i64)> = BTreeMap::new();
    for row in &placed {
        let case = pairs.iter().find(|(c, _)| c.id.0 == row.case_id).map(|(c, _)| *c);
        if let Some(case) = case {
            told.entry((StaffId(row.reviewer_id), &case.edition)).or_insert((&case.procedure, 0)).1 += 1;
        }
    }
    let batch = random::key();
    for ((reviewer, edition), (procedure, cases)) in told {
        telling::assigned(tx, procedure, &Holding { reviewer, edition, due, cases }, batch).await?;
    }
    Ok(u64::try_from(placed.len()).unwrap_or(u64::MAX))
}
