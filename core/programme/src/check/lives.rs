//! 点検: what effects, starts, obligations and carried answers name is there.

use crate::lang::resolve::value_type;
use crate::lang::suggest::hint;
use crate::lang::types::Type;
use crate::model::edition::{Edition, Procedure};
use crate::model::flow::{Effect, Source, StepKind};
use crate::model::form::FieldType;
use crate::model::letter::Audience;
use crate::model::life::{Due, FirstPeriod, LifePlan, Remind};
use crate::source::{Place, Problem};
use hojo_words::letter::Layout;
use std::collections::BTreeSet;

/// What is wrong with the lives an edition tells, apart from one procedure.
pub(crate) fn edition(edition: &Edition) -> Vec<Problem> {
    let mut problems = Vec::new();
    let top = Place { file: "edition.yaml".to_owned(), line: 1, column: 1 };
    for (code, fields) in &edition.filed {
        let Some(procedure) = edition.procedures.get(&code.replace('_', "-")) else { continue };
        for (id, ty) in fields {
            let message = match procedure.form.field(id) {
                None => {
                    let known = procedure.form.slots.keys().map(String::as_str);
                    format!("filed: {} has no field {id}{}", procedure.code, hint(id, known))
                }
                Some(field) if !same(&value_type(&field.kind, field.slot), ty) => {
                    let own = value_type(&field.kind, field.slot);
                    format!("filed: {}.{id} is {own}, declared as {ty}", procedure.code)
                }
                Some(_) => continue,
            };
            let place = edition.filed_places.get(&format!("{code}.{id}")).unwrap_or(&top);
            problems.push(Problem::at(place, message));
        }
    }
    for rule in &edition.obligations {
        let mut say = |message: String| problems.push(Problem::at(&rule.place, message));
        let known = || edition.procedures.keys().map(String::as_str);
        for code in std::iter::once(&rule.procedure).chain(&rule.otherwise) {
            if !edition.procedures.contains_key(code) {
                say(format!("there is no procedure {code}{}", hint(code, known())));
            }
        }
        let plan = &rule.reminders;
        for remind in plan.before.iter().chain(&plan.after).chain(&plan.last) {
            reminding(edition, remind, &mut problems);
        }
        let mut say = |message: String| problems.push(Problem::at(&rule.place, message));
        let dates = rule.due.iter().filter_map(|due| match due {
            Due::On(date) => Some(date),
            Due::After { date, .. } => date.as_ref(),
        });
        let first = rule.repeats.iter().map(|repeats| match &repeats.first {
            FirstPeriod::FiscalYearEndAfter(date) | FirstPeriod::On(date) => date,
        });
        for date in dates.chain(first) {
            if edition.life.as_ref().is_none_or(|life| !life.dates.contains_key(date)) {
                let known = edition.life.iter().flat_map(|life| life.dates.keys().map(String::as_str));
                say(format!("a case has no date {date}{}", hint(date, known)));
            }
        }
    }
    problems.extend(reached(edition));
    problems
}

/// A standing that no decision brings about is a word nobody will ever read, in conditions that never hold; and a claim
/// that is posted nowhere can never be paid back.
fn reached(edition: &Edition) -> Vec<Problem> {
    let Some(life) = &edition.life else { return Vec::new() };
    let effects = || edition.procedures.values().flat_map(|procedure| procedure.flow.effects.values().flatten());
    let say = |message: String| Problem::at(&life.place, message);
    let mut problems = Vec::new();
    if life.claims.is_none() && effects().any(|effect| matches!(effect, Effect::Claim { .. })) {
        problems.push(say("life does not say to which of its sums claims are posted (claims)".to_owned()));
    }
    let set: BTreeSet<&String> = effects()
        .filter_map(|effect| match effect {
            Effect::Standing(to) => Some(to),
            _ => None,
        })
        .collect();
    // One that is misspelt is told where it stands.
    if set.iter().all(|code| life.standings.contains_key(*code)) {
        let never = life.standings.keys().skip(1).filter(|code| !set.contains(code));
        problems.extend(never.map(|code| say(format!("no effect ever sets the standing {code}"))));
    }
    problems
}

