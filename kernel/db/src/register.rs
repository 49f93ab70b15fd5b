//! 届出とGビズIDの違い: what a decided change says of an applicant and what GビズID said at the last sign-in, side by side.
//! The change wins (`facts.rs`); that the two differ is shown, and nothing is undone silently.

use hojo_words::ids::ApplicantId;
use serde_json::Value;

use crate::error::DbError;
use crate::tx::Tx;

/// What may differ, as people call it.
const NAMED: [(&str, &str); 6] = [
    ("name", "商号・名称"),
    ("name_kana", "商号・名称（カナ）"),
    ("representative", "代表者"),
    ("postal_code", "郵便番号"),
    ("address", "所在地"),
    ("phone", "電話番号"),
];

/// One thing that is told in two ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub label: &'static str,
    /// By the change that was decided: this is used.
    pub told: String,
    /// By GビズID.
    pub claimed: String,
}

impl Tx {
    /// Where GビズID says something else of an applicant than its decided changes do. What one of them does not say is
    /// no difference.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn told_otherwise(&mut self, applicant: ApplicantId) -> Result<Vec<Difference>, DbError> {
        let row = sqlx::query!(
            "select p.told, a.claims from applicants p join accounts a on a.applicant_id = p.id and a.closed_at is null
             where p.id = $1 order by (a.kind = 'prime') desc, a.signed_in_at desc limit 1",
            applicant.0
        )
        .fetch_optional(self.sql())
        .await?;
        Ok(row.map(|r| differences(&r.told, &r.claims)).unwrap_or_default())
    }
}

fn differences(told: &Value, claims: &Value) -> Vec<Difference> {
    let said =
        |source: &Value, name: &str| source.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    // How wide or spaced it was typed is no difference.
    let folded = |text: &str| hojo_words::text::fold_width(text).split_whitespace().collect::<String>();
    NAMED
        .into_iter()
        .map(|(name, label)| Difference { label, told: said(told, name), claimed: said(claims, name) })
        .filter(|d| !d.told.is_empty() && !d.claimed.is_empty() && folded(&d.told) != folded(&d.claimed))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_both_say_and_say_otherwise_is_a_difference() {
        let told = json!({ "name": "株式会社あたらしい", "representative": "新田 花子", "phone": "03-1111-2222" });
        let claims =
            json!({ "name": "株式会社ふるい", "representative": "新田　花子", "address": "東京都千代田区1-1" });
        let found = differences(&told, &claims);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].label, found[0].claimed.as_str()), ("商号・名称", "株式会社ふるい"));
        assert!(differences(&json!({}), &claims).is_empty() && differences(&told, &Value::Null).is_empty());
    }
}
