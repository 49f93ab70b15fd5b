//! 下書き: one row a section. A save touches one row and only the fields that were on the page;
//! whoever saves second with an old version is told, never obeyed.

use std::collections::BTreeMap;

use hojo_db::{DbError, Tx};
use hojo_programme::{Answers, Raw, RawRow};
use hojo_words::ids::FilingId;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// One section as stored.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub version: i32,
    pub answers: Answers,
    pub saved_at: OffsetDateTime,
    pub saved_by: Uuid,
}

/// The draft of a filing by section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft(pub BTreeMap<String, Part>);

impl Draft {
    /// All sections together; field ids are unique in a form.
    pub fn answers(&self) -> Answers {
        let all = self.0.values().flat_map(|part| part.answers.0.iter());
        Answers(all.map(|(id, raw)| (id.clone(), raw.clone())).collect())
    }

    pub fn version(&self, section: &str) -> i32 {
        self.0.get(section).map_or(0, |part| part.version)
    }
}

/// How a save ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Saved {
    /// Stored, or nothing was different; the version now.
    Yes(i32),
    /// Somebody else saved since this page was made. Nothing was written.
    Stale,
}

pub(crate) async fn load(tx: &mut Tx, filing: FilingId) -> Result<Draft, DbError> {
    let rows = sqlx::query!(
        r#"select section, version, answers as "answers: Json<Answers>", saved_at, saved_by
           from draft_sections where filing_id = $1"#,
        filing.0
    )
    .fetch_all(tx.sql())
    .await?;
    let mut draft = Draft::default();
    for r in rows {
        let part =
            Part { version: r.version, answers: restored(r.answers.0), saved_at: r.saved_at, saved_by: r.saved_by };
        draft.0.insert(r.section, part);
    }
    Ok(draft)
}

/// Saves what changed in one section if `seen` is still its version.
pub(crate) async fn save(
    tx: &mut Tx,
    filing: FilingId,
    section: &str,
    seen: i32,
    current: &Part,
    patch: &BTreeMap<String, Raw>,
    by: Uuid,
) -> Result<Saved, DbError> {
    let changed: BTreeMap<String, Raw> = patch
        .iter()
        .filter(|(id, raw)| !is_same(current.answers.get(id), raw))
        .map(|(id, raw)| (id.clone(), raw.clone()))
        .collect();
    if changed.is_empty() {
        // What the other one saved is what this page says: nobody loses anything.
        return Ok(Saved::Yes(current.version));
    }
    let at = tx.now().await?.utc();
    let row = sqlx::query!(
        "update draft_sections set answers = answers || $4, version = version + 1, saved_at = $5, saved_by = $6
         where filing_id = $1 and section = $2 and version = $3 returning version",
        filing.0,
        section,
        seen,
        to_store(&Answers(changed)),
        at,
        by,
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map_or(Saved::Stale, |r| Saved::Yes(r.version)))
}

