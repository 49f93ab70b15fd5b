//! 事実: what the system knows about an applicant without asking, for reading and judging.

use hojo_programme::{Facts, Raw};
use hojo_words::ids::{ApplicantId, RoundId};
use hojo_words::jst;

use crate::error::DbError;
use crate::tx::Tx;

impl Tx {
    /// The facts of an applicant in a round, at this transaction's moment: what GビズID said at the
    /// last sign-in (`account.*`), and the round's dates with moves applied (`round.*`).
    ///
    /// A fact nobody knows is left out, so that rules which need it wait instead of failing.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn facts(&mut self, round: RoundId, applicant: ApplicantId) -> Result<Facts, DbError> {
        let now = self.now().await?;
        let (opens, closes) = self.window(round, Some(applicant)).await?;
        let mut facts = Facts::new(now)
            .with("round.applications_open", jst::jst_date(opens).to_string())
            .with("round.applications_close", jst::jst_date(closes).to_string());
        let row = sqlx::query!(
            "select p.kind, p.name, p.corporate_number, a.kind as account_kind, a.claims
             from applicants p
             left join accounts a on a.applicant_id = p.id and a.closed_at is null
             where p.id = $1
             order by (a.kind = 'prime') desc nulls last, a.signed_in_at desc limit 1",
            applicant.0
        )
        .fetch_optional(self.sql())
        .await?;
        let Some(row) = row else { return Ok(facts) };
        facts = facts.with("account.kind", row.kind).with("account.name", row.name);
        if let Some(number) = row.corporate_number {
            facts = facts.with("account.corporate_number", number);
        }
        // The left join makes these nullable whatever the columns say.
        let kind: Option<String> = row.account_kind.into();
        if let Some(kind) = kind {
            facts = facts.with("account.type", kind);
        }
        let claims: Option<serde_json::Value> = row.claims.into();
        if let Some(serde_json::Value::Object(claims)) = claims {
            for (name, value) in claims {
                if let serde_json::Value::String(text) = value
                    && !text.is_empty()
                {
                    facts.values.insert(format!("account.{name}"), Raw::Text(text));
                }
            }
        }
        Ok(facts)
    }
}
