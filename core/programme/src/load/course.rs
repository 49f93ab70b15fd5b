//! 例の歩みを読む: where the case stands, what happens to it, and what stands afterwards.

use super::moment;
use super::yaml::{File, Kind, Yaml};
use crate::answers::Raw;
use crate::lang::suggest::hint;
use crate::model::life::{CourseDecision, CourseStep, ExampleCase, ExpectCourse, Opener};
use crate::read::parse;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Reads `case:` over what the base said, and writes it into the facts that rules read.
pub(crate) fn case(file: &File<'_>, yaml: &Yaml, case: &mut ExampleCase, facts: &mut BTreeMap<String, Raw>) {
    let mut map = file.map(yaml);
    if let Some(standing) = map.text(file, "standing") {
        case.standing = Some(standing.to_owned());
        facts.insert("case.standing".to_owned(), standing.into());
    }
    for (name, day) in dates(file, map.get("dates")) {
        facts.insert(format!("case.{name}"), Raw::Text(day.to_string()));
        case.dates.insert(name, day);
    }
    for (name, yen) in amounts(file, map.get("amounts")) {
        facts.insert(format!("amounts.{name}"), Raw::Text(yen.to_string()));
        case.amounts.insert(name, yen);
    }
    for (key, body) in map.get("done").map(|list| file.entries(list)).unwrap_or_default() {
        let times = file.text(body).and_then(|text| text.parse::<u32>().ok());
        let Some(times) = times else {
            file.problem(body.mark, "done counts runs: { application: 1 }");
            continue;
        };
        facts.insert(format!("done.{}", key.text.replace('-', "_")), Raw::Text(times.to_string()));
        case.done.insert(key.text.replace('_', "-"), times);
    }
    if let Some(open) = map.get("open") {
        let items = file.one_or_many(open).iter();
        case.open = items.filter_map(|item| file.text(item)).map(|code| code.replace('_', "-")).collect();
        for code in &case.open {
            facts.insert(format!("open.{}", code.replace('-', "_")), Raw::Text("1".to_owned()));
        }
    }
    for (procedure, fields) in map.get("filed").map(|list| file.entries(list)).unwrap_or_default() {
        for (field, value) in file.entries(fields) {
            let path = format!("filed.{}.{}", procedure.text.replace('-', "_"), field.text);
            match &value.kind {
                Kind::Scalar { text, .. } => {
                    facts.insert(path, Raw::Text(super::examples::number_text(text)));
                }
                _ => file.problem(value.mark, "filed gives one value to a field"),
            }
        }
    }
    map.finish(file);
}

fn dates(file: &File<'_>, yaml: Option<&Yaml>) -> IndexMap<String, time::Date> {
    let mut found = IndexMap::new();
    for (key, body) in yaml.map(|list| file.entries(list)).unwrap_or_default() {
        match file.text(body).and_then(parse::iso_date) {
            Some(day) => {
                found.insert(key.text.clone(), day);
            }
            None => file.problem(body.mark, "expected a date such as 2027-02-26"),
        }
    }
    found
}

fn amounts(file: &File<'_>, yaml: Option<&Yaml>) -> IndexMap<String, i64> {
    let mut found = IndexMap::new();
    for (key, body) in yaml.map(|list| file.entries(list)).unwrap_or_default() {
        match file.text(body).and_then(|text| text.replace('_', "").parse().ok()) {
            Some(yen) => {
                found.insert(key.text.clone(), yen);
            }
            None => file.problem(body.mark, "expected an amount such as 9_000_000"),
        }
    }
    found
}

const STEPS: [&str; 7] = ["start", "file", "return", "refile", "check", "decide", "withdraw"];

/// Reads `course:`.
pub(crate) fn course(file: &File<'_>, yaml: &Yaml) -> Vec<CourseStep> {
    file.one_or_many(yaml).iter().filter_map(|item| step(file, item)).collect()
}

fn step(file: &File<'_>, yaml: &Yaml) -> Option<CourseStep> {
    let (word, mark, body) = match &yaml.kind {
        Kind::Scalar { text, .. } => (text.as_str(), yaml.mark, None),
        Kind::Map(entries) => match entries.as_slice() {
            [(key, body)] => (key.text.as_str(), key.mark, Some(body)),
            _ => {
                file.problem(yaml.mark, "one step at a time");
                return None;
            }
        },
        Kind::List(_) => return None,
    };
    let when = || body.and_then(|body| moment(file, body));
    let text = || body.and_then(|body| file.text(body)).unwrap_or_default();
    Some(match word {
        "start" => CourseStep::Start(Opener::parse(text())),
        "file" => CourseStep::File(when()),
        "return" => CourseStep::Return,
        "refile" => CourseStep::Refile(when()),
        "check" => CourseStep::Check,
        "withdraw" => CourseStep::Withdraw(text().to_owned()),
        "decide" => CourseStep::Decide(decision(file, body?)),
        other => {
            file.problem(mark, format!("there is no step {other}{}", hint(other, STEPS)));
            return None;
        }
    })
}

/// An outcome, or `{ outcome, amount, reason, conditions }`.
fn decision(file: &File<'_>, yaml: &Yaml) -> CourseDecision {
    if let Some(outcome) = yaml.as_text() {
        return CourseDecision { outcome: outcome.to_owned(), reason: "―".to_owned(), ..CourseDecision::default() };
    }
    let mut map = file.map(yaml);
    let amount = map.get("amount").and_then(|body| {
        let amount = file.text(body)?.replace('_', "").parse().ok();
        if amount.is_none() {
            file.problem(body.mark, "expected an amount such as 9_000_000");
        }
        amount
    });
    let conditions = map.get("conditions").map(|list| file.one_or_many(list)).unwrap_or_default();
    let decision = CourseDecision {
        outcome: map.needed(file, "outcome"),
        amount,
        reason: map.words(file, "reason"),
        conditions: conditions.iter().filter_map(|item| file.text(item)).map(str::to_owned).collect(),
    };
    map.finish(file);
    decision
}

/// Keys of `expect` that speak of the course; true when this was one.
pub(crate) fn expect(file: &File<'_>, key: &str, body: &Yaml, expect: &mut ExpectCourse) -> bool {
    let text = || file.text(body).map(str::to_owned);
    let list = || {
        let items = file.one_or_many(body).iter().filter(|item| item.as_text() != Some("none"));
        Some(items.filter_map(|item| file.text(item)).map(str::to_owned).collect())
    };
    match key {
        "standing" => expect.standing = text(),
        "position" => expect.position = text(),
        "refused" => expect.refused = text(),
        "amounts" => expect.amounts = amounts(file, Some(body)),
        "dates" => expect.dates = dates(file, Some(body)),
        "letters" => expect.letters = list(),
        "owes" => expect.owes = list(),
        _ => return false,
    }
    true
}
