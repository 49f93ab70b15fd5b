//! 通知書の見本: a letter filled from the examples of its procedure, so that every letter can be seen before its first case.

use crate::compose::{ComposeProblem, LetterContext, RemarkLine, compose};
use crate::facts::Facts;
use crate::model::edition::{Edition, Procedure};
use crate::model::example::Example;
use crate::model::flow::StepKind;
use crate::model::letter::LetterSpec;
use crate::model::life::CourseStep;
use crate::read::{Reading, read};
use hojo_words::letter::LetterModel;
use hojo_words::{Now, Yen, jst};
use std::collections::BTreeMap;
use time::{Duration, OffsetDateTime};

/// Days between handing in and the decision of a sample.
const WEEKS: i64 = 21;

/// What is decided in yen where no example says so.
const USUAL: i64 = 10_000_000;

/// The letter, filled from the first example that leaves no hole in it.
///
/// # Errors
/// What the last example lacks; a procedure without examples lacks `examples`.
pub fn sample_letter(
    edition: &Edition,
    procedure: &Procedure,
    letter: &LetterSpec,
) -> Result<LetterModel, ComposeProblem> {
    let mut lacking = ComposeProblem::Missing { letter: letter.id.clone(), placeholder: "examples".to_owned() };
    for example in best_first(procedure, letter) {
        let facts = facts(edition, procedure, example);
        let (reading, _) = read(edition, procedure, &example.answers, &facts);
        match compose(edition, letter, &context(edition, procedure, &facts, &reading, (letter, example))) {
            Ok(model) => return Ok(model),
            Err(problem) => lacking = problem,
        }
    }
    Err(lacking)
}

/// Examples that end in this letter's outcome come first.
fn best_first<'a>(procedure: &'a Procedure, letter: &LetterSpec) -> Vec<&'a Example> {
    let ends_so = |example: &Example| outcome_of(procedure, letter) == decided(example).map(|d| d.outcome.as_str());
    let (mut first, rest): (Vec<&Example>, Vec<&Example>) =
        procedure.examples.iter().partition(|example| decided(example).is_some() && ends_so(example));
    first.extend(rest);
    first
}

fn decided(example: &Example) -> Option<&crate::model::life::CourseDecision> {
    example
        .course
        .iter()
        .rev()
        .find_map(|step| if let CourseStep::Decide(decision) = step { Some(decision) } else { None })
}

/// The outcome this letter tells.
fn outcome_of<'a>(procedure: &'a Procedure, letter: &LetterSpec) -> Option<&'a str> {
    let notify = procedure.flow.step(StepKind::Notify)?;
    notify.letters.iter().find(|(_, id)| **id == letter.id).map(|(outcome, _)| outcome.as_str())
}

/// What the example knows; who has no account is called 株式会社見本製作所.
fn facts(edition: &Edition, procedure: &Procedure, example: &Example) -> Facts {
    let opening = edition.date("applications_open").unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut facts = Facts::new(Now::new(example.now.unwrap_or(opening)));
    facts.values.clone_from(&example.facts);
    let known = [
        ("account.name", "株式会社見本製作所"),
        ("account.representative", "代表取締役 見本 太郎"),
        ("account.postal_code", "1000013"),
        ("account.address", "東京都千代田区霞が関1丁目3番1号"),
    ];
    for (path, text) in known {
        facts.values.entry(path.to_owned()).or_insert_with(|| text.into());
    }
    let counts = procedure.globals.names.keys().filter(|path| path.starts_with("open.") || path.starts_with("done."));
    for path in counts {
        facts.values.entry(path.clone()).or_insert_with(|| "0".into());
    }
    after_decision(edition, &mut facts, decided(example).and_then(|decision| decision.amount));
    facts
}

/// A letter speaks of the case as it is once the decision has effect: dates and amounts the example leaves open are there.
fn after_decision(edition: &Edition, facts: &mut Facts, amount: Option<i64>) {
    let Some(life) = &edition.life else { return };
    let today = jst::jst_date(facts.now.utc().saturating_add(Duration::days(WEEKS))).to_string();
    let yen = amount.unwrap_or(USUAL).to_string();
    for name in life.dates.keys() {
        facts.values.entry(format!("case.{name}")).or_insert_with(|| today.as_str().into());
    }
    for name in life.amounts.keys().chain(life.sums.keys()) {
        facts.values.entry(format!("amounts.{name}")).or_insert_with(|| yen.as_str().into());
    }
}

fn context<'a>(
    edition: &Edition,
    procedure: &'a Procedure,
    facts: &'a Facts,
    reading: &'a Reading,
    (letter, example): (&LetterSpec, &Example),
) -> LetterContext<'a> {
    let today = jst::jst_date(facts.now.utc().saturating_add(Duration::days(WEEKS)));
    let decision = decided(example);
    let outcome = outcome_of(procedure, letter).or_else(|| decision.map(|d| d.outcome.as_str())).unwrap_or_default();
    let word = procedure.flow.outcomes.get(outcome).map_or(outcome, |outcome| outcome.label.as_str());
    let text = |path: &str| facts.text(path).unwrap_or_default().to_owned();
    LetterContext {
        procedure,
        reading,
        facts,
        case_number: "R1-00123".to_owned(),
        filing_number: "R1-00123-02".to_owned(),
        filed_at: Some(facts.now.utc()),
        round_title: edition.title.clone(),
        serial: 123,
        date: today,
        decision_date: Some(today),
        decision_reason: Some(reason(decision)),
        outcome: Some(word.to_owned()),
        decision_amount: amount(procedure, reading, example),
        conditions: vec!["取得財産の管理の状況を、実績報告の際に書面で説明すること。".to_owned()],
        replaces: None,
        obligation: Some((procedure.title.clone(), today)),
        amounts: example.case.amounts.iter().map(|(name, yen)| (name.clone(), Yen::new(*yen))).collect(),
        remarks: remarks(procedure),
        due: today.checked_add(Duration::days(WEEKS)),
        addressee: ["name", "representative", "address", "postal_code"]
            .map(|key| (key.to_owned(), text(&format!("account.{key}"))))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        doc_id: format!("sample-{}-{}", procedure.code, letter.id),
    }
}

fn reason(decision: Option<&crate::model::life::CourseDecision>) -> String {
    let written = decision.map(|decision| decision.reason.trim()).filter(|reason| !reason.is_empty());
    written.unwrap_or("提出された書類により、交付規程に定める要件を確認したため。").to_owned()
}

/// What the example decided, else what the filing asks for.
fn amount(procedure: &Procedure, reading: &Reading, example: &Example) -> Option<Yen> {
    let asked = procedure.flow.step(StepKind::Decide).and_then(|step| step.amount.as_deref());
    let asked =
        asked.and_then(|field| reading.value(field).as_number()).and_then(|number| Yen::from_number(number).ok());
    decided(example).and_then(|decision| decision.amount).map(Yen::new).or(asked).or_else(|| Some(Yen::new(USUAL)))
}

fn remarks(procedure: &Procedure) -> Vec<RemarkLine> {
    let field = procedure.form.fields.iter().find(|field| field.value.is_none() && field.from.is_none());
    let place = field.map_or_else(|| "申請書".to_owned(), |field| field.label.clone());
    let wording = procedure.remarks.first().map(|remark| remark.text.clone());
    vec![
        RemarkLine {
            place: place.clone(), text: wording.unwrap_or_else(|| "記載を確かめてください。".to_owned())
        },
        RemarkLine {
            place, text: "添付書類の日付が記載と合っていません。正しい書類を添付してください。".to_owned()
        },
    ]
}
