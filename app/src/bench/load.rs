//! Loads: an open loop at a given rate, and senders that never rest.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

/// How one request went; `Err` says why it does not count.
pub type Outcome = Result<usize, String>;

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub seconds: f64,
    /// Milliseconds from the moment a request was due, sorted.
    pub latencies: Vec<f64>,
    pub errors: usize,
    /// The first error's words.
    pub error: Option<String>,
    pub bytes_max: usize,
    pub bytes_sum: usize,
}

impl Seen {
    fn of(started: Instant, all: Vec<(f64, Outcome)>) -> Self {
        let mut seen = Self { seconds: started.elapsed().as_secs_f64(), ..Self::default() };
        for (ms, outcome) in all {
            match outcome {
                Ok(bytes) => {
                    seen.latencies.push(ms);
                    seen.bytes_max = seen.bytes_max.max(bytes);
                    seen.bytes_sum += bytes;
                }
                Err(why) => {
                    seen.errors += 1;
                    seen.error.get_or_insert(why);
                }
            }
        }
        seen.latencies.sort_by(f64::total_cmp);
        seen
    }

    pub fn done(&self) -> usize {
        self.latencies.len()
    }

    pub fn per_second(&self) -> f64 {
        count(self.done()) / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// The latency that this share of the requests does not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        let at = (share * count(self.done())).ceil().max(1.0);
        self.latencies.iter().zip(1u32..).find(|(_, n)| f64::from(*n) >= at).map_or(0.0, |(ms, _)| *ms)
    }
}

/// A count as a float.
pub fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// Arrivals at a fixed rate whatever becomes of the earlier ones. The wait for a late answer falls on
/// every request that was due meanwhile.
pub async fn open<F, Fut>(rate: f64, time: Duration, request: F) -> Seen
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    let mut done = Vec::new();
    for n in 0usize.. {
        let due = Duration::from_secs_f64(count(n) / rate.max(0.001));
        if due >= time {
            break;
        }
        let due = started + due;
        tokio::time::sleep_until(due.into()).await;
        let work = request(n);
        tasks.spawn(async move {
            let outcome = work.await;
            (due.elapsed().as_secs_f64() * 1_000.0, outcome)
        });
        while let Some(ended) = tasks.try_join_next() {
            done.extend(ended);
        }
    }
    while let Some(ended) = tasks.join_next().await {
        done.extend(ended);
    }
    Seen::of(started, done)
}

/// `clients` senders, each sending again as soon as it was answered: the most there is.
pub async fn closed<F, Fut>(clients: usize, time: Duration, request: F) -> Seen
where
    F: Fn(usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    let (request, next) = (Arc::new(request), Arc::new(AtomicUsize::new(0)));
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let (request, next) = (Arc::clone(&request), Arc::clone(&next));
        tasks.spawn(async move {
            let mut done = Vec::new();
            while started.elapsed() < time {
                let at = Instant::now();
                let outcome = request(next.fetch_add(1, Ordering::Relaxed)).await;
                let over = matches!(&outcome, Err(why) if why == SPENT);
                if over {
                    break;
                }
                done.push((at.elapsed().as_secs_f64() * 1_000.0, outcome));
            }
            done
        });
    }
    let mut all = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        all.extend(ended.unwrap_or_default());
    }
    Seen::of(started, all)
}

/// Nothing is left to send; the measurement ends.
pub const SPENT: &str = "nothing left to send";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_stall_falls_on_everybody_who_was_due_meanwhile() {
        let gate = Arc::new(tokio::sync::Mutex::new(()));
        let seen = open(100.0, Duration::from_millis(500), move |n| {
            let gate = Arc::clone(&gate);
            async move {
                let _held = gate.lock().await;
                if n == 10 {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Ok(1)
            }
        })
        .await;
        assert_eq!((seen.done(), seen.errors), (50, 0));
        let waited = seen.latencies.iter().filter(|ms| **ms > 50.0).count();
        assert!(waited >= 10, "only {waited} of the requests due during the stall waited for it");
        assert!(seen.quantile(0.5) <= seen.quantile(0.99) && seen.quantile(1.0) >= 150.0);
    }

    #[tokio::test]
    async fn errors_are_counted_and_not_timed() {
        let seen = closed(2, Duration::from_secs(5), |n| async move {
            if n >= 20 {
                Err(SPENT.to_owned())
            } else if n % 2 == 0 {
                Ok(n)
            } else {
                Err("no".to_owned())
            }
        })
        .await;
        assert_eq!((seen.done(), seen.errors, seen.bytes_max), (10, 10, 18));
        assert!(seen.seconds < 1.0);
    }
}
