//! 点検: what can be proven about a procedure without running it.

use crate::model::edition::{Edition, Procedure};
use crate::model::flow::{Flow, State, StepKind};
use crate::model::form::FieldType;
use crate::source::{Place, Problem};
use std::collections::BTreeSet;

/// Lints a procedure.
pub(crate) fn lint(edition: &Edition, procedure: &Procedure) -> Vec<Problem> {
    let mut lint = Lint { edition, procedure, problems: Vec::new() };
    lint.rules();
    lint.clauses();
    if procedure.public && procedure.flow.steps.is_empty() {
        return lint.problems;
    }
    if procedure.starts.is_none() {
        lint.names();
    }
    lint.steps();
    lint.states();
    lint.letters();
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

    const fn flow(&self) -> &Flow {
        &self.procedure.flow
    }

    /// A rule that no example expects could be deleted without anyone noticing.
    fn rules(&mut self) {
        let expected: BTreeSet<&str> = self
            .procedure
            .examples
            .iter()
            .filter_map(|example| example.expect.findings.as_ref())
            .flat_map(|findings| findings.stop.iter().chain(&findings.ask).chain(&findings.note))
            .map(String::as_str)
            .collect();
        for rule in &self.procedure.rules.rules {
            if !expected.contains(rule.code.as_str()) {
                let message = format!("no example expects {}; add one that makes it fire", rule.code);
                self.problems.push(Problem::at(&rule.place, message));
            }
        }
    }

    /// The fields that name a case exist and hold what a name can be made of.
    fn names(&mut self) {
        let (names, form) = (&self.procedure.names, &self.procedure.form);
        let known = || form.fields.iter().map(|field| field.id.as_str());
        let text: fn(&FieldType) -> bool = |k| matches!(k, FieldType::Text { .. } | FieldType::Paragraph { .. });
        let choice: fn(&FieldType) -> bool = |k| matches!(k, FieldType::Choice { .. });
        let wanted = [("title", &names.title, "a text", text), ("frame", &names.frame, "one choice", choice)];
        let mut found = Vec::new();
        for (key, id, what, fits) in wanted {
            match id.as_deref().map(|id| (id, form.field(id))) {
                None => found.push(format!("names needs {key}: by which answer is a case called?")),
                Some((id, None)) => {
                    let near = crate::lang::suggest::hint(id, known());
                    found.push(format!("names.{key} is {id}, which the form does not have{near}"));
                }
                Some((id, Some(field))) if !fits(&field.kind) => {
                    found.push(format!("names.{key} is {id}, which is not {what}"));
                }
                Some(_) => {}
            }
        }
        let place = names.place.clone();
        for message in found {
            self.say(&place, message);
        }
    }

    /// Every cited clause stands in the edition's index, when it has one.
    fn clauses(&mut self) {
        let index = &self.edition.clauses;
        if index.is_empty() {
            return;
        }
        let procedure = self.procedure;
        let fields = procedure.form.fields.iter().flat_map(|field| {
            let columns = field.table().map(|shape| shape.columns.as_slice()).unwrap_or_default();
            std::iter::once(field).chain(columns)
        });
        let mut cited: Vec<(&hojo_words::Clause, &Place)> = Vec::new();
        cited.extend(procedure.rules.rules.iter().map(|rule| (&rule.clause, &rule.place)));
        cited.extend(
            procedure.form.sections.iter().filter_map(|section| Some((section.clause.as_ref()?, &section.place))),
        );
        cited.extend(fields.filter_map(|field| Some((field.clause.as_ref()?, &field.place))));
        cited.extend(
            procedure
                .checklist
                .iter()
                .flat_map(|list| &list.items)
                .filter_map(|item| Some((item.clause.as_ref()?, &item.place))),
        );
        cited.extend(
            procedure
                .score_sheet
                .iter()
                .flat_map(|sheet| &sheet.criteria)
                .filter_map(|one| Some((one.clause.as_ref()?, &one.place))),
        );
        cited.extend(procedure.remarks.iter().filter_map(|remark| Some((remark.clause.as_ref()?, &remark.place))));
        cited.extend(
            self.edition.settings.values().filter_map(|setting| Some((setting.clause.as_ref()?, &setting.place))),
        );
        cited.extend(self.edition.tables.values().filter_map(|table| Some((table.clause.as_ref()?, &table.place))));
        for (clause, place) in cited {
            if !index.contains_key(clause.as_str()) {
                let near = crate::lang::suggest::hint(clause.as_str(), index.keys().map(String::as_str));
                self.problems.push(Problem::at(place, format!("clauses.yaml has no {clause}{near}")));
            }
        }
        self.problems.dedup();
    }

    fn steps(&mut self) {
        let (flow, place) = (self.flow().clone(), self.flow().place.clone());
        if flow.steps.is_empty() {
            let at = Place { file: format!("procedures/{}/flow.yaml", self.procedure.code), line: 1, column: 1 };
            self.say(&at, "the procedure has no flow".to_owned());
            return;
        }
        if !flow.steps.contains_key(&StepKind::File) {
            self.say(&place, "nobody can file: the flow has no step `file`".to_owned());
        }
        for (kind, step) in &flow.steps {
            let automatic = step.automatic
                || matches!(kind, StepKind::Accept | StepKind::Notify | StepKind::Close | StepKind::Draft);
            if step.by.is_empty() && !automatic {
                self.say(&step.place, format!("{} names nobody; say by: …", kind.as_str()));
            }
            for name in step.between.iter().flat_map(|(from, to)| [from, to]) {
                if !self.edition.dates.contains_key(name) {
                    self.say(&step.place, format!("the edition has no date {name}"));
                }
            }
            if step.checklist && self.procedure.checklist.is_none() {
                self.say(&step.place, "the procedure has no checklist.yaml".to_owned());
            }
            if step.sheet && self.procedure.score_sheet.is_none() {
                self.say(&step.place, "the procedure has no score-sheet.yaml".to_owned());
            }
            if step.eyes == 0 || step.count == 0 {
                self.say(&step.place, "eyes and count are at least 1".to_owned());
            }
            let applicants = step.by.iter().filter(|role| *role == "applicant").count();
            if step.eyes > 1 && applicants > 0 {
                self.say(&step.place, "an applicant is one pair of eyes".to_owned());
            }
            self.separation(*kind);
        }
    }

    /// Who examines does not decide: a decision of two pairs of eyes may not be made by the reviewers themselves.
    fn separation(&mut self, kind: StepKind) {
        if kind != StepKind::Decide {
            return;
        }
        let flow = self.flow();
        let (Some(decide), Some(examine)) = (flow.steps.get(&StepKind::Decide), flow.steps.get(&StepKind::Examine))
        else {
            return;
        };
        let both: Vec<String> = decide.by.iter().filter(|role| examine.by.contains(role)).cloned().collect();
        if !both.is_empty() {
            let place = decide.place.clone();
            self.say(&place, format!("{} examines and decides; the two must be different people", both.join(", ")));
        }
    }

    /// Every state can be reached, and every state that is not final can be left.
    fn states(&mut self) {
        let flow = self.flow().clone();
        let mut reached = BTreeSet::from([State::Draft]);
        loop {
            let next: Vec<State> =
                flow.transitions.iter().filter(|t| reached.contains(&t.from)).map(|t| t.to).collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                break;
            }
        }
        let named: BTreeSet<State> = flow.transitions.iter().flat_map(|t| [t.from, t.to]).collect();
        for state in &named {
            if !reached.contains(state) {
                self.say(&flow.place, format!("the state {state} cannot be reached"));
            }
            let leaves =
                flow.transitions.iter().any(|t| t.from == *state && t.to != *state && t.step != StepKind::Withdraw);
            if !state.is_final() && !leaves {
                self.say(&flow.place, format!("nothing leads out of the state {state}"));
            }
            if !flow.applicant_sees.contains_key(state) && !state.is_final() {
                self.say(&flow.place, format!("applicant_sees has no word for {state}"));
            }
        }
        let unused = flow
            .applicant_sees
            .keys()
            .filter(|state| !named.contains(state) && **state != State::Draft && !state.is_final());
        for state in unused {
            self.problems
                .push(Problem::at(&flow.place, format!("applicant_sees names {state}, which the flow never enters")));
        }
    }

    fn letters(&mut self) {
        let flow = self.flow().clone();
        let mut used = BTreeSet::new();
        for step in flow.steps.values() {
            let returned = step.return_to_applicant.iter().filter_map(|rule| rule.letter.as_ref());
            for letter in step.letters.values().chain(returned) {
                used.insert(letter.clone());
                if !self.procedure.letters.contains_key(letter) {
                    let known = self.procedure.letters.keys().map(String::as_str);
                    let near = crate::lang::suggest::hint(letter, known);
                    self.say(&step.place, format!("there is no letter {letter}{near}"));
                }
            }
        }
        let outcomes: BTreeSet<&String> = flow.steps.values().flat_map(|step| &step.outcomes).collect();
        if let Some(notify) = flow.steps.get(&StepKind::Notify) {
            for outcome in &outcomes {
                if !notify.letters.contains_key(*outcome) {
                    self.say(&notify.place, format!("the outcome {outcome} has no letter"));
                }
            }
            for outcome in notify.letters.keys().filter(|outcome| !outcomes.contains(outcome)) {
                self.say(&notify.place, format!("no step has the outcome {outcome}"));
            }
        }
        for outcome in outcomes.iter().filter(|outcome| !flow.outcomes.contains_key(**outcome)) {
            self.say(&flow.place, format!("outcomes has no word for {outcome}"));
        }
    }
}
