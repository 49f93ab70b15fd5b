//! What the jobs of this room carry. Ids only: what a letter or a mail says is read when the job runs.

use hojo_db::Tx;
use hojo_jobs::{Failure, Lane, NewJob};
use hojo_words::ids::{CaseId, PublicId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

pub const LETTER: &str = "letter";
pub const COPY: &str = "application_copy";
pub const DELIVER: &str = "deliver_letter";
pub const MAIL: &str = "mail";
pub const STAFF_MAIL: &str = "staff_mail";

/// Cause of a letter that stands in place of another one, followed by that one's public id.
pub const REISSUE: &str = "reissue:";

/// Cause of a letter that a person issued on the case, followed by the letter's own public id.
pub const HAND: &str = "hand:";

/// A case by its public id, or by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CaseRef {
    Public(PublicId),
    Key(Uuid),
}

/// `letter`: make one letter of a case. `cause` tells two letters of one kind apart: `return:2` for
/// the second return, `outcome`, `run:<id>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterOrder {
    pub case: CaseRef,
    /// File name under the procedure's `letters/`, without `.yaml`.
    pub letter: String,
    pub cause: String,
    /// For a letter about what the case owes: whose letter it is, although nobody filed that procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Owed>,
}

/// 義務 a letter reminds of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    pub procedure: String,
    pub title: String,
    pub due: time::Date,
}

/// `application_copy`: the copy of one submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyOrder {
    pub case: CaseRef,
    pub filing: PublicId,
    pub submission: u32,
}

/// `deliver_letter`: a sealed letter becomes visible to its addressee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliverOrder {
    pub letter: PublicId,
}

/// `mail`: first without `to`, which finds the addresses and makes one job for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailOrder {
    pub template: String,
    pub case: CaseRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<PublicId>,
    /// 義務の期限 the mail reminds of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<time::Date>,
    /// 公募要領の変更 that touches the draft of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<PublicId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// `staff_mail`: a colleague or reviewer is told about work in hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffOrder {
    pub template: String,
    pub staff: Uuid,
    /// Whose words the mail is written in.
    pub edition: String,
    pub procedure: String,
    pub cases: u32,
    pub due: Option<time::Date>,
}

/// Asks for a letter, once for each cause.
#[must_use]
pub fn letter_job(case: PublicId, letter: &str, cause: &str) -> NewJob {
    NewJob::new(Lane::Letters, LETTER, json!({ "case": case, "letter": letter, "cause": cause }))
        .once(format!("{case}:{letter}:{cause}"))
}

/// Asks for the copy of a submission, once.
#[must_use]
pub fn copy_job(case: PublicId, filing: PublicId, submission: u32) -> NewJob {
    NewJob::new(Lane::Letters, COPY, json!({ "case": case, "filing": filing, "submission": submission }))
        .once(format!("{filing}:{submission}"))
}

/// Asks for a mail to the applicant, once for each key.
#[must_use]
pub fn mail_job(template: &str, case: PublicId, key: &str) -> NewJob {
    NewJob::new(Lane::Mail, MAIL, json!({ "template": template, "case": case })).once(format!("{template}:{key}"))
}

/// Reads a payload. One that cannot be read is a mistake of ours that no repetition mends.
pub fn read<T: DeserializeOwned>(payload: &Value) -> Result<T, Failure> {
    serde_json::from_value(payload.clone()).map_err(|e| Failure::ForGood(format!("the payload cannot be read: {e}")))
}

impl CaseRef {
    /// The case's key.
    pub async fn key(self, tx: &mut Tx) -> Result<CaseId, Failure> {
        let public = match self {
            Self::Key(id) => return Ok(CaseId(id)),
            Self::Public(id) => id,
        };
        let row = sqlx::query!("select id from cases where public_id = $1", public.uuid())
            .fetch_optional(tx.sql())
            .await
            .map_err(later)?;
        row.map(|r| CaseId(r.id)).ok_or_else(|| Failure::ForGood(format!("there is no case {public}")))
    }
}

/// The outside world was not ready.
pub fn later(e: impl std::fmt::Display) -> Failure {
    Failure::Later(e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_by_either_id() {
        let public = PublicId::from_bits(77);
        let order: LetterOrder = read(&json!({ "case": public, "letter": "a", "cause": "return:2" })).unwrap();
        assert_eq!(order.case, CaseRef::Public(public));
        let key = Uuid::from_u128(5);
        let order: LetterOrder = read(&json!({ "case": key, "letter": "a", "cause": "" })).unwrap();
        assert_eq!(order.case, CaseRef::Key(key));
        let wrong = read::<LetterOrder>(&json!({ "case": 5, "letter": "a", "cause": "" }));
        assert!(matches!(wrong, Err(Failure::ForGood(_))));
    }

    #[test]
    fn what_is_asked_for_can_be_read() {
        let case = PublicId::from_bits(1);
        let job = letter_job(case, "return-notice", "return:1");
        let order: LetterOrder = read(&job.payload).unwrap();
        assert_eq!((order.letter.as_str(), order.cause.as_str()), ("return-notice", "return:1"));
        let job = copy_job(case, PublicId::from_bits(2), 3);
        assert_eq!(read::<CopyOrder>(&job.payload).unwrap().submission, 3);
        let job = mail_job("returned", case, "1");
        assert_eq!(job.dedupe.as_deref(), Some("returned:1"));
        assert_eq!(read::<MailOrder>(&job.payload).unwrap().to, None);
    }
}
