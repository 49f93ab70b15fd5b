//! One company's tale: who does what, and on which day of the tale's calendar.

use hojo_words::jst;
use time::{Date, Duration};

use super::era::Era;

/// When: a day of the tale, or so many days before today, for what is still under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Day {
    Told(Date),
    Ago(i64),
}

impl From<&str> for Day {
    /// Every day of the tales is written as it would be typed.
    fn from(text: &str) -> Self {
        jst::read_date(text).map_or(Self::Ago(0), Self::Told)
    }
}

impl Day {
    /// So many days later.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        match self {
            Self::Told(day) => Self::Told(day + Duration::days(days)),
            Self::Ago(ago) => Self::Ago((ago - days).max(1)),
        }
    }

    /// The day as it was.
    #[must_use]
    pub fn real(self, era: Era, today: Date) -> Date {
        match self {
            Self::Told(day) => era.moved(today, day),
            Self::Ago(days) => today - Duration::days(days),
        }
    }
}

/// Who begins a procedure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    Company,
    /// The office, of its own motion.
    Office,
    /// The company, in the draft the office has asked for.
    Answer,
}

/// One thing somebody does with the newest run of a procedure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Begins the application and hands it in.
    Apply,
    /// Asks the company for a report; nothing is typed yet.
    Ask,
    /// Begins it and types the answers of an example.
    Open(Opening, &'static str, Vec<(&'static str, &'static str)>),
    File,
    FirstCheck,
    /// The second pair of eyes, where the flow asks for it.
    SecondCheck,
    /// A remark with a wording of the edition, and back to the company.
    Return(&'static str, &'static str),
    /// The company mends one field, or leaves all as it is, and hands it in again.
    Mend(&'static str, &'static str),
    /// 起案: outcome, amount, conditions.
    Draft(&'static str, Option<i64>, &'static str),
    /// 決裁.
    Approve,
    /// 中小機構, where the flow asks it.
    Agency,
    /// The case is the successor's from here on.
    HandOver,
}

/// How far a procedure gets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    Draft,
    Filed,
    HalfChecked,
    Examined,
    /// 起案; waits for 決裁.
    Drafted,
    /// 決裁; waits for 中小機構.
    Approved,
    Decided,
}

/// A deed on a procedure, on a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    pub day: Day,
    pub procedure: &'static str,
    pub deed: Deed,
}

/// One company's case.
#[derive(Clone, Debug)]
pub struct Tale {
    pub era: Era,
    /// What a visitor finds here.
    pub why: &'static str,
    pub steps: Vec<Step>,
}

/// What the world does on a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scene {
    Step { tale: usize, step: usize },
    Assign(Era),
    Score(Era),
    Adopt(Era),
}

impl Tale {
    /// A company that applies and comes through the check; the round is decided in February.
    #[must_use]
    pub fn new(era: Era, why: &'static str) -> Self {
        let mut tale = Self { era, why, steps: Vec::new() };
        for (day, deed) in
            [("2026-10-15", Deed::Apply), ("2026-11-05", Deed::FirstCheck), ("2026-11-09", Deed::SecondCheck)]
        {
            tale.push(day.into(), "application", deed);
        }
        tale
    }

    fn push(&mut self, day: Day, procedure: &'static str, deed: Deed) {
        self.steps.push(Step { day, procedure, deed });
    }

    /// One more deed.
    #[must_use]
    pub fn then(mut self, day: impl Into<Day>, procedure: &'static str, deed: Deed) -> Self {
        self.push(day.into(), procedure, deed);
        self
    }

    /// A procedure from its beginning as far as `stage`, with the first example's answers.
    #[must_use]
    pub fn until(
        mut self,
        stage: Stage,
        day: impl Into<Day>,
        by: Opening,
        procedure: &'static str,
        outcome: &'static str,
    ) -> Self {
        let day = day.into();
        self.push(day, procedure, Deed::Open(by, "", Vec::new()));
        let rest = [
            (Stage::Filed, 0, Deed::File),
            (Stage::HalfChecked, 3, Deed::FirstCheck),
            (Stage::Examined, 4, Deed::SecondCheck),
            (Stage::Drafted, 6, Deed::Draft(outcome, None, "")),
            (Stage::Approved, 7, Deed::Approve),
            (Stage::Decided, 9, Deed::Agency),
        ];
        for (_, days, deed) in rest.into_iter().filter(|(reached, ..)| *reached <= stage) {
            self.push(day.plus(days), procedure, deed);
        }
        self
    }

    /// A procedure the company begins, to its end.
    #[must_use]
    pub fn whole(self, day: impl Into<Day>, procedure: &'static str, outcome: &'static str) -> Self {
        self.until(Stage::Decided, day, Opening::Company, procedure, outcome)
    }

    /// From the check of what was handed in (again) to the end.
    #[must_use]
    pub fn decided(self, day: impl Into<Day>, procedure: &'static str, outcome: &'static str) -> Self {
        let day = day.into();
        self.then(day, procedure, Deed::FirstCheck)
            .then(day.plus(1), procedure, Deed::SecondCheck)
            .then(day.plus(3), procedure, Deed::Draft(outcome, None, ""))
            .then(day.plus(4), procedure, Deed::Approve)
            .then(day.plus(6), procedure, Deed::Agency)
    }

    /// The grant, in April of the tale.
    #[must_use]
    pub fn granted(self) -> Self {
        self.whole("2027-04-05", "grant-application", "granted")
    }

    /// The project is over and paid for.
    #[must_use]
    pub fn paid(self) -> Self {
        self.granted().whole("2027-12-10", "performance-report", "settled").whole(
            "2028-01-12",
            "settlement-claim",
            "paid",
        )
    }

    /// The last begun procedure is typed after another example.
    #[must_use]
    pub fn like(mut self, example: &'static str) -> Self {
        if let Some(Deed::Open(_, name, _)) = self.opening() {
            *name = example;
        }
        self
    }

    /// One answer of the last begun procedure differs. `@2027-05-10` is a day of the tale.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: &'static str) -> Self {
        if let Some(Deed::Open(_, _, set)) = self.opening() {
            set.push((field, value));
        }
        self
    }

    /// The last decision is taken so.
    #[must_use]
    pub fn on_terms(mut self, yen: Option<i64>, terms: &'static str) -> Self {
        let last = self.steps.iter_mut().rev().map(|s| &mut s.deed).find(|d| matches!(d, Deed::Draft(..)));
        if let Some(Deed::Draft(_, amount, conditions)) = last {
            (*amount, *conditions) = (yen, terms);
        }
        self
    }

    fn opening(&mut self) -> Option<&mut Deed> {
        self.steps.iter_mut().rev().map(|s| &mut s.deed).find(|d| matches!(d, Deed::Open(..)))
    }
}
