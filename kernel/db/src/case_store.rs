//! How a case is loaded, checked and changed. A change is a list of events: they, the
//! projection and the operation log are written together or not at all.

use hojo_access::{Access, Actor, Owner, Permit};
use hojo_case::{Case, Event, Position, Terms, apply};
use hojo_words::ids::{ApplicantId, CaseId, FilingId, PublicId, RoundId, StaffId};
use serde_json::json;
use time::OffsetDateTime;

use crate::audit::{Audit, Outcome};
use crate::error::DbError;
use crate::tx::{Mode, Tx};

/// A case as a row, with its folded state.
#[derive(Clone, Debug)]
pub struct CaseRow {
    pub id: CaseId,
    pub public_id: PublicId,
    pub programme: String,
    pub round: RoundId,
    pub applicant: ApplicantId,
    pub applicant_name: String,
    pub edition: String,
    /// The case this is a run of; none for the case itself.
    pub root: Option<CaseId>,
    pub procedure: String,
    /// Who began it: a code of `hojo_programme::Opener`.
    pub opener: String,
    /// 受付番号; none while a draft.
    pub number: Option<String>,
    pub title: String,
    pub frame: String,
    pub case: Case,
    pub created_at: OffsetDateTime,
    pub filed_at: Option<OffsetDateTime>,
    pub changed_at: OffsetDateTime,
}

/// A filing as a row.
#[derive(Clone, Debug)]
pub struct FilingRow {
    pub id: FilingId,
    pub public_id: PublicId,
    pub case: CaseId,
    pub procedure: String,
    pub edition: String,
    pub state: String,
    /// Number of submissions so far.
    pub version: i32,
    pub received_on: Option<time::Date>,
}

impl Tx {
    /// Loads a case and checks `A` on it. In a writing transaction the row is locked, so the
    /// decision taken next is taken on what is really there.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is none, or none for this actor: the two look alike.
    pub async fn case<A: Access>(&mut self, id: PublicId, mode: Mode) -> Result<(Permit<A>, CaseRow), DbError> {
        let row = self.case_row(id, mode).await?;
        let permit = self.permit::<A>(&row, None).await?;
        Ok((permit, row))
    }

    /// Loads a filing with its case and checks `A` on it. Locks like [`Tx::case`].
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is none, or none for this actor.
    pub async fn filing<A: Access>(
        &mut self,
        id: PublicId,
        mode: Mode,
    ) -> Result<(Permit<A>, CaseRow, FilingRow), DbError> {
        let f = sqlx::query!(
            "select f.id, f.public_id, f.case_id, f.procedure, f.edition_id, f.state, f.version, f.received_on,
                    c.public_id as case_public_id
             from filings f join cases c on c.id = f.case_id where f.public_id = $1",
            id.uuid()
        )
        .fetch_optional(self.sql())
        .await?
        .ok_or(DbError::NotFound)?;
        let row = self.case_row(PublicId::from_uuid(f.case_public_id), mode).await?;
        let permit = self.permit::<A>(&row, Some(FilingId(f.id))).await?;
        let filing = FilingRow {
            id: FilingId(f.id),
            public_id: PublicId::from_uuid(f.public_id),
            case: CaseId(f.case_id),
            procedure: f.procedure,
            edition: f.edition_id,
            state: f.state,
            version: f.version,
            received_on: f.received_on,
        };
        Ok((permit, row, filing))
    }

    /// For jobs: loads a case by its key, locked, with the permit of the system. Only the worker's
    /// transactions get one.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is no such case, or the actor is a person.
    pub async fn case_for_system<A: Access>(&mut self, id: CaseId) -> Result<(Permit<A>, CaseRow), DbError> {
        let found = sqlx::query!("select public_id from cases where id = $1", id.0).fetch_one(self.sql()).await?;
        let row = self.case_row(PublicId::from_uuid(found.public_id), Mode::Write).await?;
        let owner = Owner {
            programme: row.programme.clone(),
            round: row.round,
            applicant: row.applicant,
            case: row.id,
            filing: None,
            assigned_to_actor: false,
        };
        let permit = Permit::system(self.actor(), owner).map_err(|_| DbError::NotFound)?;
        Ok((permit, row))
    }

    async fn case_row(&mut self, id: PublicId, mode: Mode) -> Result<CaseRow, DbError> {
        if mode == Mode::Write {
            // Always the case before its runs: whoever decides one run waits for whoever decides another.
            let root = sqlx::query!(
                "select id from cases where id = (select coalesce(c.root_id, c.id) from cases c where c.public_id = $1)
                 for no key update",
                id.uuid()
            )
            .fetch_optional(self.sql())
            .await?
            .ok_or(DbError::NotFound)?;
            let row = self.case_row_of(id).await?;
            if row.id.0 == root.id {
                return Ok(row);
            }
            sqlx::query!("select id from cases where public_id = $1 for no key update", id.uuid())
                .fetch_optional(self.sql())
                .await?;
        }
        self.case_row_of(id).await
    }

