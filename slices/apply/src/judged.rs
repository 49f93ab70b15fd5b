//! Answers read and judged, with the rules two people lowered at run time.

use hojo_db::Lowering;
use hojo_programme::{Answers, Edition, Facts, Finding, Procedure, Reading, Severity, Slip, judge, read};

/// What the answers mean and what is to be said about them.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub reading: Reading,
    pub slips: Vec<Slip>,
    pub findings: Vec<Finding>,
    /// Of a returned filing: stops that time has made on answers the return does not open. They hinder nobody.
    pub outgrown: Vec<Finding>,
}

impl Judged {
    pub fn of(edition: &Edition, procedure: &Procedure, answers: &Answers, facts: &Facts, lowered: &Lowering) -> Self {
        let (reading, slips) = read(edition, procedure, answers, facts);
        let findings = lower(judge(edition, procedure, &reading, facts), lowered);
        Self { reading, slips, findings, outgrown: Vec::new() }
    }

    /// Read only: for answers that are about to change and be judged then.
    pub fn unjudged(edition: &Edition, procedure: &Procedure, answers: &Answers, facts: &Facts, _: &Lowering) -> Self {
        let (reading, slips) = read(edition, procedure, answers, facts);
        Self { reading, slips, findings: Vec::new(), outgrown: Vec::new() }
    }

    /// Codes of the findings of one strength.
    pub fn codes(&self, severity: Severity) -> Vec<String> {
        self.findings.iter().filter(|f| f.severity == severity).map(|f| f.code.clone()).collect()
    }

    /// Nothing stands in the way of submitting.
    pub fn is_ready(&self) -> bool {
        self.slips.is_empty() && !self.findings.iter().any(|f| f.severity == Severity::Stop)
    }
}

/// A lowered rule still speaks, but no longer stops anybody.
fn lower(mut findings: Vec<Finding>, lowered: &Lowering) -> Vec<Finding> {
    for finding in &mut findings {
        if finding.severity == Severity::Stop && lowered.contains(&finding.code) {
            finding.severity = Severity::Ask;
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use hojo_programme::Reason;
    use hojo_words::Clause;

    use super::*;

    fn finding(code: &str, severity: Severity) -> Finding {
        Finding {
            code: code.into(),
            severity,
            clause: Clause::new("要領 1").unwrap(),
            applicant: String::new(),
            examiner: String::new(),
            fields: vec![],
            reasons: Reason { what: String::new(), value: String::new(), field: None, row: None, because: vec![] },
        }
    }

    #[test]
    fn a_lowered_rule_asks_and_others_keep_their_strength() {
        let lowered: Lowering = ["A".to_owned(), "N".to_owned()].into();
        let found = lower(
            vec![finding("A", Severity::Stop), finding("B", Severity::Stop), finding("N", Severity::Note)],
            &lowered,
        );
        let strengths: Vec<_> = found.iter().map(|f| f.severity).collect();
        assert_eq!(strengths, [Severity::Ask, Severity::Stop, Severity::Note]);
    }
}
