//! 流れを読む, and derive from the steps which state leads where.

use super::expr::Compiler;
use super::yaml::{File, Key, MapReader, Yaml};
use crate::lang::suggest::hint;
use crate::model::flow::{
    Effect, Flow, Late, Outcome, ReturnRule, Source, State, Step, StepKind, Term, TermUnit, Transition,
};
use crate::model::form::Condition;
use indexmap::IndexMap;

/// 役割 that a step may name.
pub(crate) const ROLES: [&str; 9] = [
    "applicant",
    "office_on_behalf",
    "office",
    "operator",
    "manager",
    "reviewer",
    "supervisor",
    "office_it",
    "call_centre",
];

/// Reads `flow.yaml`.
pub(crate) fn flow(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>) -> Flow {
    let mut map = file.map(yaml);
    let mut flow = Flow { place: file.place(yaml.mark), ..Flow::default() };
    for (key, body) in map.get("flow").map(|steps| file.entries(steps)).unwrap_or_default() {
        let Some(kind) = StepKind::parse(&key.text) else {
            let near = hint(&key.text, StepKind::ALL.iter().map(|kind| kind.as_str()));
            file.problem(key.mark, format!("there is no step {}{near}", key.text));
            continue;
        };
        let step = if kind == StepKind::Notify { notify(file, body) } else { step(file, body) };
        flow.steps.insert(kind, step);
    }
    for (key, label) in map.get("outcomes").map(|list| file.entries(list)).unwrap_or_default() {
        flow.outcomes.insert(key.text.clone(), outcome(file, label, compiler));
    }
    for (key, word) in map.get("applicant_sees").map(|list| file.entries(list)).unwrap_or_default() {
        let Some(state) = State::parse(&key.text) else {
            let near = hint(&key.text, State::ALL.iter().map(|state| state.as_str()));
            file.problem(key.mark, format!("there is no state {}{near}", key.text));
            continue;
        };
        if let Some(word) = file.text(word) {
            flow.applicant_sees.insert(state, word.to_owned());
        }
    }
    for (key, body) in map.get("effects").map(|list| file.entries(list)).unwrap_or_default() {
        let (mut effects, mut places) = (Vec::new(), Vec::new());
        for one in file.list(body) {
            let found = effect(file, one);
            places.extend(found.iter().map(|_| file.place(one.mark)));
            effects.extend(found);
        }
        flow.effects.insert(key.text.clone(), effects);
        flow.effect_places.insert(key.text.clone(), places);
    }
    map.finish(file);
    flow.transitions = transitions(&flow);
    flow
}

/// A word, or `{ label, reduced, conditions, when, says }`.
fn outcome(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>) -> Outcome {
    if let Some(label) = yaml.as_text() {
        return Outcome { label: label.to_owned(), ..Outcome::default() };
    }
    let mut map = file.map(yaml);
    let tied = map.get("when");
    let found = Outcome {
        label: map.needed(file, "label"),
        reduced: map.flag(file, "reduced"),
        conditions: map.flag(file, "conditions"),
        when: compiler.condition(file, tied, Condition::Always),
        says: map.words(file, "says"),
    };
    map.finish(file);
    if tied.is_some() == found.says.is_empty() {
        file.problem(yaml.mark, "`when` and `says` stand together: what does the officer read when it does not hold?");
    }
    found
}

