//! Random lives of a case: whatever people ask in whatever order, these things stay true.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use hojo_case::{
    Case, Channel, CheckResult, Command, Event, Outcome, OutcomeTerms, Party, Position, Submission, Terms, apply,
    decide,
};
use hojo_programme::{Term, TermUnit};
use hojo_words::ids::StaffId;
use hojo_words::jst;
use hojo_words::{BusinessCalendar, Now};
use proptest::prelude::*;
use time::macros::date;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

const OPENS: i64 = 1_790_000_000;
const DAY: i64 = 86_400;

fn terms(second_check: bool) -> Terms {
    Terms {
        opens: at(0),
        closes: at(30 * DAY),
        second_check,
        reviewers: 3,
        decide_through_run: true,
        return_days: 14,
        refuse_late: false,
        check_within: Some(Term { amount: 10, unit: TermUnit::BusinessDays }),
        calendar: BusinessCalendar::default(),
        letters_per_outcome: 1,
        in_round: true,
        checked: true,
        decide_by_two: true,
        agency: false,
        outcomes: [("adopted", true), ("not_adopted", false), ("excluded", false)]
            .into_iter()
            .map(|(code, amount)| (code.to_owned(), OutcomeTerms { amount, ..OutcomeTerms::default() }))
            .collect(),
    }
}

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(OPENS + seconds).unwrap()
}

fn staff(n: u8) -> StaffId {
    StaffId(Uuid::from_u128(u128::from(n)))
}

fn submission(requested: i64, clean: bool) -> Submission {
    Submission {
        stopping: if clean { vec![] } else { vec!["ELIG-SME".into()] },
        slips: 0,
        missing_files: vec![],
        unconfirmed: vec![],
        requested: Some(requested),
        title: "計画".into(),
        frame: "innovation".into(),
        digest: "d".into(),
        receipt: "R-1".into(),
        seen: "v".into(),
        current: "v".into(),
        closed_fields_changed: vec![],
    }
}

#[derive(Clone, Debug)]
struct Step {
    by: Party,
    command: Command,
    later: i64,
}

fn party() -> impl Strategy<Value = Party> {
    prop_oneof![3 => Just(Party::Applicant), 3 => (1u8..4).prop_map(|n| Party::Staff(staff(n))), 1 => Just(Party::System)]
}

