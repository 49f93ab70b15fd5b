//! Definitions with faults: each names file, line, column and what is wrong, several at once.

use crate::support::{EXAMPLES, FLOW, FORM, PROCEDURE, RULES, lines, sources, with};
use hojo_programme::{SourceFiles, check, load_dir};

fn errors(files: &SourceFiles) -> String {
    match load_dir(files) {
        Ok(edition) => lines(&check(&edition).errors),
        Err(problems) => lines(&problems),
    }
}

#[test]
fn the_fixture_is_clean() {
    let edition = crate::support::fixture();
    let report = check(&edition);
    assert_eq!(lines(&report.errors), "");
    assert_eq!((report.procedures, report.rules, report.letters, report.examples), (1, 6, 3, 8));
    assert_eq!(edition.hash.len(), 64);
    assert_eq!(edition.hash, sources().hash());
}

#[test]
fn names_the_fault() {
    let cap = "- { frame: standard, employees: 21.., normal: 15_000_000, special: none }";
    let table: &[(&str, &str, &str, &str)] = &[
        (FORM, "required: true, unit: 人", "requird: true, unit: 人", "unknown key requird (did you mean required?)"),
        (FORM, "type: text 80", "type: txt 80", "there is no type txt (did you mean text?)"),
        (FORM, "type: text 80", "type: text many", "expected a number of characters"),
        (FORM, "id: capital,", "id: employees,", "the field employees stands twice"),
        (FORM, "from: account.name", "from: account.nam", "there is no fact account.nam (did you mean account.name?)"),
        (FORM, "type: choice frame", "type: choice fram", "there is no choice list fram (did you mean frame?)"),
        (
            FORM,
            "rows: { base: 基準年度, y1",
            "rows: { bas: 基準年度, y1",
            "the type names no row bas (did you mean base?)",
        ),
        (FORM, "profit + labour }", "value_added + labour }", "circle: plan.value_added"),
        (FORM, "shown: span == 'five'", "shown: growth > 1", "circle"),
        (FORM, "type: table 1..50", "type: table", "a table needs its number of rows"),
        (FORM, "type: file pdf max 1MB", "type: file pdf max 1GB", "write max 10MB"),
        (
            PROCEDURE,
            "title: summary",
            "title: summry",
            "names.title is summry, which the form does not have (did you mean summary?)",
        ),
        (PROCEDURE, "frame: frame", "frame: special", "names.frame is special, which is not one choice"),
        (PROCEDURE, ", frame: frame", "", "names needs frame"),
        (
            FLOW,
            "times: 3 }",
            "times: 3, late: refused }",
            "late is accept or refuse, found refused (did you mean refuse?)",
        ),
        (
            FLOW,
            "within: 20 business_days }",
            "within: 20 business_days, reminders: [5 business_days] }",
            "a reminder is at most 28 days ahead, written in days",
        ),
        (RULES, "severity: ask", "severity: sometimes", "severity is stop, ask or note"),
        (RULES, "must: growth >= 4%", "must: 1 < 2", "always the same"),
        (RULES, "  - code: TRAVEL", "  - code: SME", "the rule SME stands twice"),
        (RULES, "    examiner: 年平均成長率\n", "", "the rule GROWTH needs examiner"),
        (RULES, "{up_yen(excess)}", "{up_yen(exces)}", "there is no exces"),
        (RULES, "{up_yen(excess)}", "{up_yen(excess)", "this brace is not closed"),
        (
            "edition.yaml",
            cap,
            "- { frame: standard, employees: 22.., normal: 15_000_000, special: none }",
            "gap: no row for frame=通常枠, employees=21",
        ),
        (
            "edition.yaml",
            cap,
            "- { frame: standard, employees: 20.., normal: 15_000_000, special: none }",
            "overlap for frame=通常枠, employees=20",
        ),
        (
            "edition.yaml",
            cap,
            "- { frame: standard, employees: 21..50, normal: 15_000_000, special: none }",
            "gap: no row for frame=通常枠, employees=51",
        ),
        (
            "edition.yaml",
            "frame: global, employees",
            "frame: globl, employees",
            "globl is no choice of frame (did you mean global?)",
        ),
        ("edition.yaml", "normal: 30_000_000", "normal: lots", "lots is no yen"),
        (
            "edition.yaml",
            "applications_close: 2026-10-30T18:00",
            "applications_close: 2026-09-29T18:00",
            "close before they open",
        ),
        ("edition.yaml", "version: \"1.0\"", "versio: \"1.0\"", "unknown key versio (did you mean version?)"),
        (FLOW, "by: manager", "by: boss", "there is no role boss"),
        (FLOW, "by: manager", "by: reviewer", "the two must be different people"),
        (FLOW, "not_adopted: refusal-notice", "not_adopted: refusal", "there is no letter refusal"),
        (FLOW, "  examine: {", "  exmine: {", "there is no step exmine (did you mean examine?)"),
        (FLOW, "between: [applications_open", "between: [applications_opn", "the edition has no date applications_opn"),
        (FLOW, "check: 形式確認中, ", "", "applicant_sees has no word for check"),
        (FLOW, "adopted: requested", "adopted: requestd", "effects takes the field requestd"),
        (
            EXAMPLES,
            "expect: { stop: [TRAVEL] }",
            "expect: { findings: none }",
            "found stop TRAVEL, which is not expected",
        ),
        (
            EXAMPLES,
            "expect: { stop: [TRAVEL] }",
            "expect: { stop: [TRAVL] }",
            "there is no rule TRAVL (did you mean TRAVEL?)",
        ),
        (EXAMPLES, "total: 15_000_000", "total: 15_000_001", "expected total to be 15000001, found 15,000,000円"),
        (EXAMPLES, "base: good", "base: god", "there is no base god (did you mean good?)"),
        (EXAMPLES, "employees: 20\n", "employees: 20\n      per_head: 3\n", "there is no field per_head"),
        (EXAMPLES, "slips: none", "slips: { phone: bad_format }", "expected the slip bad_format at phone"),
        (
            "procedures/application/letters/adoption-notice.yaml",
            "{amounts.adopted}",
            "{amounts.adoptd}",
            "there is no amounts.adoptd",
        ),
        (
            "procedures/application/letters/adoption-notice.yaml",
            "{frame}",
            "{remark.text}",
            "known only in an item with each: remarks",
        ),
        (
            "procedures/application/letters/adoption-notice.yaml",
            "body_y: 100.0",
            "bdy_y: 100.0",
            "the geometry has no bdy_y (did you mean body_y?)",
        ),
        (
            "procedures/application/score-sheet.yaml",
            "scale: 0..5, weight: 4",
            "scale: 0..5, weight: much",
            "weight is a number",
        ),
        (
            "procedures/application/checklist.yaml",
            "fields: [evidence]",
            "fields: [evidenc]",
            "there is no field evidenc (did you mean evidence?)",
        ),
    ];
    for (path, old, new, message) in table {
        let found = errors(&with(path, old, new));
        assert!(found.contains(message), "{path}: {new}: wanted {message}, found\n{found}");
        assert!(
            found.lines().all(|line| line.split(':').nth(1).is_some_and(|n| n.parse::<usize>().is_ok())),
            "{found}"
        );
    }
}

