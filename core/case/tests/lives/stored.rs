//! What was stored before the life of a case was told still reads, and what is stored now reads the same.

use hojo_case::{Case, Change, Claim, Event, Outcome, Position};
use time::macros::date;

#[test]
fn a_state_of_before_reads_as_a_case_without_a_life() {
    let old = r#"{"position":"closed","channel":"portal","seq":9,"submissions":1,"first_check":null,"assigned_to":null,
        "requested":5000000,"adopted":4000000,"outcome":"adopted","returns":0,"return_due":null,"letters_due":0}"#;
    let case: Case = serde_json::from_str(old).unwrap();
    assert_eq!((case.position, case.outcome.as_ref()), (Position::Closed, Some(&Outcome::ADOPTED)));
    assert_eq!(case.outcome_words(), "採択");
    assert_eq!(case.life, hojo_case::Life::default());
    // A life written with fewer parts than today.
    let part: hojo_case::Life = serde_json::from_str(r#"{"standing":"adopted","dates":{"adopted_on":[2027,57]}}"#)
        .or_else(|_| serde_json::from_str(r#"{"standing":"adopted","dates":{"adopted_on":"2027-02-26"}}"#))
        .unwrap();
    assert_eq!(part.dates.get("adopted_on"), Some(&date!(2027 - 02 - 26)));
}

#[test]
fn events_of_before_still_read() {
    let opened = r#"{"kind":"case_opened","procedure":"application","channel":"portal"}"#;
    assert!(matches!(serde_json::from_str(opened).unwrap(), Event::CaseOpened { due: None, .. }));
    // Claims of before were posted to the one sum there was.
    let claimed = r#"{"change":"claimed","claim":{"kind":"refund","amount":5,"due":null,"receipt":"R-1"}}"#;
    let Change::Claimed { sum, .. } = serde_json::from_str(claimed).unwrap() else { panic!("no claim") };
    assert_eq!(sum, "claimed");
    let decided = r#"{"kind":"decided","outcome":"not_adopted","amount":null,"run":"r","reason":"順位"}"#;
    let Event::Decided { outcome, conditions, label, .. } = serde_json::from_str(decided).unwrap() else {
        panic!("an old decision reads differently")
    };
    assert_eq!((outcome, conditions.len(), label.as_str()), (Outcome::NOT_ADOPTED, 0, ""));
}

#[test]
fn every_change_is_stored_and_read_and_has_its_words() {
    let told = || [("name".to_owned(), "株式会社つぎ".to_owned())].into();
    let claim = Claim { kind: "refund".into(), amount: 5, due: Some(date!(2028 - 01 - 31)), receipt: "R-9".into() };
    let label = || "名".to_owned();
    let changes = vec![
        Change::Standing { from: String::new(), to: "granted".into(), label: label() },
        Change::Date { name: "granted_on".into(), label: label(), from: None, to: Some(date!(2027 - 04 - 01)) },
        Change::Date { name: "granted_on".into(), label: label(), from: Some(date!(2027 - 04 - 01)), to: None },
        Change::Amount { name: "granted".into(), label: label(), from: Some(9), to: 8 },
        Change::Posted { sum: "paid".into(), label: label(), amount: 3 },
        Change::Plan { fields: vec!["total".into()] },
        Change::Holder { told: told() },
        Change::Applicant { told: told() },
        Change::Account { told: told() },
        Change::Payee { told: told() },
        Change::Claimed { claim, sum: "claimed".into() },
        Change::Awaited { on: date!(2027 - 10 - 01), changes: vec![Change::Holder { told: told() }] },
        Change::Filed { values: told() },
        Change::Asked { procedure: "lapse".into() },
        Change::Ended { procedures: vec!["report".into()] },
    ];
    for change in &changes {
        assert!(!change.sentence().is_empty());
        let text = serde_json::to_string(change).unwrap();
        assert_eq!(&serde_json::from_str::<Change>(&text).unwrap(), change);
    }
    let event = Event::TookEffect {
        procedure: "grant".into(),
        title: "交付申請".into(),
        receipt: "R-1".into(),
        outcome: Outcome::new("granted"),
        label: "交付決定".into(),
        changes,
    };
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    assert!(event.sentence().starts_with("交付申請「交付決定」"));
}
