//! 案件の一生を読む: `life`, `filed`, `obligations.yaml` and `starts`.

use super::expr::Compiler;
use super::flow::term;
use super::types::{Lists, noted, value_type};
use super::yaml::{File, Kind, Yaml};
use crate::lang::suggest::hint;
use crate::lang::types::Type;
use crate::model::flow::Term;
use crate::model::life::{
    Due, FirstPeriod, LifePlan, ObligationRule, Opener, Remind, Reminders, Repeats, StartCondition, Starts, Sum, Times,
};
use crate::model::tables::ChoiceList;
use crate::source::Place;
use hojo_words::Clause;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Reads `life:` of the edition.
pub(crate) fn life(file: &File<'_>, yaml: &Yaml) -> LifePlan {
    let mut map = file.map(yaml);
    let ended = map.get("ended");
    let plan = LifePlan {
        standings: words(file, map.get("standings")),
        ended: list(file, ended),
        dates: words(file, map.get("dates")),
        amounts: words(file, map.get("amounts")),
        sums: sums(file, map.get("sums")),
        claims: map.text(file, "claims").map(str::to_owned),
        place: file.place(yaml.mark),
    };
    map.finish(file);
    if plan.standings.is_empty() {
        file.problem(yaml.mark, "life needs standings: what can a case be?");
    }
    for one in ended.map(|list| file.one_or_many(list)).unwrap_or_default() {
        let Some(code) = file.text(one).filter(|code| !plan.standings.contains_key(*code)) else { continue };
        let near = hint(code, plan.standings.keys().map(String::as_str));
        file.problem(one.mark, format!("ended names {code}, which is no standing{near}"));
    }
    for (name, sum) in &plan.sums {
        if let Some(within) = &sum.within
            && !plan.amounts.contains_key(within)
            && !plan.sums.contains_key(within)
        {
            file.problem(yaml.mark, format!("{name} stays within {within}, which is neither amount nor sum"));
        }
        if plan.amounts.contains_key(name) {
            file.problem(yaml.mark, format!("{name} is an amount already"));
        }
    }
    if let Some(sum) = plan.claims.as_deref().filter(|sum| !plan.sums.contains_key(*sum)) {
        let near = hint(sum, plan.sums.keys().map(String::as_str));
        file.problem(yaml.mark, format!("claims are posted to {sum}, which is no sum{near}"));
    }
    plan
}

fn words(file: &File<'_>, yaml: Option<&Yaml>) -> IndexMap<String, String> {
    let mut found = IndexMap::new();
    for (key, body) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        if let Some(text) = file.text(body) {
            found.insert(key.text.clone(), text.trim().to_owned());
        }
    }
    found
}

fn list(file: &File<'_>, yaml: Option<&Yaml>) -> Vec<String> {
    let items = yaml.map(|yaml| file.one_or_many(yaml)).unwrap_or_default();
    items.iter().filter_map(|item| file.text(item)).map(str::to_owned).collect()
}

fn sums(file: &File<'_>, yaml: Option<&Yaml>) -> IndexMap<String, Sum> {
    let mut found = IndexMap::new();
    for (key, body) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        let mut map = file.map(body);
        let sum = Sum { title: map.needed(file, "title"), within: map.text(file, "within").map(str::to_owned) };
        map.finish(file);
        found.insert(key.text.clone(), sum);
    }
    found
}

/// The facts that follow from a life by themselves, with their types.
pub(crate) fn facts(plan: &LifePlan, procedures: &BTreeSet<String>, facts: &mut IndexMap<String, Type>) {
    let standings = ChoiceList { id: "standing".to_owned(), options: plan.standings.clone() };
    facts.insert("case.standing".to_owned(), Type::Choice(Arc::new(standings)));
    facts.extend(plan.dates.keys().map(|name| (format!("case.{name}"), Type::Date)));
    facts.extend(plan.amounts.keys().chain(plan.sums.keys()).map(|name| (format!("amounts.{name}"), Type::YEN)));
    for code in procedures {
        let code = code.replace('-', "_");
        facts.insert(format!("open.{code}"), Type::COUNT);
        facts.insert(format!("done.{code}"), Type::COUNT);
    }
}

