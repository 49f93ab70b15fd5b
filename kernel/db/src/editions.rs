//! Editions: immutable, so loaded once and shared. Rules lowered and deadlines moved at run time
//! are read anew each time: they must be in force within seconds on every node.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use hojo_case::Terms;
use hojo_programme::{Edition, Procedure, SourceFiles};
use hojo_words::BusinessCalendar;
use hojo_words::ids::{ApplicantId, RoundId};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::DbError;
use crate::tx::Tx;

/// The editions this process has loaded, by id and version.
#[derive(Clone, Default)]
pub struct EditionStore {
    loaded: Arc<Mutex<HashMap<String, Arc<Edition>>>>,
}

/// The codes of stop rules lowered to ask, for one edition.
pub type Lowering = BTreeSet<String>;

/// 公募回の日程: what the round's row says, moves of the deadline applied.
#[derive(Clone, Debug)]
pub(crate) struct RoundDays {
    pub opens: OffsetDateTime,
    pub closes: OffsetDateTime,
    /// Other days of the round by the edition's names, as moments; those that are not here are the edition's.
    pub others: Value,
}

impl RoundDays {
    /// Every day the round itself knows, by the edition's names.
    pub fn all(&self) -> BTreeMap<String, OffsetDateTime> {
        let parse = |text: &Value| OffsetDateTime::parse(text.as_str()?, &Rfc3339).ok();
        let others = self.others.as_object().into_iter().flatten();
        let mut all: BTreeMap<_, _> = others.filter_map(|(name, text)| Some((name.clone(), parse(text)?))).collect();
        all.insert("applications_open".into(), self.opens);
        all.insert("applications_close".into(), self.closes);
        all
    }
}

impl EditionStore {
    fn get(&self, id: &str) -> Option<Arc<Edition>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn put(&self, id: &str, edition: Arc<Edition>) {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), edition);
    }
}

impl Tx {
    /// The edition a case pins, by its key (`programme/code@version`).
    ///
    /// # Errors
    /// [`DbError::Corrupt`] when the stored source no longer loads: publication proves that it does,
    /// so the build is older than the edition.
    pub async fn edition(&mut self, id: &str) -> Result<Arc<Edition>, DbError> {
        let store = self.edition_store();
        if let Some(edition) = store.get(id) {
            return Ok(edition);
        }
        let row = sqlx::query!("select source, hash from editions where id = $1", id).fetch_one(self.sql()).await?;
        let files: SourceFiles = serde_json::from_value(row.source)?;
        let edition = hojo_programme::load_dir(&files)
            .map_err(|problems| DbError::Corrupt(problems.first().map_or_else(String::new, ToString::to_string)))?;
        if edition.hash != row.hash {
            return Err(DbError::Corrupt(format!("edition {id}: the stored source has another hash")));
        }
        let edition = Arc::new(edition);
        store.put(id, Arc::clone(&edition));
        Ok(edition)
    }

    /// The stop rules of an edition's procedure that two people lowered to ask.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn lowered(&mut self, edition: &str, procedure: &str) -> Result<Lowering, DbError> {
        let rows = sqlx::query!(
            "select rule from rule_lowerings
             where edition_id = $1 and procedure = $2 and approved_at is not null and ended_at is null",
            edition,
            procedure
        )
        .fetch_all(self.sql())
        .await?;
        Ok(rows.into_iter().map(|r| r.rule).collect())
    }

    /// When applications open and close for this applicant, moves included.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is no such round.
    pub async fn window(
        &mut self,
        round: RoundId,
        applicant: Option<ApplicantId>,
    ) -> Result<(OffsetDateTime, OffsetDateTime), DbError> {
        let (days, _) = self.round_days(round, applicant).await?;
        Ok((days.opens, days.closes))
    }

    /// 公募回の日程: the days the round itself knows, deadline moves for everybody applied. What is not among them is the
    /// edition's.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is no such round.
    pub async fn round_dates(&mut self, round: RoundId) -> Result<BTreeMap<String, OffsetDateTime>, DbError> {
        Ok(self.round_days(round, None).await?.0.all())
    }

    /// The round's own days for this applicant, and the edition it runs on.
    pub(crate) async fn round_days(
        &mut self,
        round: RoundId,
        applicant: Option<ApplicantId>,
    ) -> Result<(RoundDays, String), DbError> {
        // The latest approved move wins; one for this applicant wins over one for the round.
        let row = sqlx::query!(
            r#"select r.opens_at, coalesce(m.closes_at, r.closes_at) as "closes_at!", r.dates, r.edition_id
               from rounds r
               left join lateral (
                   select d.closes_at from deadline_moves d
                   where d.round_id = r.id and d.approved_at is not null
                     and (d.applicant_id is null or d.applicant_id = $2)
                   order by (d.applicant_id is not null) desc, d.approved_at desc limit 1) m on true
               where r.id = $1"#,
            round.0,
            applicant.map(|a| a.0),
        )
        .fetch_one(self.sql())
        .await?;
        Ok((RoundDays { opens: row.opens_at, closes: row.closes_at, others: row.dates }, row.edition_id))
    }

    /// The terms a case is decided under now.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is no such round.
    pub async fn terms(
        &mut self,
        procedure: &Procedure,
        round: RoundId,
        applicant: ApplicantId,
    ) -> Result<Terms, DbError> {
        let (days, edition) = self.round_days(round, Some(applicant)).await?;
        let calendar = self.calendar(&edition).await?;
        Ok(Terms::of(procedure, days.opens, days.closes).on(calendar))
    }

    /// The days the office does not work in the year to come: those of the round's edition, and the
    /// national holidays as they were last imported.
    ///
    /// # Errors
    /// [`DbError`] when the edition cannot be loaded.
    pub async fn calendar(&mut self, edition: &str) -> Result<BusinessCalendar, DbError> {
        let edition = self.edition(edition).await?;
        let today = self.now().await?.date();
        let rows = sqlx::query!("select day, name from holidays where day between $1 and $1 + 366", today)
            .fetch_all(self.sql())
            .await?;
        Ok(edition.calendar.clone().and(rows.into_iter().map(|r| (r.day, r.name))))
    }
}
