//! Random lives: whatever people ask in whatever order and whatever decisions try to do, the case stays lawful and
//! agrees with the simple account of `model.rs`. `HOJO_LIFE_STEPS=1000000` walks a million steps (`./test` does).

use crate::edition::{edition, noon, reading};
use crate::model::{DATES, Model, STAIRS, STANDINGS, SUMS, Try};
use crate::steps::{Act, Step, step};
use hojo_case::{
    Case, Channel, CheckResult, Command, Event, Life, Outcome, OutcomeTerms, Party, Position, Proposal, Ruling,
    Submission, Terms, apply, consequences, decide, obligations,
};
use hojo_programme::{Edition, Effect, Facts, LifePlan, Term, TermUnit};
use hojo_words::ids::StaffId;
use hojo_words::{BusinessCalendar, jst};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use time::macros::date;
use time::{Date, Duration};
use uuid::Uuid;

const START: Date = date!(2027 - 06 - 01);

/// Procedures with flows of different kinds: two eyes and the agency, one eye and no check, two eyes.
const CODES: [&str; 4] = ["grant", "performance", "report", "lapse"];

fn terms(code: &str) -> Terms {
    let outcome = |label: &str, reduced, conditions, heard, amount| OutcomeTerms {
        label: label.into(),
        reduced,
        conditions,
        heard,
        amount,
    };
    let outcomes = [
        ("granted", outcome("交付決定", false, false, false, true)),
        ("reduced", outcome("減額", true, false, false, true)),
        ("conditional", outcome("条件付き", false, true, false, true)),
        ("refused", outcome("不交付", false, false, false, false)),
        ("cancelled", outcome("取消し", false, false, true, false)),
    ];
    let open = jst::start_of_day(START);
    Terms {
        opens: open,
        closes: open,
        second_check: code == "grant",
        reviewers: 0,
        decide_through_run: false,
        return_days: 14,
        refuse_late: code == "performance",
        check_within: Some(Term { amount: 10, unit: TermUnit::BusinessDays }),
        calendar: BusinessCalendar::default(),
        letters_per_outcome: u32::from(code != "report"),
        in_round: false,
        checked: code != "report",
        decide_by_two: code != "report",
        agency: code == "grant",
        outcomes: outcomes.into_iter().map(|(code, terms)| (code.to_owned(), terms)).collect(),
    }
}

struct Run {
    code: &'static str,
    case: Case,
    terms: Terms,
    events: Vec<Event>,
    /// Who drafted what is decided next.
    drafter: Option<Party>,
    approver: Option<Party>,
}

/// The case as the engine has it, the model's account beside it.
struct World<'e> {
    edition: &'e Edition,
    plan: &'e LifePlan,
    today: Date,
    root: Case,
    told: Vec<Event>,
    model: Model,
    runs: Vec<Run>,
    /// Situations whose exit was seen already.
    seen: &'e RefCell<HashSet<String>>,
}

const ROOT_TERMS: &str = "report";
const OUTCOMES: [&str; 5] = ["granted", "reduced", "conditional", "refused", "cancelled"];

fn party(who: u8) -> Party {
    match who {
        0 | 1 => Party::Applicant,
        5 => Party::System,
        n => Party::Staff(StaffId(Uuid::from_u128(u128::from(n)))),
    }
}

impl<'e> World<'e> {
    fn new(edition: &'e Edition, plan: &'e LifePlan, seen: &'e RefCell<HashSet<String>>) -> Self {
        let mut root = Case::opened(Channel::Portal);
        root.life = Life::default().seen(plan, Some(30));
        let model = Model { stairs: [Some(30), None, None, None], ..Model::default() };
        Self { edition, plan, today: START, root, told: vec![], model, runs: vec![], seen }
    }

    fn walk(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.today += Duration::days(step.days);
        let before = self.model.owes(&|code| self.filed(code));
        match &step.act {
            Act::Begin(at) => self.begin(CODES[*at]),
            Act::MoveDue(key, days) => self.move_due(*key, *days),
            _ => self.ask(step)?,
        }
        self.compare(&before)
    }

