//! Purpose: the programme definition language: editions, forms, rules, flows, letters, examples, as checked data.
//! Never: reads files or clocks, uses floats, knows any particular programme, fails or panics on what people type.
//! Start reading: `model/edition.rs` (what an edition holds), `load/mod.rs` (how files become one), `lang/mod.rs` (rules).
//! Kept honest by: `tests/` (tables on a fixture programme, property tests, every deleted rule fails an example).

#![deny(clippy::as_conversions, clippy::float_arithmetic)]

pub mod answers;
pub mod check;
pub mod compose;
pub mod diff;
pub mod facts;
pub mod judge;
pub mod lang;
pub mod load;
mod manual;
pub mod model;
pub mod outgrown;
pub mod overlay;
mod plain;
pub mod read;
pub mod sample;
pub mod source;
pub mod touch;
pub mod upgrade;
pub mod value;
pub mod words;

pub use answers::{Answers, FieldPath, FileRef, Raw, RawRow};
pub use check::{CheckReport, ExampleResult, check, run_example};
pub use compose::{ComposeProblem, LetterContext, RemarkLine, application_sections, compose};
pub use diff::{Change, diff};
pub use facts::Facts;
pub use judge::{Judgement, judge, stand};
pub use load::load_dir;
pub use manual::manual;
pub use model::edition::{CaseNames, Edition, Procedure, Programme, RemarkWording, Setting};
pub use model::example::Example;
pub use model::flow::{
    Effect, Flow, Late, Outcome, Source, State, Step, StepKind, Term, TermUnit, Transition, diagram,
};
pub use model::form::{Condition, Field, FieldType, FileKind, FileRule, Form, Range, RowPlan, Section, TableShape};
pub use model::letter::{Audience, LetterSpec, SheetColumn, SheetSpec};
pub use model::life::{
    Basis, CourseDecision, CourseStep, Due, ExampleCase, ExpectCourse, FirstPeriod, LifePlan, ObligationRule, Opener,
    Remind, Reminders, Repeats, StartCondition, Starts, Sum, Times,
};
pub use model::rules::{Finding, Reason, Rule, Rules, Severity, Standing};
pub use model::sheets::{CheckItem, Checklist, Criterion, ScoreSheet};
pub use model::tables::{ChoiceList, DecisionTable};
pub use outgrown::{Judgements, Settled, settle};
pub use overlay::{Joined, join};
pub use read::{Reading, Slip, SlipCode, read};
pub use sample::sample_letter;
pub use source::{Place, Problem, SourceFiles};
pub use touch::{Recalculated, Side, Touch, touch};
pub use upgrade::{Again, Asked, Reworded, SetAside, UpgradeMap, upgrade};
pub use value::{Rows, Value};
