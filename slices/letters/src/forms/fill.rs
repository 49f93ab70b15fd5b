//! What a form knows already: the applicant, the case and its amounts, and what stands in the own draft or filing.

use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_case::Position;
use hojo_db::{CaseRow, Tx};
use hojo_programme::{Answers, Audience, Edition, Facts, LetterContext, LetterSpec, Opener, Procedure, compose, read};
use hojo_web::Fault;
use hojo_words::letter::LetterModel;
use sqlx::types::Json;

use super::view::{Form, Group};

/// Is it a form the applicant takes away?
pub fn is_offered(letter: &LetterSpec) -> bool {
    letter.reference && letter.audience == Audience::Applicant
}

/// Has the applicant been told of everything that was decided? What has effect already would show in the forms.
pub async fn is_told(tx: &mut Tx, root: &CaseRow) -> Result<bool, Fault> {
    let row = sqlx::query!(
        r#"select exists (select 1 from cases where (id = $1 or root_id = $1) and position = $2) as "waits!""#,
        root.id.0,
        Position::Notify.code()
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(!row.waits)
}

/// The procedures of this case that have forms: the one in hand first, then those the applicant begins.
pub async fn groups(tx: &mut Tx, edition: &Edition, row: &CaseRow, root: &CaseRow) -> Result<Vec<Group>, Fault> {
    let begun = sqlx::query!(
        r#"select distinct f.procedure as "procedure!" from filings f join cases c on c.id = f.case_id
           where c.id = $1 or c.root_id = $1"#,
        root.id.0
    )
    .fetch_all(tx.sql())
    .await?;
    let is_begun = |code: &str| begun.iter().any(|r| r.procedure == code);
    let begins = |procedure: &Procedure| {
        procedure.starts.as_ref().is_some_and(|starts| starts.by.contains(&Opener::Applicant))
            && !root.case.life.standing.is_empty()
    };
    let mut groups: Vec<Group> = edition
        .procedures
        .values()
        .filter(|procedure| is_begun(&procedure.code) || begins(procedure))
        .map(|procedure| Group {
            code: procedure.code.clone(),
            title: procedure.title.clone(),
            forms: procedure.letters.values().filter(|letter| is_offered(letter)).map(|l| form(procedure, l)).collect(),
        })
        .filter(|group| !group.forms.is_empty())
        .collect();
    let in_hand = if row.root.is_some() { row.procedure.as_str() } else { "" };
    groups.sort_by_key(|group| (group.code != in_hand, !is_begun(&group.code)));
    Ok(groups)
}

fn form(procedure: &Procedure, letter: &LetterSpec) -> Form {
    Form {
        procedure: procedure.code.clone(),
        id: letter.id.clone(),
        name: letter.name.clone(),
        label: letter.form_label.as_ref().map(|label| label.source.clone()).unwrap_or_default(),
        is_sheet: letter.sheet.is_some(),
    }
}

/// The form with what is known.
pub async fn model(
    tx: &mut Tx,
    edition: &Arc<Edition>,
    procedure: &Arc<Procedure>,
    spec: &LetterSpec,
    root: &CaseRow,
) -> Result<LetterModel, Fault> {
    let (filing, answers) = written(tx, edition, procedure, root).await?;
    let facts = tx.case_facts(root).await?;
    let (reading, _) = read(edition, procedure, &answers, &facts);
    let round = sqlx::query!("select title from rounds where id = $1", root.round.0).fetch_one(tx.sql()).await?;
    let today = tx.now().await?.date();
    let context = LetterContext {
        procedure,
        reading: &reading,
        facts: &facts,
        case_number: root.number.clone().unwrap_or_default(),
        filing_number: filing.unwrap_or_default(),
        round_title: round.title,
        filed_at: None,
        serial: 0,
        date: today,
        decision_date: None,
        decision_reason: None,
        outcome: None,
        decision_amount: None,
        conditions: Vec::new(),
        obligation: None,
        replaces: None,
        amounts: [("requested", root.case.requested), ("adopted", root.case.adopted)]
            .into_iter()
            .filter_map(|(name, yen)| Some((name.to_owned(), hojo_words::Yen::new(yen?))))
            .collect(),
        remarks: Vec::new(),
        due: None,
        addressee: addressee(&facts, &root.applicant_name),
        doc_id: format!("{}-{}-{}", root.public_id, procedure.code, spec.id),
    };
    compose(edition, spec, &context).map_err(|e| Fault::Internal(e.to_string()))
}

fn addressee(facts: &Facts, name: &str) -> BTreeMap<String, String> {
    let text = |key: &str| facts.text(&format!("account.{key}")).map(str::trim).filter(|t| !t.is_empty());
    let mut all: BTreeMap<String, String> = ["name", "representative", "address", "postal_code"]
        .into_iter()
        .filter_map(|key| Some((key.to_owned(), text(key)?.to_owned())))
        .collect();
    all.entry("name".to_owned()).or_insert_with(|| name.to_owned());
    all
}

/// Receipt number and answers of the newest filing of this procedure: the draft as it is, else what was handed in.
/// Where nothing was begun, what a draft would begin with.
async fn written(
    tx: &mut Tx,
    edition: &Edition,
    procedure: &Procedure,
    root: &CaseRow,
) -> Result<(Option<String>, Answers), Fault> {
    let filing = sqlx::query!(
        r#"select f.id, c.number, c.position from filings f join cases c on c.id = f.case_id
           where (c.id = $1 or c.root_id = $1) and f.procedure = $2 order by f.created_at desc, f.id desc limit 1"#,
        root.id.0,
        procedure.code
    )
    .fetch_optional(tx.sql())
    .await?;
    let Some(filing) = filing else {
        return Ok((None, tx.carried(edition, procedure, root.id).await?));
    };
    let editable = [Position::Draft.code(), Position::Returned.code()];
    let is_draft = editable.contains(&filing.position.as_str());
    if is_draft {
        let parts = sqlx::query!(
            r#"select answers as "answers: Json<Answers>" from draft_sections where filing_id = $1"#,
            filing.id
        )
        .fetch_all(tx.sql())
        .await?;
        let mut all = Answers::default();
        for part in parts {
            all.0.extend(part.answers.0.0);
        }
        return Ok((filing.number, all));
    }
    let handed_in = sqlx::query!(
        r#"select answers as "answers: Json<Answers>" from submissions where filing_id = $1 order by n desc limit 1"#,
        filing.id
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok((filing.number, handed_in.map(|r| r.answers.0).unwrap_or_default()))
}
