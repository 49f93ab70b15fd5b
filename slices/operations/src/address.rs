//! Addresses with a query: every list has one, and it can be kept as a bookmark.

use hojo_words::ids::PublicId;
use time::OffsetDateTime;
use uuid::Uuid;

/// A path with those pairs that say something.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, v)| !v.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A place in a list that is ordered by moment, the newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// Microseconds since 1970, as precise as the database keeps moments.
    at: i64,
    id: Uuid,
}

impl Cursor {
    pub fn of(at: OffsetDateTime, id: Uuid) -> Self {
        Self { at: i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX), id }
    }

    pub fn moment(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.at) * 1_000).ok()
    }

    pub fn id(self) -> Uuid {
        self.id
    }

    pub fn text(self) -> String {
        format!("{}_{}", self.at, PublicId::from_uuid(self.id))
    }

    pub fn read(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('_')?;
        let id: PublicId = id.parse().ok()?;
        Some(Self { at: at.parse().ok()?, id: id.uuid() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn values_cannot_break_out() {
        assert_eq!(address("/log", &[("q", "a&b=c #"), ("none", "")]), "/log?q=a%26b%3Dc+%23");
        assert_eq!(address("/log", &[]), "/log");
    }

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let at = datetime!(2026-11-22 5:03:04.123456 UTC);
        let cursor = Cursor::of(at, Uuid::from_u128(99));
        let again = Cursor::read(&cursor.text()).unwrap();
        assert_eq!((again, again.moment()), (cursor, Some(at)));
        assert_eq!(Cursor::read("1_x"), None);
        assert_eq!(Cursor::read("x"), None);
    }
}