    fn begin(&mut self, code: &'static str) {
        let terms = terms(code);
        let event = Event::CaseOpened { procedure: code.into(), channel: Channel::Portal, due: None };
        let case = apply(Case::opened(Channel::Portal), &event, &terms);
        self.runs.push(Run { code, case, terms, events: vec![event], drafter: None, approver: None });
    }

    fn move_due(&mut self, key: usize, days: i64) {
        let keys = ["grant", "performance", "report#1", "report#2", "report#3"];
        let to = START + Duration::days(days);
        self.model.moved.insert(keys[key].to_owned(), to);
        let staff = |n| StaffId(Uuid::from_u128(n));
        self.tell(Event::DueMoved {
            obligation: keys[key].to_owned(),
            title: String::new(),
            from: START,
            to,
            reason: "事情".into(),
            by: staff(2),
            approved_by: staff(3),
        });
    }

    fn tell(&mut self, event: Event) {
        self.root = apply(self.root.clone(), &event, &terms(ROOT_TERMS));
        self.told.push(event);
    }

    /// Handed in and not withdrawn.
    fn filed(&self, code: &str) -> u32 {
        let filed =
            |run: &&Run| run.code == code && run.case.submissions > 0 && run.case.position != Position::Withdrawn;
        u32::try_from(self.runs.iter().filter(filed).count()).unwrap()
    }

    fn command(run: &Run, step: &Step, today: Date) -> Option<Command> {
        let submission = |fresh: bool| if fresh { run.case.submissions } else { run.case.submissions + 1 };
        let words = |said: bool| if said { "理由".to_owned() } else { " ".to_owned() };
        Some(match &step.act {
            Act::Submit { requested, clean } => Command::Submit(Box::new(Submission {
                stopping: if *clean { vec![] } else { vec!["R".into()] },
                slips: 0,
                missing_files: vec![],
                unconfirmed: vec![],
                requested: Some(*requested),
                title: "計画".into(),
                frame: String::new(),
                digest: "d".into(),
                receipt: "R-1".into(),
                seen: "v".into(),
                current: "v".into(),
                closed_fields_changed: vec![],
            })),
            Act::Discard => Command::Discard,
            Act::Withdraw(said) => Command::Withdraw { reason: words(*said) },
            Act::Assign => Command::Assign { to: Some(StaffId(Uuid::from_u128(3))) },
            Act::Check { excluded, open, fresh } => Command::FinishFirstCheck {
                submission: submission(*fresh),
                result: if *excluded { CheckResult::Excluded } else { CheckResult::Passed },
                open_items: *open,
                reason: words(true),
            },
            Act::Second(agrees) => {
                Command::FinishSecondCheck { submission: submission(true), agrees: *agrees, reason: words(true) }
            }
            Act::Return { remarks, days } => {
                Command::Return { submission: submission(true), remarks: *remarks, due: today + Duration::days(*days) }
            }
            Act::FinishReview => Command::FinishReview { finalised: 0 },
            Act::Draft { outcome, amount, conditions, reason, fresh } => Command::Draft {
                submission: submission(*fresh),
                proposal: Proposal {
                    outcome: Outcome::new(OUTCOMES[*outcome]),
                    amount: *amount,
                    conditions: if *conditions { vec!["条件".into()] } else { vec![] },
                    reason: words(*reason),
                },
            },
            Act::Approve => Command::Approve,
            Act::SendBack(said) => Command::SendBack { reason: words(*said) },
            Act::Agency => Command::ApproveForAgency,
            Act::DecideAlone(outcome) => Command::Decide {
                outcome: Outcome::new(OUTCOMES[*outcome]),
                amount: None,
                run: String::new(),
                reason: words(true),
            },
            Act::Deliver => Command::Deliver { letter: "l".into(), kind: "k".into(), number: "1".into() },
            Act::Move(to) => Command::Move { to: *to, reason: words(true) },
            Act::Begin(_) | Act::MoveDue(..) => return None,
        })
    }

