//! Which lines of a log: read from the address and written back to it.

use hojo_access::Permission;
use hojo_words::jst;
use time::{Date, Duration, OffsetDateTime};

use crate::address::{Cursor, address};
use crate::day;

/// Without a word from the person, the last days.
const USUAL_DAYS: i64 = 30;

/// One state of a log's list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Part of a name.
    pub person: String,
    pub permission: Option<Permission>,
    /// 受付番号, 文書番号, or the log's own name of a thing.
    pub object: String,
    pub outcome: String,
    /// As typed, so that a slip of the pen is shown and not lost.
    pub from_typed: String,
    pub to_typed: String,
    pub after: Option<Cursor>,
}

/// The moments between which lines are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    pub from: OffsetDateTime,
    /// Not included.
    pub to: OffsetDateTime,
}

impl Filter {
    /// Reads an address or a form; what cannot be read counts as not said.
    pub fn read(get: impl Fn(&str) -> String) -> Self {
        Self {
            person: get("person").trim().to_owned(),
            permission: Permission::from_code(&get("permission")),
            object: get("object").trim().to_owned(),
            outcome: Some(get("outcome")).filter(|o| OUTCOMES.iter().any(|(code, _)| code == o)).unwrap_or_default(),
            from_typed: get("from").trim().to_owned(),
            to_typed: get("to").trim().to_owned(),
            after: Cursor::read(&get("after")),
        }
    }

    /// The days asked for, both included; the last thirty when nothing was said.
    pub fn days(&self, today: Date) -> (Date, Date) {
        let to = day::read(&self.to_typed).unwrap_or(today);
        let usual = to.checked_sub(Duration::days(USUAL_DAYS)).unwrap_or(to);
        (day::read(&self.from_typed).unwrap_or(usual), to)
    }

    pub fn span(&self, today: Date) -> Span {
        let (from, to) = self.days(today);
        let end = to.next_day().unwrap_or(to);
        Span { from: jst::start_of_day(from), to: jst::start_of_day(end) }
    }

    /// Dates that were typed and cannot be read: name of the field and what was typed.
    pub fn unreadable(&self) -> Vec<(&'static str, &str)> {
        let typed = [("from", self.from_typed.as_str()), ("to", self.to_typed.as_str())];
        typed.into_iter().filter(|(_, t)| !t.is_empty() && day::read(t).is_none()).collect()
    }

    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("person", self.person.clone()),
            ("permission", self.permission.map_or("", Permission::code).to_owned()),
            ("object", self.object.clone()),
            ("outcome", self.outcome.clone()),
            ("from", self.from_typed.clone()),
            ("to", self.to_typed.clone()),
        ];
        pairs.retain(|(_, v)| !v.is_empty());
        pairs
    }

    pub fn address(&self, path: &str) -> String {
        let mut pairs = self.pairs();
        pairs.push(("after", self.after.map(Cursor::text).unwrap_or_default()));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (*k, v.as_str())).collect();
        address(path, &pairs)
    }

    pub fn from(&self, after: Option<Cursor>) -> Self {
        Self { after, ..self.clone() }
    }

    pub fn is_unfiltered(&self) -> bool {
        self.pairs().is_empty()
    }
}

/// How an operation ended, with its words.
pub const OUTCOMES: [(&str, &str); 3] = [("done", "実行"), ("refused", "拒否"), ("failed", "失敗")];

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    fn read(query: &str) -> Filter {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Filter::read(|name| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()).unwrap_or_default())
    }

    #[test]
    fn an_address_comes_back_as_it_went() {
        let filter = read("person=乙&permission=case.view&object=R1-1&outcome=failed&from=2026/11/1&to=2026/11/22");
        assert_eq!(filter.permission, Some(Permission::ViewCase));
        let address = filter.address("/log");
        assert_eq!(read(address.split_once('?').expect("pairs").1), filter);
    }

    #[test]
    fn nonsense_counts_as_not_said_but_dates_are_named() {
        let filter = read("permission=drop&outcome=%27--&after=x&from=soon");
        assert_eq!((filter.permission, filter.outcome.as_str(), filter.after), (None, "", None));
        assert_eq!(filter.unreadable(), [("from", "soon")]);
    }

    #[test]
    fn days_are_whole_days_in_japan() {
        let today = date!(2026 - 11 - 22);
        let span = read("from=2026/11/22&to=2026/11/22").span(today);
        assert_eq!(span.from, datetime!(2026-11-21 15:00 UTC));
        assert_eq!(span.to, datetime!(2026-11-22 15:00 UTC));
        assert_eq!(read("").days(today), (date!(2026 - 10 - 23), today));
    }
}
