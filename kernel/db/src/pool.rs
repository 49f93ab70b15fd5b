//! The pool is private: nothing outside this room can run a statement without an actor.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use hojo_access::{Actor, Permission, Site};
use hojo_words::ids::RoundId;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Postgres, Transaction};

use crate::clock::Clock;
use crate::editions::EditionStore;
use crate::error::DbError;
use crate::gate::Gate;
use crate::tx::{Mode, Tx};

/// Connections of one process for one site.
#[derive(Clone, Copy, Debug)]
pub struct PoolSize(pub u32);

/// Where the database is. The login role comes from the site, so that a portal process
/// cannot become the office whatever its code does.
#[derive(Clone, Debug)]
pub struct DbConfig {
    /// A URL without user; the site's login role is put in.
    pub url: String,
    pub pool: PoolSize,
    /// How long a request waits for a connection before it is told to come back.
    pub wait: Duration,
}

/// The database as one site (or the worker) sees it.
#[derive(Clone)]
pub struct Db {
    pool: PgPool,
    clock: Clock,
    editions: EditionStore,
}

/// `set local role` and the values that policies read, as one statement that stays prepared.
const SCOPE: &str = "select set_config('role', $1, true), set_config('hojo.actor', $2, true), set_config('hojo.scope', $3, true), \
                     set_config('hojo.rounds', $4, true)";

impl Db {
    /// Opens the pool under the site's login role.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the server cannot be reached.
    pub async fn connect_site(config: &DbConfig, site: Site, clock: Clock) -> Result<Self, DbError> {
        let role = match site {
            Site::Portal => "hojo_portal",
            Site::Office => "hojo_office",
            Site::Api => "hojo_api",
            Site::Files => "hojo_files",
        };
        Self::connect(config, role, clock).await
    }

    /// Opens the pool for jobs.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the server cannot be reached.
    pub async fn connect_worker(config: &DbConfig, clock: Clock) -> Result<Self, DbError> {
        Self::connect(config, "hojo_work", clock).await
    }

    /// Opens a pool for set-up commands (publishing, imports, first accounts), run by office IT on
    /// the machine under the owner's login.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when the server cannot be reached.
    pub async fn connect_setup(config: &DbConfig, owner: &str, clock: Clock) -> Result<Self, DbError> {
        Self::connect(config, owner, clock).await
    }

    /// Begins a set-up transaction: definitions, masters, accounts; no case data.
    ///
    /// # Errors
    /// [`DbError`]; also when this pool's login is not the owner's.
    pub async fn begin_setup(&self) -> Result<Tx, DbError> {
        self.begin_as(["hojo_setup", "", "", ""], Mode::Write, Some(Actor::Worker)).await
    }

