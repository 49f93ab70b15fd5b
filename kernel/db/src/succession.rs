//! 承継: a case passes to another company, at once or on its 効力発生日, and only to one that can hold it.

use std::collections::BTreeMap;

use hojo_access::{Access, Permit};
use hojo_case::{Awaited, Change, Event, Refusal};
use hojo_words::ids::{ApplicantId, CaseId};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::audit::Audit;
use crate::case_store::CaseRow;
use crate::error::DbError;
use crate::random;
use crate::tx::Tx;

impl Tx {
    /// May whoever these changes hand the case to hold it? One company has one case in a round.
    pub(crate) async fn successor_is_free(
        &mut self,
        root: &CaseRow,
        changes: &[Change],
    ) -> Result<Result<(), Refusal>, DbError> {
        for told in changes.iter().flat_map(handed_to) {
            let Some(number) = told.get("corporate_number") else { continue };
            let other = sqlx::query!(
                "select c.number from cases c join applicants a on a.id = c.applicant_id
                 where a.corporate_number = $1 and c.round_id = $2 and c.id <> $3 and c.root_id is null
                   and c.position not in ('withdrawn', 'discarded') limit 1",
                number,
                root.round.0,
                root.id.0
            )
            .fetch_optional(self.sql())
            .await?;
            if let Some(other) = other {
                let name = told.get("name").map_or("承継先", String::as_str);
                let case = other.number.map_or_else(|| "下書き".to_owned(), |number| format!("受付番号{number}"));
                return Ok(Err(Refusal::new(
                    "SUCCESSOR-HAS-CASE",
                    format!(
                        "承継先の{name}は、同じ公募回に自らの申請（{case}）を持っているため、この案件を引き継げません。"
                    ),
                    "承継先の申請が取り下げられてから起案するか、承継先を確認してください。",
                )));
            }
        }
        Ok(Ok(()))
    }

    pub(crate) async fn hand_over_case(
        &mut self,
        root: &CaseRow,
        receipt: &str,
        told: &BTreeMap<String, String>,
        at: OffsetDateTime,
    ) -> Result<(), DbError> {
        let name = told.get("name").cloned().unwrap_or_default();
        let successor = sqlx::query!(
            r#"select successor_for($1, $2, $3, $4, $5, $6) as "id!""#,
            root.id.0,
            receipt,
            told.get("corporate_number"),
            name,
            random::key(),
            random::public_id().uuid(),
        )
        .fetch_one(self.sql())
        .await?
        .id;
        sqlx::query!("select transfer_case($1, $2, $3, $4)", root.id.0, ApplicantId(successor).0, receipt, at)
            .fetch_one(self.sql())
            .await?;
        Ok(())
    }

    /// Cases in which something decided takes hold by this day, after `after` in their order.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn cases_awaiting(&mut self, today: Date, after: CaseId, most: i64) -> Result<Vec<CaseId>, DbError> {
        let rows = sqlx::query!(
            "select id from cases where awaits_on <= $1 and id > $2 order by id limit $3",
            today,
            after.0,
            most
        )
        .fetch_all(self.sql())
        .await?;
        Ok(rows.into_iter().map(|r| CaseId(r.id)).collect())
    }

    /// What was decided for a day that has come and has not taken hold, with what stands in its way; the oldest first.
    /// Only cases this actor may see.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn held_up(&mut self, today: Date, most: i64) -> Result<Vec<HeldUp>, DbError> {
        let rows =
            sqlx::query!("select id from cases where awaits_on <= $1 order by awaits_on, id limit $2", today, most)
                .fetch_all(self.sql())
                .await?;
        let mut found = Vec::new();
        for id in rows {
            let case = self.case_row_by_id(CaseId(id.id)).await?;
            for awaited in case.case.life.awaited.clone().into_iter().filter(|awaited| awaited.on <= today) {
                let why = self.successor_is_free(&case, &awaited.changes).await?.err();
                // On the day itself nothing is late yet, unless something is in the way.
                if why.is_some() || awaited.on < today {
                    found.push(HeldUp { case: case.clone(), awaited, why });
                }
            }
        }
        Ok(found)
    }

    /// 効力発生: what was decided for a day that has come takes hold. `root` was loaded for writing.
    ///
    /// # Errors
    /// [`DbError::Unlawful`] when it may not any more: then it stays awaited, and somebody must look.
    pub async fn come_true<A: Access>(
        &mut self,
        permit: &Permit<A>,
        root: &CaseRow,
        audit: &Audit,
    ) -> Result<u32, DbError> {
        let (now, mut row, mut come) = (self.now().await?, root.clone(), 0u32);
        let (today, at) = (now.date(), now.utc());
        for awaited in root.case.life.awaited.iter().filter(|awaited| awaited.on <= today) {
            let free = self.successor_is_free(&row, &awaited.changes).await?;
            free.map_err(|refusal| DbError::Unlawful(Box::new(refusal)))?;
            let (receipt, changes) = (awaited.receipt.clone(), awaited.changes.clone());
            let event = Event::CameTrue { receipt, on: awaited.on, changes };
            row = self.tell_life(permit, &row, event).await?;
            self.beyond::<A>(&row, &awaited.receipt, &awaited.changes, at, audit).await?;
            // Whose it is may have changed.
            row = self.case_row_by_id(row.id).await?;
            come = come.saturating_add(1);
        }
        if come > 0 {
            self.refresh_dues(row.id).await?;
        }
        Ok(come)
    }
}

/// 効力発生日を過ぎても反映できていない変更.
#[derive(Clone, Debug)]
pub struct HeldUp {
    pub case: CaseRow,
    pub awaited: Awaited,
    /// What stands in its way now; `None` when nothing does and the next look brings it about.
    pub why: Option<Refusal>,
}

/// Whom changes hand a case to, now or later.
fn handed_to(change: &Change) -> Vec<&BTreeMap<String, String>> {
    match change {
        Change::Holder { told } => vec![told],
        Change::Awaited { changes, .. } => changes.iter().flat_map(handed_to).collect(),
        _ => Vec::new(),
    }
}

/// Before the first of all cases.
pub const BEFORE_ALL: CaseId = CaseId(Uuid::nil());
