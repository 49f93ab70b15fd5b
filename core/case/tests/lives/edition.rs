//! A small edition with a life: an application, a grant and a yearly report, written here as an officer would.

use hojo_programme::{Answers, Edition, Facts, Procedure, Raw, Reading, SourceFiles, load_dir, read};
use hojo_words::Now;
use std::sync::Arc;
use time::{Date, OffsetDateTime};

pub const EDITION: &str = "\
edition: small/r1
version: \"1.0\"
title: 小さな補助金
guidelines: { title: 公募要領, issue: 第1版, published: 2026-06-30 }
dates:
  applications_open: 2026-09-30T17:00+09:00
  applications_close: 2026-10-30T18:00+09:00
choices: {}
settings: {}
facts: {}
holidays: { 2027-04-29: 昭和の日, 2027-05-03: 憲法記念日, 2027-05-04: みどりの日, 2027-05-05: こどもの日 }
tables: {}
life:
  standings: { applied: 応募中, adopted: 採択, granted: 交付決定, paid: 支払済み, finished: 完了, cancelled: 取消し }
  ended: [finished, cancelled]
  dates: { adopted_on: 採択日, granted_on: 交付決定日, project_end: 完了期限, completed_on: 完了日 }
  amounts: { requested: 申請額, adopted: 採択額, granted: 交付決定額, settled: 確定額 }
  sums:
    paid: { title: 支払額, within: granted }
    claimed: { title: 返還請求額 }
    repaid: { title: 返還額, within: claimed }
  claims: claimed
filed:
  grant: { total: yen, day: date }
";

pub const OBLIGATIONS: &str = "\
obligations:
  - id: grant
    title: 交付申請
    procedure: grant
    while: \"case.standing == 'adopted'\"
    due: { after: adopted_on, within: 2 months }
    reminders: { before: [30 days, 3 business_days, 1 month], after: [1 day, 2 business_days], final: 14 days }
    otherwise: lapse
    says: 採択日から2か月以内に交付申請が必要です。
  - id: performance
    title: 実績報告
    procedure: performance
    while: \"case.standing == 'granted'\"
    due: [{ on: project_end }, { after: completed_on, within: 10 business_days }]
  - id: report
    title: 事業化報告
    procedure: report
    while: \"case.standing == 'paid' || case.standing == 'cancelled'\"
    repeats: { times: 3, every: 12 months, first: { fiscal_year_end_after: completed_on } }
    due: { within: 60 days }
    reminders: { before: 30 days }
";

const APPLICATION: &[(&str, &str)] = &[
    ("procedure.yaml", "procedure: application\nnumber: B01\ntitle: 応募申請\nnames: { title: name, frame: name }\n"),
    (
        "form.yaml",
        "form: 応募申請書\nsections:\n  - id: all\n    title: 全体\n    fields:\n      - { id: name, label: 計画名, type: text 80 }\n      - { id: total, label: 申請額, type: yen }\n",
    ),
];

const FLOW: &str = "\
flow:
  file: { by: [applicant, office_on_behalf] }
  accept: { automatic: true, receipt: true }
  check: { by: operator, within: 10 business_days, return: { within: 14 days } }
  decide: { by: manager, eyes: 2, amount: total, outcomes: [granted, refused] }
  withdraw: { by: applicant, from: [filed, check, returned, decide] }
outcomes: { granted: 交付決定, refused: 不交付決定 }
applicant_sees: { draft: 下書き, filed: 受付済み, check: 審査中, returned: 差戻し, decide: 審査中, closed: 終了, withdrawn: 取下げ済み }
effects:
  granted:
    - amount: { granted: decided }
    - standing: granted
    - date: { granted_on: decided, project_end: day }
";

pub const FORM: &str = "\
form: 交付申請書
sections:
  - id: all
    title: 全体
    fields:
      - { id: name, label: 計画名, type: text 80 }
      - { id: total, label: 交付申請額, type: yen }
      - { id: other, label: 別の額, type: yen }
      - { id: day, label: 完了期限, type: date }
";

/// A procedure that follows, with what `starts` says of it.
fn procedure(files: &mut SourceFiles, code: &str, starts: &str) {
    let head = format!("procedure: {code}\nnumber: B02\ntitle: 手続{code}\nstarts:\n{starts}");
    files.insert(format!("procedures/{code}/procedure.yaml"), &head);
    files.insert(format!("procedures/{code}/form.yaml"), FORM);
    files.insert(format!("procedures/{code}/flow.yaml"), FLOW);
}

pub fn sources() -> SourceFiles {
    let mut files = SourceFiles::default();
    files.insert("programme.yaml", "programme: small\ntitle: 小さな補助金\noffice: 事務局\n");
    files.insert("edition.yaml", EDITION);
    files.insert("obligations.yaml", OBLIGATIONS);
    for (name, text) in APPLICATION {
        files.insert(format!("procedures/application/{name}"), text);
    }
    procedure(
        &mut files,
        "grant",
        "  by: [applicant, office_on_behalf]\n  when:\n    - { must: \"case.standing == 'adopted'\", says: 採択の後に申請できます。 }\n    - { must: \"case.adopted_on <= now.date\", says: 採択日から申請できます。 }\n  times: once\n  not_while: [lapse]\n",
    );
    procedure(&mut files, "performance", "  by: applicant\n");
    procedure(&mut files, "report", "  by: applicant\n  times: many\n  until_ended: false\n");
    procedure(&mut files, "lapse", "  by: office\n");
    files
}

pub fn edition() -> Edition {
    load_dir(&sources()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

pub fn of(edition: &Edition, code: &str) -> Arc<Procedure> {
    Arc::clone(edition.procedure(code).unwrap())
}

/// Noon in Japan of a day.
pub fn noon(day: Date) -> Now {
    Now::new(hojo_words::jst::start_of_day(day) + time::Duration::hours(12))
}

pub fn reading(edition: &Edition, code: &str, answers: &[(&str, String)]) -> Reading {
    let procedure = of(edition, code);
    let answers = Answers(answers.iter().map(|(id, text)| ((*id).to_owned(), Raw::Text(text.clone()))).collect());
    read(edition, &procedure, &answers, &Facts::new(Now::new(OffsetDateTime::UNIX_EPOCH))).0
}
