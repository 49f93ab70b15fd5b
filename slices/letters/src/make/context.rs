//! What a letter may name besides the answers: decision, amounts, remarks, addressee.

use std::collections::BTreeMap;

use hojo_case::{Event, Outcome};
use hojo_db::{DbError, Tx};
use hojo_jobs::Failure;
use hojo_programme::{Facts, Field, FieldPath, Form, LetterContext, RemarkLine};
use hojo_words::{Yen, jst};
use time::{Date, OffsetDateTime};

use super::dossier::Dossier;
use crate::payload::later;
use crate::record::Row;

/// What the case's events say to a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    decision_date: Option<Date>,
    decision_reason: Option<String>,
    outcome: Option<Outcome>,
    amount: Option<i64>,
    conditions: Vec<String>,
    due: Option<Date>,
}

pub async fn context<'a>(
    tx: &mut Tx,
    d: &'a Dossier,
    letter: &Row,
    serial: i32,
    date: Date,
) -> Result<LetterContext<'a>, Failure> {
    let told = told(&events(tx, d).await?, d);
    let copy = d.spec.is_copy();
    let root = tx.root_of(&d.row).await?;
    let round = sqlx::query!("select title from rounds where id = $1", d.row.round.0)
        .fetch_one(tx.sql())
        .await
        .map_err(later)?;
    Ok(LetterContext {
        procedure: &d.procedure,
        reading: &d.reading,
        facts: if copy { &d.then } else { &d.now },
        case_number: root.number.clone().unwrap_or_default(),
        filing_number: d.row.number.clone().unwrap_or_default(),
        round_title: round.title,
        decision_amount: told.amount.map(Yen::new),
        conditions: told.conditions,
        obligation: d.owed.as_ref().map(|owed| (owed.title.clone(), owed.due)),
        replaces: letter.replaces.as_ref().map(|old| (old.number.clone(), old.day)),
        filed_at: Some(d.submitted.filed_at),
        serial: u32::try_from(serial).unwrap_or(0),
        date,
        decision_date: told.decision_date,
        decision_reason: told.decision_reason,
        outcome: told.outcome.map(|o| outcome_word(d, o)),
        amounts: amounts(d),
        remarks: remarks(tx, d).await?,
        due: told.due,
        addressee: addressee(if copy { &d.then } else { &d.now }, &d.then, &d.row.applicant_name),
        doc_id: letter.public_id.to_string(),
    })
}

async fn events(tx: &mut Tx, d: &Dossier) -> Result<Vec<(OffsetDateTime, Event)>, Failure> {
    let rows = sqlx::query!(
        "select at, body from events where case_id = $1
           and kind in ('first_check_finished', 'second_check_finished', 'decided', 'returned') order by seq",
        d.row.id.0
    )
    .fetch_all(tx.sql())
    .await
    .map_err(later)?;
    let read = |body| serde_json::from_value::<Event>(body).map_err(DbError::from);
    rows.into_iter().map(|r| Ok((r.at, read(r.body)?))).collect()
}

/// The last word counts: a decision, or an exclusion that two people agreed on.
fn told(events: &[(OffsetDateTime, Event)], d: &Dossier) -> Told {
    let n = u32::try_from(d.submitted.n).unwrap_or(0);
    let mut told = Told { due: d.row.case.return_due, ..Told::default() };
    // A letter that asks 中小機構 to approve speaks of what is proposed.
    if let Some(drafted) = &d.row.case.drafted {
        told.outcome = Some(drafted.proposal.outcome.clone());
        told.amount = drafted.proposal.amount;
        told.decision_reason = Some(drafted.proposal.reason.clone());
        told.conditions.clone_from(&drafted.proposal.conditions);
    }
    for (at, event) in events {
        match event {
            Event::Decided { outcome, reason, amount, conditions, .. } => {
                told.decision_date = Some(jst::jst_date(*at));
                told.decision_reason = Some(reason.clone());
                told.outcome = Some(outcome.clone());
                told.amount = *amount;
                told.conditions.clone_from(conditions);
            }
            Event::FirstCheckFinished { reason, .. } if d.row.case.outcome == Some(Outcome::EXCLUDED) => {
                told.decision_date = Some(jst::jst_date(*at));
                told.decision_reason = Some(reason.clone());
                told.outcome = Some(Outcome::EXCLUDED);
            }
            Event::SecondCheckFinished { .. } if told.outcome == Some(Outcome::EXCLUDED) => {
                told.decision_date = Some(jst::jst_date(*at));
            }
            Event::Returned { submission, due, .. } if *submission == n => told.due = Some(*due),
            _ => {}
        }
    }
    told
}

