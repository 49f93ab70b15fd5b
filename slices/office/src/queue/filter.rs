//! What the list shows, in which order and from where: read from the address and written back to it.

use hojo_case::Position;
use hojo_words::ids::PublicId;

use crate::common::query::Address;

/// Whose cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Assignee {
    #[default]
    Any,
    Me,
    Nobody,
    Person(PublicId),
}

/// Which deadlines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Due {
    #[default]
    Any,
    /// Past.
    Over,
    /// Today and the three days after.
    Soon,
    /// Handed in again after the due date of its return.
    Late,
}

impl Due {
    /// As it stands in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Over => "over",
            Self::Soon => "soon",
            Self::Late => "late",
        }
    }
}

/// Which steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Positions {
    /// Everything filed.
    #[default]
    Any,
    /// What the office itself has to do now: both checks.
    Office,
    One(Position),
}

/// Cases, what is done within them, or both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Kind {
    #[default]
    Any,
    /// The case itself, which is its application.
    Case,
    /// A procedure after the first decision.
    Run,
}

impl Kind {
    /// As it stands in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Case => "case",
            Self::Run => "run",
        }
    }
}

/// By what the list is ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    #[default]
    Filed,
    Changed,
    Due,
    Requested,
}

/// Small first or large first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    #[default]
    Up,
    Down,
}

/// A place in the ordered list: the value of the order's column and the case that has it.
/// Times count in microseconds, days as Julian days, amounts in yen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    pub value: i64,
    pub case: PublicId,
}

/// Where the page begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum From {
    #[default]
    Start,
    After(Cursor),
    Before(Cursor),
}

/// One state of the list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    pub round: Option<PublicId>,
    pub positions: Positions,
    pub assignee: Assignee,
    pub frame: String,
    /// 応募申請, 交付申請, …: the code of a procedure.
    pub procedure: String,
    /// 状態: where the case stands in its life, of a procedure its case.
    pub standing: String,
    pub kind: Kind,
    pub due: Due,
    pub text: String,
    pub sort: Sort,
    pub order: Order,
    pub from: From,
}

impl Filter {
    /// Reads an address or a form; what cannot be read counts as not said.
    pub fn read(get: impl Fn(&str) -> String) -> Self {
        let after = cursor(&get("after")).map(From::After);
        let before = cursor(&get("before")).map(From::Before);
        Self {
            round: get("round").parse().ok(),
            positions: match get("step").as_str() {
                "office" => Positions::Office,
                code => Position::from_code(code).map_or(Positions::Any, Positions::One),
            },
            assignee: match get("who").as_str() {
                "me" => Assignee::Me,
                "none" => Assignee::Nobody,
                id => id.parse().map_or(Assignee::Any, Assignee::Person),
            },
            frame: get("frame").trim().to_owned(),
            procedure: get("procedure").trim().to_owned(),
            standing: get("standing").trim().to_owned(),
            kind: match get("kind").as_str() {
                "case" => Kind::Case,
                "run" => Kind::Run,
                _ => Kind::Any,
            },
            due: match get("due").as_str() {
                "over" => Due::Over,
                "soon" => Due::Soon,
                "late" => Due::Late,
                _ => Due::Any,
            },
            text: get("q").trim().to_owned(),
            sort: match get("sort").as_str() {
                "changed" => Sort::Changed,
                "due" => Sort::Due,
                "requested" => Sort::Requested,
                _ => Sort::Filed,
            },
            order: if get("order") == "down" { Order::Down } else { Order::Up },
            from: after.or(before).unwrap_or_default(),
        }
    }