    pub(crate) async fn case_row_by_id(&mut self, id: CaseId) -> Result<CaseRow, DbError> {
        let found = sqlx::query!("select public_id from cases where id = $1", id.0)
            .fetch_optional(self.sql())
            .await?
            .ok_or(DbError::NotFound)?;
        self.case_row_of(PublicId::from_uuid(found.public_id)).await
    }

    async fn case_row_of(&mut self, id: PublicId) -> Result<CaseRow, DbError> {
        let r = sqlx::query!(
            "select id, public_id, programme_id, round_id, applicant_id, applicant_name, edition_id, root_id, procedure,
                    opener, number, title, frame, state, created_at, filed_at, changed_at
             from cases where public_id = $1",
            id.uuid()
        )
        .fetch_optional(self.sql())
        .await?
        .ok_or(DbError::NotFound)?;
        Ok(CaseRow {
            id: CaseId(r.id),
            public_id: PublicId::from_uuid(r.public_id),
            programme: r.programme_id,
            round: RoundId(r.round_id),
            applicant: ApplicantId(r.applicant_id),
            applicant_name: r.applicant_name,
            edition: r.edition_id,
            root: r.root_id.map(CaseId),
            procedure: r.procedure,
            opener: r.opener,
            number: r.number,
            title: r.title,
            frame: r.frame,
            case: serde_json::from_value(r.state)?,
            created_at: r.created_at,
            filed_at: r.filed_at,
            changed_at: r.changed_at,
        })
    }

    pub(crate) async fn permit<A: Access>(
        &mut self,
        row: &CaseRow,
        filing: Option<FilingId>,
    ) -> Result<Permit<A>, DbError> {
        let assigned_to_actor = match self.actor().clone() {
            Actor::Reviewer(r) => sqlx::query!(
                "select 1 as one from assignments
                 where case_id = $1 and reviewer_id = $2 and state in ('assigned', 'declared', 'finalised')",
                row.id.0,
                r.staff.0
            )
            .fetch_optional(self.sql())
            .await?
            .is_some(),
            _ => false,
        };
        let owner = Owner {
            programme: row.programme.clone(),
            round: row.round,
            applicant: row.applicant,
            case: row.id,
            filing,
            assigned_to_actor,
        };
        Permit::check(self.actor(), owner).map_err(|_| DbError::NotFound)
    }

    /// Writes events of a case with their projection and one line of the operation log.
    /// `row` must have been loaded for writing in this transaction.
    ///
    /// # Errors
    /// [`DbError::Conflict`] when another event took the sequence number first.
    pub async fn record<A: Access>(
        &mut self,
        permit: &Permit<A>,
        row: &CaseRow,
        events: &[Event],
        terms: &Terms,
        audit: &Audit,
    ) -> Result<CaseRow, DbError> {
        let mut next = row.clone();
        let at = self.now().await?.utc();
        for event in events {
            self.append(permit, &next, event, at).await?;
            next.case = apply(next.case, event, terms);
            if let Event::Filed { receipt, title, frame, .. } = event {
                next.number = Some(receipt.clone());
                // A later procedure leaves the case the name it has.
                if next.root.is_none() {
                    next.title.clone_from(title);
                    next.frame.clone_from(frame);
                }
                next.filed_at = Some(at);
            }
        }
        next.changed_at = at;
        self.project(&next).await?;
        // 弁明・是正: what the office began by itself is asked of the applicant now, who must see it to answer.
        if next.opener == hojo_programme::Opener::Office.as_str()
            && events.iter().any(|e| matches!(e, Event::Returned { .. }))
        {
            sqlx::query!("select reveal_run($1)", next.id.0).fetch_one(self.sql()).await?;
            next.opener = hojo_programme::Opener::Demand.as_str().to_owned();
        }
        if let Some(told) = self.take_effect(permit, &next, events, audit).await? {
            next = told;
        }
        if next.root.is_some() || !next.case.life.standing.is_empty() {
            self.refresh_dues(next.root.unwrap_or(next.id)).await?;
        }
        let kinds: Vec<&str> = events.iter().map(Event::kind).collect();
        self.log_operation(
            audit,
            A::PERMISSION,
            &format!("case:{}", next.public_id),
            Outcome::Done,
            json!({ "events": kinds, "number": next.number }),
        )
        .await?;
        Ok(next)
    }

