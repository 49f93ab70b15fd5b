//! 例の歩みを動かす: an example's course is run through `decide` and `apply` and compared with what the officer wrote.

use std::collections::BTreeMap;

use hojo_programme::{
    CheckReport, CourseDecision, CourseStep, Edition, Effect, Example, Facts, Opener, Problem, Procedure, Reading,
    Severity, Source, StepKind, judge, read,
};
use hojo_words::ids::StaffId;
use hojo_words::{Now, Yen};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::apply::apply;
use crate::case::Case;
use crate::command::{CheckResult, Command, Party, Proposal, Submission};
use crate::decide::decide;
use crate::event::{Channel, Event};
use crate::life::{Life, Ruling, consequences};
use crate::obligation::{ObligationState, obligations};
use crate::outcome::Outcome;
use crate::refusal::Refusal;
use crate::ruling::fits;
use crate::start::{Standing, may_file, may_start};
use crate::terms::Terms;

/// Everything publication demands: what the definitions prove about themselves, and every course of their examples.
#[must_use]
pub fn check(edition: &Edition) -> CheckReport {
    let mut report = hojo_programme::check(edition);
    report.errors.extend(check_courses(edition));
    report.errors.sort();
    report
}

/// Runs every course of an edition's examples.
fn check_courses(edition: &Edition) -> Vec<Problem> {
    let procedures = edition.procedures.values();
    let examples = procedures.flat_map(|procedure| procedure.examples.iter().map(move |example| (procedure, example)));
    let walked = examples.filter(|(_, example)| !example.course.is_empty());
    let mut problems: Vec<Problem> =
        walked.flat_map(|(procedure, example)| run_course(edition, procedure, example)).collect();
    problems.sort();
    problems
}

/// The amount a filing asks for: the field the decision is proposed with.
#[must_use]
pub fn requested(procedure: &Procedure, reading: &Reading) -> Option<i64> {
    let decide = procedure.flow.step(StepKind::Decide);
    let named = decide.and_then(|step| step.amount.as_deref());
    // What opens a case may name its amount by what is adopted of it.
    let effects = procedure.flow.effects.values().flatten().filter(|_| procedure.starts.is_none());
    let mut first = effects.filter_map(|effect| match effect {
        Effect::Amount { from: Source::Field(field), .. } => Some(field.as_str()),
        _ => None,
    });
    let field = named.or_else(|| first.next())?;
    reading.value(field).as_yen().map(Yen::get)
}

fn run_course(edition: &Edition, procedure: &Procedure, example: &Example) -> Vec<Problem> {
    let mut walk = Walk::begin(edition, procedure, example);
    let last = example.course.len().saturating_sub(1);
    let mut told = Vec::new();
    let expect = &example.expect.course;
    let mut refused = None;
    for (at, step) in example.course.iter().enumerate() {
        if let Err(refusal) = walk.step(step) {
            if at != last || expect.refused.as_deref() != Some(refusal.code) {
                told.push(format!("step {} ({step:?}) is refused: {} {refusal}", at.saturating_add(1), refusal.code));
                return problems(example, told);
            }
            refused = Some(refusal);
        }
    }
    if let (Some(code), None) = (&expect.refused, &refused) {
        told.push(format!("expected the last step to be refused with {code}, but it was done"));
    }
    walk.compare(&mut told);
    problems(example, told)
}

fn problems(example: &Example, told: Vec<String>) -> Vec<Problem> {
    let place = &example.place;
    told.into_iter().map(|text| Problem::at(place, format!("example 「{}」: {text}", example.name))).collect()
}

struct Walk<'a> {
    edition: &'a Edition,
    procedure: &'a Procedure,
    example: &'a Example,
    now: Now,
    life: Life,
    open: BTreeMap<String, u32>,
    filed: BTreeMap<String, u32>,
    case: Case,
    terms: Terms,
    letters: Vec<String>,
    /// Who began, once somebody has.
    opener: Opener,
    began: bool,
}

