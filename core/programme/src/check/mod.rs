//! 検査: lint and examples together; what publication demands.

mod examples;
mod lint;
mod lives;

pub use examples::{ExampleResult, run_example};

use crate::model::edition::Edition;
use crate::source::Problem;
use serde::Serialize;

/// 検査の結果.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    pub edition: String,
    pub hash: String,
    pub procedures: usize,
    /// Fields and columns.
    pub fields: usize,
    pub rules: usize,
    pub letters: usize,
    pub examples: usize,
    pub tables: usize,
    /// Lint problems and failed examples; empty means that it may be published.
    pub errors: Vec<Problem>,
}

/// Lints the edition and runs every example.
pub fn check(edition: &Edition) -> CheckReport {
    let mut report = CheckReport {
        edition: edition.id.clone(),
        hash: edition.hash.clone(),
        procedures: edition.procedures.len(),
        tables: edition.tables.len(),
        ..CheckReport::default()
    };
    report.errors.extend(lives::edition(edition));
    for procedure in edition.procedures.values() {
        report.fields += procedure.form.count();
        report.rules += procedure.rules.rules.len();
        report.letters += procedure.letters.len();
        report.examples += procedure.examples.len();
        report.errors.extend(lint::lint(edition, procedure));
        report.errors.extend(lives::procedure(edition, procedure));
        for example in &procedure.examples {
            report.errors.extend(run_example(edition, procedure, example).errors);
        }
    }
    report.errors.sort();
    report
}
