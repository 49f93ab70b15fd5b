//! 案件の一生: read for rules and pages, changed by the decisions of its procedures, and nowhere else.
//! `record` calls [`Tx::take_effect`] whenever a decision is among the events: no path can forget it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_access::{Access, Permit};
use hojo_case::{
    Change, Event, Life, Obligation, Refusal, Ruling, Standing, consequences, fits, hushed, may_file, obligations,
};
use hojo_programme::{Answers, Edition, Facts, Opener, Procedure, Reading, read};
use hojo_words::ids::CaseId;
use serde_json::json;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::audit::Audit;
use crate::case_store::CaseRow;
use crate::error::DbError;
use crate::runs::RunRow;
use crate::tx::Tx;

/// A case with everything its later procedures ask about.
#[derive(Clone, Debug)]
pub struct LifeView {
    pub root: CaseRow,
    pub edition: Arc<Edition>,
    /// As rules see it: with its first standing and the requested amount.
    pub life: Life,
    /// The runs this actor may see.
    pub runs: Vec<RunRow>,
    /// Runs under way, by procedure.
    pub open: BTreeMap<String, u32>,
}

impl LifeView {
    /// The facts of the case over those of its applicant.
    #[must_use]
    pub fn facts(&self, facts: Facts) -> Facts {
        let Some(plan) = &self.edition.life else { return facts };
        let codes: Vec<&str> = self.edition.procedures.keys().map(String::as_str).collect();
        self.life.facts(plan, &codes, &self.open, facts)
    }

    /// How many runs of a procedure meet what is owed: handed in and still under way, or ended with effects. One that
    /// was refused or withdrawn meets nothing.
    #[must_use]
    pub fn filed(&self, procedure: &str) -> u32 {
        let meets = |run: &&RunRow| {
            let filed = run.procedure == procedure && run.filed_at.is_some();
            filed && (!run.is_over() || run.took_effect_at.is_some())
        };
        u32::try_from(self.runs.iter().filter(meets).count()).unwrap_or(u32::MAX)
    }
}

impl LifeView {
    /// May this run, begun by `opener`, be handed in now? Whoever may not see what stands in the way is not told of it.
    ///
    /// # Errors
    /// As [`hojo_case::may_file`].
    pub fn may_file(&self, facts: &Facts, procedure: &Procedure, opener: Opener) -> Result<(), Refusal> {
        let at = Standing { life: &self.life, open: &self.open, facts };
        may_file(&self.edition, procedure, opener, at).map_err(|refusal| self.told(refusal, procedure))
    }

    /// A refusal as this actor may read it.
    #[must_use]
    pub fn told(&self, refusal: Refusal, procedure: &Procedure) -> Refusal {
        let excluded = procedure.starts.as_ref().map(|starts| starts.not_while.as_slice()).unwrap_or_default();
        let seen = |run: &RunRow| run.filed_at.is_some() && !run.is_over() && excluded.contains(&run.procedure);
        if self.runs.iter().any(seen) { refusal } else { hushed(refusal, procedure) }
    }
}

/// A decision as [`Tx::take_effect`] finds it among the events.
struct Taken<'t> {
    run: &'t CaseRow,
    outcome: &'t hojo_case::Outcome,
    amount: Option<i64>,
    label: &'t str,
}

impl<'t> Taken<'t> {
    fn of(run: &'t CaseRow, events: &'t [Event]) -> Option<Self> {
        let decided = events.iter().find_map(|event| match event {
            Event::Decided { outcome, amount, label, .. } => Some(Self { run, outcome, amount: *amount, label }),
            _ => None,
        });
        // 審査対象外: the check that settles it is the decision.
        let excluded = run.case.outcome.as_ref().filter(|outcome| **outcome == hojo_case::Outcome::EXCLUDED);
        let check = |e: &Event| matches!(e, Event::FirstCheckFinished { .. } | Event::SecondCheckFinished { .. });
        let settled = excluded.filter(|_| events.iter().any(check));
        decided.or_else(|| settled.map(|outcome| Self { run, outcome, amount: None, label: outcome.label() }))
    }
}

