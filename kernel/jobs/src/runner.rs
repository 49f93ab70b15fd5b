//! Runs jobs: one loop a lane, polling with jitter, a heartbeat beside each job.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hojo_access::Actor;
use hojo_db::{Db, DbError, Mode, Tx};
use tokio::sync::Notify;

use crate::queue::{Claimed, Lane, Queue};

/// Why a job did not work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Try again later: the outside world was not ready.
    #[error("{0}")]
    Later(String),
    /// Trying again cannot help; it waits for a person on the operations page.
    #[error("{0}")]
    ForGood(String),
}

impl From<DbError> for Failure {
    fn from(e: DbError) -> Self {
        Self::Later(e.to_string())
    }
}

/// What a handler leaves for the runner to commit together with "done".
pub type Done =
    Box<dyn for<'t> FnOnce(&'t mut Tx) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 't>> + Send>;

/// A handler does the outside work with no transaction open, and returns the effect to commit.
pub trait Handler: Send + Sync + 'static {
    /// Must be safe to run again: the worker may die between this and the commit.
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>>;
}

/// All lanes of one worker process.
pub struct Runner {
    db: Db,
    handlers: HashMap<&'static str, Arc<dyn Handler>>,
    worker: String,
    lease: Duration,
    poll: Duration,
    nudge: Arc<Notify>,
}

impl Runner {
    /// `worker` must be fresh for each process start, so that two starts are told apart.
    #[must_use]
    pub fn new(db: Db, worker: String) -> Self {
        Self {
            db,
            handlers: HashMap::new(),
            worker,
            lease: Duration::from_secs(30),
            poll: Duration::from_millis(500),
            nudge: Arc::new(Notify::new()),
        }
    }

    #[must_use]
    pub fn with_timing(mut self, lease: Duration, poll: Duration) -> Self {
        self.lease = lease;
        self.poll = poll;
        self
    }

    #[must_use]
    pub fn on(mut self, kind: &'static str, handler: impl Handler) -> Self {
        self.handlers.insert(kind, Arc::new(handler));
        self
    }

    /// Wakes the lanes at once; for a process that serves and works.
    #[must_use]
    pub fn nudge(&self) -> Arc<Notify> {
        Arc::clone(&self.nudge)
    }

