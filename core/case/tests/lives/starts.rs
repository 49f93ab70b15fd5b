//! 手続の開始: each reason against it, in the order a person reads them.

use crate::edition::{edition, noon, of};
use hojo_case::{Life, Standing, hushed, may_file, may_start};
use hojo_programme::{Edition, Facts, Opener};
use std::collections::BTreeMap;
use time::Date;
use time::macros::date;

struct At {
    life: Life,
    open: BTreeMap<String, u32>,
    today: Date,
}

fn adopted() -> At {
    let life = Life {
        standing: "adopted".into(),
        dates: [("adopted_on".to_owned(), date!(2027 - 02 - 26))].into(),
        ..Life::default()
    };
    At { life, open: BTreeMap::new(), today: date!(2027 - 03 - 01) }
}

/// The code of the refusal and its words, or nothing.
fn asked(edition: &Edition, code: &str, opener: Opener, at: &At) -> Option<(&'static str, String)> {
    let codes: Vec<&str> = edition.procedures.keys().map(String::as_str).collect();
    let facts = at.life.facts(edition.life.as_ref().unwrap(), &codes, &at.open, Facts::new(noon(at.today)));
    let standing = Standing { life: &at.life, open: &at.open, facts: &facts };
    may_start(edition, &of(edition, code), opener, standing).err().map(|refusal| (refusal.code, refusal.to_string()))
}

fn code(edition: &Edition, procedure: &str, opener: Opener, at: &At) -> &'static str {
    asked(edition, procedure, opener, at).map_or("", |(code, _)| code)
}

#[test]
fn begins_in_its_time_and_for_its_people_only() {
    let edition = edition();
    let fine = adopted();
    for opener in [Opener::Applicant, Opener::OfficeOnBehalf] {
        assert_eq!(code(&edition, "grant", opener, &fine), "");
    }
    for opener in [Opener::Office, Opener::Demand] {
        assert_eq!(code(&edition, "grant", opener, &fine), "START-WRONG-PARTY");
    }
    // What opens a case is not begun within one.
    assert_eq!(code(&edition, "application", Opener::Applicant, &fine), "START-WRONG-PARTY");

    let early = At { today: date!(2027 - 02 - 25), ..adopted() };
    let (refused, words) = asked(&edition, "grant", Opener::Applicant, &early).unwrap();
    assert_eq!(refused, "START-NOT-NOW");
    // The sentence is the officer's own.
    assert!(words.contains("採択日から申請できます。"), "{words}");
    assert_eq!(code(&edition, "grant", Opener::Applicant, &At { today: date!(2027 - 02 - 26), ..adopted() }), "");

    // A date that is not known yet is no ground to begin.
    let mut unknown = adopted();
    unknown.life.dates.clear();
    assert_eq!(code(&edition, "grant", Opener::Applicant, &unknown), "START-NOT-NOW");
}

#[test]
fn one_under_way_and_once_for_all() {
    let edition = edition();
    let mut at = adopted();
    at.open.insert("grant".into(), 1);
    assert_eq!(code(&edition, "grant", Opener::Applicant, &at), "START-ALREADY");
    // `many` may stand beside another of its kind.
    at.open.insert("report".into(), 2);
    assert_eq!(code(&edition, "report", Opener::Applicant, &at), "");
    // `one` may begin again after an effective run, `once` may not.
    at.open.clear();
    at.life.done = [("grant".to_owned(), 1), ("performance".to_owned(), 1)].into();
    assert_eq!(code(&edition, "grant", Opener::Applicant, &at), "START-ALREADY");
    assert_eq!(code(&edition, "performance", Opener::Applicant, &at), "");
}

#[test]
fn not_while_another_runs() {
    let edition = edition();
    let mut at = adopted();
    at.open.insert("lapse".into(), 1);
    let (refused, words) = asked(&edition, "grant", Opener::Applicant, &at).unwrap();
    assert_eq!(refused, "START-MEANWHILE");
    assert!(words.contains("手続lapse"), "{words}");
    at.open.insert("lapse".into(), 0);
    assert_eq!(code(&edition, "grant", Opener::Applicant, &at), "");
}

#[test]
fn an_ended_case_begins_only_what_says_so() {
    let edition = edition();
    for standing in ["finished", "cancelled"] {
        let mut at = adopted();
        at.life.standing = standing.into();
        assert_eq!(code(&edition, "grant", Opener::Applicant, &at), "START-ENDED");
        assert_eq!(code(&edition, "lapse", Opener::Office, &at), "START-ENDED");
        assert_eq!(code(&edition, "report", Opener::Applicant, &at), "");
    }
}

#[test]
fn what_was_begun_in_time_is_handed_in_in_time() {
    let edition = edition();
    let codes: Vec<&str> = edition.procedures.keys().map(String::as_str).collect();
    let asked = |opener, at: &At| {
        let facts = at.life.facts(edition.life.as_ref().unwrap(), &codes, &at.open, Facts::new(noon(at.today)));
        let standing = Standing { life: &at.life, open: &at.open, facts: &facts };
        may_file(&edition, &of(&edition, "grant"), opener, standing)
    };
    let code = |opener, at: &At| asked(opener, at).err().map_or("", |refusal| refusal.code);
    assert_eq!(code(Opener::Applicant, &adopted()), "");
    // Its own run is no other one, and neither is what was decided before.
    let mut again = adopted();
    again.open.insert("grant".into(), 1);
    again.life.done.insert("grant".into(), 1);
    assert_eq!(code(Opener::Applicant, &again), "");

    let mut meanwhile = adopted();
    meanwhile.open.insert("lapse".into(), 1);
    assert_eq!(code(Opener::Applicant, &meanwhile), "FILE-MEANWHILE");
    // Whoever may not see the other is not told which it is.
    let told = asked(Opener::Applicant, &meanwhile).unwrap_err();
    let quiet = hushed(told.clone(), &of(&edition, "grant"));
    assert!(told.message.contains("手続lapse") && !quiet.message.contains("手続lapse") && quiet.code == told.code);
    let early = At { today: date!(2027 - 02 - 25), ..adopted() };
    assert_eq!(code(Opener::OfficeOnBehalf, &early), "FILE-NOT-NOW");
    // What the office asked for is answered all the same, unless the case is over.
    assert_eq!((code(Opener::Demand, &meanwhile), code(Opener::Demand, &early)), ("", ""));
    let mut over = adopted();
    over.life.standing = "cancelled".into();
    for opener in [Opener::Applicant, Opener::Demand] {
        assert_eq!(code(opener, &over), "FILE-ENDED");
    }
}
