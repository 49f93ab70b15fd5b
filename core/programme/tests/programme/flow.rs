//! The flow: where each step leads, and its picture.

use crate::support::{FLOW, fixture, procedure, with};
use hojo_programme::{State, StepKind, check, diagram, load_dir};
use time::macros::date;

#[test]
fn steps_lead_on() {
    let edition = fixture();
    let flow = &procedure(&edition).flow;
    let table = [
        (State::Draft, StepKind::File, None, Some(State::Filed)),
        (State::Filed, StepKind::Accept, None, Some(State::Check)),
        (State::Check, StepKind::Check, None, Some(State::Examine)),
        (State::Check, StepKind::Return, None, Some(State::Returned)),
        (State::Returned, StepKind::File, None, Some(State::Check)),
        (State::Examine, StepKind::Examine, None, Some(State::Decide)),
        (State::Decide, StepKind::Decide, Some("adopted"), Some(State::Notified)),
        (State::Decide, StepKind::Decide, None, None),
        (State::Notified, StepKind::Close, None, Some(State::Closed)),
        (State::Check, StepKind::Withdraw, None, Some(State::Withdrawn)),
        (State::Decide, StepKind::Withdraw, None, None),
    ];
    for (from, step, outcome, to) in table {
        assert_eq!(flow.next(from, step, outcome), to, "{from} {step:?} {outcome:?}");
    }
    assert_eq!(flow.letter("adopted"), Some("adoption-notice"));
    assert_eq!(flow.applicant_word(State::Decide), "審査中");
}

#[test]
fn terms_end_on_the_right_day() {
    let edition = fixture();
    let flow = procedure(&edition).flow.clone();
    let check = flow.step(StepKind::Check).unwrap();
    // Ten business days after Friday 2026-10-30: two holidays of November lie in between or after.
    assert_eq!(check.within.unwrap().end(date!(2026 - 10 - 30), &edition.calendar), Some(date!(2026 - 11 - 16)));
    let back = check.return_to_applicant.as_ref().unwrap();
    assert_eq!(back.within.end(date!(2026 - 11 - 16), &edition.calendar), Some(date!(2026 - 11 - 23)));
}

#[test]
fn a_state_nobody_reaches_or_leaves_is_an_error() {
    let errors = |files| load_dir(&files).map(|edition| check(&edition).errors).unwrap_or_else(|problems| problems);
    let none = errors(with(
        FLOW,
        "  file: { by: [applicant, office_on_behalf], between: [applications_open, applications_close] }\n",
        "",
    ));
    assert!(none.iter().any(|p| p.message.contains("nobody can file")), "{none:?}");
    assert!(none.iter().any(|p| p.message.contains("the state check cannot be reached")), "{none:?}");
}

#[test]
fn the_diagram_names_every_state() {
    let edition = fixture();
    let flow = &procedure(&edition).flow;
    let picture = diagram(flow);
    assert!(picture.starts_with("stateDiagram-v2\n"));
    for line in [
        "[*] --> draft",
        "draft --> filed: 提出（申請者・事務局（代行入力））",
        "decide --> notified: 採択（事務局管理者、2人の目）",
        "closed --> [*]",
    ] {
        assert!(picture.contains(line), "{line}\n{picture}");
    }
}

#[test]
fn the_score_sheet_knows_its_maximum() {
    let edition = fixture();
    let procedure = procedure(&edition);
    let sheet = procedure.score_sheet.as_ref().unwrap();
    assert_eq!(sheet.maximum.to_string(), "32.5");
    assert_eq!(sheet.criteria[1].scale, [(0, "読み取れない".to_owned()), (5, "極めて優れる".to_owned())]);
}
