//! Drawing, on a small edition of its own: what is asked, what is shown, and what changes while one types.
use hojo_programme::{
    Answers, Edition, Facts, FieldPath, FileRef, Finding, Raw, Reading, Slip, SourceFiles, judge, load_dir, read,
};
use hojo_words::Now;
use maud::Markup;
use time::macros::datetime;

use super::super::{FileState, Import};
use super::{Open, Places, Scene, draw, findings, live, parse, problems, show};

const EDITION: &str = "
edition: test/r1
version: '1.0'
title: 試験公募
guidelines: { title: 公募要領, issue: 第1版, published: 2026-06-30 }
dates:
  applications_open: 2026-09-30T17:00+09:00
choices:
  kind: { tool: 工具, travel: 旅費 }
facts:
  account.name: text
";

const FORM: &str = "
form: 試験申請
sections:
  - id: one
    title: 概要
    help: はじめの節です。
    fields:
      - { id: name, label: 商号, type: text 80, from: account.name }
      - { id: agree, label: 誓約, type: consent, required: true, text: 誓約します。 }
      - { id: capital, label: 資本金, type: yen, required: true, example: '30000000' }
      - { id: large, label: 大企業か, type: yes_no }
      - { id: parent, label: 親会社, type: text 80, required: true, shown: large == true }
      - { id: years, label: 期間, type: integer 1..2, unit: 年 }
      - { id: plan, label: 計画, type: 'table years y1,y2', rows: { y1: 1年目, y2: { label: 2年目, shown: years >= 2 } },
          columns: [ { id: sales, label: 売上高, type: yen, required: true }, { id: half, label: 半分, type: yen, value: down_yen(sales / 2) } ] }
  - id: two
    title: 経費
    fields:
      - id: lines
        label: 明細
        type: table 1..3
        columns:
          - { id: kind, label: 費目, type: choice kind, required: true }
          - { id: gross, label: 金額, type: yen, required: true }
      - { id: total, label: 合計, type: yen, value: 'sum(lines, gross)' }
";

const RULES: &str = "
rules:
  - { code: T-1, clause: 要領 1, severity: stop, must: capital >= 100, applicant: 資本金は100円以上です。, examiner: 資本金 }
  - { code: T-2, clause: 要領 2, severity: ask, must: total <= capital, applicant: 合計が資本金を超えています。, examiner: 合計 }
";

struct Nowhere;

impl Places for Nowhere {
    fn upload(&self, field: &str) -> String {
        format!("/upload/{field}")
    }

    fn import(&self, _: &str) -> Option<Import> {
        None
    }

    fn file(&self, _: &FileRef) -> (FileState, Option<String>) {
        (FileState::Accepted, None)
    }
}

