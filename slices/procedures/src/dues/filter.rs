//! What the list shows and from where: read from the address and written back to it.

use hojo_words::ids::PublicId;
use time::{Date, Duration};
use uuid::Uuid;

/// A due date this many days ahead is near.
pub const SOON_DAYS: i64 = 30;

/// Which obligations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Which {
    /// Not met, and to be met by now or soon.
    #[default]
    Open,
    /// 期限超過
    Over,
    /// Due within [`SOON_DAYS`].
    Soon,
    /// Not met and not to be met yet.
    Later,
    /// 提出済み
    Met,
}

impl Which {
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Open, "提出を待つもの"),
        (Self::Over, "期限超過"),
        (Self::Soon, "30日以内"),
        (Self::Later, "先の期間"),
        (Self::Met, "提出済み"),
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Over => "over",
            Self::Soon => "soon",
            Self::Later => "later",
            Self::Met => "met",
        }
    }
}

/// Where the page begins: after this obligation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor {
    pub due: Date,
    pub case: Uuid,
    pub key: String,
}

/// Where the page begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum From {
    #[default]
    Start,
    After(Cursor),
    Before(Cursor),
}

/// One state of the list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    pub which: Which,
    pub procedure: String,
    pub round: Option<PublicId>,
    pub from: From,
}

/// The filter as the statements take it.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub met: bool,
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// Open already, or not yet; both when none.
    pub opened: Option<bool>,
    pub procedure: Option<String>,
    pub round: Option<Uuid>,
}

impl Filter {
    /// Reads an address or a form; what cannot be read counts as not said.
    pub fn read(get: impl Fn(&str) -> String) -> Self {
        let which = get("which");
        Self {
            which: Which::ALL.iter().find(|(w, _)| w.code() == which).map_or(Which::Open, |(w, _)| *w),
            procedure: get("procedure").trim().to_owned(),
            round: get("round").parse().ok(),
            from: match (cursor(&get("after")), cursor(&get("before"))) {
                (Some(after), _) => From::After(after),
                (None, Some(before)) => From::Before(before),
                (None, None) => From::Start,
            },
        }
    }

    /// The same list beginning elsewhere.
    pub fn at(&self, from: From) -> Self {
        Self { from, ..self.clone() }
    }

    /// The pairs that make this state, without those that say nothing.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("which", self.which.code().to_owned()),
            ("procedure", self.procedure.clone()),
            ("round", self.round.map(|r| r.to_string()).unwrap_or_default()),
        ];
        match &self.from {
            From::Start => {}
            From::After(cursor) => pairs.push(("after", cursor.text())),
            From::Before(cursor) => pairs.push(("before", cursor.text())),
        }
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    pub fn address(&self) -> String {
        let query: Vec<String> =
            self.pairs().into_iter().map(|(name, value)| format!("{name}={}", encode(&value))).collect();
        if query.is_empty() { "/obligations".to_owned() } else { format!("/obligations?{}", query.join("&")) }
    }

    pub fn parameters(&self, today: Date) -> Parameters {
        let (from, to) = match self.which {
            Which::Over => (None, today.previous_day()),
            Which::Soon => (Some(today), Some(today + Duration::days(SOON_DAYS))),
            Which::Open | Which::Later | Which::Met => (None, None),
        };
        Parameters {
            met: self.which == Which::Met,
            from,
            to,
            opened: match self.which {
                Which::Open => Some(true),
                Which::Later => Some(false),
                Which::Over | Which::Soon | Which::Met => None,
            },
            procedure: (!self.procedure.is_empty()).then(|| self.procedure.clone()),
            round: self.round.map(PublicId::uuid),
        }
    }
}

impl Cursor {
    fn text(&self) -> String {
        format!("{}_{}_{}", self.due, self.case.simple(), self.key)
    }
}

fn cursor(text: &str) -> Option<Cursor> {
    let mut parts = text.splitn(3, '_');
    let due = hojo_words::jst::read_date(parts.next()?)?;
    Some(Cursor { due, case: parts.next()?.parse().ok()?, key: parts.next()?.to_owned() })
}

fn encode(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if safe(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    fn read(query: &[(&str, &str)]) -> Filter {
        Filter::read(|name| query.iter().find(|(k, _)| *k == name).map(|(_, v)| (*v).to_owned()).unwrap_or_default())
    }

    #[test]
    fn an_address_comes_back_as_it_went() {
        let full = Filter {
            which: Which::Soon,
            procedure: "performance-report".into(),
            round: Some(PublicId::from_bits(1)),
            from: From::After(Cursor { due: date!(2027 - 04 - 26), case: Uuid::from_u128(7), key: "report#2".into() }),
        };
        let there_and_back = |filter: &Filter| {
            let pairs = filter.pairs();
            let again: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
            read(&again)
        };
        assert_eq!(there_and_back(&full), full);
        let From::After(cursor) = full.from.clone() else { panic!("it was after") };
        let back = Filter { from: From::Before(cursor), ..full.clone() };
        assert_eq!(there_and_back(&back), back);
        assert!(full.address().contains("report%232"), "{}", full.address());
        assert_eq!(read(&[("which", "x"), ("after", "1_2"), ("round", "%")]), Filter::default());
        assert_eq!(Filter::default().address(), "/obligations");
    }

    #[test]
    fn overdue_begins_the_day_after() {
        let today = date!(2027 - 04 - 26);
        let over = read(&[("which", "over")]).parameters(today);
        assert_eq!((over.from, over.to, over.met), (None, Some(date!(2027 - 04 - 25)), false));
        let soon = read(&[("which", "soon")]).parameters(today);
        assert_eq!((soon.from, soon.to), (Some(today), Some(date!(2027 - 05 - 26))));
    }
}
