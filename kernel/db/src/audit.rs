//! 操作ログ and 閲覧ログ: who did what, who saw whose data. Append-only for every role.

use serde_json::Value;

use hojo_access::{Permission, Site};
use hojo_words::ids::{ApplicantId, CaseId};

use crate::error::DbError;
use crate::random;
use crate::tx::Tx;

/// How an operation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Done,
    Refused,
    Failed,
}

impl Outcome {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Where an operation came from. Made by the web kernel and the job runner.
#[derive(Clone, Debug)]
pub struct Audit {
    pub site: Option<Site>,
    pub request_id: String,
    pub address: String,
}

impl Audit {
    /// For the system's own work.
    #[must_use]
    pub fn system(job: &str) -> Self {
        Self { site: None, request_id: job.to_owned(), address: String::new() }
    }

    fn site(&self) -> &'static str {
        self.site.map_or("work", Site::code)
    }
}

impl Tx {
    /// One row of the operation log, in the same transaction as what it tells of.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written; the operation then does not happen either.
    pub async fn log_operation(
        &mut self,
        audit: &Audit,
        permission: Permission,
        object: &str,
        outcome: Outcome,
        detail: Value,
    ) -> Result<(), DbError> {
        let at = self.now().await?.utc();
        let actor = self.actor().clone();
        sqlx::query!(
            "insert into operation_log
                 (at, id, site, actor_kind, actor_id, actor_name, permission, object, outcome, detail, request_id, address)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            at,
            random::key(),
            audit.site(),
            actor.kind(),
            actor.id(),
            actor.name(),
            permission.code(),
            object,
            outcome.code(),
            detail,
            audit.request_id,
            audit.address,
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// One row of the access log: this person saw this case.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written; the page is then not shown.
    pub async fn log_access(
        &mut self,
        audit: &Audit,
        permission: Permission,
        case: CaseId,
        applicant: ApplicantId,
    ) -> Result<(), DbError> {
        let at = self.now().await?.utc();
        let actor = self.actor().clone();
        sqlx::query!(
            "insert into access_log
                 (at, id, site, actor_kind, actor_id, actor_name, permission, case_id, applicant_id, request_id, address)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            at,
            random::key(),
            audit.site(),
            actor.kind(),
            actor.id(),
            actor.name(),
            permission.code(),
            case.0,
            applicant.0,
            audit.request_id,
            audit.address,
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }
}