fn edition() -> Edition {
    let mut files = SourceFiles::default();
    files.insert("programme.yaml", "programme: test\ntitle: 試験\nshort_title: 試験\n");
    files.insert("edition.yaml", EDITION);
    files.insert("procedures/application/procedure.yaml", "procedure: application\nnumber: B01\ntitle: 試験申請\n");
    files.insert("procedures/application/form.yaml", FORM);
    files.insert("procedures/application/rules.yaml", RULES);
    load_dir(&files).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

struct World {
    edition: Edition,
    answers: Answers,
    reading: Reading,
    slips: Vec<Slip>,
    findings: Vec<Finding>,
    open: Open,
    remarks: Vec<(FieldPath, String)>,
    missing: bool,
}

fn world(answers: &[(&str, Raw)]) -> World {
    let edition = edition();
    let procedure = edition.procedure("application").unwrap().clone();
    let mut all = Answers::default();
    for (id, raw) in answers {
        all.set(*id, raw.clone());
    }
    let facts = Facts::new(Now::new(datetime!(2026-10-01 00:00 UTC))).with("account.name", "株式会社見本");
    let (reading, slips) = read(&edition, &procedure, &all, &facts);
    let findings = judge(&edition, &procedure, &reading, &facts);
    World { edition, answers: all, reading, slips, findings, open: Open::All, remarks: Vec::new(), missing: false }
}

impl World {
    fn with<T>(&self, ask: impl Fn(&Scene<'_>) -> T) -> T {
        let procedure = self.edition.procedure("application").unwrap();
        ask(&Scene {
            form: &procedure.form,
            answers: &self.answers,
            reading: &self.reading,
            slips: &self.slips,
            findings: &self.findings,
            remarks: &self.remarks,
            open: &self.open,
            missing: self.missing,
            examiner: false,
            places: &Nowhere,
        })
    }

    fn html(&self, ask: impl Fn(&Scene<'_>) -> Markup) -> String {
        self.with(|scene| ask(scene).into_string())
    }
}

fn has(html: &str, part: &str) {
    assert!(html.contains(part), "no {part:?} in {html}");
}

fn hasnt(html: &str, part: &str) {
    assert!(!html.contains(part), "{part:?} in {html}");
}

fn rows(gross: &[&str]) -> Raw {
    let row = |text: &&str| [("kind".to_owned(), Raw::from("tool")), ("gross".to_owned(), Raw::from(*text))].into();
    Raw::Rows(gross.iter().map(row).collect())
}

#[test]
fn a_known_fact_is_shown_and_never_asked() {
    let html = world(&[]).html(|scene| draw(scene, 0));
    has(&html, "株式会社見本");
    hasnt(&html, "name=\"name\"");
    has(&html, "はじめの節です。");
}

#[test]
fn what_is_missing_stays_quiet_until_asked_and_what_is_wrong_does_not() {
    let mut world = world(&[("capital", Raw::from("たくさん"))]);
    let html = world.html(|scene| draw(scene, 0));
    has(&html, "value=\"たくさん\"");
    has(&html, "aria-invalid=\"true\"");
    let drafting = world.with(|scene| problems(scene, 0));
    assert_eq!(drafting.len(), 1, "{drafting:?}");
    assert!(drafting[0].message.starts_with("資本金："), "{drafting:?}");
    assert_eq!(drafting[0].target.as_deref(), Some("f-capital"));
    world.missing = true;
    assert!(world.with(|scene| problems(scene, 0)).len() > 1);
}

#[test]
fn a_field_appears_with_its_condition() {
    let hidden = world(&[]).html(|scene| draw(scene, 0));
    has(&hidden, "<div id=\"slot-parent\" data-slot hidden></div>");
    hasnt(&hidden, "name=\"parent\"");
    let yes = world(&[("large", Raw::from("yes"))]);
    has(&yes.html(|scene| live(scene, 0)), "name=\"parent\"");
}

#[test]
fn years_come_and_go_and_keep_their_place() {
    let one = world(&[("years", Raw::from("1"))]).html(|scene| draw(scene, 0));
    has(&one, "data-shape=\"0\"");
    has(&one, "name=\"plan[0].sales\"");
    hasnt(&one, "name=\"plan[1].sales\"");
    let two = world(&[("years", Raw::from("2"))]).html(|scene| live(scene, 0));
    has(&two, "data-shape=\"0-1\"");
    has(&two, "aria-label=\"2年目 売上高\"");
    hasnt(&two, "name=\"plan[0].half\"");
}

#[test]
fn live_parts_never_hold_a_control_that_was_there() {
    let world = world(&[("capital", Raw::from("1")), ("lines", rows(&["1000", "x"]))]);
    let html = world.html(|scene| live(scene, 1));
    hasnt(&html, "<input");
    has(&html, "<output class=\"computed\" id=\"f-total\"");
    has(&html, "id=\"f-lines-1-gross-error\" data-live data-invalid");
}

#[test]
fn a_finding_speaks_where_somebody_typed() {
    let world = world(&[("capital", Raw::from("200")), ("lines", rows(&["1000"]))]);
    assert_eq!(world.findings.len(), 1, "{:?}", world.findings);
    has(&world.html(|scene| draw(scene, 0)), "合計が資本金を超えています。（要領 2）");
    hasnt(&world.html(|scene| draw(scene, 1)), "合計が資本金を超えています。");
    has(&world.html(|scene| findings(scene, &|_| Some("/edit".into()))), "href=\"/edit#f-capital\"");
}

#[test]
fn a_return_opens_only_what_was_remarked() {
    let mut world = world(&[("capital", Raw::from("200")), ("lines", rows(&["1", "2"]))]);
    let at = FieldPath::cell("lines", 1, "gross");
    world.open = Open::Only([at.clone()].into());
    world.remarks = vec![(at, "見積書と合いません。".to_owned())];
    hasnt(&world.html(|scene| draw(scene, 0)), "name=\"capital\"");
    let html = world.html(|scene| draw(scene, 1));
    has(&html, "name=\"lines[1].gross\"");
    hasnt(&html, "name=\"lines[0].gross\"");
    hasnt(&html, "add:lines");
    has(&html, "2行目 金額：見積書と合いません。");
}

#[test]
fn what_was_drawn_is_read_back_unchanged() {
    let typed = [
        ("agree", Raw::from("yes")),
        ("capital", Raw::from("30000000")),
        ("large", Raw::from("no")),
        ("years", Raw::from("2")),
    ];
    let world = world(&typed);
    let html = world.html(|scene| draw(scene, 0));
    let posted = controls(&html);
    let procedure = world.edition.procedure("application").unwrap();
    let back =
        parse(&procedure.form, 0, &Open::All, &|field| world.reading.is_prefilled(&field.id), &world.answers, &posted);
    for (id, raw) in &typed {
        assert_eq!(back.patch.get(*id), Some(raw), "{id} of {posted:?}");
    }
    assert!(!back.patch.contains_key("name"));
}

/// What a browser would post: every input that is not an unticked box.
fn controls(html: &str) -> Vec<(String, String)> {
    let attribute =
        |tag: &str, name: &str| tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next().map(str::to_owned);
    let inputs = html.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    inputs
        .filter(|tag| {
            !(tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"")) || tag.contains(" checked")
        })
        .filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?)))
        .collect()
}

#[test]
fn answers_are_shown_in_words_with_links_to_change_them() {
    let world = world(&[("capital", Raw::from("30000000")), ("large", Raw::from("no")), ("lines", rows(&["1000"]))]);
    let html = world.html(|scene| show(scene, 0, Some("/edit"), None));
    has(&html, "30,000,000円");
    has(&html, "href=\"/edit#f-capital\"");
    hasnt(&html, "href=\"/edit#f-name\"");
    hasnt(&html, "親会社");
    let table = world.html(|scene| show(scene, 1, None, None));
    has(&table, "工具");
    has(&table, "1,000円");
    hasnt(&table, "変更");
}