impl<'a> Walk<'a> {
    fn begin(edition: &'a Edition, procedure: &'a Procedure, example: &'a Example) -> Self {
        let epoch = OffsetDateTime::UNIX_EPOCH;
        let opens = edition.date("applications_open").unwrap_or(epoch);
        let closes = edition.date("applications_close").unwrap_or(epoch);
        let told = &example.case;
        let life = Life {
            standing: told.standing.clone().unwrap_or_default(),
            dates: told.dates.iter().map(|(name, day)| (name.clone(), *day)).collect(),
            amounts: BTreeMap::new(),
            done: told.done.iter().map(|(code, n)| (code.clone(), *n)).collect(),
            ..Life::default()
        };
        let mut walk = Self {
            edition,
            procedure,
            example,
            now: Now::new(example.now.unwrap_or(opens)),
            life,
            open: told.open.iter().map(|code| (code.clone(), 1)).collect(),
            filed: told.done.iter().map(|(code, n)| (code.clone(), *n)).collect(),
            case: Case::opened(Channel::Portal),
            terms: Terms::of(procedure, opens, closes).on(edition.calendar.clone()),
            letters: Vec::new(),
            opener: Opener::Applicant,
            began: false,
        };
        if let Some(plan) = &edition.life {
            for (name, yen) in &told.amounts {
                let to = if plan.sums.contains_key(name) { &mut walk.life.sums } else { &mut walk.life.amounts };
                to.insert(name.clone(), *yen);
            }
            walk.life = walk.life.seen(plan, None);
        }
        walk
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::new(self.now);
        facts.values.clone_from(&self.example.facts);
        let Some(plan) = &self.edition.life else { return facts };
        let codes: Vec<&str> = self.edition.procedures.keys().map(String::as_str).collect();
        self.life.facts(plan, &codes, &self.open, facts)
    }

    fn step(&mut self, step: &CourseStep) -> Result<(), Refusal> {
        match step {
            CourseStep::Start(opener) => self.start(*opener),
            CourseStep::File(at) | CourseStep::Refile(at) => self.file(*at),
            CourseStep::Return => self.give_back(),
            CourseStep::Check => self.check(),
            CourseStep::Decide(decision) => self.rule(decision),
            CourseStep::Withdraw(reason) => {
                let by = self.filer();
                self.ask(by, Command::Withdraw { reason: reason.clone() })?;
                // Withdrawn is neither under way nor handed in.
                for count in [&mut self.open, &mut self.filed] {
                    if let Some(runs) = count.get_mut(&self.procedure.code) {
                        *runs = runs.saturating_sub(1);
                    }
                }
                Ok(())
            }
        }
    }

    fn ask(&mut self, by: Party, command: Command) -> Result<Vec<Event>, Refusal> {
        let events = decide(&self.case, by, command, &self.terms, self.now)?;
        for event in &events {
            self.case = apply(self.case.clone(), event, &self.terms);
        }
        Ok(events)
    }

    fn start(&mut self, opener: Option<Opener>) -> Result<(), Refusal> {
        let Some(starts) = &self.procedure.starts else { return Ok(()) };
        let opener = opener.or_else(|| starts.by.first().copied()).unwrap_or(Opener::Applicant);
        let facts = self.facts();
        may_start(
            self.edition,
            self.procedure,
            opener,
            Standing { life: &self.life, open: &self.open, facts: &facts },
        )?;
        let open = self.open.entry(self.procedure.code.clone()).or_insert(0);
        *open = open.saturating_add(1);
        (self.opener, self.began) = (opener, true);
        Ok(())
    }

    /// Who files: the applicant, unless only the office may begin.
    fn filer(&self) -> Party {
        let office = self.procedure.starts.as_ref().is_some_and(|s| s.by.iter().all(|by| *by == Opener::Office));
        if office { staff(1) } else { Party::Applicant }
    }

