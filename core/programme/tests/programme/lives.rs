//! What follows adoption as data: every new key is read, and every fault in one names its place.

use crate::support::{FLOW, lines, sources};
use hojo_programme::{Due, Edition, Opener, Source, SourceFiles, Term, TermUnit, Times, check, load_dir};

const GRANT: &str = "procedures/grant/procedure.yaml";
const GRANT_FORM: &str = "procedures/grant/form.yaml";
const GRANT_FLOW: &str = "procedures/grant/flow.yaml";
const GRANT_EXAMPLES: &str = "procedures/grant/examples/all.yaml";
const OBLIGATIONS: &str = "obligations.yaml";

const LIFE: &str = "life:
  standings: { applied: 応募中, adopted: 採択, granted: 交付決定, cancelled: 取消し }
  ended: [cancelled]
  dates: { adopted_on: 採択日, granted_on: 交付決定日, project_end: 完了期限 }
  amounts: { requested: 申請額, adopted: 採択額, granted: 交付決定額 }
  sums:
    paid: { title: 支払額, within: granted }
    claimed: { title: 返還請求額 }
  claims: claimed
filed:
  application: { summary: text, employees: count, frame: choice frame }
";

/// The fixture, and a procedure within its case.
fn whole() -> SourceFiles {
    let mut files = sources();
    let edition = files.get("edition.yaml").unwrap().to_owned();
    files.insert("edition.yaml", &format!("{edition}{LIFE}"));
    // The fixture's own effect comes from before `obligations.yaml`.
    let flow = files.get(FLOW).unwrap().lines().filter(|line| !line.contains("owe:")).collect::<Vec<_>>().join("\n");
    files.insert(FLOW, &format!("{flow}\n    - standing: adopted\n    - date: {{ adopted_on: decided }}\n"));
    files.insert(
        GRANT,
        "procedure: grant
number: B02
title: 交付申請
starts:
  by: [applicant, office_on_behalf]
  when:
    - { must: \"case.standing == 'adopted'\", says: 採択の後に申請できます。 }
  times: once
  not_while: [application]
  until_ended: false
basis: { clause: 要領 2-3, form: 様式第1 }
",
    );
    files.insert(
        GRANT_FORM,
        "form: 交付申請書
sections:
  - id: all
    title: 全体
    fields:
      - { id: plan_title, label: 計画名, type: paragraph 20, from: filed.application.summary }
      - { id: people, label: 従業員数, type: integer 0..100000, required: true, carried: application.employees }
      - { id: requested_grant, label: 交付申請額, type: yen, required: true }
      - { id: project_end, label: 完了予定日, type: date, required: true }
",
    );
    files.insert(
        GRANT_FLOW,
        "flow:
  file: { by: [applicant, office_on_behalf] }
  accept: { automatic: true, receipt: true }
  check: { by: operator, within: 10 business_days, return: { within: 14 days, letter: plain } }
  decide: { by: manager, eyes: 2, agency: plain, outcomes: [granted, reduced, cancelled], amount: requested_grant, after_return: [cancelled] }
  notify: { granted: plain, reduced: plain, cancelled: plain }
  withdraw: { by: applicant, from: [draft, filed, check, returned, decide] }
outcomes:
  granted: 交付決定
  reduced: { label: 減額して交付決定, reduced: true }
  cancelled: 取消し
applicant_sees: { draft: 下書き, filed: 受付済み, check: 審査中, returned: 差戻し, decide: 審査中, notified: 結果通知済み, closed: 終了, withdrawn: 取下げ済み }
effects:
  granted:
    - amount: { granted: decided }
    - post: { paid: decided }
    - standing: granted
    - date: { granted_on: decided, project_end: project_end }
    - plan: [plan_title]
    - opens: application
  cancelled:
    - standing: cancelled
    - clear: [granted_on]
    - payee: { name: plan_title }
      on: project_end
    - ends: [grant]
    - claim: { kind: refund, due: project_end }
",
    );
    files.insert(
        "procedures/grant/letters/plain.yaml",
        files.get("procedures/application/letters/refusal-notice.yaml").unwrap().to_owned().as_str(),
    );
    files.insert(
        GRANT_EXAMPLES,
        "examples:
  - name: 交付決定
    is_base: true
    id: standard
    case: { standing: adopted, dates: { adopted_on: 2027-02-26 }, amounts: { requested: 10_000_000, adopted: 10_000_000 }, filed: { application: { summary: 計画 } } }
    now: 2027-04-01T10:00+09:00
    answers: { people: 20, requested_grant: 9_000_000, project_end: 2028-03-31 }
    expect: { findings: none, slips: none }
",
    );
    files.insert(
        OBLIGATIONS,
        "obligations:
  - id: grant
    title: 交付申請
    procedure: grant
    clause: 要領 2-3
    while: \"case.standing == 'adopted'\"
    due: [{ after: adopted_on, within: 2 months }, { on: project_end }]
    reminders: { before: [30 days, 3 business_days], after: 1 day, final: 14 days }
    otherwise: application
    says: 採択日から2か月以内です。
  - id: yearly
    title: 年次報告
    procedure: grant
    while: \"amounts.paid > 0\"
    repeats: { times: 6, every: 12 months, first: { fiscal_year_end_after: project_end } }
    due: { within: 60 days }
",
    );
    files
}

fn edition() -> Edition {
    load_dir(&whole()).unwrap_or_else(|problems| panic!("{}", lines(&problems)))
}

#[test]
fn every_key_is_read() {
    let edition = edition();
    assert_eq!(lines(&check(&edition).errors), "");
    let life = edition.life.as_ref().unwrap();
    assert_eq!(
        life.standings.keys().map(String::as_str).collect::<Vec<_>>(),
        ["applied", "adopted", "granted", "cancelled"]
    );
    assert_eq!(life.sums.get("paid").and_then(|sum| sum.within.as_deref()), Some("granted"));
    let grant = edition.procedure("grant").unwrap();
    let starts = grant.starts.as_ref().unwrap();
    assert_eq!(
        (starts.by.as_slice(), starts.times),
        ([Opener::Applicant, Opener::OfficeOnBehalf].as_slice(), Times::Once)
    );
    assert!(!starts.until_ended && starts.not_while == ["application"] && starts.when.len() == 1);
    assert_eq!(grant.basis.form, "様式第1");
    assert_eq!(grant.form.field("people").unwrap().carried, [("application".to_owned(), "employees".to_owned())]);
    let decide = grant.flow.step(hojo_programme::StepKind::Decide).unwrap();
    assert_eq!((decide.agency.as_deref(), decide.amount.as_deref()), (Some("plain"), Some("requested_grant")));
    assert!(grant.flow.outcomes.get("reduced").unwrap().reduced);
    // `date` with two names is two effects.
    assert_eq!(grant.flow.effects.get("granted").unwrap().len(), 7);
    let [once, yearly] = edition.obligations.as_slice() else { panic!("two obligations") };
    let months = Term { amount: 2, unit: TermUnit::Months };
    assert_eq!(
        once.due,
        [Due::After { date: Some("adopted_on".into()), within: months }, Due::On("project_end".into())]
    );
    assert_eq!((once.reminders.before.len(), once.reminders.after.len(), once.reminders.last.is_some()), (2, 1, true));
    assert_eq!(yearly.repeats.as_ref().map(|repeats| (repeats.times, repeats.every_months)), Some((6, 12)));
    // Facts follow by themselves.
    for fact in
        ["case.standing", "case.adopted_on", "amounts.paid", "open.grant", "done.grant", "filed.application.summary"]
    {
        assert!(edition.facts.contains_key(fact), "{fact}");
    }
}

/// What is told of a text, with line and column of the place it should name.
fn place(files: &SourceFiles, path: &str, text: &str) -> (usize, usize) {
    let source = files.get(path).unwrap();
    let at = source.find(text).unwrap();
    let before = &source[..at];
    (before.matches('\n').count() + 1, before.rsplit('\n').next().unwrap().chars().count() + 1)
}

#[test]
fn names_the_fault_and_its_line() {
    // File, what is replaced, by what, what is told.
    let table: &[(&str, &str, &str, &str)] = &[
        (
            "edition.yaml",
            "ended: [cancelled]",
            "ended: [canceled]",
            "ended names canceled, which is no standing (did you mean cancelled?)",
        ),
        (
            "edition.yaml",
            "frame: choice frame }\n",
            "fram: choice frame }\n",
            "filed: application has no field fram (did you mean frame?)",
        ),
        (
            "edition.yaml",
            "employees: count, frame: choice",
            "employees: date, frame: choice",
            "filed: application.employees is",
        ),
        (
            GRANT,
            "by: [applicant, office_on_behalf]",
            "by: [aplicant, office_on_behalf]",
            "nobody called aplicant begins a procedure (did you mean applicant?)",
        ),
        (GRANT, "case.standing == 'adopted'", "case.standing == 'adoptd'", "adoptd"),
        (GRANT, "case.standing ==", "case.standng ==", "there is no case.standng (did you mean case.standing?)"),
        (
            GRANT_FORM,
            "from: filed.application.summary",
            "from: filed.application.sumary",
            "there is no fact filed.application.sumary",
        ),
        (
            GRANT_FORM,
            "carried: application.employees",
            "carried: aplication.employees",
            "there is no procedure aplication (did you mean application?)",
        ),
        (
            GRANT_FORM,
            "carried: application.employees",
            "carried: application.employes",
            "application has no field employes (did you mean employees?)",
        ),
        (GRANT_FORM, "carried: application.employees", "carried: application.summary", "application.summary is"),
        (GRANT_FORM, "carried: application.employees", "carried: application.evidence", "files are not carried over"),
        (
            GRANT_FLOW,
            "standing: granted",
            "standing: grantd",
            "effects names the standing grantd, which life does not have (did you mean granted?)",
        ),
        (
            GRANT_FLOW,
            "amount: { granted: decided }",
            "amount: { grantd: decided }",
            "effects names the amount grantd, which life does not have (did you mean granted?)",
        ),
        (
            GRANT_FLOW,
            "post: { paid: decided }",
            "post: { pade: decided }",
            "effects names the sum pade, which life does not have (did you mean paid?)",
        ),
        (
            GRANT_FLOW,
            "date: { granted_on: decided",
            "date: { granted_at: decided",
            "effects names the date granted_at, which life does not have (did you mean granted_on?)",
        ),
        (
            GRANT_FLOW,
            "project_end: project_end }",
            "project_end: people }",
            "effects takes the field people, which is of another kind",
        ),
        (
            GRANT_FLOW,
            "plan: [plan_title]",
            "plan: [plan_titel]",
            "effects takes the field plan_titel, which the form does not have (did you mean plan_title?)",
        ),
        (
            GRANT_FLOW,
            "opens: application",
            "opens: aplication",
            "there is no procedure aplication (did you mean application?)",
        ),
        (
            "edition.yaml",
            "  claims: claimed",
            "  claims: claimd",
            "claims are posted to claimd, which is no sum (did you mean claimed?)",
        ),
        ("edition.yaml", "  claims: claimed\n", "", "life does not say to which of its sums claims are posted"),
        (
            "edition.yaml",
            "granted: 交付決定, cancelled",
            "granted: 交付決定, settled: 確定, cancelled",
            "no effect ever sets the standing settled",
        ),
        (GRANT_FLOW, "on: project_end", "on: people", "effects takes the field people, which is of another kind"),
        (
            GRANT_FLOW,
            "payee: { name: plan_title }",
            "plan: [plan_title]",
            "plan takes hold with the decision; only holder, applicant, account, payee may wait",
        ),
        (GRANT_FLOW, "ends: [grant]", "ends: [grants]", "there is no procedure grants (did you mean grant?)"),
        (GRANT_FLOW, "clear: [granted_on]", "clear: [grant_on]", "effects names the date grant_on"),
        (
            GRANT_FLOW,
            "claim: { kind: refund, due: project_end }",
            "claim: { kind: refund, due: people }",
            "effects takes the field people, which is of another kind",
        ),
        (
            GRANT_FLOW,
            "  cancelled: 取消し\n",
            "  cancelled: { label: 取消し, when: people > 0 }\n",
            "`when` and `says` stand together",
        ),
        (
            GRANT_FLOW,
            "  cancelled: 取消し\n",
            "  cancelled: { label: 取消し, when: peple > 0, says: 人がいないとき。 }\n",
            "there is no peple (did you mean people?)",
        ),
        (GRANT_FLOW, "standing: granted", "standng: granted", "there is no effect standng (did you mean standing?)"),
        (
            GRANT_FLOW,
            "decide: { by: manager, eyes: 2, agency: plain",
            "decide: { by: manager, eyes: 2, agency: plan",
            "there is no letter plan",
        ),
        (
            GRANT_FLOW,
            "after_return: [cancelled]",
            "after_return: [canceld]",
            "after_return names canceld, which the step does not have",
        ),
        (
            OBLIGATIONS,
            "procedure: grant\n    clause",
            "procedure: grnt\n    clause",
            "there is no procedure grnt (did you mean grant?)",
        ),
        (
            OBLIGATIONS,
            "otherwise: application",
            "otherwise: aplication",
            "there is no procedure aplication (did you mean application?)",
        ),
        (
            OBLIGATIONS,
            "{ after: adopted_on, within: 2 months }",
            "{ after: adoptd_on, within: 2 months }",
            "a case has no date adoptd_on (did you mean adopted_on?)",
        ),
        (
            OBLIGATIONS,
            "fiscal_year_end_after: project_end",
            "fiscal_year_end_after: projct_end",
            "a case has no date projct_end (did you mean project_end?)",
        ),
        (OBLIGATIONS, "within: 2 months", "within: 2 weeks", "expected a term such as 7 days"),
        (OBLIGATIONS, "every: 12 months", "every: 12 days", "repeats needs times: 6 and every: 12 months"),
        (OBLIGATIONS, "id: yearly", "id: grant", "the obligation grant stands twice"),
        (
            OBLIGATIONS,
            "amounts.paid > 0",
            "amounts.payed > 0",
            "there is no amounts.payed (did you mean amounts.paid?)",
        ),
        (
            GRANT_EXAMPLES,
            "dates: { adopted_on: 2027-02-26 }",
            "dates: { adopted_on: tomorrow }",
            "expected a date such as 2027-02-26",
        ),
        (
            GRANT_EXAMPLES,
            "expect: { findings: none",
            "course: [begin]\n    expect: { findings: none",
            "there is no step begin",
        ),
    ];
    let mut missed: Vec<String> = Vec::new();
    for (path, old, new, message) in table {
        let mut files = whole();
        let text = files.get(path).unwrap().to_owned();
        assert!(text.contains(old), "{path} has no {old}");
        files.insert(*path, &text.replacen(old, new, 1));
        let problems = match load_dir(&files) {
            Ok(edition) => check(&edition).errors,
            Err(problems) => problems,
        };
        let told = problems.iter().find(|problem| problem.message.contains(message));
        let Some(told) = told else {
            missed.push(format!("{path}: {new}: wanted {message}, found\n{}", lines(&problems)));
            continue;
        };
        let (line, _) = place(&whole(), path, old.lines().next().unwrap());
        assert_eq!(told.file, *path, "{new}: {told}");
        // A condition or an obligation spans a few lines and is named by its first.
        assert!(told.line <= line && line - told.line <= 8 && told.line > 1, "{new} stands in line {line}: {told}");
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn an_effect_a_carried_field_and_a_declared_answer_are_named_where_they_stand() {
    let exact: &[(&str, &str, &str, &str)] = &[
        (GRANT_FLOW, "    - standing: granted", "    - standing: grantd", "standing: grantd"),
        (GRANT_FLOW, "    - ends: [grant]", "    - ends: [grants]", "ends: [grants]"),
        ("edition.yaml", ", frame: choice frame }", ", fram: choice frame }", "fram: choice"),
        ("edition.yaml", "ended: [cancelled]", "ended: [canceled]", "canceled]"),
    ];
    for (path, old, new, at) in exact {
        let mut files = whole();
        let text = files.get(path).unwrap().replacen(old, new, 1);
        files.insert(*path, &text);
        let problems = match load_dir(&files) {
            Ok(edition) => check(&edition).errors,
            Err(problems) => problems,
        };
        let told = problems.first().unwrap();
        assert_eq!((told.line, told.column), place(&files, path, at), "{told}");
    }
}

#[test]
fn what_is_missing_is_told() {
    let without = |path: &str, text: &str| {
        let mut files = whole();
        let source = files.get(path).unwrap().to_owned();
        assert!(source.contains(text));
        files.insert(path, &source.replacen(text, "", 1));
        match load_dir(&files) {
            Ok(edition) => lines(&check(&edition).errors),
            Err(problems) => lines(&problems),
        }
    };
    // An obligation without its date.
    let due = "    due: [{ after: adopted_on, within: 2 months }, { on: project_end }]\n";
    assert!(without(OBLIGATIONS, due).contains("obligations.yaml:2:5: the obligation grant needs while and due"));
    // Effects in yen where nothing is decided in yen.
    let told = without(GRANT_FLOW, ", amount: requested_grant");
    assert!(told.contains("nothing is decided in yen; give decide an amount"), "{told}");
    assert!(told.contains("a claim is of the decided amount; decide needs amount"), "{told}");
    // Without a life there is nothing to read.
    let told = without("edition.yaml", &LIFE[..LIFE.find("filed:").unwrap()]);
    assert!(told.contains("there is no case.standing"), "{told}");
    // Nobody begins it.
    assert!(without(GRANT, "  by: [applicant, office_on_behalf]\n").contains("starts names nobody"));
    assert!(without(GRANT, ", says: 採択の後に申請できます。").contains("says is missing"));
}

#[test]
fn a_decided_amount_is_the_decisions_own() {
    let edition = edition();
    let effects = edition.procedure("grant").unwrap().flow.effects.get("granted").unwrap().clone();
    assert!(effects.contains(&hojo_programme::Effect::Amount { name: "granted".into(), from: Source::Decided }));
    // The application alone has no start: it opens the case.
    assert!(edition.opening().is_some_and(|opening| opening.code == "application"));
}
