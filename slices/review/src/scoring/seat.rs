//! 席: a reviewer's place at a case, with the sheet as it stands.

use hojo_access::allow;
use hojo_case::{Position, Refusal};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_selection::SheetSpec;
use hojo_web::{Cx, Fault};
use hojo_words::ids::{AssignmentId, PublicId};
use time::{Date, OffsetDateTime};

use crate::common::{Opened, me, open};
use crate::meaning::{Stored, sheet};

/// Where the reviewer stands with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The conflict declaration is owed; nothing of the application is shown.
    Assigned,
    Declared,
    Finalised,
}

pub struct Seat {
    pub id: AssignmentId,
    pub public_id: PublicId,
    pub state: State,
    pub due_on: Option<Date>,
    pub finalised_at: Option<OffsetDateTime>,
    pub row: CaseRow,
}

/// The sheet as stored. Version 0: nothing was saved yet.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    pub version: i32,
    pub stored: Stored,
    pub saved_at: Option<OffsetDateTime>,
}

impl Seat {
    /// The reviewer's own seat, in a state that still lets the case be seen. In a post the
    /// assignment is locked, so that two posts of one reviewer follow each other.
    ///
    /// # Errors
    /// [`Fault::NotFound`] when it is not this reviewer's, or no longer.
    pub async fn take(cx: &Cx<allow::ReviewCase>, tx: &mut Tx) -> Result<Self, Fault> {
        let public_id: PublicId = cx.param("assignment")?;
        let me = me(cx.actor())?;
        if cx.mode() == Mode::Write {
            sqlx::query!(
                "select id from assignments where public_id = $1 and reviewer_id = $2 for update",
                public_id.uuid(),
                me.0
            )
            .fetch_optional(tx.sql())
            .await?;
        }
        let r = sqlx::query!(
            "select a.id, a.state, a.due_on, a.finalised_at, c.public_id as case_public_id
             from assignments a join cases c on c.id = a.case_id where a.public_id = $1 and a.reviewer_id = $2",
            public_id.uuid(),
            me.0
        )
        .fetch_optional(tx.sql())
        .await?
        .ok_or(Fault::NotFound)?;
        let state = match r.state.as_str() {
            "assigned" => State::Assigned,
            "declared" => State::Declared,
            "finalised" => State::Finalised,
            _ => return Err(Fault::NotFound),
        };
        // A reviewer reads cases and never changes one: the row is not locked.
        let (_, row) = tx.case::<allow::ReviewCase>(PublicId::from_uuid(r.case_public_id), Mode::Read).await?;
        Ok(Self { id: AssignmentId(r.id), public_id, state, due_on: r.due_on, finalised_at: r.finalised_at, row })
    }

    pub fn path(&self) -> String {
        format!("/review/{}", self.public_id)
    }

    /// May the sheet be changed now?
    ///
    /// # Errors
    /// [`Refusal`] that says why not.
    pub fn may_score(&self) -> Result<(), Refusal> {
        match (self.state, self.row.position()) {
            (State::Finalised, _) => Err(Refusal::new(
                "SHEET-FINALISED",
                "この採点表は確定済みのため、変更できません。",
                "誤りに気づいた場合は事務局へ連絡してください。",
            )),
            (State::Assigned, _) => Err(Refusal::new(
                "CONFLICT-NOT-DECLARED",
                "利益相反の申告がまだです。",
                "先に、利益相反の有無を申告してください。",
            )),
            (State::Declared, Position::Examine) => Ok(()),
            (State::Declared, _) => Err(Refusal::new(
                "REVIEW-CLOSED",
                "この案件の審査は終了しています。",
                "入力した採点は保存されていますが、変更や確定はできません。",
            )),
        }
    }

    pub async fn sheet(&self, tx: &mut Tx) -> Result<Sheet, Fault> {
        let found =
            sqlx::query!("select version, scores, saved_at from score_sheets where assignment_id = $1", self.id.0)
                .fetch_optional(tx.sql())
                .await?;
        let Some(r) = found else { return Ok(Sheet::default()) };
        Ok(Sheet { version: r.version, stored: serde_json::from_value(r.scores)?, saved_at: Some(r.saved_at) })
    }

    /// The application, opened. Refused before the declaration: this is the only way to it.
    ///
    /// # Errors
    /// [`Fault::Refused`] while the declaration is owed.
    pub async fn application(&self, tx: &mut Tx) -> Result<(Opened, SheetSpec), Fault> {
        if self.state == State::Assigned {
            return Err(Fault::Refused(Refusal::new(
                "CONFLICT-NOT-DECLARED",
                "利益相反の申告がまだです。",
                "先に、利益相反の有無を申告してください。",
            )));
        }
        let opened = open(tx, &self.row).await?;
        let spec = sheet(&opened.procedure, &opened.reading);
        Ok((opened, spec))
    }
}