/// What a reminder sends is there, and is a letter to the applicant.
fn reminding(edition: &Edition, remind: &Remind, problems: &mut Vec<Problem>) {
    let mut say = |message: String| problems.push(Problem::at(&remind.place, message));
    if let Some((code, id)) = &remind.letter {
        match edition.procedures.get(code) {
            None => say(format!(
                "there is no procedure {code}{}",
                hint(code, edition.procedures.keys().map(String::as_str))
            )),
            Some(procedure) => match procedure.letters.get(id) {
                None => {
                    let near = hint(id, procedure.letters.keys().map(String::as_str));
                    say(format!("{code} has no letter {id}{near}"));
                }
                Some(letter) if letter.layout != Layout::Notice || letter.audience != Audience::Applicant => {
                    say(format!("{code}/{id} is no notice to the applicant"));
                }
                Some(_) => {}
            },
        }
    }
    if let Some(mail) = &remind.mail
        && let Some(Ok(file)) = edition.data::<serde_json::Value>("mails.yaml")
        && file.get("mails").and_then(|mails| mails.get(mail)).is_none()
    {
        say(format!("mails.yaml has no mail {mail}"));
    }
}

/// Texts of every kind are one to a rule.
fn same(own: &Type, declared: &Type) -> bool {
    own == declared
        || matches!((own, declared), (Type::Number(a), Type::Number(b)) if a == b)
        || crate::lang::units::fits(declared, own)
}

/// What is wrong with the life one procedure tells.
pub(crate) fn procedure(edition: &Edition, procedure: &Procedure) -> Vec<Problem> {
    let mut lint = Lint { edition, procedure, problems: Vec::new() };
    lint.starts();
    lint.carried();
    lint.decide();
    lint.effects();
    lint.problems
}

struct Lint<'a> {
    edition: &'a Edition,
    procedure: &'a Procedure,
    problems: Vec<Problem>,
}

