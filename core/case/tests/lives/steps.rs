//! What the people of a random life do, and what its decisions try.

use crate::model::{DATES, STAIRS, STANDINGS, SUMS, Try};
use hojo_case::Position;
use hojo_programme::{Effect, Source};
use proptest::prelude::*;
use time::Date;

#[derive(Clone, Debug)]
pub enum Act {
    Begin(usize),
    Submit {
        requested: i64,
        clean: bool,
    },
    Discard,
    Withdraw(bool),
    Assign,
    Check {
        excluded: bool,
        open: u32,
        fresh: bool,
    },
    Second(bool),
    Return {
        remarks: u32,
        days: i64,
    },
    FinishReview,
    Draft {
        outcome: usize,
        amount: Option<i64>,
        conditions: bool,
        reason: bool,
        fresh: bool,
    },
    Approve,
    SendBack(bool),
    Agency,
    /// The way of the adoption run, which these procedures do not have.
    DecideAlone(usize),
    Deliver,
    Move(Position),
    MoveDue(usize, i64),
}

#[derive(Clone, Debug)]
pub struct Step {
    pub who: u8,
    pub run: usize,
    pub act: Act,
    pub days: i64,
    /// What the decision tries to do, should this step bring one about.
    pub tries: Vec<Shape>,
    pub fields: (Option<i64>, Option<i64>),
}

/// An effect before its values are known: which, and whether it takes the decided value or a field's.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Amount(usize, bool),
    Post(usize, bool),
    Standing(usize),
    Date(usize, bool),
    Clear(usize),
    Claim,
}

fn act() -> impl Strategy<Value = Act> {
    let yen = || 0i64..40;
    prop_oneof![
        3 => (0usize..4).prop_map(Act::Begin),
        6 => (yen(), proptest::bool::weighted(0.8)).prop_map(|(requested, clean)| Act::Submit { requested, clean }),
        1 => Just(Act::Discard),
        1 => any::<bool>().prop_map(Act::Withdraw),
        1 => Just(Act::Assign),
        5 => (proptest::bool::weighted(0.1), 0u32..2, proptest::bool::weighted(0.9))
            .prop_map(|(excluded, open, fresh)| Act::Check { excluded, open, fresh }),
        3 => proptest::bool::weighted(0.8).prop_map(Act::Second),
        2 => (0u32..3, -1i64..16).prop_map(|(remarks, days)| Act::Return { remarks, days }),
        1 => Just(Act::FinishReview),
        9 => (0usize..5, proptest::option::of(-1i64..40), any::<bool>(), proptest::bool::weighted(0.9), proptest::bool::weighted(0.9))
            .prop_map(|(outcome, amount, conditions, reason, fresh)| Act::Draft { outcome, amount, conditions, reason, fresh }),
        7 => Just(Act::Approve),
        1 => any::<bool>().prop_map(Act::SendBack),
        4 => Just(Act::Agency),
        1 => (0usize..5).prop_map(Act::DecideAlone),
        3 => Just(Act::Deliver),
        1 => proptest::sample::select(Position::ALL).prop_map(Act::Move),
        1 => (0usize..5, -30i64..400).prop_map(|(key, days)| Act::MoveDue(key, days)),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        3 => (0usize..4, any::<bool>()).prop_map(|(at, field)| Shape::Amount(at, field)),
        2 => (0usize..3, any::<bool>()).prop_map(|(at, field)| Shape::Post(at, field)),
        2 => (0usize..6).prop_map(Shape::Standing),
        3 => (0usize..4, any::<bool>()).prop_map(|(at, field)| Shape::Date(at, field)),
        1 => (0usize..4).prop_map(Shape::Clear),
        1 => Just(Shape::Claim),
    ]
}

pub fn step() -> impl Strategy<Value = Step> {
    let fields = (proptest::option::weighted(0.9, -1i64..40), proptest::option::weighted(0.9, 0i64..900));
    let tries = proptest::collection::vec(shape(), 0..4);
    (0u8..6, 0usize..6, act(), 0i64..5, tries, fields).prop_map(|(who, run, act, days, tries, fields)| Step {
        who,
        run,
        act,
        days,
        tries,
        fields,
    })
}

impl Shape {
    pub fn effect(self) -> Effect {
        let yen = |field| if field { Source::Field("other".into()) } else { Source::Decided };
        match self {
            Self::Amount(at, field) => Effect::Amount { name: STAIRS[at].into(), from: yen(field) },
            Self::Post(at, field) => Effect::Post { sum: SUMS[at].into(), from: yen(field) },
            Self::Standing(at) => Effect::Standing(STANDINGS[at].into()),
            Self::Date(at, field) => Effect::Date {
                name: DATES[at].into(),
                from: if field { Source::Field("day".into()) } else { Source::Decided },
            },
            Self::Clear(at) => Effect::Clear(vec![DATES[at].into()]),
            Self::Claim => Effect::Claim { kind: "refund".into(), due: Some("day".into()) },
        }
    }

    pub fn attempt(self, decided: Option<i64>, field: Option<i64>, today: Date, day: Option<Date>) -> Try {
        let yen = |from_field| if from_field { field } else { decided };
        match self {
            Self::Amount(at, from_field) => Try::Amount(at, yen(from_field)),
            Self::Post(at, from_field) => Try::Post(at, yen(from_field)),
            Self::Standing(at) => Try::Standing(at),
            Self::Date(at, from_field) => Try::Date(at, if from_field { day } else { Some(today) }),
            Self::Clear(at) => Try::Clear(at),
            Self::Claim => Try::Claim(decided, day),
        }
    }
}
