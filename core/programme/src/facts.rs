//! 事実: what the system knows without asking: the account, the applicant, the round, the moment.

use crate::answers::Raw;
use hojo_words::Now;
use std::collections::BTreeMap;

/// 事実: path → raw text, read by the type the edition declares for it. A path that is missing or
/// unreadable is unknown, so rules that need it wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The database's clock at the start of the transaction.
    pub now: Now,
    pub values: BTreeMap<String, Raw>,
}

impl Facts {
    pub const fn new(now: Now) -> Self {
        Self { now, values: BTreeMap::new() }
    }

    /// Adds a fact: `facts.with("account.name", "株式会社…")`.
    #[must_use]
    pub fn with(mut self, path: &str, value: impl Into<Raw>) -> Self {
        self.values.insert(path.to_owned(), value.into());
        self
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        match self.values.get(path) {
            Some(Raw::Text(text)) => Some(text),
            _ => None,
        }
    }
}
