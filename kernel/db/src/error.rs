//! What can go wrong between us and PostgreSQL, sorted by what the caller can do about it.

use hojo_case::Refusal;

/// A database fault. Never shown to a person; the web kernel turns it into a page.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection in time, or the server is away: try again shortly.
    #[error("database unavailable: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Somebody else changed the same thing first.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The row is not there, or not for this actor.
    #[error("not found")]
    NotFound,
    /// Row security refused the statement.
    #[error("refused by row security: {0}")]
    Refused(#[source] sqlx::Error),
    /// The law of the case forbids what was asked; shown to the person.
    #[error("{0}")]
    Unlawful(Box<Refusal>),
    /// No room on the server's disk: of the data, or of the logs for what must be sealed at once.
    #[error("the disk is full: {0}")]
    Full(#[source] sqlx::Error),
    #[error(transparent)]
    Other(sqlx::Error),
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
}

const UNIQUE_VIOLATION: &str = "23505";
const SERIALIZATION: &str = "40001";
const DEADLOCK: &str = "40P01";
const LOCK_NOT_AVAILABLE: &str = "55P03";
const DISK_FULL: &str = "53100";
const INSUFFICIENT_PRIVILEGE: &str = "42501";

impl From<sqlx::Error> for DbError {
    fn from(e: sqlx::Error) -> Self {
        match &e {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
                return Self::Unavailable(e);
            }
            sqlx::Error::Database(d) => match d.code().as_deref() {
                Some(UNIQUE_VIOLATION) => {
                    return Self::Conflict(d.constraint().unwrap_or_default().to_owned());
                }
                Some(SERIALIZATION | DEADLOCK | LOCK_NOT_AVAILABLE) => {
                    return Self::Conflict(d.message().to_owned());
                }
                Some(INSUFFICIENT_PRIVILEGE) => return Self::Refused(e),
                Some(DISK_FULL) => return Self::Full(e),
                // 57P01..03: the server is going down or coming up; 08xxx: the line broke.
                Some(code) if code.starts_with("57P") || code.starts_with("08") => {
                    return Self::Unavailable(e);
                }
                _ => {}
            },
            _ => {}
        }
        Self::Other(e)
    }
}

impl From<serde_json::Error> for DbError {
    fn from(e: serde_json::Error) -> Self {
        Self::Corrupt(e.to_string())
    }
}