impl Lint<'_> {
    fn say(&mut self, place: &Place, message: String) {
        self.problems.push(Problem::at(place, message));
    }

    fn known_procedure(&mut self, place: &Place, code: &str) {
        if !self.edition.procedures.contains_key(code) {
            let near = hint(code, self.edition.procedures.keys().map(String::as_str));
            self.say(place, format!("there is no procedure {code}{near}"));
        }
    }

    fn starts(&mut self) {
        let Some(starts) = self.procedure.starts.clone() else { return };
        if self.edition.life.is_none() {
            self.say(&starts.place, "a procedure within a case needs `life` in edition.yaml".to_owned());
        }
        for code in &starts.not_while {
            self.known_procedure(&starts.place, code);
        }
    }

    /// Carried answers come from a field of the same type.
    fn carried(&mut self) {
        let form = std::sync::Arc::clone(&self.procedure.form);
        for field in &form.fields {
            for (code, id) in &field.carried {
                self.known_procedure(&field.place, code);
                let Some(other) = self.edition.procedures.get(code) else { continue };
                match other.form.field(id) {
                    None => {
                        let near = hint(id, other.form.slots.keys().map(String::as_str));
                        self.say(&field.place, format!("{code} has no field {id}{near}"));
                    }
                    Some(from) if matches!(from.kind, FieldType::File(_)) => {
                        self.say(&field.place, "files are not carried over".to_owned());
                    }
                    Some(from) => {
                        let tables = (field.table().is_some(), from.table().is_some());
                        let (own, theirs) = (value_type(&field.kind, 0), value_type(&from.kind, 0));
                        if tables.0 != tables.1 || (!tables.0 && !same(&theirs, &own)) {
                            self.say(&field.place, format!("{code}.{id} is {theirs}, this field is {own}"));
                        }
                    }
                }
            }
        }
    }

    /// What a decision is proposed with.
    fn decide(&mut self) {
        let Some(step) = self.procedure.flow.step(StepKind::Decide).cloned() else { return };
        if let Some(field) = &step.amount {
            let yen = |f: &crate::model::form::Field| matches!(f.kind, FieldType::Yen { .. });
            if self.procedure.form.field(field).is_none_or(|f| !yen(f)) {
                self.say(&step.place, format!("amount is {field}, which is no amount of the form"));
            }
        }
        if let Some(letter) = &step.agency
            && !self.procedure.letters.contains_key(letter)
        {
            let near = hint(letter, self.procedure.letters.keys().map(String::as_str));
            self.say(&step.place, format!("there is no letter {letter}{near}"));
        }
        for outcome in step.after_return.iter().filter(|outcome| !step.outcomes.contains(outcome)) {
            self.say(&step.place, format!("after_return names {outcome}, which the step does not have"));
        }
    }

    fn effects(&mut self) {
        let flow = self.procedure.flow.clone();
        let outcomes: BTreeSet<&String> = flow.steps.values().flat_map(|step| &step.outcomes).collect();
        let decided = flow.step(StepKind::Decide).is_some_and(|step| step.amount.is_some() || step.through_simulation);
        for (outcome, effects) in &flow.effects {
            let places = flow.effect_places.get(outcome).map(Vec::as_slice).unwrap_or_default();
            if !outcomes.contains(outcome) {
                let place = places.first().unwrap_or(&flow.place);
                let near = hint(outcome, outcomes.iter().map(|known| known.as_str()));
                self.say(place, format!("effects names the outcome {outcome}, which no step has{near}"));
            }
            for (at, effect) in effects.iter().enumerate() {
                self.effect(places.get(at).unwrap_or(&flow.place), effect, decided);
            }
        }
    }

    fn effect(&mut self, place: &Place, effect: &Effect, decided: bool) {
        let empty = LifePlan::default();
        let life = self.edition.life.clone();
        let life = life.as_deref().unwrap_or(&empty);
        match effect {
            Effect::Amount { name, from } => {
                // Editions without a life keep the one amount of their selection.
                if !life.amounts.is_empty() {
                    self.named(place, &life.amounts, "amount", name);
                }
                self.amount_source(place, from, decided);
            }
            Effect::Post { sum, from } => {
                self.named(place, &life.sums, "sum", sum);
                self.amount_source(place, from, decided);
            }
            Effect::Standing(standing) => {
                self.named(place, &life.standings, "standing", standing);
            }
            Effect::Date { name, from } => {
                self.named(place, &life.dates, "date", name);
                if let Source::Field(field) = from {
                    self.field(place, field, Some(&FieldType::Date));
                }
            }
            Effect::Clear(names) => {
                for name in names {
                    self.named(place, &life.dates, "date", name);
                }
            }
            Effect::Plan(fields) => fields.iter().for_each(|field| self.field(place, field, None)),
            Effect::Holder(fields) | Effect::Applicant(fields) | Effect::Account(fields) | Effect::Payee(fields) => {
                fields.values().for_each(|field| self.field(place, field, None));
            }
            Effect::Later { on, effects } => {
                self.field(place, on, Some(&FieldType::Date));
                effects.iter().for_each(|effect| self.effect(place, effect, decided));
            }
            Effect::Claim { due, .. } => {
                if !decided {
                    self.say(place, "a claim is of the decided amount; decide needs amount".to_owned());
                }
                if let Some(due) = due {
                    self.field(place, due, Some(&FieldType::Date));
                }
            }
            Effect::Opens(code) => self.known_procedure(place, code),
            Effect::Ends(codes) => codes.iter().for_each(|code| self.known_procedure(place, code)),
            Effect::Owe { after, .. } => {
                if !self.edition.dates.contains_key(after) {
                    self.say(place, format!("effects counts from {after}, which is no date of the edition"));
                }
            }
        }
    }

    fn named<T>(&mut self, place: &Place, known: &indexmap::IndexMap<String, T>, what: &str, name: &str) {
        if !known.contains_key(name) {
            let near = hint(name, known.keys().map(String::as_str));
            self.say(place, format!("effects names the {what} {name}, which life does not have{near}"));
        }
    }

    fn amount_source(&mut self, place: &Place, from: &Source, decided: bool) {
        match from {
            Source::Decided if !decided => {
                self.say(place, "nothing is decided in yen; give decide an amount".to_owned());
            }
            Source::Decided | Source::Exactly(_) => {}
            Source::Field(field) => self.field(place, field, Some(&FieldType::Yen { signed: false })),
        }
    }

    fn field(&mut self, place: &Place, id: &str, kind: Option<&FieldType>) {
        let Some(field) = self.procedure.form.field(id).cloned() else {
            let near = hint(id, self.procedure.form.slots.keys().map(String::as_str));
            return self.say(place, format!("effects takes the field {id}, which the form does not have{near}"));
        };
        if let Some(kind) = kind
            && std::mem::discriminant(kind) != std::mem::discriminant(&field.kind)
        {
            self.say(place, format!("effects takes the field {id}, which is of another kind"));
        }
    }
}
