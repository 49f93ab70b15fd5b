//! Events as the applicant may read them. What the office thinks is not told before it is decided and sent.

use hojo_case::Event;

/// The sentence for the applicant; none for what is the office's own business.
pub(crate) fn told(event: &Event) -> Option<String> {
    match event {
        Event::CaseOpened { .. }
        | Event::Filed { .. }
        | Event::Discarded
        | Event::Withdrawn { .. }
        | Event::Returned { .. }
        | Event::CameTrue { .. }
        | Event::DueMoved { .. }
        | Event::LetterDelivered { .. } => Some(event.sentence()),
        Event::SecondCheckFinished { agrees: true, .. } => Some("形式の確認が終わりました".to_owned()),
        Event::Assigned { .. }
        | Event::FirstCheckFinished { .. }
        | Event::SecondCheckFinished { .. }
        | Event::ReviewFinished { .. }
        // What is drafted is the office's own; what was decided is told by its letter, and so is what it changed.
        | Event::DecisionDrafted { .. }
        | Event::DecisionApproved { .. }
        | Event::DecisionSentBack { .. }
        | Event::AgencyApproved { .. }
        | Event::Decided { .. }
        | Event::TookEffect { .. }
        // The mail of the last reminder was told; what the office makes of it is its own.
        | Event::DueUnmet { .. }
        | Event::Moved { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use hojo_case::{CheckResult, Outcome};
    use hojo_words::ids::StaffId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_outcome_is_not_told_before_its_letter_arrives() {
        let by = StaffId(Uuid::nil());
        let inner = [
            Event::FirstCheckFinished { submission: 1, by, result: CheckResult::Excluded, reason: "対象外".into() },
            Event::Decided {
                outcome: Outcome::NOT_ADOPTED,
                amount: None,
                run: "r".into(),
                reason: "点数".into(),
                conditions: vec![],
                label: "不採択".into(),
            },
            Event::ReviewFinished { finalised: 3 },
            Event::SecondCheckFinished { submission: 1, by, agrees: false, reason: "再確認".into() },
        ];
        for event in inner {
            assert_eq!(told(&event), None, "{event:?}");
        }
        let checked =
            told(&Event::SecondCheckFinished { submission: 1, by, agrees: true, reason: "対象外".into() }).unwrap();
        assert!(!checked.contains("対象外"));
        assert!(told(&Event::Withdrawn { reason: "都合".into() }).unwrap().contains("都合"));
    }
}