    async fn connect(config: &DbConfig, login: &str, clock: Clock) -> Result<Self, DbError> {
        let options = PgConnectOptions::from_str(&config.url)?
            .username(login)
            .application_name(&format!("hojo {login}"))
            .log_statements(tracing::log::LevelFilter::Trace)
            .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(1));
        let pool = PgPoolOptions::new()
            .max_connections(config.pool.0)
            .min_connections(1)
            .acquire_timeout(config.wait)
            .idle_timeout(Duration::from_secs(300))
            .test_before_acquire(false)
            .connect_with(options)
            .await?;
        Ok(Self { pool, clock, editions: EditionStore::default() })
    }

    /// Begins a transaction that carries the actor, for a page that asks for no permission of its own.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection is free in time.
    pub async fn begin(&self, actor: &Actor, mode: Mode) -> Result<Tx, DbError> {
        self.begin_under(actor, Permission::BeInsider, mode).await
    }

    /// Begins a transaction that carries the actor and what is done under: rows of rounds that the permission does not
    /// reach are not there. This is the only way to reach data.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection is free in time.
    pub async fn begin_under(&self, actor: &Actor, permission: Permission, mode: Mode) -> Result<Tx, DbError> {
        let scope = actor.scope().map(|s| s.to_string()).unwrap_or_default();
        // The public and the system have no person; a marker keeps "somebody" policies shut for them.
        let person = actor.id().map(|s| s.to_string()).unwrap_or_default();
        let rounds = actor.rounds(permission);
        let who = [actor.db_role(), &person, &scope, &written(rounds.as_ref())];
        let mut tx = self.begin_as(who, mode, Some(actor.clone())).await?;
        tx.rounds = rounds;
        Ok(tx)
    }

    /// For signing in and sessions, before anybody is known.
    #[must_use]
    pub fn gate(&self) -> Gate {
        Gate::new(self.clone())
    }

    pub(crate) async fn begin_as(&self, who: [&str; 4], mode: Mode, actor: Option<Actor>) -> Result<Tx, DbError> {
        let begin = match mode {
            Mode::Read => "begin read only",
            Mode::Write => "begin read write",
        };
        let inner = match self.begin_whole(begin, who).await {
            Ok(tx) => tx,
            // A connection that died in the pool (server restarted): one fresh try.
            Err(sqlx::Error::Io(_)) => self.begin_whole(begin, who).await?,
            Err(sqlx::Error::Database(d)) if d.code().is_some_and(|c| c.starts_with("57P")) => {
                self.begin_whole(begin, who).await?
            }
            Err(e) => return Err(e.into()),
        };
        Ok(Tx::new(inner, actor.unwrap_or(Actor::Anyone), self.clock.clone(), self.editions.clone()))
    }

    /// BEGIN in a task of its own. A caller that is cancelled meanwhile leaves a task that ends with
    /// a transaction nobody wants, which rolls back; the pool never gets a connection half-way in.
    ///
    /// The scope follows in a second round trip on purpose. Sent together with BEGIN, a scope that is
    /// refused would leave a begun transaction that sqlx does not know of, and the pool would lend
    /// that connection to everybody after.
    async fn begin_whole(
        &self,
        begin: &'static str,
        who: [&str; 4],
    ) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let (pool, [role, person, scope, rounds]) = (self.pool.clone(), who.map(str::to_owned));
        #[expect(clippy::disallowed_methods, reason = "sqlx 0.9.0 poisons its pool when BEGIN is cancelled")]
        let task = tokio::spawn(async move {
            let mut tx = pool.begin_with(begin).await?;
            sqlx::query(SCOPE).bind(role).bind(person).bind(scope).bind(rounds).execute(&mut *tx).await?;
            Ok(tx)
        });
        task.await.unwrap_or_else(|e| Err(sqlx::Error::Io(std::io::Error::other(e))))
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Is the server answering? For `/readyz`.
    pub async fn is_up(&self) -> bool {
        tokio::time::timeout(Duration::from_secs(2), sqlx::query!("select 1 as one").fetch_one(&self.pool))
            .await
            .is_ok_and(|r| r.is_ok())
    }

    /// Connections in use and in all, for the metrics.
    #[must_use]
    pub fn usage(&self) -> (u32, u32) {
        let size = self.pool.size();
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(size);
        (size.saturating_sub(idle), size)
    }

    /// Closes all connections; for a graceful end.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The rounds as the policies read them: empty for all, `{}` for none.
fn written(rounds: Option<&BTreeSet<RoundId>>) -> String {
    let list = |rounds: &BTreeSet<RoundId>| rounds.iter().map(|r| r.0.to_string()).collect::<Vec<_>>().join(",");
    rounds.map_or_else(String::new, |rounds| format!("{{{}}}", list(rounds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_and_no_rounds_are_not_the_same() {
        let some = BTreeSet::from([RoundId(uuid::Uuid::from_u128(1)), RoundId(uuid::Uuid::from_u128(2))]);
        assert_eq!(written(None), "");
        assert_eq!(written(Some(&BTreeSet::new())), "{}");
        assert_eq!(written(Some(&some)), "{00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002}");
    }
}