/// Reads `filed:`: procedure (with `_`) → field → type.
pub(crate) fn filed(
    file: &File<'_>,
    yaml: Option<&Yaml>,
    lists: Lists<'_>,
    procedures: &BTreeSet<String>,
) -> (IndexMap<String, IndexMap<String, Type>>, IndexMap<String, Place>) {
    let (mut found, mut places) = (IndexMap::new(), IndexMap::new());
    for (key, body) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        let code = key.text.replace('_', "-");
        if !procedures.contains(&code) {
            let near = hint(&code, procedures.iter().map(String::as_str));
            file.problem(key.mark, format!("there is no procedure {code}{near}"));
        }
        let mut fields = IndexMap::new();
        for (field, ty) in file.entries(body) {
            let Some(text) = file.text(ty) else { continue };
            if let Some((ty, _)) = noted(file, ty.mark, value_type(text, lists)) {
                places.insert(format!("{}.{}", key.text, field.text), file.place(field.mark));
                fields.insert(field.text.clone(), ty);
            }
        }
        found.insert(key.text.clone(), fields);
    }
    (found, places)
}

/// Reads `starts:` of a procedure.
pub(crate) fn starts(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>) -> Starts {
    let mut map = file.map(yaml);
    let mut by = Vec::new();
    for item in map.get("by").map(|list| file.one_or_many(list)).unwrap_or_default() {
        let Some(text) = file.text(item) else { continue };
        match Opener::parse(text) {
            Some(opener) => by.push(opener),
            None => {
                let near = hint(text, Opener::ALL.iter().map(|opener| opener.as_str()));
                file.problem(item.mark, format!("nobody called {text} begins a procedure{near}"));
            }
        }
    }
    let when = map.get("when").map(|list| file.list(list)).unwrap_or_default();
    let when = when.iter().filter_map(|body| condition(file, body, compiler)).collect();
    let times = match map.text(file, "times") {
        None => Times::default(),
        Some(text) => Times::ALL.into_iter().find(|times| times.as_str() == text).unwrap_or_else(|| {
            file.problem(yaml.mark, format!("times is one, once or many, found {text}"));
            Times::default()
        }),
    };
    let until_ended = map.get("until_ended").is_none_or(|flag| flag.as_text() != Some("false"));
    let starts = Starts {
        by,
        when,
        times,
        not_while: list(file, map.get("not_while")),
        until_ended,
        place: file.place(yaml.mark),
    };
    map.finish(file);
    if starts.by.is_empty() {
        file.problem(yaml.mark, "starts names nobody; say by: …");
    }
    starts
}

fn condition(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>) -> Option<StartCondition> {
    let mut map = file.map(yaml);
    let must = map.get("must");
    let says = map.needed(file, "says");
    map.finish(file);
    let Some(must) = must else {
        file.problem(yaml.mark, "a condition needs must");
        return None;
    };
    Some(StartCondition { must: compiler.truth(file, must)?, says, place: file.place(yaml.mark) })
}

/// Reads `obligations.yaml`.
pub(crate) fn obligations(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>) -> Vec<ObligationRule> {
    let mut map = file.map(yaml);
    let bodies = map.get("obligations").map(|list| file.list(list)).unwrap_or_default();
    map.finish(file);
    let mut found: Vec<ObligationRule> = Vec::new();
    for body in bodies {
        let Some(rule) = obligation(file, body, compiler) else { continue };
        if found.iter().any(|other| other.id == rule.id) {
            file.problem(body.mark, format!("the obligation {} stands twice", rule.id));
        }
        found.push(rule);
    }
    found
}

