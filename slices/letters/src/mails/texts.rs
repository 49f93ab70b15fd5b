//! The texts of mails are data: `mails.yaml` of the edition, or of one procedure.

use std::collections::BTreeMap;

use hojo_jobs::Failure;
use hojo_programme::Edition;
use serde::Deserialize;

/// In `to:`, every account of the company; any other word is a field of the form.
pub const ACCOUNTS: &str = "accounts";

/// `mails.yaml`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailFile {
    pub to: Vec<String>,
    #[serde(default)]
    pub signature: String,
    pub mails: BTreeMap<String, MailText>,
}

/// One mail, with `{placeholders}`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailText {
    pub subject: String,
    pub text: String,
}

/// A mail as it is looked up: its words and whom it goes to.
#[derive(Clone, Debug)]
pub struct Found {
    pub name: String,
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
}

/// Values for placeholders; `None` where this case has none.
pub type Values = BTreeMap<&'static str, Option<String>>;

/// As [`look`], for mails every edition must have.
pub fn find(edition: &Edition, procedure: &str, template: &str) -> Result<Found, Failure> {
    look(edition, procedure, template)?
        .ok_or_else(|| Failure::ForGood(format!("edition {} has no mail called {template}", edition.id)))
}

/// The procedure's own words first, then the edition's.
pub fn look(edition: &Edition, procedure: &str, template: &str) -> Result<Option<Found>, Failure> {
    for path in [format!("procedures/{procedure}/mails.yaml"), "mails.yaml".to_owned()] {
        let Some(file) = edition.data::<MailFile>(&path) else { continue };
        let file = file.map_err(|e| Failure::ForGood(format!("{path} of edition {}: {e}", edition.id)))?;
        if let Some(mail) = file.mails.get(template) {
            return Ok(Some(Found {
                name: template.to_owned(),
                to: file.to.clone(),
                subject: mail.subject.clone(),
                text: format!("{}\n{}", mail.text.trim_end(), file.signature),
            }));
        }
    }
    Ok(None)
}

impl Found {
    /// Subject and text with every placeholder filled. A mail never leaves with a hole.
    pub fn fill(&self, values: &Values) -> Result<(String, String), Failure> {
        let fill = |text: &str| {
            fill(text, values).map_err(|name| {
                Failure::ForGood(format!(
                    "メール「{}」の差し込み項目 {{{name}}} に入れる値がありません。mails.yaml と案件の内容を確かめてください。",
                    self.name
                ))
            })
        };
        // A title typed over two lines stays one subject.
        let subject = fill(&self.subject)?.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok((subject, fill(&self.text)?))
    }
}

/// # Errors
/// The name of the placeholder that has no value.
fn fill(text: &str, values: &Values) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else { return Err(after.chars().take(20).collect()) };
        let value = values.get(name).and_then(Option::as_deref).filter(|v| !v.is_empty());
        out.push_str(value.ok_or_else(|| name.to_owned())?);
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::values::NAMES;
    use super::*;

    #[test]
    fn placeholders_are_filled_or_named() {
        let values: Values = [("number", Some("R1-00012".to_owned())), ("due", None)].into();
        assert_eq!(fill("受付番号 {number}。", &values).unwrap(), "受付番号 R1-00012。");
        assert_eq!(fill("{due}まで", &values).unwrap_err(), "due");
        assert_eq!(fill("{nobody}", &values).unwrap_err(), "nobody");
        assert_eq!(fill("{open", &values).unwrap_err(), "open");
    }

    #[test]
    fn what_is_filled_in_is_not_read_again() {
        let values: Values = [("title", Some("{due}".to_owned()))].into();
        assert_eq!(fill("{title}", &values).unwrap(), "{due}");
    }

    #[test]
    fn a_subject_stays_one_line() {
        let found = Found { name: "x".into(), to: vec![], subject: "【{title}】".into(), text: "本文".into() };
        let values: Values = [("title", Some("新\r\nBcc: x".to_owned()))].into();
        assert_eq!(found.fill(&values).unwrap().0, "【新 Bcc: x】");
    }

    /// Every mail of the edition in the tree uses only names that exist.
    #[test]
    fn the_editions_mails_name_only_what_there_is() {
        let edition = crate::testing::edition();
        let file = edition.data::<MailFile>("mails.yaml").expect("the edition has mails").expect("in this shape");
        let all: Values = NAMES.iter().map(|n| (*n, Some("値".to_owned()))).collect();
        for (name, mail) in &file.mails {
            for text in [&mail.subject, &mail.text, &file.signature] {
                assert_eq!(fill(text, &all).err(), None, "{name}");
            }
        }
        for name in [
            "receipt",
            "returned",
            "letter",
            "withdrawn",
            "demanded",
            "due_before",
            "due_after",
            "due_last",
            "draft_changed",
            "review_assigned",
            "review_reminder",
            "review_overdue",
        ] {
            assert!(find(&edition, "application", name).is_ok(), "{name} is missing");
        }
        let form = &edition.procedure("application").expect("application").form;
        for source in file.to.iter().filter(|s| *s != ACCOUNTS) {
            assert!(form.field(source).is_some(), "to: {source} is no field");
        }
        assert!(matches!(find(&edition, "application", "nothing"), Err(Failure::ForGood(_))));
    }
}
