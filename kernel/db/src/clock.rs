//! The one clock: the database's, moved by an offset that only tests and demo worlds set.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Shared by everything in one process. Real time unless advanced.
#[derive(Clone, Default, Debug)]
pub struct Clock {
    offset_seconds: Arc<watch::Sender<i64>>,
}

/// Somebody who wants to know when the clock was put elsewhere.
#[derive(Debug)]
pub struct Moves(watch::Receiver<i64>);

impl Clock {
    /// A clock that runs `seconds` ahead of the database (negative: behind).
    #[must_use]
    pub fn with_offset(seconds: i64) -> Self {
        Self { offset_seconds: Arc::new(watch::Sender::new(seconds)) }
    }

    /// Moves time forward. Tests and demo worlds only; the product never calls it.
    pub fn advance(&self, by: Duration) {
        let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.offset_seconds.send_modify(|offset| *offset = offset.saturating_add(seconds));
    }

    /// Puts the clock `seconds` ahead of the database, backwards too. Tests and demo worlds only.
    pub fn set(&self, seconds: i64) {
        self.offset_seconds.send_replace(seconds);
    }

    pub(crate) fn offset(&self) -> time::Duration {
        time::Duration::seconds(self.offset_seconds())
    }

    /// Seconds this clock runs ahead of the database.
    #[must_use]
    pub fn offset_seconds(&self) -> i64 {
        *self.offset_seconds.borrow()
    }

    /// What comes round every so often by the machine's own time has to come round at once when the day has changed.
    #[must_use]
    pub fn moves(&self) -> Moves {
        Moves(self.offset_seconds.subscribe())
    }
}

impl Moves {
    /// Resolves when the clock was put elsewhere since the last time; never in production.
    pub async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_move_is_seen_even_by_who_was_busy() {
        let clock = Clock::with_offset(5);
        let mut moves = clock.moves();
        assert!(tokio::time::timeout(Duration::from_millis(20), moves.next()).await.is_err());
        clock.set(-3);
        clock.advance(Duration::from_secs(10));
        moves.next().await;
        assert_eq!(clock.offset_seconds(), 7);
        assert!(tokio::time::timeout(Duration::from_millis(20), moves.next()).await.is_err(), "told twice");
    }
}