fn step(file: &File<'_>, yaml: &Yaml) -> Step {
    let mut map = file.map(yaml);
    let between = map.get("between").map(|list| file.list(list)).unwrap_or_default();
    let names: Vec<String> = between.iter().filter_map(|name| file.text(name)).map(str::to_owned).collect();
    let through = map.words(file, "through");
    if !through.is_empty() && through != "simulation" {
        file.problem(yaml.mark, format!("through is simulation, found {through}"));
    }
    let step = Step {
        by: roles(file, &mut map),
        between: match names.as_slice() {
            [from, to] => Some((from.clone(), to.clone())),
            [] => None,
            _ => {
                file.problem(yaml.mark, "between names two dates");
                None
            }
        },
        automatic: map.flag(file, "automatic"),
        receipt: map.flag(file, "receipt"),
        eyes: map.whole(file, "eyes").unwrap_or(1),
        count: map.whole(file, "count").unwrap_or(1),
        within: term(file, map.get("within")),
        reminders: reminders(file, map.get("reminders")),
        checklist: map.text(file, "checklist").is_some(),
        sheet: map.text(file, "sheet").is_some(),
        return_to_applicant: map.get("return").map(|body| return_rule(file, body)),
        through_simulation: through == "simulation",
        outcomes: words(file, map.get("outcomes")),
        agency: map.text(file, "agency").map(str::to_owned),
        amount: map.text(file, "amount").map(str::to_owned),
        after_return: words(file, map.get("after_return")),
        letters: IndexMap::new(),
        from_states: words(file, map.get("from")).iter().filter_map(|name| State::parse(name)).collect(),
        place: file.place(yaml.mark),
    };
    map.finish(file);
    step
}

fn notify(file: &File<'_>, yaml: &Yaml) -> Step {
    let mut step = Step { eyes: 1, count: 1, automatic: true, place: file.place(yaml.mark), ..Step::default() };
    for (outcome, letter) in file.entries(yaml) {
        if let Some(letter) = file.text(letter) {
            step.letters.insert(outcome.text.clone(), letter.to_owned());
        }
    }
    step
}

fn roles(file: &File<'_>, map: &mut MapReader<'_>) -> Vec<String> {
    let Some(list) = map.get("by") else { return Vec::new() };
    let mut roles = Vec::new();
    for item in file.one_or_many(list) {
        let Some(role) = file.text(item) else { continue };
        if !ROLES.contains(&role) {
            file.problem(item.mark, format!("there is no role {role}{}", hint(role, ROLES)));
        }
        roles.push(role.to_owned());
    }
    roles
}

fn words(file: &File<'_>, yaml: Option<&Yaml>) -> Vec<String> {
    yaml.map(|list| file.one_or_many(list))
        .unwrap_or_default()
        .iter()
        .filter_map(|item| file.text(item))
        .map(str::to_owned)
        .collect()
}

pub(crate) fn term(file: &File<'_>, yaml: Option<&Yaml>) -> Option<Term> {
    let yaml = yaml?;
    let text = file.text(yaml)?;
    let parsed = parse_term(text);
    if parsed.is_none() {
        file.problem(yaml.mark, format!("expected a term such as 7 days, 10 business_days or 2 months, found {text}"));
    }
    parsed
}

fn parse_term(text: &str) -> Option<Term> {
    let (amount, unit) = text.trim().split_once(char::is_whitespace)?;
    let unit = match unit.trim() {
        "day" | "days" => TermUnit::Days,
        "business_day" | "business_days" => TermUnit::BusinessDays,
        "month" | "months" => TermUnit::Months,
        _ => return None,
    };
    Some(Term { amount: amount.parse().ok().filter(|n| *n > 0)?, unit })
}

fn return_rule(file: &File<'_>, yaml: &Yaml) -> ReturnRule {
    let mut map = file.map(yaml);
    let within = term(file, map.get("within")).unwrap_or_else(|| {
        file.problem(yaml.mark, "a return needs within: the applicant must know by when");
        Term { amount: 1, unit: TermUnit::Days }
    });
    let letter = map.text(file, "letter").map(str::to_owned);
    let max_times = map.whole(file, "times");
    let late = map.get("late").map_or_else(Late::default, |word| late(file, word));
    map.finish(file);
    ReturnRule { within, letter, max_times, late }
}

fn late(file: &File<'_>, yaml: &Yaml) -> Late {
    let Some(word) = file.text(yaml) else { return Late::default() };
    Late::ALL.into_iter().find(|late| late.as_str() == word).unwrap_or_else(|| {
        let near = hint(word, Late::ALL.iter().map(|late| late.as_str()));
        file.problem(yaml.mark, format!("late is accept or refuse, found {word}{near}"));
        Late::default()
    })
}

/// A finished job, which keeps a mail from going twice, lives a month: no reminder may be older.
const FURTHEST_REMINDER: u32 = 28;