    /// Runs until `stop` resolves; finishes the jobs in hand.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let me = Arc::new(self);
        let (end, ended) = tokio::sync::watch::channel(false);
        let mut tasks = tokio::task::JoinSet::new();
        for lane in Lane::ALL {
            let (me, ended) = (Arc::clone(&me), ended.clone());
            tasks.spawn(async move { me.lane(lane, ended).await });
        }
        {
            let (me, ended) = (Arc::clone(&me), ended.clone());
            tasks.spawn(async move { me.reaper(ended).await });
        }
        stop.await;
        end.send_replace(true);
        while tasks.join_next().await.is_some() {}
    }

    async fn lane(&self, lane: Lane, mut ended: tokio::sync::watch::Receiver<bool>) {
        while !*ended.borrow() {
            let worked = match self.turn(lane).await {
                Ok(n) => n > 0,
                Err(e) => {
                    tracing::warn!(lane = lane.code(), error = %e, "the queue cannot be read; trying again");
                    false
                }
            };
            if !worked {
                tokio::select! {
                    () = tokio::time::sleep(self.poll) => {}
                    () = self.nudge.notified() => {}
                    _ = ended.changed() => {}
                }
            }
        }
    }

    async fn reaper(&self, mut ended: tokio::sync::watch::Receiver<bool>) {
        while !*ended.borrow() {
            if let Ok(mut tx) = self.db.begin(&Actor::Worker, Mode::Write).await {
                match Queue::reap(&mut tx).await {
                    Ok(n) => {
                        if tx.commit().await.is_ok() && n > 0 {
                            tracing::warn!(jobs = n, "jobs of a stopped worker were put back");
                        }
                    }
                    Err(e) => tracing::warn!(error = %e, "leases cannot be checked"),
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.lease / 3) => {}
                _ = ended.changed() => {}
            }
        }
    }

    /// Claims one batch of a lane and works it off. Returns how many jobs there were.
    ///
    /// # Errors
    /// [`DbError`] when the queue cannot be read.
    pub async fn turn(&self, lane: Lane) -> Result<usize, DbError> {
        let mut tx = self.db.begin(&Actor::Worker, Mode::Write).await?;
        let jobs = Queue::claim(&mut tx, lane, &self.worker, self.lease, 8).await?;
        tx.commit().await?;
        let n = jobs.len();
        let mut kept = tokio::time::Instant::now();
        for job in jobs {
            // Many short jobs add up: those that still wait must not lose their lease meanwhile.
            if kept.elapsed() > self.lease / 3 {
                if !self.beat(&job).await {
                    break;
                }
                kept = tokio::time::Instant::now();
            }
            self.work(job).await;
        }
        Ok(n)
    }

    /// Works until no lane has a job that is due; for tests and for `hojo demo`.
    ///
    /// # Errors
    /// [`DbError`] when the queue cannot be read.
    pub async fn drain(&self) -> Result<usize, DbError> {
        let mut all = 0;
        loop {
            let mut n = 0;
            for lane in Lane::ALL {
                n += self.turn(lane).await?;
            }
            if n == 0 {
                return Ok(all);
            }
            all += n;
        }
    }

    async fn work(&self, job: Claimed) {
        let outcome = match self.handlers.get(job.kind.as_str()) {
            None => Err(Failure::ForGood(format!("no handler for {}", job.kind))),
            Some(handler) => self.with_heartbeat(handler, &job).await,
        };
        let result = match outcome {
            Ok(done) => self.commit(&job, done).await,
            Err(e) => Err(e),
        };
        let Err(failure) = result else { return };
        tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempt, error = %failure, "a job failed");
        if let Ok(mut tx) = self.db.begin(&Actor::Worker, Mode::Write).await {
            let for_good = matches!(failure, Failure::ForGood(_));
            if Queue::fail(&mut tx, &job, &failure.to_string(), for_good).await.is_ok() {
                // Not written: the lease ends and the reaper puts the job back.
                drop(tx.commit().await);
            }
        }
    }

    async fn with_heartbeat(&self, handler: &Arc<dyn Handler>, job: &Claimed) -> Result<Done, Failure> {
        // In a task of its own: a handler that panics is an attempt that failed, not a dead lane.
        let (h, j) = (Arc::clone(handler), job.clone());
        let mut task = tokio::task::JoinSet::new();
        task.spawn(async move { h.run(&j).await });
        loop {
            tokio::select! {
                joined = task.join_next() => return match joined {
                    Some(Ok(result)) => result,
                    Some(Err(e)) => Err(Failure::Later(format!("the handler panicked: {e}"))),
                    None => Err(Failure::Later("the handler vanished".into())),
                },
                () = tokio::time::sleep(self.lease / 3) => {
                    if !self.beat(job).await {
                        return Err(Failure::Later("the lease was lost".into()));
                    }
                }
            }
        }
    }

    /// `false` only when the lease is known to be lost; a database that does not answer is not that.
    async fn beat(&self, job: &Claimed) -> bool {
        let Ok(mut tx) = self.db.begin(&Actor::Worker, Mode::Write).await else { return true };
        match Queue::heartbeat(&mut tx, job, self.lease).await {
            Ok(held) => {
                drop(tx.commit().await);
                held
            }
            Err(_) => true,
        }
    }

    async fn commit(&self, job: &Claimed, done: Done) -> Result<(), Failure> {
        let mut tx = self.db.begin(&Actor::Worker, Mode::Write).await?;
        if !Queue::complete(&mut tx, job).await? {
            return Err(Failure::Later("the lease was lost; another worker has the job".into()));
        }
        done(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}
