//! Workers that die, fall asleep or panic. A job is done once, whoever did it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hojo_access::Actor;
use hojo_db::{Db, Mode, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, Queue, Runner, enqueue};
use tokio::sync::Notify;

use crate::ground::Ground;
use crate::sql::Sql;

type Running<'a> = Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>>;

/// The effect a job leaves: one row, beside "done".
fn effect(job: &Claimed) -> Done {
    let key = format!("{} {}", job.id, job.attempt);
    Box::new(move |tx: &mut Tx| {
        Box::pin(async move {
            sqlx::query("insert into mails (key, to_address, subject) values ($1, 'a@example.jp', 'x')")
                .bind(key)
                .execute(tx.sql())
                .await
                .map_err(|e| Failure::Later(e.to_string()))?;
            Ok(())
        })
    })
}

/// Works at once.
struct Quick;
impl Handler for Quick {
    fn run<'a>(&'a self, job: &'a Claimed) -> Running<'a> {
        Box::pin(async move { Ok(effect(job)) })
    }
}

/// Says that it started, and works on until it is let go.
struct Slow {
    started: Arc<Notify>,
    go_on: Arc<Notify>,
    runs: Arc<AtomicUsize>,
}
impl Slow {
    fn new() -> (Self, Arc<Notify>, Arc<Notify>) {
        let (started, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        (Self { started: Arc::clone(&started), go_on: Arc::clone(&go_on), runs: Arc::default() }, started, go_on)
    }
}
impl Handler for Slow {
    fn run<'a>(&'a self, job: &'a Claimed) -> Running<'a> {
        Box::pin(async move {
            self.runs.fetch_add(1, Ordering::SeqCst);
            self.started.notify_one();
            self.go_on.notified().await;
            Ok(effect(job))
        })
    }
}

/// Panics every time.
struct Poison;
impl Handler for Poison {
    fn run<'a>(&'a self, _: &'a Claimed) -> Running<'a> {
        Box::pin(async move { panic!("毒") })
    }
}

struct Floor {
    ground: Ground,
    db: Db,
    sql: Sql,
}

impl Floor {
    async fn new() -> Self {
        let ground = Ground::new().await;
        let (db, sql) = (ground.worker().await, ground.superuser().await);
        Self { ground, db, sql }
    }