    fn reading(&self) -> (Reading, u32, Vec<String>) {
        let facts = self.facts();
        let (reading, slips) = read(self.edition, self.procedure, &self.example.answers, &facts);
        let findings = judge(self.edition, self.procedure, &reading, &facts);
        let stops = findings.into_iter().filter(|f| f.severity == Severity::Stop).map(|f| f.code).collect();
        (reading, u32::try_from(slips.len()).unwrap_or(u32::MAX), stops)
    }

    fn file(&mut self, at: Option<OffsetDateTime>) -> Result<(), Refusal> {
        if let Some(at) = at {
            self.now = Now::new(at);
        }
        let (reading, slips, stopping) = self.reading();
        let submission = Submission {
            stopping,
            slips,
            missing_files: vec![],
            unconfirmed: vec![],
            requested: requested(self.procedure, &reading),
            title: String::new(),
            frame: String::new(),
            digest: String::new(),
            receipt: "例".into(),
            seen: String::new(),
            current: String::new(),
            closed_fields_changed: vec![],
        };
        let by = self.filer();
        let first = self.case.submissions == 0;
        let command = Command::Submit(Box::new(submission));
        if first && self.began {
            decide(&self.case, by, command.clone(), &self.terms, self.now)?;
            self.in_its_time()?;
        }
        self.ask(by, command)?;
        if first {
            let filed = self.filed.entry(self.procedure.code.clone()).or_insert(0);
            *filed = filed.saturating_add(1);
        }
        Ok(())
    }

    /// Drafts do not count as under way, so neither does what is handed in now.
    fn in_its_time(&self) -> Result<(), Refusal> {
        let mut open = self.open.clone();
        if let Some(own) = open.get_mut(&self.procedure.code) {
            *own = own.saturating_sub(1);
        }
        let mut facts = Facts::new(self.now);
        facts.values.clone_from(&self.example.facts);
        if let Some(plan) = &self.edition.life {
            let codes: Vec<&str> = self.edition.procedures.keys().map(String::as_str).collect();
            facts = self.life.facts(plan, &codes, &open, facts);
        }
        let at = Standing { life: &self.life, open: &open, facts: &facts };
        may_file(self.edition, self.procedure, self.opener, at)
    }

    fn give_back(&mut self) -> Result<(), Refusal> {
        let due = self.now.date().saturating_add(Duration::days(i64::from(self.terms.return_days)));
        let submission = self.case.submissions;
        self.ask(staff(1), Command::Return { submission, remarks: 1, due })?;
        self.letters.extend(self.procedure.flow.return_rule().and_then(|rule| rule.letter.clone()));
        Ok(())
    }

    fn check(&mut self) -> Result<(), Refusal> {
        let submission = self.case.submissions;
        let result = CheckResult::Passed;
        self.ask(staff(1), Command::FinishFirstCheck { submission, result, open_items: 0, reason: String::new() })?;
        if self.terms.second_check {
            self.ask(staff(2), Command::FinishSecondCheck { submission, agrees: true, reason: String::new() })?;
        }
        Ok(())
    }

    fn rule(&mut self, decision: &CourseDecision) -> Result<(), Refusal> {
        let outcome = Outcome::new(decision.outcome.clone());
        let events = if self.terms.decide_through_run {
            let finalised = self.terms.reviewers;
            self.ask(Party::System, Command::FinishReview { finalised })?;
            let (amount, reason) = (decision.amount, decision.reason.clone());
            self.ask(staff(4), Command::Decide { outcome: outcome.clone(), amount, run: "例".into(), reason })?
        } else {
            self.draft_and_approve(decision, &outcome)?
        };
        let amount = events.iter().find_map(|event| match event {
            Event::Decided { amount, .. } => Some(*amount),
            _ => None,
        });
        self.take_effect(&outcome, amount.flatten())?;
        if let Some(letter) = self.procedure.flow.letter(outcome.code()) {
            self.letters.push(letter.to_owned());
            let kind = letter.to_owned();
            self.ask(Party::System, Command::Deliver { letter: "例".into(), kind, number: "例".into() })?;
        }
        let open = self.open.entry(self.procedure.code.clone()).or_insert(1);
        *open = open.saturating_sub(1);
        Ok(())
    }

