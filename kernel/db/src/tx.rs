//! A transaction with its actor. Dropped without commit, it rolls back.

use std::collections::BTreeSet;

use hojo_access::{Actor, walls_are_up};
use hojo_words::Now;
use hojo_words::ids::RoundId;
use sqlx::{PgConnection, Postgres, Transaction};

use crate::clock::Clock;
use crate::editions::EditionStore;
use crate::error::DbError;

/// A GET reads; only other methods write. The database enforces it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Read,
    Write,
}

/// The one door, open.
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    actor: Actor,
    /// The rounds of the permission this is done under; `None` is every round.
    pub(crate) rounds: Option<BTreeSet<RoundId>>,
    clock: Clock,
    editions: EditionStore,
    now: Option<Now>,
}

impl Tx {
    pub(crate) fn new(
        inner: Transaction<'static, Postgres>,
        actor: Actor,
        clock: Clock,
        editions: EditionStore,
    ) -> Self {
        Self { inner, actor, rounds: None, clock, editions, now: None }
    }

    /// Who this transaction acts for.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// For pages about a round itself, or something of it that is no case: does the permission this is done under reach it?
    ///
    /// # Errors
    /// [`DbError::NotFound`] when it does not: the same as for a round that does not exist.
    pub fn check_round(&self, round: RoundId) -> Result<(), DbError> {
        let within = self.rounds.as_ref().is_none_or(|rounds| rounds.contains(&round));
        if walls_are_up() && !within { Err(DbError::NotFound) } else { Ok(()) }
    }

    /// The connection, for checked `sqlx::query!` statements. Row policies of the actor apply.
    pub fn sql(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The database's clock, read once per transaction when first asked for.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn now(&mut self) -> Result<Now, DbError> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let now = Now::new(self.server_now().await?.utc() + self.clock.offset());
        self.now = Some(now);
        Ok(now)
    }

    /// The server's own clock, which nobody moves: for what is compared with times the server writes by itself (the
    /// queue, sessions) or others write by theirs (a provider's token). Everything else asks [`Tx::now`].
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn server_now(&mut self) -> Result<Now, DbError> {
        let row = sqlx::query!(r#"select clock_timestamp() as "at!""#).fetch_one(self.sql()).await?;
        Ok(Now::new(row.at))
    }

    /// Takes the time that a statement of this transaction brought along, unless it was read before.
    pub(crate) fn hold_time(&mut self, at: time::OffsetDateTime) -> Now {
        let offset = self.clock.offset();
        *self.now.get_or_insert_with(|| Now::new(at + offset))
    }

    pub(crate) fn edition_store(&self) -> EditionStore {
        self.editions.clone()
    }

    /// Commits. Everything written in here becomes visible at once, or none of it.
    ///
    /// # Errors
    /// [`DbError`]; on [`DbError::Unavailable`] the outcome is unknown and the
    /// retry finds what was done by its own key (a submission's number, a job's key).
    pub async fn commit(self) -> Result<(), DbError> {
        Ok(self.inner.commit().await?)
    }
}