    async fn job(&self, kind: &'static str) {
        let mut tx = self.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
        enqueue(&mut tx, NewJob::new(Lane::Cases, kind, serde_json::json!({}))).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn runner(&self, name: &str, lease: Duration) -> Runner {
        Runner::new(self.db.clone(), name.into()).with_timing(lease, Duration::from_millis(50))
    }

    /// state, attempt
    async fn state(&mut self) -> Vec<Vec<String>> {
        self.sql.rows("select state, attempt from jobs order by id").await
    }

    async fn effects(&mut self) -> i64 {
        self.sql.count("select count(*) from mails").await
    }

    async fn end(self) {
        drop(self.sql);
        self.db.close().await;
        self.ground.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_in_mid_job_costs_a_lease_and_the_effect_happens_once() {
    let mut floor = Floor::new().await;
    floor.job("letter").await;
    let (slow, started, _) = Slow::new();
    let victim = floor.runner("victim", Duration::from_secs(1)).on("letter", slow);
    let task = tokio::spawn(async move { victim.turn(Lane::Cases).await });
    started.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(floor.state().await, [["running", "1"]]);
    assert_eq!(floor.effects().await, 0);

    let other = floor.runner("other", Duration::from_secs(1)).on("letter", Quick);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn(other.run(async move { drop(stopped.await) }));
    for _ in 0..100 {
        if floor.effects().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.send(()).unwrap();
    working.await.unwrap();
    assert_eq!(floor.state().await, [["done", "2"]], "the dead worker's try counted");
    assert_eq!(floor.effects().await, 1);
    floor.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_slept_over_its_lease_cannot_commit_any_more() {
    let mut floor = Floor::new().await;
    floor.job("letter").await;
    let (slow, started, go_on) = Slow::new();
    // A lease far longer than the test: the sleeper notices nothing by itself.
    let sleeper = floor.runner("sleeper", Duration::from_secs(600)).on("letter", slow);
    let task = tokio::spawn(async move { sleeper.turn(Lane::Cases).await });
    started.notified().await;
    floor.sql.run("update jobs set lease_until = clock_timestamp() - interval '1 second'").await;
    let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
    assert_eq!(Queue::reap(&mut tx).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let second = floor.runner("second", Duration::from_secs(600)).on("letter", Quick);
    assert_eq!(second.turn(Lane::Cases).await.unwrap(), 1);
    assert_eq!(floor.state().await, [["done", "2"]]);

    go_on.notify_one();
    task.await.unwrap().unwrap();
    assert_eq!(floor.state().await, [["done", "2"]], "the sleeper changed nothing");
    assert_eq!(floor.sql.list("select key from mails").await.len(), 1);
    assert!(floor.sql.one("select key from mails").await.ends_with(" 2"), "the effect is the second worker's");
    floor.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_token_completes_nothing_beats_nothing_and_fails_nothing() {
    let mut floor = Floor::new().await;
    floor.job("letter").await;
    let lease = Duration::from_millis(50);
    let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
    let stale = Queue::claim(&mut tx, Lane::Cases, "one", lease, 8).await.unwrap().remove(0);
    tx.commit().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
    Queue::reap(&mut tx).await.unwrap();
    let fresh = Queue::claim(&mut tx, Lane::Cases, "two", Duration::from_secs(60), 8).await.unwrap().remove(0);
    tx.commit().await.unwrap();

    let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
    assert!(!Queue::complete(&mut tx, &stale).await.unwrap());
    assert!(!Queue::heartbeat(&mut tx, &stale, Duration::from_secs(60)).await.unwrap());
    Queue::fail(&mut tx, &stale, "late", true).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(floor.state().await, [["running", "2"]]);
    let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
    assert!(Queue::complete(&mut tx, &fresh).await.unwrap());
    tx.commit().await.unwrap();
    floor.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_panics_is_laid_down_after_its_last_try_and_holds_up_nobody() {
    let mut floor = Floor::new().await;
    floor.job("poison").await;
    for _ in 0..5 {
        floor.job("letter").await;
    }
    floor.sql.run("update jobs set max_attempts = 3 where kind = 'poison'").await;
    let runner = floor.runner("worker", Duration::from_secs(30)).on("poison", Poison).on("letter", Quick);
    runner.turn(Lane::Cases).await.unwrap();
    assert_eq!(floor.effects().await, 5, "the others were worked off in the same turn");
    for attempt in 1..=3 {
        let row = floor
            .sql
            .rows("select state, attempt, coalesce(last_error, '') from jobs where kind = 'poison'")
            .await
            .swap_remove(0);
        assert_eq!(
            (row[0].as_str(), row[1].as_str()),
            (if attempt == 3 { "dead" } else { "waiting" }, attempt.to_string().as_str())
        );
        assert!(row[2].contains("panicked"), "{row:?}");
        floor.sql.run("update jobs set run_at = clock_timestamp() where state = 'waiting'").await;
        runner.turn(Lane::Cases).await.unwrap();
    }
    assert_eq!(floor.sql.count("select count(*) from jobs where state = 'dead'").await, 1);
    // One button puts it back to work.
    let id = floor.sql.one("select id from jobs where kind = 'poison'").await.parse().unwrap();
    let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
    hojo_jobs::retry(&mut tx, hojo_words::ids::JobId(id)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(floor.sql.one("select state || attempt from jobs where kind = 'poison'").await, "waiting0");
    floor.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_kills_every_worker_ends_dead_and_not_in_a_loop() {
    let mut floor = Floor::new().await;
    floor.job("letter").await;
    floor.sql.run("update jobs set max_attempts = 3").await;
    for _ in 0..3 {
        let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
        assert_eq!(Queue::claim(&mut tx, Lane::Cases, "doomed", Duration::ZERO, 8).await.unwrap().len(), 1);
        tx.commit().await.unwrap();
        let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
        Queue::reap(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(floor.state().await, [["dead", "3"]]);
    let told = floor.sql.one("select last_error from jobs").await;
    assert!(told.contains("stopped in the middle"), "{told}");
    floor.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_job_keeps_the_leases_of_those_that_wait_behind_it() {
    let mut floor = Floor::new().await;
    floor.job("slow").await;
    floor.job("letter").await;
    let (slow, started, go_on) = Slow::new();
    let worker = floor.runner("worker", Duration::from_secs(1)).on("slow", slow).on("letter", Quick);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let task = tokio::spawn(worker.run(async move { drop(stopped.await) }));
    started.notified().await;
    // Three leases long. A second worker's reaper would give the waiting job to somebody else.
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut tx = floor.db.begin(&Actor::Worker, Mode::Write).await.unwrap();
        assert_eq!(Queue::reap(&mut tx).await.unwrap(), 0, "a lease ended although its worker lives");
        tx.commit().await.unwrap();
    }
    go_on.notify_one();
    for _ in 0..50 {
        if floor.effects().await == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.send(()).unwrap();
    task.await.unwrap();
    assert_eq!(floor.state().await, [["done", "1"], ["done", "1"]]);
    floor.end().await;
}