    fn ask(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let by = party(step.who);
        let count = self.runs.len();
        if count == 0 {
            return Ok(());
        }
        // Mostly the newest.
        let at = if step.run < 4 { count - 1 } else { step.run % count };
        let (today, run) = (self.today, &self.runs[at]);
        let Some(command) = Self::command(run, step, today) else { return Ok(()) };
        let Ok(events) = decide(&run.case, by, command, &run.terms, noon(today)) else { return Ok(()) };
        let decided = events.iter().find_map(|event| match event {
            Event::Decided { outcome, amount, reason, conditions, .. } => {
                Some((outcome.clone(), *amount, reason.clone(), conditions.clone()))
            }
            _ => None,
        });
        if let Some((outcome, amount, reason, conditions)) = decided {
            self.lawful(at, by, &outcome, amount, &reason, &conditions, &events)?;
            if !self.take_effect(at, step, &outcome, amount)? {
                // The decision and its effects stand or fall together.
                return Ok(());
            }
        }
        let run = &mut self.runs[at];
        let before = run.case.clone();
        for event in &events {
            match event {
                Event::SecondCheckFinished { by, .. } => {
                    prop_assert_ne!(before.first_check.as_ref().map(|first| first.by), Some(*by), "four eyes");
                }
                Event::DecisionDrafted { .. } => (run.drafter, run.approver) = (Some(by), None),
                Event::DecisionApproved { .. } => run.approver = Some(by),
                _ => {}
            }
            run.case = apply(run.case.clone(), event, &run.terms);
        }
        run.events.extend(events.iter().cloned());
        prop_assert_eq!(run.case.seq, before.seq + u32::try_from(events.len()).unwrap());
        if before.position.is_final() {
            prop_assert_eq!(run.case.position, before.position, "nothing leaves a final position");
        }
        if before.outcome.is_some() {
            prop_assert_eq!(&run.case.outcome, &before.outcome, "an outcome is never taken back");
        }
        self.exits(at)
    }

    /// What every decision owes, however it came about.
    #[expect(clippy::too_many_arguments, reason = "the parts of one event")]
    fn lawful(
        &self,
        at: usize,
        by: Party,
        outcome: &Outcome,
        amount: Option<i64>,
        reason: &str,
        conditions: &[String],
        events: &[Event],
    ) -> Result<(), TestCaseError> {
        let run = &self.runs[at];
        prop_assert!(!reason.trim().is_empty());
        let asked = run.case.requested;
        match outcome.code() {
            "reduced" => prop_assert!(amount < asked),
            "granted" => prop_assert_eq!(amount, asked),
            "conditional" => prop_assert!(conditions.iter().any(|line| !line.trim().is_empty())),
            "cancelled" => prop_assert!(run.case.returns > 0, "nobody loses it unheard"),
            _ => prop_assert_eq!(amount, None),
        }
        if run.terms.decide_by_two {
            let approver = if run.terms.agency { run.approver } else { Some(by) };
            prop_assert!(run.drafter.is_some() && approver.is_some());
            prop_assert_ne!(run.drafter, approver, "nobody approves what they drafted");
        }
        let agency = events.iter().any(|event| matches!(event, Event::AgencyApproved { .. }));
        prop_assert_eq!(agency, run.terms.agency);
        Ok(())
    }

