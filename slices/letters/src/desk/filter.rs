//! Which letters, and from where: read from the address and written back to it.

use hojo_words::ids::PublicId;
use time::OffsetDateTime;

use crate::record::State;

/// A place in the list, newest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// Microseconds since 1970, as precise as the database keeps moments.
    pub at: i64,
    pub letter: PublicId,
}

/// One state of the list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// A kind of letter; none shows every kind but copies of applications.
    pub kind: String,
    pub state: Option<State>,
    /// Opened by the addressee?
    pub read: Option<bool>,
    /// 文書番号, 受付番号 or the company's name.
    pub text: String,
    pub after: Option<Cursor>,
}

impl Filter {
    /// Reads an address or a form; what cannot be read counts as not said.
    pub fn read(get: impl Fn(&str) -> String) -> Self {
        Self {
            kind: get("kind").trim().to_owned(),
            state: State::from_code(&get("state")),
            read: match get("read").as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            text: get("q").trim().to_owned(),
            after: Cursor::read(&get("after")),
        }
    }

    pub fn read_code(&self) -> &'static str {
        match self.read {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        }
    }

    /// The address of this state of the list.
    pub fn address(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let after = self.after.map(Cursor::text).unwrap_or_default();
        let pairs = [
            ("kind", self.kind.as_str()),
            ("state", self.state.map_or("", State::code)),
            ("read", self.read_code()),
            ("q", &self.text),
            ("after", &after),
        ];
        for (name, value) in pairs.into_iter().filter(|(_, v)| !v.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() { "/letters".to_owned() } else { format!("/letters?{query}") }
    }

    pub fn from(&self, after: Option<Cursor>) -> Self {
        Self { after, ..self.clone() }
    }

    pub fn is_unfiltered(&self) -> bool {
        *self == Self { after: self.after, ..Self::default() }
    }
}

impl Cursor {
    pub fn of(at: OffsetDateTime, letter: PublicId) -> Self {
        Self { at: i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX), letter }
    }

    pub fn moment(self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.at) * 1_000).ok()
    }

    fn text(self) -> String {
        format!("{}_{}", self.at, self.letter)
    }

    fn read(text: &str) -> Option<Self> {
        let (at, letter) = text.split_once('_')?;
        Some(Self { at: at.parse().ok()?, letter: letter.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Filter {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Filter::read(|name| pairs.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()).unwrap_or_default())
    }

    #[test]
    fn an_address_comes_back_as_it_went() {
        let filter = Filter {
            kind: "adoption-notice".into(),
            state: Some(State::Sealed),
            read: Some(false),
            text: "新も 第1号&x".into(),
            after: Some(Cursor { at: 17, letter: PublicId::from_bits(4) }),
        };
        let address = filter.address();
        assert_eq!(read(address.split_once('?').unwrap().1), filter);
        assert_eq!(Filter::default().address(), "/letters");
    }

    #[test]
    fn nonsense_counts_as_not_said() {
        assert_eq!(read("state=x&read=maybe&after=1-2"), Filter::default());
        assert!(read("after=1_00000000000000000000000004").is_unfiltered());
    }
}