fn outcome_word(d: &Dossier, outcome: Outcome) -> String {
    let defined = d.procedure.flow.outcomes.get(outcome.code()).map(|o| o.label.clone());
    defined.unwrap_or_else(|| outcome.label().to_owned())
}

fn amounts(d: &Dossier) -> BTreeMap<String, Yen> {
    let ledger = [("requested", d.row.case.requested), ("adopted", d.row.case.adopted)];
    ledger.into_iter().filter_map(|(name, yen)| Some((name.to_owned(), Yen::new(yen?)))).collect()
}

async fn remarks(tx: &mut Tx, d: &Dossier) -> Result<Vec<RemarkLine>, Failure> {
    let rows = sqlx::query!(
        "select target, text from remarks
         where filing_id = $1 and submission = $2 and sent_at is not null and state <> 'dropped'
         order by written_at, id",
        d.filing.0,
        d.submitted.n
    )
    .fetch_all(tx.sql())
    .await
    .map_err(later)?;
    let form = &d.procedure.form;
    Ok(rows.into_iter().map(|r| RemarkLine { place: place(form, &r.target), text: r.text }).collect())
}

/// The addressee is called what GビズID calls it now, so that a corrected name mends a stuck letter;
/// who has no account is called what the application says.
fn addressee(now: &Facts, then: &Facts, name: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for key in ["name", "representative", "address", "postal_code"] {
        let path = format!("account.{key}");
        let text = [now.text(&path), then.text(&path)].into_iter().flatten().find(|t| !t.trim().is_empty());
        if let Some(text) = text {
            all.insert(key.to_owned(), text.trim().to_owned());
        }
    }
    all.entry("name".to_owned()).or_insert_with(|| name.to_owned());
    all
}

/// A remark's place in words: 「経費明細表 2行目 補助対象経費」; sections are written `section:<id>`.
fn place(form: &Form, target: &str) -> String {
    if let Some(id) = target.strip_prefix("section:") {
        return form.sections.iter().find(|s| s.id == id).map_or_else(|| target.to_owned(), |s| s.title.clone());
    }
    let Ok(path) = target.parse::<FieldPath>() else { return target.to_owned() };
    let Some(field) = form.field(&path.field) else { return target.to_owned() };
    let mut words = field.label.clone();
    if let Some(row) = path.row {
        words.push(' ');
        words.push_str(&row_word(field, row));
    }
    if let Some(column) = &path.column {
        let name = field.table().and_then(|t| t.column(column)).map_or(column.as_str(), |c| c.label.as_str());
        words.push(' ');
        words.push_str(name);
    }
    words
}

fn row_word(field: &Field, row: usize) -> String {
    let fixed = field.table().and_then(|t| t.fixed_rows()).and_then(|rows| rows.get_index(row));
    fixed.map_or_else(|| format!("{}行目", row.saturating_add(1)), |(_, label)| label.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hojo_words::Now;

    fn facts(pairs: &[(&str, &str)]) -> Facts {
        let facts = Facts::new(Now::new(OffsetDateTime::UNIX_EPOCH));
        pairs.iter().fold(facts, |f, (k, v)| f.with(k, *v))
    }

    #[test]
    fn a_corrected_name_wins_and_paper_has_its_own() {
        let then = facts(&[("account.name", "株式会社𠮷田"), ("account.representative", "甲野 乙子")]);
        let corrected = addressee(&facts(&[("account.name", "株式会社吉田")]), &then, "株式会社𠮷田");
        assert_eq!(corrected.get("name").map(String::as_str), Some("株式会社吉田"));
        assert_eq!(corrected.get("representative").map(String::as_str), Some("甲野 乙子"));
        let paper = addressee(&facts(&[]), &facts(&[]), "見本商店");
        assert_eq!(paper.get("name").map(String::as_str), Some("見本商店"));
        assert_eq!(paper.get("representative"), None);
    }
}