    /// The effects on both accounts; false when the decision may not be taken.
    fn take_effect(
        &mut self,
        at: usize,
        step: &Step,
        outcome: &Outcome,
        amount: Option<i64>,
    ) -> Result<bool, TestCaseError> {
        let (yen, days) = step.fields;
        let day = days.map(|days| START + Duration::days(days));
        // A field that was left blank or holds what is no amount has no value.
        let field_yen = yen.filter(|yen| *yen >= 0);
        let effects: Vec<Effect> = step.tries.iter().map(|shape| shape.effect()).collect();
        let tries: Vec<Try> =
            step.tries.iter().map(|shape| shape.attempt(amount, field_yen, self.today, day)).collect();
        let mut answers = Vec::new();
        answers.extend(yen.map(|yen| ("other", yen.to_string())));
        answers.extend(day.map(|day| ("day", day.to_string())));
        let code = self.runs[at].code;
        let reading = reading(self.edition, code, &answers);
        let ruling = Ruling { amount, date: self.today, receipt: "R-1" };
        let changes = consequences(self.plan, &self.root.life, &effects, None, ruling, &reading);
        let mut next = self.model.clone();
        let fine = next.attempt(&tries);
        prop_assert_eq!(fine, changes.is_ok(), "{:?} on {:?}: {:?}", tries, self.model, changes);
        let Ok(changes) = changes else { return Ok(false) };
        self.model = next;
        if !changes.is_empty() {
            self.tell(Event::TookEffect {
                procedure: code.into(),
                title: String::new(),
                receipt: "R-1".into(),
                outcome: outcome.clone(),
                label: String::new(),
                changes,
            });
        }
        Ok(true)
    }

    /// Both accounts say the same, and the numbers are lawful in themselves.
    fn compare(&self, before: &BTreeMap<String, (Date, bool)>) -> Result<(), TestCaseError> {
        let life = &self.root.life;
        prop_assert_eq!(life.standing.as_str(), STANDINGS[self.model.standing]);
        let stairs: Vec<Option<i64>> = STAIRS.iter().map(|name| life.amounts.get(*name).copied()).collect();
        prop_assert_eq!(stairs.as_slice(), self.model.stairs.as_slice());
        let steps: Vec<i64> = stairs.into_iter().flatten().collect();
        prop_assert!(steps.is_sorted_by(|higher, lower| higher >= lower) && steps.iter().all(|yen| *yen >= 0));
        for (name, sum) in SUMS.iter().zip(self.model.sums) {
            prop_assert_eq!(life.sums.get(*name).copied().unwrap_or(0), sum);
        }
        prop_assert!(self.model.sums[2] <= self.model.sums[1], "no more comes back than was claimed");
        for (name, day) in DATES.iter().zip(self.model.dates) {
            prop_assert_eq!(life.dates.get(*name).copied(), day);
        }
        prop_assert_eq!(life.claims.len(), self.model.claims);
        self.owed(before)
    }

    fn owed(&self, before: &BTreeMap<String, (Date, bool)>) -> Result<(), TestCaseError> {
        let filed = |code: &str| self.filed(code);
        let codes: Vec<&str> = self.edition.procedures.keys().map(String::as_str).collect();
        let facts = self.root.life.facts(self.plan, &codes, &BTreeMap::new(), Facts::new(noon(self.today)));
        let found = obligations(self.edition, &self.root.life, &facts, &filed, &self.edition.calendar);
        let met = hojo_case::ObligationState::Met;
        let found: BTreeMap<String, (Date, bool)> =
            found.into_iter().map(|owed| (owed.key(), (owed.due, owed.state == met))).collect();
        let expected = self.model.owes(&filed);
        prop_assert_eq!(&found, &expected);
        // None vanishes unless its `while` ceased or the date it counts from was taken back.
        for key in before.keys().filter(|key| !found.contains_key(*key)) {
            prop_assert!(!expected.contains_key(key), "{} vanished", key);
        }
        Ok(())
    }

