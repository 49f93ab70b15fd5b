//! 例を動かす: answers in, findings, values and slips out, compared with what the officer wrote.

use crate::facts::Facts;
use crate::judge::{Judgement, stand};
use crate::load::expected_cell;
use crate::model::edition::{Edition, Procedure};
use crate::model::example::Example;
use crate::model::form::Field;
use crate::model::rules::{Severity, Standing};
use crate::read::field::{Said, read as read_field};
use crate::read::{Reading, Slip, read};
use crate::source::Problem;
use crate::value::Value;
use hojo_words::Now;
use std::collections::BTreeSet;
use time::OffsetDateTime;

/// 例の結果.
#[derive(Debug, Clone)]
pub struct ExampleResult {
    pub reading: Reading,
    pub slips: Vec<Slip>,
    pub judgement: Judgement,
    /// Differences from what was expected.
    pub errors: Vec<Problem>,
}

/// Runs one example.
pub fn run_example(edition: &Edition, procedure: &Procedure, example: &Example) -> ExampleResult {
    let opening = edition.date("applications_open").unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut facts = Facts::new(Now::new(example.now.unwrap_or(opening)));
    facts.values.clone_from(&example.facts);
    // A case that says nothing of other procedures has none of them.
    let counts = procedure.globals.names.keys().filter(|path| path.starts_with("open.") || path.starts_with("done."));
    for path in counts {
        facts.values.entry(path.clone()).or_insert_with(|| "0".into());
    }
    let (reading, slips) = read(edition, procedure, &example.answers, &facts);
    let judgement = stand(edition, procedure, &reading, &facts);
    let mut told = Vec::new();
    findings(example, &judgement, &mut told);
    unknown(example, &judgement, &mut told);
    values(example, procedure, &reading, &mut told);
    slip_codes(example, &slips, &mut told);
    let errors = told
        .into_iter()
        .map(|text| Problem::at(&example.place, format!("example 「{}」: {text}", example.name)))
        .collect();
    ExampleResult { reading, slips, judgement, errors }
}

fn findings(example: &Example, judgement: &Judgement, told: &mut Vec<String>) {
    let Some(expected) = &example.expect.findings else { return };
    let lists = [(Severity::Stop, &expected.stop), (Severity::Ask, &expected.ask), (Severity::Note, &expected.note)];
    for (severity, codes) in lists {
        let wanted: BTreeSet<&str> = codes.iter().map(String::as_str).collect();
        let found = judgement.findings.iter().filter(|finding| finding.severity == severity);
        let found: BTreeSet<&str> = found.map(|finding| finding.code.as_str()).collect();
        for code in wanted.difference(&found) {
            let standing = match judgement.standings.get(*code) {
                Some(Standing::Met) => "it is met",
                Some(Standing::NotYetKnown) => "it is not yet known",
                Some(Standing::NotApplicable) => "its `when` says no",
                _ => "it is not there",
            };
            told.push(format!("expected {} {code}, but {standing}", severity.as_str()));
        }
        for code in found.difference(&wanted) {
            let finding = judgement.findings.iter().find(|finding| finding.code == **code);
            let sentence = finding.map_or("", |finding| finding.applicant.as_str());
            told.push(format!("found {} {code}, which is not expected: {sentence}", severity.as_str()));
        }
    }
}

fn unknown(example: &Example, judgement: &Judgement, told: &mut Vec<String>) {
    for code in &example.expect.unknown {
        let standing = judgement.standings.get(code.as_str());
        if standing != Some(&Standing::NotYetKnown) {
            told.push(format!("expected {code} to be not yet known, but it is {standing:?}"));
        }
    }
}

fn values(example: &Example, procedure: &Procedure, reading: &Reading, told: &mut Vec<String>) {
    for (path, expected) in &example.expect.values {
        let cell = expected_cell(path, &procedure.form);
        let (spec, found) = match &cell {
            Some((field, row, column)) => {
                let spec = procedure.form.field(field).and_then(|field| field.table()?.column(column).cloned());
                (spec, reading.cell(field, *row, column))
            }
            None => (procedure.form.field(path).cloned(), reading.value(path)),
        };
        let Some(spec) = spec else {
            told.push(format!("there is no field {path}"));
            continue;
        };
        if !same(&spec, expected, found) {
            let shown = match &cell {
                Some((field, row, column)) => reading.display_cell(field, *row, column),
                None => reading.display(path),
            };
            let shown = if shown.is_empty() { "unknown".to_owned() } else { shown };
            told.push(format!("expected {path} to be {expected}, found {shown}"));
        }
    }
}

fn same(spec: &Field, expected: &str, found: &Value) -> bool {
    if matches!(expected, "unknown" | "none") {
        return !found.is_known();
    }
    match read_field(spec, Some(&expected.into())) {
        Said::Value(value) => value == *found,
        // A calculated value may lie outside what could be typed, for example below zero.
        _ => expected.parse::<hojo_words::Number>().is_ok_and(|number| found.as_number() == Some(number)),
    }
}

fn slip_codes(example: &Example, slips: &[Slip], told: &mut Vec<String>) {
    let Some(expected) = &example.expect.slips else { return };
    let found: BTreeSet<(String, &str)> =
        slips.iter().map(|slip| (slip.path.to_string(), slip.code.as_str())).collect();
    let wanted: BTreeSet<(String, &str)> = expected.iter().map(|(path, code)| (path.clone(), code.as_str())).collect();
    for (path, code) in wanted.difference(&found) {
        told.push(format!("expected the slip {code} at {path}"));
    }
    for (path, code) in found.difference(&wanted) {
        told.push(format!("found the slip {code} at {path}, which is not expected"));
    }
}