fn reminders(file: &File<'_>, yaml: Option<&Yaml>) -> Vec<Term> {
    let items = yaml.map(|list| file.one_or_many(list)).unwrap_or_default();
    let mut found: Vec<Term> = Vec::new();
    for item in items {
        let Some(term) = term(file, Some(item)) else { continue };
        if term.unit != TermUnit::Days || term.amount > FURTHEST_REMINDER {
            file.problem(item.mark, format!("a reminder is at most {FURTHEST_REMINDER} days ahead, written in days"));
        }
        found.push(term);
    }
    found.sort_by_key(|term| std::cmp::Reverse(term.amount));
    found
}

const EFFECTS: [&str; 13] = [
    "amount",
    "post",
    "standing",
    "date",
    "clear",
    "plan",
    "holder",
    "applicant",
    "account",
    "payee",
    "claim",
    "opens",
    "ends",
];

/// Effects that may wait for their day: who holds the case, under which name and account, and whom money goes to.
const LATER: [&str; 4] = ["holder", "applicant", "account", "payee"];

/// One entry of `effects` is one kind of effect, perhaps with the date field `on` whose day it takes hold.
fn effect(file: &File<'_>, yaml: &Yaml) -> Vec<Effect> {
    let (when, what): (Vec<_>, Vec<_>) = file.entries(yaml).iter().partition(|(key, _)| key.text == "on");
    let [(key, body)] = what.as_slice() else {
        file.problem(yaml.mark, format!("an effect is one of {}", EFFECTS.join(", ")));
        return Vec::new();
    };
    let effects = kind_of_effect(file, key, body);
    let Some((_, field)) = when.first().copied() else { return effects };
    if !LATER.contains(&key.text.as_str()) {
        file.problem(
            key.mark,
            format!("{} takes hold with the decision; only {} may wait", key.text, LATER.join(", ")),
        );
    }
    file.text(field).map(|on| Effect::Later { on: on.to_owned(), effects }).into_iter().collect()
}

/// `date` may name several dates.
fn kind_of_effect(file: &File<'_>, key: &Key, body: &Yaml) -> Vec<Effect> {
    let text = || file.text(body).map(str::to_owned);
    match key.text.as_str() {
        "amount" => sources(file, body).map(|(name, from)| Effect::Amount { name, from }).collect(),
        "post" => sources(file, body).map(|(sum, from)| Effect::Post { sum, from }).collect(),
        "date" => sources(file, body).map(|(name, from)| Effect::Date { name, from }).collect(),
        "standing" => text().map(Effect::Standing).into_iter().collect(),
        "opens" => text().map(Effect::Opens).into_iter().collect(),
        "clear" => vec![Effect::Clear(words(file, Some(body)))],
        "plan" => vec![Effect::Plan(words(file, Some(body)))],
        "ends" => vec![Effect::Ends(words(file, Some(body)))],
        "holder" => vec![Effect::Holder(fields(file, body, &HOLDER))],
        "applicant" => vec![Effect::Applicant(fields(file, body, &APPLICANT))],
        "account" => vec![Effect::Account(fields(file, body, &ACCOUNT))],
        "payee" => vec![Effect::Payee(fields(file, body, &PAYEE))],
        "claim" => {
            let mut map = file.map(body);
            let claim = Effect::Claim { kind: map.needed(file, "kind"), due: map.text(file, "due").map(str::to_owned) };
            map.finish(file);
            vec![claim]
        }
        "owe" => owe(file, body).into_iter().collect(),
        other => {
            file.problem(key.mark, format!("there is no effect {other}{}", hint(other, EFFECTS)));
            Vec::new()
        }
    }
}

const HOLDER: [&str; 6] = ["kind", "corporate_number", "name", "representative", "address", "date"];
const APPLICANT: [&str; 6] = ["name", "name_kana", "representative", "postal_code", "address", "phone"];
const ACCOUNT: [&str; 2] = ["sub", "email"];
const PAYEE: [&str; 6] = ["bank", "branch", "kind", "number", "kana", "name"];