    /// Somebody can do something that leads on from here.
    fn exits(&self, at: usize) -> Result<(), TestCaseError> {
        let run = &self.runs[at];
        let c = &run.case;
        if c.position.is_final() {
            return Ok(());
        }
        let drafter = c.drafted.as_ref().map(|drafted| drafted.by);
        let first = c.first_check.as_ref().map(|first| first.by);
        let (asked, due) = (c.requested.is_some(), c.return_due.is_some());
        let situation =
            format!("{} {:?} {drafter:?} {first:?} {asked} {due} {}", run.code, c.position, c.submissions > 0);
        if !self.seen.borrow_mut().insert(situation.clone()) {
            return Ok(());
        }
        let attempts = [
            Act::Submit { requested: c.requested.unwrap_or(10), clean: true },
            Act::Discard,
            Act::Check { excluded: false, open: 0, fresh: true },
            Act::Second(true),
            Act::FinishReview,
            Act::Draft { outcome: 3, amount: None, conditions: true, reason: true, fresh: true },
            Act::Approve,
            Act::Agency,
            Act::Deliver,
        ];
        let out = attempts.into_iter().any(|act| {
            let step = Step { who: 0, run: 0, act, days: 0, tries: vec![], fields: (None, None) };
            (0..6).any(|who| {
                let command = Self::command(run, &step, self.today).unwrap();
                decide(c, party(who), command, &run.terms, noon(self.today)).is_ok_and(|events| {
                    let after = events.iter().fold(c.clone(), |c, event| apply(c, event, &run.terms));
                    after.position != c.position
                })
            })
        });
        prop_assert!(out, "no way on from {}", situation);
        Ok(())
    }

    /// What is stored reads back, and the events alone make the same state again.
    fn stored(&self) -> Result<(), TestCaseError> {
        let again = |event: &Event| -> Event { serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap() };
        let mut root = Case::opened(Channel::Portal);
        root.life = Life::default().seen(self.plan, Some(30));
        for event in &self.told {
            prop_assert_eq!(&again(event), event);
            root = apply(root, &again(event), &terms(ROOT_TERMS));
        }
        prop_assert_eq!(&root, &self.root);
        let text = serde_json::to_string(&root).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Case>(&text).unwrap(), &root);
        for run in &self.runs {
            let events: Vec<Event> = run.events.iter().map(again).collect();
            prop_assert_eq!(&events, &run.events);
            let fold = |case: Case, terms: &Terms| events.iter().fold(case, |c, event| apply(c, event, terms));
            prop_assert_eq!(&fold(Case::opened(Channel::Portal), &run.terms), &run.case);
            let text = serde_json::to_string(&run.case).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Case>(&text).unwrap(), &run.case);
            // No event is refused, whatever state it meets and whatever the flow says by then.
            let elsewhere = self.runs.iter().map(|other| fold(other.case.clone(), &other.terms));
            for case in elsewhere.take(2) {
                prop_assert!(case.seq >= u32::try_from(events.len()).unwrap());
            }
        }
        Ok(())
    }
}

/// Steps to walk at least.
#[expect(clippy::disallowed_methods, reason = "a longer walk is asked for by the environment")]
fn wanted() -> u64 {
    std::env::var("HOJO_LIFE_STEPS").ok().and_then(|text| text.parse().ok()).unwrap_or(6_000)
}

#[test]
fn any_life_stays_lawful() {
    let edition = edition();
    let plan = edition.life.clone().unwrap();
    let walked = Cell::new(0u64);
    let decisions = Cell::new(0u64);
    let seen = RefCell::new(HashSet::new());
    let lives = proptest::collection::vec(step(), 1..120);
    let wanted = wanted();
    let config = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    while walked.get() < wanted {
        // A runner counts its cases once; the next one draws others.
        let found = TestRunner::new(config.clone()).run(&lives, |steps| {
            let mut world = World::new(&edition, &plan, &seen);
            world.begin(CODES[0]);
            for step in &steps {
                world.walk(step)?;
                walked.set(walked.get() + 1);
            }
            decisions.set(decisions.get() + u64::try_from(world.told.len()).unwrap());
            world.stored()
        });
        if let Err(failed) = found {
            panic!("{failed}");
        }
    }
    // A walk in which hardly anything is decided would prove little.
    assert!(decisions.get() * 200 > walked.get(), "{} events on the case in {} steps", decisions.get(), walked.get());
}
