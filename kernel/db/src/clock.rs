//! The one clock: the database's, moved by an offset that only tests and demo worlds set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Shared by everything in one process. Real time unless advanced.
#[derive(Clone, Default, Debug)]
pub struct Clock {
    offset_seconds: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that runs `seconds` ahead of the database (negative: behind).
    #[must_use]
    pub fn with_offset(seconds: i64) -> Self {
        Self { offset_seconds: Arc::new(AtomicI64::new(seconds)) }
    }

    /// Moves time forward. Tests and demo worlds only; the product never calls it.
    pub fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.offset_seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Puts the clock `seconds` ahead of the database, backwards too. Tests and demo worlds only.
    pub fn set(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn offset(&self) -> time::Duration {
        time::Duration::seconds(self.offset_seconds.load(Ordering::SeqCst))
    }

    /// Seconds this clock runs ahead of the database.
    #[must_use]
    pub fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::SeqCst)
    }
}
