//! 事実: what the system knows about an applicant without asking, for reading and judging.

use hojo_programme::{Facts, Raw};
use hojo_words::ids::{ApplicantId, RoundId};
use hojo_words::{Now, jst};
use serde_json::Value;
use time::OffsetDateTime;

use crate::error::DbError;
use crate::tx::Tx;

/// An applicant as the register and the last sign-in know it. Without an account (an application on
/// paper) there are no claims.
pub(crate) struct Known {
    pub kind: String,
    pub name: String,
    pub corporate_number: Option<String>,
    pub account_kind: Option<String>,
    pub claims: Option<Value>,
}

impl Known {
    /// A fact nobody knows is left out, so that rules which need it wait instead of failing.
    pub(crate) fn facts(self, now: Now, opens: OffsetDateTime, closes: OffsetDateTime) -> Facts {
        let mut facts = dates(now, opens, closes).with("account.kind", self.kind).with("account.name", self.name);
        if let Some(number) = self.corporate_number {
            facts = facts.with("account.corporate_number", number);
        }
        if let Some(kind) = self.account_kind {
            facts = facts.with("account.type", kind);
        }
        if let Some(Value::Object(claims)) = self.claims {
            for (name, value) in claims {
                if let Value::String(text) = value
                    && !text.is_empty()
                {
                    facts.values.insert(format!("account.{name}"), Raw::Text(text));
                }
            }
        }
        facts
    }
}

fn dates(now: Now, opens: OffsetDateTime, closes: OffsetDateTime) -> Facts {
    Facts::new(now)
        .with("round.applications_open", jst::jst_date(opens).to_string())
        .with("round.applications_close", jst::jst_date(closes).to_string())
}

impl Tx {
    /// The facts of an applicant in a round, at this transaction's moment: what GビズID said at the
    /// last sign-in (`account.*`), and the round's dates with moves applied (`round.*`). What a closed account said
    /// counts until somebody has come in with the one that follows it: letters are written in the meantime too.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn facts(&mut self, round: RoundId, applicant: ApplicantId) -> Result<Facts, DbError> {
        let now = self.now().await?;
        let (opens, closes) = self.window(round, Some(applicant)).await?;
        let row = sqlx::query!(
            r#"select p.kind, p.name, p.corporate_number, a.kind as "account_kind?", a.claims as "claims?"
               from applicants p
               left join accounts a on a.applicant_id = p.id
               where p.id = $1
               order by (a.closed_at is null) desc, (a.kind = 'prime') desc nulls last, a.signed_in_at desc limit 1"#,
            applicant.0
        )
        .fetch_optional(self.sql())
        .await?;
        let Some(r) = row else { return Ok(dates(now, opens, closes)) };
        let known = Known {
            kind: r.kind,
            name: r.name,
            corporate_number: r.corporate_number,
            account_kind: r.account_kind,
            claims: r.claims,
        };
        Ok(known.facts(now, opens, closes))
    }
}
