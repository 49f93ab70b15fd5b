//! 改定のお知らせ: what a mail says of a change that touches a draft, as long as it is still true: a draft that was moved
//! or handed in while the mail waited is nobody's concern any more.

use std::sync::Arc;

use hojo_db::{DbError, Tx};
use hojo_jobs::Failure;
use hojo_programme::Edition;
use hojo_words::ids::{CaseId, PublicId};
use hojo_words::jst;
use time::OffsetDateTime;

use super::texts::Values;
use crate::payload::later;

/// One change and one draft.
pub struct Changed {
    /// The edition that took effect: its words are used.
    pub edition: Arc<Edition>,
    filing: PublicId,
    lines: Vec<String>,
    required: bool,
    due: OffsetDateTime,
}

pub async fn of(tx: &mut Tx, case: CaseId, change: PublicId) -> Result<Option<Changed>, Failure> {
    let row = sqlx::query!(
        "select f.public_id, n.to_edition, n.required, n.lines, n.due_at
         from change_notices n
         join rule_changes c on c.id = n.change_id
         join filings f on f.id = n.filing_id
         join rounds r on r.id = n.round_id
         where n.case_id = $1 and c.public_id = $2
           and f.state = 'draft' and f.edition_id <> n.to_edition and r.edition_id = n.to_edition",
        case.0,
        change.uuid()
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(later)?;
    let Some(r) = row else { return Ok(None) };
    Ok(Some(Changed {
        edition: tx.edition(&r.to_edition).await?,
        filing: PublicId::from_uuid(r.public_id),
        lines: serde_json::from_value(r.lines).map_err(DbError::from)?,
        required: r.required,
        due: r.due_at,
    }))
}

impl Changed {
    /// What only these mails name.
    pub fn values(&self, portal: &str) -> Values {
        let mut lines: Vec<String> = self.lines.iter().map(|line| format!("・{line}")).collect();
        if lines.is_empty() {
            lines.push("・入力する項目は変わりません。".to_owned());
        }
        if self.required {
            lines.push("・新しい様式に引き継ぐまで、続きの入力と提出はできません。".to_owned());
        }
        Values::from([
            ("changes", Some(lines.join("\n"))),
            ("look_by", Some(jst::jst_text(self.due))),
            ("draft_url", Some(format!("{portal}/filings/{}/upgrade", self.filing))),
        ])
    }
}
