//! The rules as data: read from `db/detections.toml`, kept in `detection_rules`.

use std::collections::BTreeMap;

use hojo_db::{DbError, Tx};
use serde::Deserialize;

/// What to look for and what to do then.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(skip)]
    pub code: String,
    pub label: String,
    pub advice: String,
    pub stream: String,
    pub subject: String,
    pub threshold: i32,
    pub window_seconds: i32,
    pub from_hour: Option<i32>,
    pub to_hour: Option<i32>,
    pub severity: String,
    pub respond: Vec<String>,
}

/// What a file of rules gets wrong, with the name of the rule.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadRules(pub String);

const SUBJECTS: &[(&str, &[&str])] = &[
    ("sign_in", &["login", "address"]),
    ("refused", &["address", "person"]),
    ("read", &["person"]),
    ("export", &["person"]),
    ("operation", &["person"]),
    ("first_use", &["person"]),
];
const RESPONSES: &[&str] = &["raise", "notify", "reauth", "lock"];

/// Reads and checks a file of rules.
///
/// # Errors
/// [`BadRules`] names the rule and what is wrong with it.
pub fn parse(text: &str) -> Result<Vec<Rule>, BadRules> {
    let all: BTreeMap<String, Rule> = toml::from_str(text).map_err(|e| BadRules(e.to_string()))?;
    let rules: Vec<Rule> = all.into_iter().map(|(code, r)| Rule { code, ..r }).collect();
    for r in &rules {
        let wrong = |what: &str| Err(BadRules(format!("{}: {what}", r.code)));
        let Some((_, subjects)) = SUBJECTS.iter().find(|(s, _)| *s == r.stream) else {
            return wrong("there is no such stream");
        };
        if !subjects.contains(&r.subject.as_str()) {
            return wrong("this stream does not know this subject");
        }
        if r.threshold < 1 || !(1..=86_400).contains(&r.window_seconds) {
            return wrong("threshold from 1, window_seconds from 1 to 86400");
        }
        if !matches!(r.severity.as_str(), "note" | "warn" | "alarm") {
            return wrong("severity is note, warn or alarm");
        }
        if let Some(other) = r.respond.iter().find(|x| !RESPONSES.contains(&x.as_str())) {
            return wrong(&format!("there is no response {other}"));
        }
        if r.from_hour.is_some() != r.to_hour.is_some() {
            return wrong("from_hour and to_hour come together");
        }
        if [r.from_hour, r.to_hour].into_iter().flatten().any(|h| !(0..24).contains(&h)) {
            return wrong("hours are from 0 to 23");
        }
        if r.subject == "login" && r.respond.iter().any(|x| x == "lock" || x == "reauth") {
            return wrong("whoever is counted by login is not the one who acts: nobody is locked out by others");
        }
        if r.subject == "address" && r.respond.iter().any(|x| x == "reauth") {
            return wrong("an address cannot sign in anew");
        }
    }
    Ok(rules)
}

/// Makes the rules exactly these; one that is gone stays for the record and is never evaluated again.
///
/// # Errors
/// [`DbError`].
pub async fn store(tx: &mut Tx, rules: &[Rule]) -> Result<(), DbError> {
    sqlx::query!("update detection_rules set respond = array['off']").execute(tx.sql()).await?;
    for r in rules {
        sqlx::query!(
            "insert into detection_rules (code, label, advice, stream, subject, threshold, window_seconds, from_hour, to_hour, severity, respond)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (code) do update set label = excluded.label, advice = excluded.advice, stream = excluded.stream,
                 subject = excluded.subject, threshold = excluded.threshold, window_seconds = excluded.window_seconds,
                 from_hour = excluded.from_hour, to_hour = excluded.to_hour, severity = excluded.severity, respond = excluded.respond",
            r.code, r.label, r.advice, r.stream, r.subject, r.threshold, r.window_seconds, r.from_hour, r.to_hour, r.severity, &r.respond
        )
        .execute(tx.sql())
        .await?;
    }
    Ok(())
}

/// The rules in force.
///
/// # Errors
/// [`DbError`].
pub async fn load(tx: &mut Tx) -> Result<Vec<Rule>, DbError> {
    Ok(sqlx::query_as!(
        Rule,
        "select code, label, advice, stream, subject, threshold, window_seconds, from_hour, to_hour, severity, respond
         from detection_rules where respond <> array['off'] order by code"
    )
    .fetch_all(tx.sql())
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_a_new_installation_are_in_order() {
        let rules = parse(include_str!("../../../../db/detections.toml")).expect("rules");
        assert!(rules.len() >= 8);
        for stream in ["sign_in", "refused", "read", "export", "operation", "first_use"] {
            assert!(rules.iter().any(|r| r.stream == stream), "{stream}");
        }
    }

    #[test]
    fn nobody_is_locked_out_by_others() {
        let rule = |subject: &str, respond: &str| {
            format!(
                "[x]\nlabel='x'\nadvice='x'\nstream='sign_in'\nsubject='{subject}'\nthreshold=1\nwindow_seconds=1\nseverity='note'\nrespond=['{respond}']\n"
            )
        };
        assert!(parse(&rule("address", "lock")).is_ok() && parse(&rule("login", "notify")).is_ok());
        assert!(parse(&rule("login", "lock")).expect_err("lock").0.contains("nobody is locked out"));
        assert!(parse(&rule("login", "reauth")).is_err() && parse(&rule("person", "raise")).is_err());
        assert!(parse(&rule("login", "explode")).is_err() && parse("nonsense").is_err());
        assert!(parse(&rule("login", "raise").replace("threshold=1", "threshold=0")).is_err());
    }
}