fn command() -> impl Strategy<Value = Command> {
    let result = prop_oneof![4 => Just(CheckResult::Passed), 1 => Just(CheckResult::Excluded)];
    prop_oneof![
        4 => (1_000_000i64..9_000_000, any::<bool>()).prop_map(|(r, c)| Command::Submit(Box::new(submission(r, c)))),
        1 => Just(Command::Discard),
        1 => "[ア-ン]{0,3}".prop_map(|reason| Command::Withdraw { reason }),
        1 => (1u8..4).prop_map(|n| Command::Assign { to: Some(staff(n)) }),
        4 => (0u32..4, result, 0u32..2).prop_map(|(submission, result, open_items)| Command::FinishFirstCheck {
            submission, result, open_items, reason: "理由".into() }),
        4 => (0u32..4, any::<bool>()).prop_map(|(submission, agrees)| Command::FinishSecondCheck {
            submission, agrees, reason: "理由".into() }),
        2 => (0u32..4, 0u32..3, -2i64..20).prop_map(|(submission, remarks, days)| Command::Return {
            submission, remarks, due: at(10 * DAY).date() + Duration::days(days) }),
        3 => (0u32..5).prop_map(|finalised| Command::FinishReview { finalised }),
        3 => (prop_oneof![Just(Outcome::ADOPTED), Just(Outcome::NOT_ADOPTED)], proptest::option::of(0i64..10_000_000), any::<bool>())
            .prop_map(|(outcome, amount, run)| Command::Decide {
                outcome, amount, run: if run { "run-1".into() } else { String::new() }, reason: "順位による".into() }),
        2 => Just(Command::Deliver { letter: "l".into(), kind: "adoption-notice".into(), number: "1".into() }),
        1 => (proptest::sample::select(Position::ALL), any::<bool>()).prop_map(|(to, why)| Command::Move {
            to, reason: if why { "訂正".into() } else { String::new() } }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    (party(), command(), 0i64..2 * DAY).prop_map(|(by, command, later)| Step { by, command, later })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_life_of_a_case(second in any::<bool>(), refuse_late in any::<bool>(), steps in proptest::collection::vec(step(), 1..60)) {
        let terms = Terms { refuse_late, ..terms(second) };
        let mut case = Case::opened(Channel::Portal);
        let mut seconds = 0;
        let mut first_checker = None;
        for s in steps {
            seconds += s.later;
            let before = case.clone();
            let Ok(events) = decide(&case, s.by, s.command.clone(), &terms, Now::new(at(seconds))) else {
                continue;
            };
            for event in &events {
                match event {
                    Event::FirstCheckFinished { by, .. } => first_checker = Some(*by),
                    // Four eyes: whoever did the first check never confirms it.
                    Event::SecondCheckFinished { by, .. } => prop_assert_ne!(Some(*by), first_checker),
                    // Nobody else's clock: the applicant files inside the window only.
                    Event::Filed { .. } if s.by == Party::Applicant && before.position == Position::Draft => {
                        prop_assert!(at(seconds) >= terms.opens && at(seconds) <= terms.closes);
                    }
                    // A missed due date is written down, and refused to the applicant where the flow says so.
                    Event::Filed { late_since, check_due, .. } => {
                        let today = Now::new(at(seconds)).date();
                        let missed = before.return_due.filter(|due| before.position == Position::Returned && *due < today);
                        prop_assert_eq!(*late_since, missed);
                        prop_assert!(missed.is_none() || !refuse_late || s.by != Party::Applicant);
                        // The office's own term starts anew with each submission.
                        prop_assert!(check_due.is_some_and(|due| due > today + Duration::days(10)));
                    }
                    Event::Decided { amount: Some(amount), .. } => {
                        prop_assert!(*amount > 0 && Some(*amount) <= before.requested);
                    }
                    _ => {}
                }
                case = apply(case, event, &terms);
            }
            // Time only goes on: every event has the next number.
            prop_assert_eq!(case.seq, before.seq + u32::try_from(events.len()).unwrap());
            // Amounts only shrink once filed.
            if let (Some(b), Some(a)) = (before.requested, case.requested) { prop_assert!(a <= b); }
            if let (Some(r), Some(a)) = (case.requested, case.adopted) { prop_assert!(a <= r); }
            // Nothing leaves a final position, and an outcome is never taken back.
            if before.position.is_final() { prop_assert_eq!(case.position, before.position); }
            if before.outcome.is_some() { prop_assert_eq!(&case.outcome, &before.outcome); }
            // Something is due only from whoever has the case in hand, and a draft owes its round nothing here.
            let waits = matches!(case.position, Position::Check | Position::SecondCheck | Position::Returned);
            prop_assert!(waits || case.due_on().is_none());
            // Discarding is for drafts that were never filed.
            if case.position == Position::Discarded { prop_assert_eq!(case.submissions, 0); }
        }
        // What is stored can be read again.
        let stored = serde_json::to_string(&case).unwrap();
        prop_assert_eq!(serde_json::from_str::<Case>(&stored).unwrap(), case);
    }
}

#[test]
fn the_deadline_is_a_second() {
    let terms = terms(true);
    let case = Case::opened(Channel::Portal);
    let file = |moment: OffsetDateTime, by| {
        decide(&case, by, Command::Submit(Box::new(submission(1_000_000, true))), &terms, Now::new(moment))
            .map_err(|r| r.code)
    };
    assert_eq!(file(terms.opens - Duration::SECOND, Party::Applicant).unwrap_err(), "ROUND-NOT-OPEN");
    assert!(file(terms.opens, Party::Applicant).is_ok());
    assert!(file(terms.closes, Party::Applicant).is_ok());
    assert_eq!(file(terms.closes + Duration::MILLISECOND, Party::Applicant).unwrap_err(), "ROUND-CLOSED");
    // What reached the office in time may be typed in afterwards.
    assert!(file(terms.closes + Duration::days(2), Party::Staff(staff(1))).is_ok());
}

#[test]
fn a_return_is_late_after_its_day_and_the_flow_says_what_follows() {
    let due = at(40 * DAY).date();
    let returned = Case {
        position: Position::Returned,
        submissions: 1,
        requested: Some(1_000_000),
        return_due: Some(due),
        ..Case::opened(Channel::Portal)
    };
    let file = |terms: &Terms, by, day: Date| {
        let now = Now::new(jst::start_of_day(day) + Duration::hours(23));
        decide(&returned, by, Command::Submit(Box::new(submission(1_000_000, true))), terms, now)
            .map(|events| events.iter().fold(returned.clone(), |c, e| apply(c, e, terms)))
            .map_err(|r| r.code)
    };
    let (kind, strict) = (terms(true), Terms { refuse_late: true, ..terms(true) });
    let next = due.next_day().unwrap();
    for terms in [&kind, &strict] {
        // The whole of the last day is in time.
        let filed = file(terms, Party::Applicant, due).unwrap();
        assert_eq!((filed.late_since, filed.return_due), (None, None));
        // What reached the office in time may be typed in afterwards, and is marked all the same.
        assert_eq!(file(terms, Party::Staff(staff(1)), next).unwrap().late_since, Some(due));
    }
    assert_eq!(file(&kind, Party::Applicant, next).unwrap().late_since, Some(due));
    assert_eq!(file(&strict, Party::Applicant, next).unwrap_err(), "RETURN-LATE");
}

#[test]
fn the_offices_own_term_skips_the_days_it_does_not_work() {
    let friday = date!(2026 - 10 - 30);
    let holiday = BusinessCalendar::default().and([(date!(2026 - 11 - 03), "文化の日".to_owned())]);
    let terms =
        Terms { opens: jst::start_of_day(friday), closes: jst::start_of_day(date!(2026 - 10 - 31)), ..terms(true) }
            .on(holiday);
    let case = Case::opened(Channel::Portal);
    let command = Command::Submit(Box::new(submission(1_000_000, true)));
    let now = Now::new(jst::start_of_day(friday) + Duration::hours(9));
    let events = decide(&case, Party::Applicant, command, &terms, now).unwrap();
    let filed = events.iter().fold(case, |c, e| apply(c, e, &terms));
    assert_eq!(filed.due_on(), Some(date!(2026 - 11 - 16)));
    // Events that were stored before the terms were kept can still be read.
    let old = r#"{"kind":"filed","submission":1,"receipt":"r","digest":"d","requested":1,"title":"t","frame":"f"}"#;
    let Event::Filed { late_since: None, check_due: None, .. } = serde_json::from_str(old).unwrap() else {
        panic!("an old event reads differently")
    };
}

#[test]
fn every_position_has_a_way_on() {
    // From every position that is not final, some command of somebody leads out.
    let terms = terms(true);
    for position in Position::ALL.iter().filter(|p| !p.is_final()) {
        let mut case = Case::opened(Channel::Portal);
        case.position = *position;
        case.submissions = 1;
        case.requested = Some(5_000_000);
        case.letters_due = 1;
        let all = [
            Command::Submit(Box::new(submission(5_000_000, true))),
            Command::FinishFirstCheck {
                submission: 1,
                result: CheckResult::Passed,
                open_items: 0,
                reason: String::new(),
            },
            Command::FinishSecondCheck { submission: 1, agrees: true, reason: String::new() },
            Command::FinishReview { finalised: 3 },
            Command::Decide { outcome: Outcome::ADOPTED, amount: None, run: "r".into(), reason: "順位".into() },
            Command::Deliver { letter: "l".into(), kind: "k".into(), number: "1".into() },
            Command::SendBack { reason: "再考".into() },
        ];
        let out = all.iter().any(|command| {
            [Party::Applicant, Party::Staff(staff(2)), Party::System].into_iter().any(|by| {
                decide(&case, by, command.clone(), &terms, Now::new(at(DAY))).is_ok_and(|events| {
                    events.iter().fold(case.clone(), |c, e| apply(c, e, &terms)).position != *position
                })
            })
        });
        assert!(out, "{position:?} has no exit");
    }
}
