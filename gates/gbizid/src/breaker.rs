//! Circuit breaker: while GビズID is down, people get an answer at once instead of waiting for a time-out each.

use hojo_words::Now;
use std::sync::{Mutex, MutexGuard, PoisonError};
use time::Duration;

/// Failures in a row that open the breaker.
const FAILURES: u32 = 3;
/// While open, one call in this time is let through to see whether the provider is back.
const REST: Duration = Duration::seconds(30);

#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    first_failure: Option<Now>,
    next_try: Option<Now>,
}

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a call may be made. While open, whoever gets `true` is the probe; the others wait for its result.
    pub(crate) fn admit(&self, now: Now) -> bool {
        let mut state = self.state();
        if state.failures < FAILURES {
            return true;
        }
        let probe = state.next_try.is_none_or(|at| at <= now);
        if probe {
            state.next_try = Some(Now::new(now.utc() + REST));
        }
        probe
    }

    pub(crate) fn succeeded(&self) {
        *self.state() = State::default();
    }

    pub(crate) fn failed(&self, now: Now) {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        state.first_failure.get_or_insert(now);
        if state.failures >= FAILURES {
            state.next_try = Some(Now::new(now.utc() + REST));
        }
    }

    /// Start of the outage while the breaker is open.
    pub(crate) fn down_since(&self) -> Option<Now> {
        let state = self.state();
        if state.failures >= FAILURES { state.first_failure } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Now {
        Now::new(time::OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds))
    }

    #[test]
    fn opens_after_three_failures_probes_every_30_seconds_and_closes_on_success() {
        let breaker = Breaker::default();
        for second in 0..3 {
            assert!(breaker.admit(at(second)));
            assert_eq!(breaker.down_since(), None);
            breaker.failed(at(second));
        }
        assert_eq!(breaker.down_since(), Some(at(0)));
        assert!(!breaker.admit(at(3)));
        assert!(!breaker.admit(at(31)));
        assert!(breaker.admit(at(32)), "one probe");
        assert!(!breaker.admit(at(32)), "only one");
        breaker.failed(at(33));
        assert!(!breaker.admit(at(62)));
        assert!(breaker.admit(at(63)));
        breaker.succeeded();
        assert!(breaker.admit(at(63)) && breaker.admit(at(63)));
        assert_eq!(breaker.down_since(), None);
    }

    #[test]
    fn a_success_between_failures_starts_the_count_again() {
        let breaker = Breaker::default();
        for second in 0..10 {
            breaker.failed(at(second));
            breaker.failed(at(second));
            breaker.succeeded();
        }
        assert!(breaker.admit(at(10)));
    }
}
