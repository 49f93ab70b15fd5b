//! Findings: sentences, places, reasons.

use crate::support::{facts, fixture, good, procedure, row};
use hojo_programme::{Answers, Finding, Raw, Reason, Standing, judge, read, stand};

fn findings(change: impl FnOnce(&mut Answers)) -> Vec<Finding> {
    let edition = fixture();
    let mut answers = good(&edition);
    change(&mut answers);
    let (reading, _) = read(&edition, &procedure(&edition), &answers, &facts());
    judge(&edition, &procedure(&edition), &reading, &facts())
}

fn flat(reason: &Reason, out: &mut Vec<(String, String)>) {
    out.push((reason.what.clone(), reason.value.clone()));
    reason.because.iter().for_each(|child| flat(child, out));
}

#[test]
fn sentences_print_values_with_one_unit() {
    let found = findings(|a| {
        a.set("industry", Raw::from("60"));
        a.set("capital", Raw::from("50000001"));
        a.set("employees", Raw::from("51"));
    });
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].applicant, "この業種では資本金が50,000,000円以下、又は従業員が50人以下の事業者が対象です。");
    assert_eq!(found[0].clause.as_str(), "要領 2-4");
    let found = findings(|a| {
        let rows = vec![
            row(&[("category", "machinery"), ("eligible", "9000000")]),
            row(&[("category", "outsourcing"), ("eligible", "10000001")]),
        ];
        a.set("lines", Raw::Rows(rows));
    });
    // Half of 19,000,001 is 9,500,000.5: what is over is rounded up, so that the advice is enough.
    assert_eq!(found[0].applicant, "外注費は総額の2分の1までです。500,001円減らしてください。");
    assert_eq!(found[0].examiner, "外注費の上限（現在10,000,001円）");
}

#[test]
fn reasons_name_operands_values_and_the_row_used() {
    let found = findings(|a| {
        a.set("industry", Raw::from("60"));
        a.set("capital", Raw::from("50000001"));
        a.set("employees", Raw::from("51"));
    });
    let mut all = Vec::new();
    flat(&found[0].reasons, &mut all);
    assert!(all.contains(&("資本金".to_owned(), "50,000,001円".to_owned())), "{all:?}");
    assert!(all.contains(&("従業員数".to_owned(), "51".to_owned())), "{all:?}");
    assert!(all.contains(&("industry(industry).capital".to_owned(), "50,000,000円".to_owned())), "{all:?}");
    let json = serde_json::to_string(&found[0].reasons).unwrap();
    assert!(json.contains("業種: code=60"), "{json}");
    assert!(json.contains(r#""field":"capital""#), "{json}");
}

#[test]
fn a_test_of_rows_points_at_the_rows() {
    let found = findings(|a| {
        let rows = vec![
            row(&[("category", "travel"), ("eligible", "1")]),
            row(&[("category", ""), ("eligible", "")]),
            row(&[("category", "machinery"), ("eligible", "1")]),
            row(&[("category", "travel"), ("eligible", "1")]),
        ];
        a.set("lines", Raw::Rows(rows));
    });
    let places: Vec<String> = found[0].fields.iter().map(ToString::to_string).collect();
    assert_eq!(places, ["lines[0].category", "lines[3].category"]);
}

#[test]
fn unknown_is_never_a_violation() {
    let edition = fixture();
    let (reading, slips) = read(&edition, &procedure(&edition), &Answers::default(), &facts());
    let judgement = stand(&edition, &procedure(&edition), &reading, &facts());
    assert!(judgement.findings.is_empty());
    assert_eq!(judgement.standings["OUTSOURCING"], Standing::NotYetKnown);
    assert!(judgement.not_yet_known().any(|code| code == "SME"));
    assert!(slips.iter().all(|slip| slip.code.is_missing()), "{slips:?}");
}

#[test]
fn either_side_decides_even_when_the_other_is_unknown() {
    let edition = fixture();
    let mut answers = good(&edition);
    answers.0.remove("capital");
    let (reading, _) = read(&edition, &procedure(&edition), &answers, &facts());
    let judgement = stand(&edition, &procedure(&edition), &reading, &facts());
    assert_eq!(judgement.standings["SME"], Standing::Met);
}

#[test]
fn later_facts_are_judged_without_reading_again() {
    let edition = fixture();
    let (reading, _) = read(&edition, &procedure(&edition), &good(&edition), &facts());
    let later = facts().with("applicant.suspended", "yes");
    let codes: Vec<String> =
        judge(&edition, &procedure(&edition), &reading, &later).into_iter().map(|f| f.code).collect();
    assert_eq!(codes, ["SUSPENDED"]);
}
