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
    /// One row of the operation log, in the same transaction as what it tells of. While the disk of the log is full it
    /// goes to the overflow, from where a worker takes it over later.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written; the operation then does not happen either. [`DbError::Full`] also when
    /// the operation is one that [`Permission::wants_seal`] and only the overflow has room.
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
            "select write_operation_log($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
            // What was refused changed nothing, and is kept in any case.
            outcome == Outcome::Done && permission.wants_seal(),
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// One row of the access log: this person saw this case. It may go to the overflow as well.
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
            "select write_access_log($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
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