#[test]
fn points_at_the_place() {
    let found = load_dir(&with(
        RULES,
        "must: capital <= industry(industry).capital",
        "must: capitl <= industry(industry).capital",
    ))
    .unwrap_err();
    let problem = found.first().unwrap();
    assert_eq!((problem.file.as_str(), problem.line, problem.column), (RULES, 5, 11), "{problem}");
    let folded = "must: >-\n      outsourcing\n      <= totl * 2\n";
    let files = with(RULES, "must: outsourcing <= total * limit('outsourcing').share\n", folded);
    let problem = load_dir(&files).unwrap_err().into_iter().find(|p| p.message.contains("totl")).unwrap();
    assert_eq!((problem.line, problem.column), (14, 10), "{problem}");
}

#[test]
fn tells_many_faults_at_once() {
    let mut files = with(FORM, "type: text 80", "type: txt 80");
    let rules = files.get(RULES).unwrap().replace("severity: ask", "severity: often");
    files.insert(RULES, &rules);
    files.insert("procedures/application/extra.yaml", "a: 1");
    let found = load_dir(&files).unwrap_err();
    assert!(found.len() >= 4, "{}", lines(&found));
    assert!(lines(&found).contains("extra.yaml:1:1: no part of an edition"));
}

#[test]
fn broken_yaml_has_a_place() {
    for (text, message) in
        [("form: [", "YAML"), ("form: a\nform: b", "stands twice"), ("form: &x a", "anchors"), ("", "empty")]
    {
        let mut files = sources();
        files.insert(FORM, text);
        let found = lines(&load_dir(&files).unwrap_err());
        assert!(found.contains(message) && found.contains("form.yaml:"), "{text}: {found}");
    }
    assert!(load_dir(&SourceFiles::default()).is_err());
}

#[test]
fn the_source_survives_storage_as_json() {
    let edition = crate::support::fixture();
    let stored = serde_json::to_string(&edition.source).unwrap();
    let again: SourceFiles = serde_json::from_str(&stored).unwrap();
    assert_eq!(load_dir(&again).unwrap().hash, edition.hash);
}