fn obligation(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>) -> Option<ObligationRule> {
    let mut map = file.map(yaml);
    let id = map.needed(file, "id");
    let title = map.needed(file, "title");
    let procedure = map.needed(file, "procedure");
    let clause = map.text(file, "clause").and_then(Clause::new);
    let (holds, due) = (map.get("while"), map.get("due"));
    let repeats = map.get("repeats").and_then(|body| repeats(file, body));
    let reminders = map.get("reminders").map(|body| reminders(file, body)).unwrap_or_default();
    let otherwise = map.text(file, "otherwise").map(str::to_owned);
    let says = map.words(file, "says");
    map.finish(file);
    let (Some(holds), Some(due)) = (holds, due) else {
        file.problem(yaml.mark, format!("the obligation {id} needs while and due"));
        return None;
    };
    let due: Vec<Due> = file.one_or_many(due).iter().filter_map(|item| self::due(file, item)).collect();
    if repeats.is_none() && due.iter().any(|due| matches!(due, Due::After { date: None, .. })) {
        file.problem(yaml.mark, "due needs after: a date of the case, unless the obligation repeats");
    }
    Some(ObligationRule {
        holds: compiler.truth(file, holds)?,
        id,
        title,
        procedure,
        clause,
        due,
        repeats,
        reminders,
        otherwise,
        says,
        place: file.place(yaml.mark),
    })
}

fn due(file: &File<'_>, yaml: &Yaml) -> Option<Due> {
    let mut map = file.map(yaml);
    let on = map.text(file, "on").map(str::to_owned);
    let date = map.text(file, "after").map(str::to_owned);
    let within = map.get("within");
    map.finish(file);
    match (on, within) {
        (Some(on), None) => Some(Due::On(on)),
        (None, Some(within)) => Some(Due::After { date, within: term(file, Some(within))? }),
        _ => {
            file.problem(yaml.mark, "due is { on: date } or { after: date, within: 30 days }");
            None
        }
    }
}

fn repeats(file: &File<'_>, yaml: &Yaml) -> Option<Repeats> {
    let mut map = file.map(yaml);
    let times = map.whole(file, "times");
    let every = term(file, map.get("every"));
    let first = map.get("first");
    map.finish(file);
    let mut first = file.map(first?);
    let fiscal = first.text(file, "fiscal_year_end_after").map(str::to_owned);
    let on = first.text(file, "on").map(str::to_owned);
    first.finish(file);
    let first = match (fiscal, on) {
        (Some(date), None) => FirstPeriod::FiscalYearEndAfter(date),
        (None, Some(date)) => FirstPeriod::On(date),
        _ => {
            file.problem(yaml.mark, "first is { fiscal_year_end_after: date } or { on: date }");
            return None;
        }
    };
    match (times, every) {
        (Some(times), Some(Term { amount, unit: crate::model::flow::TermUnit::Months })) => {
            Some(Repeats { times, every_months: amount, first })
        }
        _ => {
            file.problem(yaml.mark, "repeats needs times: 6 and every: 12 months");
            None
        }
    }
}

fn reminders(file: &File<'_>, yaml: &Yaml) -> Reminders {
    let mut map = file.map(yaml);
    let all = |yaml: Option<&Yaml>| -> Vec<Remind> {
        let items = yaml.map(|yaml| file.one_or_many(yaml)).unwrap_or_default();
        items.iter().filter_map(|item| remind(file, item)).collect()
    };
    let found = Reminders {
        before: all(map.get("before")),
        after: all(map.get("after")),
        last: map.get("final").and_then(|body| remind(file, body)),
    };
    map.finish(file);
    found
}

/// `7 days`, or with what is sent: `{ at: 7 days, letter: performance-report/overdue-notice, mail: due_letter }`.
fn remind(file: &File<'_>, yaml: &Yaml) -> Option<Remind> {
    let place = file.place(yaml.mark);
    let Kind::Map(_) = yaml.kind else {
        return Some(Remind { term: term(file, Some(yaml))?, letter: None, mail: None, place });
    };
    let mut map = file.map(yaml);
    let at = map.get("at");
    let letter = map.text(file, "letter").map(|text| match text.split_once('/') {
        Some((procedure, letter)) => (procedure.to_owned(), letter.to_owned()),
        None => {
            file.problem(yaml.mark, "letter names a procedure and its letter: performance-report/overdue-notice");
            (String::new(), text.to_owned())
        }
    });
    let mail = map.text(file, "mail").map(str::to_owned);
    map.finish(file);
    if at.is_none() {
        file.problem(yaml.mark, "at is missing: how long before or after the due date");
    }
    Some(Remind { term: term(file, at)?, letter, mail, place })
}