    /// The first event of a case that does not exist yet. The row policies decide whose it may be.
    ///
    /// # Errors
    /// [`DbError::Conflict`] when the applicant already has a live case in this round; [`DbError::NotFound`] when the
    /// round is not this person's.
    pub async fn open_case(&mut self, row: &CaseRow, event: &Event, audit: &Audit) -> Result<(), DbError> {
        self.check_round(row.round)?;
        let at = self.now().await?.utc();
        sqlx::query!(
            "insert into cases (id, public_id, programme_id, round_id, applicant_id, edition_id, position, seq, state,
                                applicant_name, created_at, changed_at, root_id, procedure, opener, title, frame, due_on)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14, $15, $16, $17)",
            row.id.0,
            row.public_id.uuid(),
            row.programme,
            row.round.0,
            row.applicant.0,
            row.edition,
            row.case.position.code(),
            seq(row.case.seq),
            serde_json::to_value(&row.case)?,
            row.applicant_name,
            at,
            row.root.map(|root| root.0),
            row.procedure,
            row.opener,
            row.title,
            row.frame,
            row.case.due_on(),
        )
        .execute(self.sql())
        .await?;
        let before = CaseRow { case: Case { seq: 0, ..row.case.clone() }, ..row.clone() };
        self.append_unchecked(&before, event, at).await?;
        let permission = match self.actor() {
            Actor::Applicant(_) => hojo_access::Permission::EditFiling,
            _ => hojo_access::Permission::IntakeFiling,
        };
        self.log_operation(
            audit,
            permission,
            &format!("case:{}", row.public_id),
            Outcome::Done,
            json!({ "events": [event.kind()] }),
        )
        .await
    }

    /// An event on the case of a run the permit was given for, or on the case itself.
    pub(crate) async fn append_to_life<A: Access>(
        &mut self,
        permit: &Permit<A>,
        root: &CaseRow,
        event: &Event,
        at: OffsetDateTime,
    ) -> Result<(), DbError> {
        if permit.case() != root.id {
            let of =
                sqlx::query!("select root_id from cases where id = $1", permit.case().0).fetch_one(self.sql()).await?;
            if of.root_id != Some(root.id.0) {
                return Err(DbError::NotFound);
            }
        }
        self.append_unchecked(root, event, at).await
    }

    /// An event on a run that a decision elsewhere in its case brings about.
    pub(crate) async fn append_system(
        &mut self,
        row: &CaseRow,
        event: &Event,
        at: OffsetDateTime,
    ) -> Result<(), DbError> {
        self.append_unchecked(row, event, at).await
    }

    async fn append<A: Access>(
        &mut self,
        permit: &Permit<A>,
        row: &CaseRow,
        event: &Event,
        at: OffsetDateTime,
    ) -> Result<(), DbError> {
        if permit.case() != row.id {
            return Err(DbError::NotFound);
        }
        self.append_unchecked(row, event, at).await
    }

    async fn append_unchecked(&mut self, row: &CaseRow, event: &Event, at: OffsetDateTime) -> Result<(), DbError> {
        let actor = self.actor().clone();
        sqlx::query!(
            "insert into events (case_id, seq, programme_id, round_id, applicant_id, at, kind,
                                 actor_kind, actor_id, actor_name, body)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            row.id.0,
            seq(row.case.seq),
            row.programme,
            row.round.0,
            row.reader().0,
            at,
            event.kind(),
            actor.kind(),
            actor.id(),
            actor.name(),
            serde_json::to_value(event)?,
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }

    pub(crate) async fn project(&mut self, row: &CaseRow) -> Result<(), DbError> {
        let c = &row.case;
        sqlx::query!(
            "update cases set position = $2, outcome = $3, seq = $4, state = $5, number = $6, title = $7, frame = $8,
                    requested = $9, assigned_to = $10, due_on = $11, late_since = $12, filed_at = $13, changed_at = $14,
                    standing = $15, outcome_label = $16, money = $17, awaits_on = $18
             where id = $1",
            row.id.0,
            c.position.code(),
            c.outcome.as_ref().map(hojo_case::Outcome::code),
            seq(c.seq),
            serde_json::to_value(c)?,
            row.number,
            row.title,
            row.frame,
            c.requested,
            c.assigned_to.map(|s: StaffId| s.0),
            c.due_on(),
            c.late_since,
            row.filed_at,
            row.changed_at,
            c.life.standing,
            c.outcome_label,
            money(&c.life),
            c.life.awaits_on(),
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }
}

impl CaseRow {
    /// Where the case stands.
    #[must_use]
    pub fn position(&self) -> Position {
        self.case.position
    }
}

/// The steps of the staircase and the sums of a life by name, for totals.
fn money(life: &hojo_case::Life) -> serde_json::Value {
    life.amounts.iter().chain(&life.sums).map(|(name, yen)| (name.clone(), json!(yen))).collect()
}

fn seq(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
