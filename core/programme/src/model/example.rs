//! 例: answers and what must come out. Officers read them; `check` runs them.

use crate::answers::{Answers, Raw};
use crate::model::life::{CourseStep, ExampleCase, ExpectCourse};
use crate::source::Place;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// 例, its base already merged in.
#[derive(Debug, Clone)]
pub struct Example {
    pub name: String,
    pub answers: Answers,
    pub facts: BTreeMap<String, Raw>,
    /// Moment the example is judged at (`now:`); the opening of the round when not given.
    pub now: Option<time::OffsetDateTime>,
    /// Where the case stands before the course.
    pub case: ExampleCase,
    /// 歩み: what happens, in order; empty when only answers are judged.
    pub course: Vec<CourseStep>,
    pub expect: Expect,
    pub place: Place,
}

/// 期待する結果.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// The exact codes of each severity; `None` when the example does not speak of findings.
    pub findings: Option<ExpectedFindings>,
    /// Field or cell path → value as text.
    pub values: IndexMap<String, String>,
    /// Field path → slip code; the exact set when given.
    pub slips: Option<IndexMap<String, String>>,
    /// Rules that must be not yet known.
    pub unknown: Vec<String>,
    /// What stands after the course.
    pub course: ExpectCourse,
}

/// 期待する指摘.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectedFindings {
    pub stop: Vec<String>,
    pub ask: Vec<String>,
    pub note: Vec<String>,
}