    /// The pairs that make this state, without those that say nothing.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let id = |p: &PublicId| p.to_string();
        let mut pairs = vec![
            ("round", self.round.as_ref().map(id).unwrap_or_default()),
            ("step", self.step()),
            ("who", self.who()),
            ("frame", self.frame.clone()),
            ("procedure", self.procedure.clone()),
            ("standing", self.standing.clone()),
            ("kind", self.kind.code().to_owned()),
            ("due", self.due.code().to_owned()),
            ("q", self.text.clone()),
            ("sort", self.sort.code().to_owned()),
            ("order", if self.order == Order::Down { "down" } else { "" }.to_owned()),
        ];
        match self.from {
            From::Start => {}
            From::After(c) => pairs.push(("after", c.text())),
            From::Before(c) => pairs.push(("before", c.text())),
        }
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    pub fn step(&self) -> String {
        match self.positions {
            Positions::Any => String::new(),
            Positions::Office => "office".to_owned(),
            Positions::One(p) => p.code().to_owned(),
        }
    }

    pub fn who(&self) -> String {
        match self.assignee {
            Assignee::Any => String::new(),
            Assignee::Me => "me".to_owned(),
            Assignee::Nobody => "none".to_owned(),
            Assignee::Person(p) => p.to_string(),
        }
    }

    /// The address of this state.
    pub fn address(&self) -> String {
        let mut url = Address::new("/queue");
        for (name, value) in self.pairs() {
            url = url.with(name, &value);
        }
        url.text()
    }

    /// The address of the same list sorted by this column; a second click turns it round.
    pub fn sorted(&self, sort: Sort) -> String {
        let turn = self.sort == sort && self.order == Order::Up;
        let order = if turn { Order::Down } else { Order::Up };
        Self { sort, order, from: From::Start, ..self.clone() }.address()
    }

    /// The same list beginning elsewhere.
    pub fn from(&self, from: From) -> Self {
        Self { from, ..self.clone() }
    }

    /// Says nothing but the order.
    pub fn is_unfiltered(&self) -> bool {
        *self == Self { sort: self.sort, order: self.order, from: self.from, ..Self::default() }
    }
}

impl Sort {
    pub fn code(self) -> &'static str {
        match self {
            Self::Filed => "",
            Self::Changed => "changed",
            Self::Due => "due",
            Self::Requested => "requested",
        }
    }
}

impl Cursor {
    fn text(self) -> String {
        format!("{}_{}", self.value, self.case)
    }
}

fn cursor(text: &str) -> Option<Cursor> {
    let (value, case) = text.split_once('_')?;
    Some(Cursor { value: value.parse().ok()?, case: case.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Filter {
        Filter::read(|name| query.iter().find(|(k, _)| *k == name).map(|(_, v)| (*v).to_owned()).unwrap_or_default())
    }

    #[test]
    fn an_address_comes_back_as_it_went() {
        let case = PublicId::from_bits(7);
        let full = Filter {
            round: Some(PublicId::from_bits(1)),
            positions: Positions::One(Position::SecondCheck),
            assignee: Assignee::Person(PublicId::from_bits(2)),
            frame: "global".into(),
            standing: "granted".into(),
            kind: Kind::Case,
            procedure: "grant-application".into(),
            due: Due::Soon,
            text: "見本 製作所".into(),
            sort: Sort::Requested,
            order: Order::Down,
            from: From::Before(Cursor { value: -5, case }),
        };
        let pairs = full.pairs();
        let again: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(read(&again), full);
        assert_eq!(read(&[("due", "late")]).due, Due::Late);
        assert_eq!(read(&[("who", "me"), ("step", "office"), ("due", "over")]).pairs().len(), 3);
    }

    #[test]
    fn nonsense_counts_as_not_said() {
        let read =
            read(&[("round", "x"), ("step", "%"), ("who", "'--"), ("after", "1_2"), ("sort", "drop"), ("due", "now")]);
        assert_eq!(read, Filter::default());
        assert!(read.is_unfiltered());
        assert_eq!(read.address(), "/queue");
    }

    #[test]
    fn a_second_click_turns_the_order() {
        let once = read(&[("sort", "due")]);
        assert_eq!(once.sorted(Sort::Due), "/queue?sort=due&order=down");
        assert_eq!(once.sorted(Sort::Requested), "/queue?sort=requested");
    }
}
