//! What a mail may name. Nothing in a mail tells the outcome: mails travel in the open.

use std::sync::Arc;

use hojo_db::{DbError, Tx};
use hojo_jobs::Failure;
use hojo_programme::{Answers, Edition, Procedure};
use hojo_words::ids::{ApplicantId, FilingId, PublicId};
use hojo_words::jst;
use time::{Date, OffsetDateTime};

use super::changed::{self, Changed};
use super::texts::Values;
use crate::payload::{MailOrder, later};

/// Every placeholder there is; `values` fills them.
#[cfg(test)]
pub const NAMES: [&str; 25] = [
    "applicant",
    "number",
    "receipt",
    "title",
    "round",
    "programme",
    "procedure",
    "filed",
    "due",
    "remarks",
    "letter",
    "letter_number",
    "portal",
    "case_url",
    "letter_url",
    "office",
    "desk",
    "telephone",
    "hours",
    // Of mails to reviewers (`staff.rs`).
    "reviewer",
    "cases",
    "review_url",
    // Of mails about a change that touches a draft (`changed.rs`).
    "changes",
    "look_by",
    "draft_url",
];

/// What a mail is about.
pub struct About {
    pub edition: Arc<Edition>,
    pub procedure: Arc<Procedure>,
    pub applicant: ApplicantId,
    case: PublicId,
    name: String,
    number: Option<String>,
    title: String,
    round: String,
    due: Option<Date>,
    filing: FilingId,
    n: i32,
    receipt: Option<String>,
    filed_at: Option<OffsetDateTime>,
    /// Of the submission the mail is about; none for a draft.
    pub answers: Option<Answers>,
    /// The change a mail about a draft tells of.
    pub change: Option<Changed>,
}

pub async fn about(tx: &mut Tx, order: &MailOrder) -> Result<About, Failure> {
    let case = order.case.key(tx).await?;
    let c = sqlx::query!(
        "select c.public_id, c.applicant_id, c.applicant_name, c.number, c.title, c.edition_id,
                case when c.position in ('returned', 'draft') then c.due_on end as due_on, r.title as round
         from cases c join rounds r on r.id = c.round_id where c.id = $1",
        case.0
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(later)?
    .ok_or_else(|| Failure::ForGood("there is no such case".into()))?;
    let edition = tx.edition(&c.edition_id).await?;
    let (filing, _) = crate::make::letter_of(tx, case, &edition, "").await?;
    let s = sqlx::query!(
        "select n, receipt, answers, filed_at from submissions
         where filing_id = $1 and ($2::int is null or n = $2) order by n desc limit 1",
        filing.id.0,
        order.submission.and_then(|n| i32::try_from(n).ok())
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(later)?;
    let mut about = About {
        edition,
        procedure: filing.procedure,
        applicant: ApplicantId(c.applicant_id),
        case: PublicId::from_uuid(c.public_id),
        name: c.applicant_name,
        number: c.number,
        title: c.title,
        round: c.round,
        due: c.due_on,
        filing: filing.id,
        n: 0,
        receipt: None,
        filed_at: None,
        answers: None,
        change: None,
    };
    if let Some(s) = s {
        about.n = s.n;
        about.receipt = Some(s.receipt);
        about.filed_at = Some(s.filed_at);
        about.answers = Some(serde_json::from_value(s.answers).map_err(DbError::from)?);
    }
    if let Some(change) = order.change {
        about.change = changed::of(tx, case, change).await?;
    }
    Ok(about)
}

pub async fn values(tx: &mut Tx, a: &About, order: &MailOrder, portal: &str) -> Result<Values, Failure> {
    let remarks = sqlx::query!(
        r#"select count(*) as "n!" from remarks
           where filing_id = $1 and submission = $2 and sent_at is not null and state <> 'dropped'"#,
        a.filing.0,
        a.n
    )
    .fetch_one(tx.sql())
    .await
    .map_err(later)?;
    let letter = match order.letter {
        None => None,
        Some(id) => sqlx::query!("select title, number from letters where public_id = $1", id.uuid())
            .fetch_optional(tx.sql())
            .await
            .map_err(later)?,
    };
    let portal = portal.trim_end_matches('/');
    let text = |name: &str| a.edition.programme.texts.get(name).cloned();
    let moment = |at: OffsetDateTime| jst::jst_text(at);
    let mut values = Values::from([
        ("applicant", Some(a.name.clone())),
        ("number", a.number.clone()),
        ("receipt", a.receipt.clone()),
        ("title", Some(a.title.clone())),
        ("round", Some(a.round.clone())),
        ("programme", Some(a.edition.programme.title.clone())),
        ("procedure", Some(a.procedure.title.clone())),
        ("filed", a.filed_at.map(moment)),
        ("due", order.due.or(a.due).map(jst::long_date)),
        ("remarks", (remarks.n > 0).then(|| remarks.n.to_string())),
        ("letter", letter.as_ref().map(|l| l.title.clone())),
        ("letter_number", letter.and_then(|l| l.number)),
        ("portal", Some(portal.to_owned())),
        ("case_url", Some(format!("{portal}/cases/{}", a.case))),
        ("letter_url", order.letter.map(|id| format!("{portal}/letters/{id}"))),
        ("office", text("office")),
        ("desk", text("contact.desk")),
        ("telephone", text("contact.telephone")),
        ("hours", text("contact.hours")),
    ]);
    values.extend(a.change.iter().flat_map(|change| change.values(portal)));
    Ok(values)
}