    fn draft_and_approve(&mut self, decision: &CourseDecision, outcome: &Outcome) -> Result<Vec<Event>, Refusal> {
        let proposal = Proposal {
            outcome: outcome.clone(),
            amount: decision.amount,
            conditions: decision.conditions.clone(),
            reason: decision.reason.clone(),
        };
        let submission = self.case.submissions;
        fits(self.procedure, outcome.code(), &self.reading().0)?;
        let mut events = self.ask(staff(3), Command::Draft { submission, proposal })?;
        if self.terms.decide_by_two {
            events = self.ask(staff(4), Command::Approve)?;
        }
        if self.terms.agency {
            events = self.ask(staff(5), Command::ApproveForAgency)?;
        }
        Ok(events)
    }

    fn take_effect(&mut self, outcome: &Outcome, amount: Option<i64>) -> Result<(), Refusal> {
        let effects = self.procedure.flow.effects.get(outcome.code());
        let Some((plan, effects)) = self.edition.life.as_ref().zip(effects) else {
            // A run that ends with an outcome `effects` does not name met nothing.
            let filed = self.filed.entry(self.procedure.code.clone()).or_insert(1);
            *filed = filed.saturating_sub(1);
            return Ok(());
        };
        let (reading, ..) = self.reading();
        let life = self.life.seen(plan, self.case.requested.filter(|_| self.procedure.starts.is_none()));
        let filed = self.edition.filed.get(&self.procedure.code.replace('-', "_"));
        let ruling = Ruling { amount, date: self.now.date(), receipt: "例" };
        let changes = consequences(plan, &life, effects, filed, ruling, &reading)?;
        self.life = life;
        self.life.took_effect(&self.procedure.code, "例", &changes);
        Ok(())
    }

    fn compare(&self, told: &mut Vec<String>) {
        let expect = &self.example.expect.course;
        let mut differs = |what: &str, wanted: &str, found: &str| {
            if wanted != found {
                told.push(format!("expected {what} to be {wanted}, found {found}"));
            }
        };
        if let Some(standing) = &expect.standing {
            differs("standing", standing, &self.life.standing);
        }
        if let Some(position) = &expect.position {
            differs("position", position, self.case.position.code());
        }
        for (name, yen) in &expect.amounts {
            let found = self.life.amounts.get(name).or_else(|| self.life.sums.get(name));
            differs(name, &yen.to_string(), &found.map_or_else(|| "unknown".to_owned(), i64::to_string));
        }
        for (name, day) in &expect.dates {
            let found = self.life.dates.get(name).map_or_else(|| "unknown".to_owned(), time::Date::to_string);
            differs(name, &day.to_string(), &found);
        }
        if let Some(letters) = &expect.letters {
            differs("letters", &letters.join(", "), &self.letters.join(", "));
        }
        if let Some(owes) = &expect.owes {
            let filed = |code: &str| self.filed.get(code).copied().unwrap_or(0);
            let owed = obligations(self.edition, &self.life, &self.facts(), &filed, &self.edition.calendar);
            let mut found: Vec<String> =
                owed.into_iter().filter(|o| o.state != ObligationState::Met).map(|o| o.id).collect();
            found.sort();
            found.dedup();
            let mut wanted = owes.clone();
            wanted.sort();
            differs("owes", &wanted.join(", "), &found.join(", "));
        }
    }
}

fn staff(n: u128) -> Party {
    Party::Staff(StaffId(Uuid::from_u128(n)))
}