/// `{ granted: decided, project_end: project_end }`.
fn sources<'y>(file: &File<'_>, yaml: &'y Yaml) -> impl Iterator<Item = (String, Source)> + use<'y> {
    let mut found = Vec::new();
    for (name, from) in file.entries(yaml) {
        if let Some(from) = file.text(from) {
            let from = match from.replace('_', "").parse() {
                Ok(yen) => Source::Exactly(yen),
                Err(_) if from == "decided" => Source::Decided,
                Err(_) => Source::Field(from.to_owned()),
            };
            found.push((name.text.clone(), from));
        }
    }
    found.into_iter()
}

/// Key → field, for the keys there are.
fn fields(file: &File<'_>, yaml: &Yaml, known: &[&str]) -> IndexMap<String, String> {
    let mut found = IndexMap::new();
    for (key, field) in file.entries(yaml) {
        if !known.contains(&key.text.as_str()) {
            file.problem(key.mark, format!("there is no {}{}", key.text, hint(&key.text, known.iter().copied())));
        }
        if let Some(field) = file.text(field) {
            found.insert(key.text.clone(), field.to_owned());
        }
    }
    found
}

fn owe(file: &File<'_>, body: &Yaml) -> Option<Effect> {
    let mut map = file.map(body);
    let procedure = map.needed(file, "procedure");
    let within = term(file, map.get("within"));
    let after = map.needed(file, "after");
    let reminders = map.get("reminders").map(|list| file.one_or_many(list)).unwrap_or_default();
    let reminders = reminders.iter().filter_map(|item| term(file, Some(item))).collect();
    let otherwise = map.text(file, "otherwise").map(str::to_owned);
    map.finish(file);
    Some(Effect::Owe { procedure, within: within?, after, reminders, otherwise })
}

/// The state in which a step's work waits to be done.
const fn waits_in(kind: StepKind) -> Option<State> {
    Some(match kind {
        StepKind::Check => State::Check,
        StepKind::Examine => State::Examine,
        StepKind::Decide => State::Decide,
        StepKind::Pay => State::Pay,
        StepKind::Report => State::Report,
        _ => return None,
    })
}

/// Steps follow one another as listed: what is done in one state leads to the state of the next step that waits.
fn transitions(flow: &Flow) -> Vec<Transition> {
    let order: Vec<StepKind> = flow.steps.keys().copied().collect();
    let after = |kind: StepKind| -> State {
        let at = order.iter().position(|other| *other == kind).map_or(0, |at| at + 1);
        for next in order.iter().skip(at) {
            match next {
                StepKind::Notify => return State::Notified,
                other => {
                    if let Some(state) = waits_in(*other) {
                        return state;
                    }
                }
            }
        }
        State::Closed
    };
    let by = |kind: StepKind| flow.steps.get(&kind).map(|step| step.by.clone()).unwrap_or_default();
    let plain = |from, to, step, by| Transition { from, to, step, by, outcome: None };
    let mut found = Vec::new();
    if flow.steps.contains_key(&StepKind::File) {
        found.push(plain(State::Draft, State::Filed, StepKind::File, by(StepKind::File)));
        let accept = if flow.steps.contains_key(&StepKind::Accept) { StepKind::Accept } else { StepKind::File };
        found.push(plain(State::Filed, after(accept), accept, by(StepKind::Accept)));
    }
    for (kind, step) in &flow.steps {
        let Some(from) = waits_in(*kind) else { continue };
        if step.return_to_applicant.is_some() {
            found.push(plain(from, State::Returned, StepKind::Return, step.by.clone()));
            found.push(plain(State::Returned, from, StepKind::File, by(StepKind::File)));
        }
        if *kind != StepKind::Decide || step.outcomes.is_empty() {
            found.push(plain(from, after(*kind), *kind, step.by.clone()));
        }
        for outcome in &step.outcomes {
            found.push(Transition {
                outcome: Some(outcome.clone()),
                ..plain(from, after(*kind), *kind, step.by.clone())
            });
        }
    }
    if flow.steps.contains_key(&StepKind::Notify) {
        let to = after(StepKind::Notify);
        found.push(plain(State::Notified, to, StepKind::Close, Vec::new()));
    }
    if let Some(step) = flow.steps.get(&StepKind::Withdraw) {
        for from in &step.from_states {
            found.push(plain(*from, State::Withdrawn, StepKind::Withdraw, step.by.clone()));
        }
    }
    found
}
