//! 書きかけの下書き of a round, and what another edition would do to each: for the trial before a change and for what is
//! told after it.

use std::collections::HashMap;
use std::sync::Arc;

use hojo_db::{Lowering, Tx};
use hojo_jobs::Failure;
use hojo_programme::{Answers, Edition, Side, Touch, touch};
use hojo_words::ids::{ApplicantId, PublicId, RoundId};
use sqlx::types::Json;
use uuid::Uuid;

use super::db;

/// Drafts looked at in one transaction.
pub const BATCH: i64 = 200;

/// A draft with its answers.
pub struct Draft {
    pub filing: Uuid,
    pub public_id: PublicId,
    pub case: Uuid,
    pub case_public: PublicId,
    pub applicant: ApplicantId,
    pub procedure: String,
    pub edition: String,
    answers: Answers,
}

/// Which drafts of a round.
#[derive(Clone, Copy)]
pub struct Which<'w> {
    pub round: RoundId,
    /// Those that are not under this edition yet: a draft may have stayed behind at an earlier change.
    pub to: &'w str,
    /// Only those an applicant types: what the office types from paper is nobody's at the portal.
    pub online: bool,
    pub after: Option<Uuid>,
}

/// How many drafts of a round a change to this edition meets.
pub async fn count(tx: &mut Tx, round: RoundId, to: &str) -> sqlx::Result<i64> {
    let row = sqlx::query!(
        r#"select count(*) as "n!" from filings f join cases c on c.id = f.case_id
           where f.round_id = $1 and f.state = 'draft' and c.position = 'draft' and c.root_id is null and f.edition_id <> $2"#,
        round.0,
        to
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(row.n)
}

/// Up to [`BATCH`] drafts, by key.
pub async fn batch(tx: &mut Tx, which: Which<'_>) -> Result<Vec<Draft>, Failure> {
    let rows = sqlx::query!(
        r#"select f.id, f.public_id, f.procedure, f.edition_id, c.id as case_id, c.public_id as case_public, c.applicant_id,
                  coalesce((select jsonb_agg(d.answers) from draft_sections d where d.filing_id = f.id), '[]') as "answers!: Json<Vec<Answers>>"
           from filings f join cases c on c.id = f.case_id
           where f.round_id = $1 and f.state = 'draft' and c.position = 'draft' and c.root_id is null
             and f.edition_id <> $2 and (not $3 or f.channel = 'portal') and ($4::uuid is null or f.id > $4)
           order by f.id limit $5"#,
        which.round.0,
        which.to,
        which.online,
        which.after,
        BATCH
    )
    .fetch_all(tx.sql())
    .await
    .map_err(db)?;
    Ok(rows
        .into_iter()
        .map(|r| Draft {
            filing: r.id,
            public_id: PublicId::from_uuid(r.public_id),
            case: r.case_id,
            case_public: PublicId::from_uuid(r.case_public),
            applicant: ApplicantId(r.applicant_id),
            procedure: r.procedure,
            edition: r.edition_id,
            answers: Answers(r.answers.0.into_iter().flat_map(|part| part.0).collect()),
        })
        .collect())
}

/// The newer edition, and what was looked up for the drafts before.
pub struct Measure {
    round: RoundId,
    to: String,
    new: Arc<Edition>,
    lowered: HashMap<(String, String), Arc<Lowering>>,
}

impl Measure {
    pub async fn of(tx: &mut Tx, round: RoundId, to: &str) -> Result<Self, Failure> {
        Ok(Self { round, to: to.to_owned(), new: tx.edition(to).await?, lowered: HashMap::new() })
    }

    /// What becomes of one draft; `None` when the newer edition does not have its procedure.
    pub async fn touch(&mut self, tx: &mut Tx, draft: &Draft) -> Result<Option<Touch>, Failure> {
        let old = tx.edition(&draft.edition).await?;
        let was = self.lowered(tx, &draft.edition, &draft.procedure).await?;
        let is = self.lowered(tx, &self.to.clone(), &draft.procedure).await?;
        let facts = tx.facts(self.round, draft.applicant).await?;
        let (from, to) = (Side { edition: &old, lowered: &was }, Side { edition: &self.new, lowered: &is });
        Ok(touch(from, to, &draft.procedure, &draft.answers, &facts))
    }

    async fn lowered(&mut self, tx: &mut Tx, edition: &str, procedure: &str) -> Result<Arc<Lowering>, Failure> {
        let key = (edition.to_owned(), procedure.to_owned());
        if let Some(known) = self.lowered.get(&key) {
            return Ok(Arc::clone(known));
        }
        let found = Arc::new(tx.lowered(edition, procedure).await?);
        self.lowered.insert(key, Arc::clone(&found));
        Ok(found)
    }
}