/// Puts the files of one field in place. The version stays: adding a file contradicts no typed text.
/// The caller holds the row's lock from [`lock`].
pub(crate) async fn put_files(
    tx: &mut Tx,
    filing: FilingId,
    section: &str,
    field: &str,
    raw: Raw,
    by: Uuid,
) -> Result<(), DbError> {
    let at = tx.now().await?.utc();
    let patch = to_store(&Answers([(field.to_owned(), raw)].into()));
    sqlx::query!(
        "update draft_sections set answers = answers || $3, saved_at = $4, saved_by = $5 where filing_id = $1 and section = $2",
        filing.0,
        section,
        patch,
        at,
        by,
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Locks one section's row and reads it.
pub(crate) async fn lock(tx: &mut Tx, filing: FilingId, section: &str) -> Result<Answers, DbError> {
    let row = sqlx::query!(
        "select answers from draft_sections where filing_id = $1 and section = $2 for update",
        filing.0,
        section
    )
    .fetch_one(tx.sql())
    .await?;
    from_store(row.answers)
}

/// Locks all sections for a submission. A save that was waiting finds another version afterwards.
pub(crate) async fn seal(tx: &mut Tx, filing: FilingId) -> Result<(), DbError> {
    sqlx::query!("update draft_sections set version = version + 1 where filing_id = $1", filing.0)
        .execute(tx.sql())
        .await?;
    Ok(())
}

/// Never typed and typed empty are the same answer.
pub(crate) fn is_same(stored: Option<&Raw>, raw: &Raw) -> bool {
    stored == Some(raw) || (is_blank(raw) && stored.is_none_or(is_blank))
}

pub(crate) fn is_blank(raw: &Raw) -> bool {
    match raw {
        Raw::Text(text) => text.is_empty(),
        Raw::Many(many) => many.is_empty(),
        Raw::Files(files) => files.is_empty(),
        Raw::Rows(rows) => rows.is_empty(),
    }
}

/// SHA-256 over the answers in the order of their ids; files are in it by their own hashes.
pub(crate) fn digest(answers: &Answers) -> String {
    let text = to_store(answers).to_string();
    Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect()
}

/// PostgreSQL's jsonb cannot hold NUL. It is kept as another character that no field accepts, so that
/// the person is told about it like about every other unprintable character and loses no text.
const NUL: char = '\0';
const KEPT_NUL: char = '\u{FFFF}';

pub(crate) fn to_store(answers: &Answers) -> Value {
    let stored = if mentions(answers, NUL) {
        serde_json::to_value(swap(answers, NUL, KEPT_NUL))
    } else {
        serde_json::to_value(answers)
    };
    stored.unwrap_or(Value::Null)
}

pub(crate) fn from_store(value: Value) -> Result<Answers, DbError> {
    Ok(restored(serde_json::from_value(value)?))
}

/// Hardly any draft holds the character: the others are not copied for it.
fn restored(answers: Answers) -> Answers {
    if mentions(&answers, KEPT_NUL) { swap(&answers, KEPT_NUL, NUL) } else { answers }
}

fn mentions(answers: &Answers, wanted: char) -> bool {
    answers.0.values().any(|raw| raw_mentions(raw, wanted))
}

fn raw_mentions(raw: &Raw, wanted: char) -> bool {
    match raw {
        Raw::Text(text) => text.contains(wanted),
        Raw::Many(many) => many.iter().any(|text| text.contains(wanted)),
        Raw::Files(_) => false,
        Raw::Rows(rows) => rows.iter().flat_map(|row| row.values()).any(|cell| raw_mentions(cell, wanted)),
    }
}

fn swap(answers: &Answers, from: char, to: char) -> Answers {
    Answers(answers.0.iter().map(|(id, raw)| (id.clone(), swap_raw(raw, from, to))).collect())
}

fn swap_raw(raw: &Raw, from: char, to: char) -> Raw {
    let text = |t: &String| if t.contains(from) { t.replace(from, &to.to_string()) } else { t.clone() };
    match raw {
        Raw::Text(t) => Raw::Text(text(t)),
        Raw::Many(many) => Raw::Many(many.iter().map(text).collect()),
        Raw::Files(files) => Raw::Files(files.clone()),
        Raw::Rows(rows) => Raw::Rows(
            rows.iter()
                .map(|row| row.iter().map(|(id, cell)| (id.clone(), swap_raw(cell, from, to))).collect::<RawRow>())
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(pairs: &[(&str, &str)]) -> Answers {
        Answers(pairs.iter().map(|(id, text)| ((*id).to_owned(), Raw::from(*text))).collect())
    }

    #[test]
    fn a_nul_survives_the_store_and_stays_a_nul() {
        let mut typed = answers(&[("note", "前\0後"), ("fine", "😀𠮷")]);
        typed.set("lines", Raw::Rows(vec![[("item".to_owned(), Raw::from("a\0"))].into()]));
        let stored = to_store(&typed);
        assert!(!stored.to_string().contains("\\u0000"), "{stored}");
        assert_eq!(from_store(stored).unwrap(), typed);
    }

    #[test]
    fn the_digest_depends_on_every_answer_and_on_nothing_else() {
        let a = answers(&[("a", "1"), ("b", "2")]);
        let b = answers(&[("b", "2"), ("a", "1")]);
        assert_eq!(digest(&a), digest(&b));
        assert_ne!(digest(&a), digest(&answers(&[("a", "1"), ("b", "3")])));
        assert_eq!(digest(&a).len(), 64);
    }

    #[test]
    fn blank_and_absent_are_the_same_answer() {
        assert!(is_same(None, &Raw::from("")));
        assert!(is_same(Some(&Raw::Many(vec![])), &Raw::from("")));
        assert!(!is_same(None, &Raw::from(" ")));
        assert!(!is_same(Some(&Raw::from("a")), &Raw::from("")));
    }
}
