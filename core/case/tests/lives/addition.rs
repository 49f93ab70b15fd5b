//! 手続を足すには: one more procedure than the repository has, by data alone. Nothing here knows what the others say.

use hojo_case::check;
use hojo_programme::{SourceFiles, load_dir};
use std::path::{Path, PathBuf};

const FOLDER: &str = "procedures/office-visit";

const FILES: [(&str, &str); 5] = [
    (
        "procedure.yaml",
        "procedure: office-visit
number: B99
title: 現地確認の申込み
description: 現地確認を受ける日を申し込みます。
starts:
  by: [applicant, office_on_behalf]
  when:
    - { must: \"done.application > 0\", says: 採択の後に申し込めます。 }
  times: one
  until_ended: false
",
    ),
    (
        "form.yaml",
        "form: 現地確認申込書
sections:
  - id: visit
    title: 現地確認
    fields:
      - { id: visit_on, label: 希望する日, type: date, required: true, help: 事務局の営業日から選んでください。 }
      - { id: place, label: 確認を受ける場所, type: text 80, required: true, help: 補助事業を行う事業所の所在地を入力してください。 }
",
    ),
    (
        "flow.yaml",
        "flow:
  file: { by: [applicant, office_on_behalf] }
  accept: { automatic: true, receipt: true }
  decide: { by: manager, eyes: 2, outcomes: [arranged, declined] }
  withdraw: { by: [applicant, office_on_behalf], from: [draft, filed, decide] }
outcomes: { arranged: 実施の決定, declined: 実施しない }
applicant_sees: { draft: 下書き, filed: 受付済み, decide: 調整中, closed: 終了, withdrawn: 取下げ済み }
effects:
  arranged:
    - plan: [visit_on, place]
",
    ),
    (
        "rules.yaml",
        "rules:
  - code: VISIT-AHEAD
    severity: stop
    clause: CLAUSE
    must: visit_on > now.date
    applicant: 現地確認の日は、申込みの翌日以降にしてください。
    examiner: 希望日が申込日以前です。
",
    ),
    (
        "examples/all.yaml",
        "examples:
  - name: 申込みどおり実施する
    is_base: true
    id: standard
    case: { done: { application: 1 } }
    now: 2027-06-01T10:00+09:00
    answers: { visit_on: 2027-06-15, place: 東京都千代田区 }
    course: [start, file, { decide: { outcome: arranged, reason: 日程が合うため } }]
    expect: { findings: none, slips: none, position: closed }
  - name: 当日は申し込めない
    base: standard
    answers: { visit_on: 2027-06-01 }
    course: [start, file]
    expect: { stop: [VISIT-AHEAD], refused: CASE-STOPPED }
  - name: 採択の前は申し込めない
    base: standard
    case: { done: { application: 0 } }
    course: [start]
    expect: { refused: START-NOT-NOW }
",
    ),
];

/// For an edition that ends with its application: the least of a life.
const LIFE: &str = "
life:
  standings: { applied: 応募中, adopted: 採択 }
";

fn collect(root: &Path, folder: &Path, files: &mut SourceFiles) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(&name, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The edition of the repository, with the files of one more procedure.
fn with_one_more() -> SourceFiles {
    let programmes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
    };
    let editions: Vec<PathBuf> = folders(&programmes).iter().flat_map(|programme| folders(programme)).collect();
    // A large one, whose cases live on after their application.
    let root = editions.into_iter().find(|path| path.join("procedures/application").is_dir()).unwrap();
    let mut files = SourceFiles::default();
    collect(&root, &root, &mut files);
    let programme = std::fs::read_to_string(root.parent().unwrap().join("programme.yaml")).unwrap();
    files.insert("programme.yaml", &programme);
    let edition = files.get("edition.yaml").unwrap().to_owned();
    if !edition.lines().any(|line| line.starts_with("life:")) {
        files.insert("edition.yaml", &format!("{edition}{LIFE}"));
    }
    // Rules name a clause of the index, whichever it has.
    let clauses = load_dir(&files).unwrap().clauses;
    let clause = clauses.keys().next().map_or("要領 1", String::as_str);
    for (name, text) in FILES {
        files.insert(format!("{FOLDER}/{name}"), &text.replace("CLAUSE", clause));
    }
    files
}

fn told(files: &SourceFiles) -> Vec<String> {
    let problems = match load_dir(files) {
        Ok(edition) => check(&edition).errors,
        Err(problems) => problems,
    };
    problems.iter().map(ToString::to_string).filter(|line| line.contains(FOLDER)).collect()
}

#[test]
fn one_more_procedure_is_data_alone() {
    let files = with_one_more();
    assert_eq!(told(&files), Vec::<String>::new());
    let edition = load_dir(&files).unwrap();
    let visit = edition.procedure("office-visit").unwrap();
    assert_eq!((visit.title.as_str(), visit.examples.len()), ("現地確認の申込み", 3));
    // Others read it as a fact by itself.
    assert!(edition.facts.contains_key("done.office_visit") && edition.facts.contains_key("open.office_visit"));
}

#[test]
fn its_courses_are_really_run() {
    let spoilt = [
        ("expect: { refused: START-NOT-NOW }", "expect: { refused: START-ENDED }"),
        ("position: closed }", "position: withdrawn }"),
        ("{ outcome: arranged, reason", "{ outcome: granted, reason"),
    ];
    for (old, new) in spoilt {
        let mut files = with_one_more();
        let path = format!("{FOLDER}/examples/all.yaml");
        let text = files.get(&path).unwrap().to_owned();
        assert!(text.contains(old));
        files.insert(&path, &text.replace(old, new));
        assert!(!told(&files).is_empty(), "{new} goes unnoticed");
    }
}
