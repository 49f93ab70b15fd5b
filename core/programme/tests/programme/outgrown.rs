//! 時の経過: a returned filing is stopped by what its applicant may mend, and by nothing else.

use crate::support::{RULES, good, load, procedure, row, with};
use hojo_programme::{Answers, Edition, Facts, FieldPath, Finding, Judgements, Raw, Settled, judge, read, settle};
use hojo_words::Now;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use time::macros::datetime;

const FILED: OffsetDateTime = datetime!(2026-10-15 03:00 UTC);
/// After the close of the round and after the date in the answers.
const TODAY: OffsetDateTime = datetime!(2026-11-15 03:00 UTC);

/// The fixture with rules that time breaks.
fn edition() -> Edition {
    let rule = |code: &str, guard: &str, must: &str| {
        format!(
            "  - code: {code}\n    clause: 要領 2-4\n    severity: stop\n{guard}    must: {must}\n    applicant: 直してください。\n    examiner: 確かめる\n"
        )
    };
    let rules = [
        rule("FUTURE", "", "founded >= now.date"),
        rule("GUARDED", "    when: special\n", "founded >= now.date"),
        rule("TOTAL", "", "total <= 1 || now.date <= round.applications_close"),
        rule("ROWS", "", "all(lines, l, l.eligible <= 100 || now.date <= round.applications_close)"),
        rule("KIND", "", "account.kind == 'corporation'"),
    ];
    load(&with(RULES, "rules:\n", &format!("rules:\n{}", rules.concat())))
}

fn facts(at: OffsetDateTime, kind: &str) -> Facts {
    Facts::new(Now::new(at)).with("account.kind", kind).with("applicant.suspended", "no")
}

/// Answers as they were handed in: everything was in order then.
fn filed(edition: &Edition) -> Answers {
    let mut answers = good(edition);
    answers.set("founded", Raw::from("2026-10-20"));
    answers.set("special", Raw::from("no"));
    let lines = [("1000", "machinery"), ("50", "machinery")];
    let rows = lines.map(|(yen, category)| row(&[("category", category), ("eligible", yen)]));
    answers.set("lines", Raw::Rows(rows.to_vec()));
    answers
}

fn judged(edition: &Edition, answers: &Answers, facts: &Facts) -> Vec<Finding> {
    let procedure = procedure(edition);
    let (reading, _) = read(edition, &procedure, answers, facts);
    judge(edition, &procedure, &reading, facts)
}

/// What becomes of a filing whose answers are `now`, when the return opened these places.
fn settled(opened: &[&str], change: impl FnOnce(&mut Answers), kind: &str) -> Settled {
    let edition = edition();
    let (before, today) = (filed(&edition), facts(TODAY, kind));
    assert!(judged(&edition, &before, &facts(FILED, "corporation")).iter().all(|f| !watched(f)), "it was in order");
    let mut now = before.clone();
    change(&mut now);
    let opened: BTreeSet<FieldPath> = opened.iter().map(|path| path.parse().unwrap()).collect();
    let judgements = Judgements {
        before: &judged(&edition, &before, &today),
        then: &judged(&edition, &now, &facts(FILED, "corporation")),
    };
    settle(&procedure(&edition).form, &opened, judged(&edition, &now, &today), judgements)
}

fn watched(finding: &Finding) -> bool {
    ["FUTURE", "GUARDED", "TOTAL", "ROWS", "KIND"].contains(&finding.code.as_str())
}

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|f| watched(f)).map(|f| f.code.as_str()).collect()
}

#[test]
fn what_time_broke_on_shut_answers_stops_nobody_and_is_told() {
    let only_text = settled(&["summary"], |answers| answers.set("summary", Raw::from("直した")), "corporation");
    assert_eq!(codes(&only_text.outgrown), ["FUTURE", "TOTAL", "ROWS"]);
    assert!(codes(&only_text.findings).is_empty(), "{:?}", only_text.findings);
    // A fact that became another one is nothing the applicant may change either.
    let other = settled(&["summary"], |_| {}, "sole_proprietor");
    assert!(codes(&other.outgrown).contains(&"KIND"), "{:?}", codes(&other.outgrown));
}

#[test]
fn what_the_return_opened_is_judged_as_of_today() {
    let date = settled(&["founded"], |_| {}, "corporation");
    assert_eq!(codes(&date.findings), ["FUTURE"]);
    let mended = settled(&["founded"], |answers| answers.set("founded", Raw::from("2026-12-01")), "corporation");
    assert!(!codes(&mended.findings).contains(&"FUTURE") && !codes(&mended.outgrown).contains(&"FUTURE"));
    // A sum is open where what it adds up is open.
    let lines = settled(&["lines"], |_| {}, "corporation");
    assert_eq!(codes(&lines.findings), ["TOTAL", "ROWS"]);
    // Of a table only the rows at fault count.
    let other_row = settled(&["lines[1]"], |_| {}, "corporation");
    assert!(codes(&other_row.outgrown).contains(&"ROWS") && codes(&other_row.findings) == ["TOTAL"]);
    let own_row = settled(&["lines[0].eligible"], |_| {}, "corporation");
    assert!(codes(&own_row.findings).contains(&"ROWS"));
}

#[test]
fn what_the_applicants_own_change_breaks_still_stops() {
    // The guard was opened; the date it asks about was fine when it was handed in.
    let fair = settled(&["special"], |answers| answers.set("special", Raw::from("yes")), "corporation");
    assert_eq!(codes(&fair.outgrown), ["FUTURE", "GUARDED", "TOTAL", "ROWS"]);
    // The same, with a date that would not have been fine then: this change was never in order.
    let edition = edition();
    let mut before = filed(&edition);
    before.set("founded", Raw::from("2026-10-01"));
    let mut now = before.clone();
    now.set("special", Raw::from("yes"));
    let (today, then) = (facts(TODAY, "corporation"), facts(FILED, "corporation"));
    let opened = BTreeSet::from([FieldPath::field("special")]);
    let by = Judgements { before: &judged(&edition, &before, &today), then: &judged(&edition, &now, &then) };
    let own = settle(&procedure(&edition).form, &opened, judged(&edition, &now, &today), by);
    assert!(codes(&own.findings).contains(&"GUARDED"), "{:?}", codes(&own.findings));
    // Questions and notes go through as they are.
    let rest = own.findings.len() + own.outgrown.len();
    assert_eq!(rest, judged(&edition, &now, &today).len());
    assert!(own.outgrown.iter().all(|f| f.severity == hojo_programme::Severity::Stop));
}
