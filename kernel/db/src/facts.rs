//! 事実: what the system knows about an applicant without asking, for reading and judging.

use hojo_programme::{Facts, Raw};
use hojo_words::ids::{ApplicantId, RoundId};
use hojo_words::{Now, jst, prefecture};
use serde_json::Value;
use time::OffsetDateTime;

use crate::editions::RoundDays;
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
    /// 社名等の変更: what decided changes say of it, which wins.
    pub told: Value,
}

impl Known {
    /// A fact nobody knows is left out, so that rules which need it wait instead of failing.
    pub(crate) fn facts(self, now: Now, days: &RoundDays) -> Facts {
        let mut facts = dates(now, days).with("account.kind", self.kind).with("account.name", self.name);
        if let Some(number) = self.corporate_number {
            facts = facts.with("account.corporate_number", number);
        }
        if let Some(kind) = self.account_kind {
            facts = facts.with("account.type", kind);
        }
        // The older first: what was filed, checked and decided stands until the next change is decided, whatever
        // GビズID says at a later sign-in.
        for source in self.claims.into_iter().chain([self.told]) {
            take(&mut facts, source);
        }
        facts
    }
}

/// Texts of a source by their names. Whoever moves also moves out of a prefecture.
fn take(facts: &mut Facts, source: Value) {
    let Value::Object(source) = source else { return };
    for (name, value) in source {
        let Value::String(text) = value else { continue };
        if text.trim().is_empty() {
            continue;
        }
        if name == "address"
            && let Some(prefecture) = prefecture::NAMES.iter().find(|prefecture| text.starts_with(**prefecture))
        {
            facts.values.insert("account.prefecture".into(), Raw::from(*prefecture));
        }
        facts.values.insert(format!("account.{name}"), Raw::Text(text));
    }
}

/// Every `round.*` the row knows. What it does not know is read from the edition where the rule is judged.
fn dates(now: Now, days: &RoundDays) -> Facts {
    let day = |(name, at): (String, OffsetDateTime)| (format!("round.{name}"), jst::jst_date(at).to_string());
    days.all().into_iter().map(day).fold(Facts::new(now), |facts, (path, day)| facts.with(&path, day))
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
        let (days, _) = self.round_days(round, Some(applicant)).await?;
        let row = sqlx::query!(
            r#"select p.kind, p.name, p.corporate_number, p.told, a.kind as "account_kind?", a.claims as "claims?"
               from applicants p
               left join accounts a on a.applicant_id = p.id
               where p.id = $1
               order by (a.closed_at is null) desc, (a.kind = 'prime') desc nulls last, a.signed_in_at desc limit 1"#,
            applicant.0
        )
        .fetch_optional(self.sql())
        .await?;
        let Some(r) = row else { return Ok(dates(now, &days)) };
        let known = Known {
            kind: r.kind,
            name: r.name,
            corporate_number: r.corporate_number,
            account_kind: r.account_kind,
            claims: r.claims,
            told: r.told,
        };
        Ok(known.facts(now, &days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn facts(claims: Value, told: Value) -> Facts {
        let known = Known {
            kind: "corporation".into(),
            name: "株式会社登記".into(),
            corporate_number: None,
            account_kind: Some("prime".into()),
            claims: Some(claims),
            told,
        };
        known.facts(Now::new(OffsetDateTime::UNIX_EPOCH), &days(json!({})))
    }

    fn days(others: Value) -> RoundDays {
        RoundDays { opens: OffsetDateTime::UNIX_EPOCH, closes: OffsetDateTime::UNIX_EPOCH, others }
    }

    #[test]
    fn a_rounds_own_days_are_facts_in_japan_and_the_window_is_its_columns() {
        let others = json!({ "adoption_announced": "2027-03-31T15:30:00Z", "applications_close": "2099-01-01T00:00:00Z", "odd": "?" });
        let facts = dates(Now::new(OffsetDateTime::UNIX_EPOCH), &days(others));
        assert_eq!(facts.text("round.adoption_announced"), Some("2027-04-01"));
        assert_eq!(facts.text("round.applications_close"), Some("1970-01-01"));
        assert_eq!(facts.text("round.odd"), None);
    }

    #[test]
    fn a_decided_change_wins_over_what_gbizid_says() {
        let claims = json!({ "name": "株式会社ふるい", "representative": "旧田 太郎", "prefecture": "大阪府",
                             "address": "大阪府大阪市1-1", "phone": "06-1" });
        let before = facts(claims.clone(), json!({}));
        assert_eq!(before.text("account.name"), Some("株式会社ふるい"));
        assert_eq!(before.text("account.prefecture"), Some("大阪府"));
        let told = json!({ "name": "株式会社あたらしい", "address": "京都府京都市2-2", "phone": "" });
        let after = facts(claims, told);
        assert_eq!(after.text("account.name"), Some("株式会社あたらしい"));
        assert_eq!(after.text("account.address"), Some("京都府京都市2-2"));
        assert_eq!(after.text("account.prefecture"), Some("京都府"));
        // What the change does not say stays as it was.
        assert_eq!(after.text("account.representative"), Some("旧田 太郎"));
        assert_eq!(after.text("account.phone"), Some("06-1"));
    }
}