impl Tx {
    /// The life of the case a row belongs to: the row itself, or the one it is a run of.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when this actor may not see it.
    pub async fn life(&mut self, row: &CaseRow) -> Result<LifeView, DbError> {
        let root = self.root_of(row).await?;
        let edition = self.edition(&root.edition).await?;
        let runs = self.runs(root.id).await?;
        let open = self.runs_under_way(root.id).await?;
        let life = match &edition.life {
            Some(plan) => root.case.life.seen(plan, root.case.requested),
            None => root.case.life.clone(),
        };
        Ok(LifeView { root, edition, life, runs, open })
    }

    /// The case a run belongs to; the row itself when it is no run.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when this actor may not see it.
    pub async fn root_of(&mut self, row: &CaseRow) -> Result<CaseRow, DbError> {
        match row.root {
            None => Ok(row.clone()),
            Some(root) => self.case_row_by_id(root).await,
        }
    }

    /// The facts for reading and judging a filing of this case: its applicant's, the round's, and those of its life.
    /// An application knows no life yet, and asks nothing more.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn case_facts(&mut self, row: &CaseRow) -> Result<Facts, DbError> {
        let facts = self.facts(row.round, row.applicant).await?;
        if row.root.is_none() && row.case.life.standing.is_empty() {
            return Ok(facts);
        }
        let view = self.life(row).await?;
        Ok(view.facts(facts))
    }

    /// What the newest submission of a case says, read under its edition with today's facts.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when nothing was submitted.
    pub async fn newest_reading(&mut self, row: &CaseRow, procedure: &Procedure) -> Result<Reading, DbError> {
        let answers = sqlx::query!(
            r#"select s.answers as "answers: Json<Answers>" from submissions s where s.case_id = $1 order by s.filed_at desc, s.n desc limit 1"#,
            row.id.0
        )
        .fetch_optional(self.sql())
        .await?
        .ok_or(DbError::NotFound)?
        .answers
        .0;
        let edition = self.edition(&row.edition).await?;
        let facts = self.case_facts(row).await?;
        Ok(read(&edition, procedure, &answers, &facts).0)
    }

    /// What a decision would change, or why it may not be taken. `None` when its outcome has no effects at all: then the
    /// case is as if the run had not been, and nothing owed is met by it. Nothing is written.
    ///
    /// # Errors
    /// The outer for ours, the inner [`Refusal`] for the staircase and the like.
    pub async fn would_change(
        &mut self,
        row: &CaseRow,
        outcome: &str,
        amount: Option<i64>,
    ) -> Result<Result<Option<Vec<Change>>, Refusal>, DbError> {
        let view = self.life(row).await?;
        let procedure = view.edition.procedure(&row.procedure).cloned();
        let Some((plan, procedure)) = view.edition.life.clone().zip(procedure) else { return Ok(Ok(None)) };
        let reading = self.newest_reading(row, &procedure).await?;
        if let Err(refusal) = fits(&procedure, outcome, &reading) {
            return Ok(Err(refusal));
        }
        let Some(effects) = procedure.flow.effects.get(outcome) else { return Ok(Ok(None)) };
        let date = self.now().await?.date();
        let ruling = Ruling { amount, date, receipt: row.number.as_deref().unwrap_or_default() };
        let filed = view.edition.filed.get(&row.procedure.replace('-', "_"));
        let changes = match consequences(&plan, &view.life, effects, filed, ruling, &reading) {
            Ok(changes) => changes,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Ok(self.successor_is_free(&view.root, &changes).await?.map(|()| Some(changes)))
    }

    /// Records on the case what a decision of one of its runs (or its own) changed. Called by `record` for every
    /// decision, in its transaction.
    pub(crate) async fn take_effect<A: Access>(
        &mut self,
        permit: &Permit<A>,
        run: &CaseRow,
        events: &[Event],
        audit: &Audit,
    ) -> Result<Option<CaseRow>, DbError> {
        let Some(Taken { run, outcome, amount, label }) = Taken::of(run, events) else { return Ok(None) };
        let changes = self.would_change(run, outcome.code(), amount).await?;
        let changes = changes.map_err(|refusal| DbError::Unlawful(Box::new(refusal)))?;
        let Some(changes) = changes else { return Ok(None) };
        let root = self.root_of(run).await?;
        let edition = self.edition(&root.edition).await?;
        let event = Event::TookEffect {
            procedure: run.procedure.clone(),
            title: edition.procedure(&run.procedure).map(|p| p.title.clone()).unwrap_or_default(),
            receipt: run.number.clone().unwrap_or_default(),
            outcome: outcome.clone(),
            label: label.to_owned(),
            changes: changes.clone(),
        };
        let next = self.tell_life(permit, &root, event).await?;
        let at = self.now().await?.utc();
        sqlx::query!("update cases set took_effect_at = $2 where id = $1", run.id.0, at).execute(self.sql()).await?;
        let receipt = run.number.clone().unwrap_or_default();
        self.beyond::<A>(&next, &receipt, &changes, at, audit).await?;
        Ok((root.id == run.id).then_some(next))
    }

    /// One event on the case itself, with its projection.
    pub(crate) async fn tell_life<A: Access>(
        &mut self,
        permit: &Permit<A>,
        root: &CaseRow,
        event: Event,
    ) -> Result<CaseRow, DbError> {
        let at = self.now().await?.utc();
        self.append_to_life(permit, root, &event, at).await?;
        let edition = self.edition(&root.edition).await?;
        let procedure = edition.procedure(&root.procedure).cloned().ok_or(DbError::NotFound)?;
        let terms = self.terms(&procedure, root.round, root.applicant).await?;
        let mut next = root.clone();
        // The amount an application asked for becomes the first step of the staircase.
        if let Some(plan) = &edition.life {
            next.case.life = next.case.life.seen(plan, next.case.requested);
        }
        next.case = hojo_case::apply(next.case, &event, &terms);
        next.changed_at = at;
        self.project(&next).await?;
        Ok(next)
    }

    /// Effects that reach beyond the case: its holder, its applicant's name, the account, runs that end with it.
    pub(crate) async fn beyond<A: Access>(
        &mut self,
        root: &CaseRow,
        receipt: &str,
        changes: &[Change],
        at: OffsetDateTime,
        audit: &Audit,
    ) -> Result<(), DbError> {
        for change in changes {
            match change {
                Change::Holder { told } => self.hand_over_case(root, receipt, told, at).await?,
                Change::Applicant { told } => {
                    sqlx::query!("select rename_applicant($1, $2, $3, $4)", root.id.0, receipt, json!(told), at)
                        .fetch_one(self.sql())
                        .await?;
                }
                Change::Account { told } => {
                    if let Some(sub) = told.get("sub") {
                        sqlx::query!("select hand_over_account($1, $2, $3, $4)", root.id.0, receipt, sub, at)
                            .fetch_one(self.sql())
                            .await?;
                    }
                }
                Change::Ended { procedures } => self.end_runs(root, procedures, at).await?,
                _ => {}
            }
        }
        let what = json!({ "receipt": receipt, "changes": changes.iter().map(Change::sentence).collect::<Vec<_>>() });
        let case = format!("case:{}", root.public_id);
        self.log_operation(audit, A::PERMISSION, &case, crate::audit::Outcome::Done, what).await
    }

    /// Runs still under way, and drafts, of procedures that this decision ends.
    async fn end_runs(&mut self, root: &CaseRow, procedures: &[String], at: OffsetDateTime) -> Result<(), DbError> {
        let runs = self.runs(root.id).await?;
        for run in runs.iter().filter(|run| !run.is_over() && procedures.contains(&run.procedure)) {
            let row = self.case_row_by_id(run.id).await?;
            let event = Event::Withdrawn { reason: "案件の決定により終了".into() };
            self.append_system(&row, &event, at).await?;
            let edition = self.edition(&row.edition).await?;
            let Some(procedure) = edition.procedure(&row.procedure).cloned() else { continue };
            let terms = self.terms(&procedure, row.round, row.applicant).await?;
            let mut next = row.clone();
            next.case = hojo_case::apply(next.case, &event, &terms);
            next.changed_at = at;
            self.project(&next).await?;
            sqlx::query!("update filings set state = 'withdrawn' where case_id = $1", row.id.0)
                .execute(self.sql())
                .await?;
        }
        Ok(())
    }

    /// What a case owes, worked out now.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn obligations(&mut self, view: &LifeView) -> Result<Vec<Obligation>, DbError> {
        let facts = view.facts(self.facts(view.root.round, view.root.applicant).await?);
        let calendar = self.calendar(&view.root.edition).await?;
        Ok(obligations(&view.edition, &view.life, &facts, &|code| view.filed(code), &calendar))
    }

    /// Brings the projection of a case's obligations up to date. Idempotent.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn refresh_dues(&mut self, root: CaseId) -> Result<(), DbError> {
        let row = self.case_row_by_id(root).await?;
        if row.case.life.standing.is_empty() {
            return Ok(());
        }
        let view = self.life(&row).await?;
        let owed = self.obligations(&view).await?;
        let at = self.now().await?.utc();
        let keys: Vec<String> = owed.iter().map(Obligation::key).collect();
        // What is owed no more stays as met history only where it was met; the rest follows the rule anew.
        sqlx::query!("delete from dues where case_id = $1 and key <> all ($2)", root.0, &keys)
            .execute(self.sql())
            .await?;
        for due in &owed {
            let reminders: Vec<_> =
                due.reminders.iter().map(|(day, kind)| json!({ "on": day.to_string(), "kind": kind.code() })).collect();
            sqlx::query!(
                "insert into dues (case_id, key, programme_id, round_id, applicant_id, obligation, procedure, title,
                                   opens_on, due_on, met, moved_from, reminders, otherwise, refreshed_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                 on conflict (case_id, key) do update set applicant_id = excluded.applicant_id, title = excluded.title,
                     opens_on = excluded.opens_on, due_on = excluded.due_on, met = excluded.met,
                     moved_from = excluded.moved_from, reminders = excluded.reminders, otherwise = excluded.otherwise,
                     refreshed_at = excluded.refreshed_at",
                root.0,
                due.key(),
                row.programme,
                row.round.0,
                row.applicant.0,
                due.id,
                due.procedure,
                due.title,
                due.opens,
                due.due,
                due.state == hojo_case::ObligationState::Met,
                due.moved_from,
                json!(reminders),
                due.otherwise,
                at,
            )
            .execute(self.sql())
            .await?;
        }
        Ok(())
    }

    /// 督促に応答なし, after the last reminder: the office is asked to begin what follows.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn unmet_due<A: Access>(
        &mut self,
        permit: &Permit<A>,
        root: &CaseRow,
        due: &Obligation,
        asked: &str,
    ) -> Result<(), DbError> {
        let edition = self.edition(&root.edition).await?;
        let event = Event::DueUnmet {
            obligation: due.key(),
            title: due.title.clone(),
            due: due.due,
            asked: asked.to_owned(),
            asked_title: edition.procedure(asked).map_or_else(|| asked.to_owned(), |p| p.title.clone()),
        };
        self.tell_life(permit, root, event).await.map(|_| ())
    }

    /// 期限の変更, after a second person approved it: told on the case, with its dues.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn move_due<A: Access>(
        &mut self,
        permit: &Permit<A>,
        root: &CaseRow,
        event: Event,
    ) -> Result<(), DbError> {
        self.tell_life(permit, root, event).await?;
        self.refresh_dues(root.id).await
    }
}
