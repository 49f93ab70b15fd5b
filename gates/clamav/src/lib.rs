//! Purpose: ask a virus scanner about the bytes of one file: clean, or the name of what was found.
//! Never: keeps a file, decides what happens to one, calls a file clean when the scanner gave no answer.
//! Start reading: the trait below, then `clamd.rs` (clamd's own protocol).
//! Kept honest by: `tests/clamd.rs` (a real clamd with signatures of its own, and scripted ones that misbehave).

mod clamd;

use async_trait::async_trait;

pub use clamd::{Clamd, Place};

/// What the scanner said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    Clean,
    /// The name of the signature.
    Infected(String),
}

/// No verdict: the file stays where it is and is asked about again.
#[derive(Debug, thiserror::Error)]
pub enum NoVerdict {
    #[error("the scanner does not answer: {0}")]
    Away(String),
    /// Larger than the scanner takes (`StreamMaxLength`): trying again does not help until it is set higher.
    #[error("larger than the scanner takes")]
    TooLarge,
    #[error("the scanner answered {0:?}")]
    Odd(String),
}

/// A virus scanner.
#[async_trait]
pub trait Scanner: Send + Sync {
    /// Scans the bytes of one file.
    ///
    /// # Errors
    /// [`NoVerdict`]; never taken for clean.
    async fn scan(&self, bytes: &[u8]) -> Result<Verdict, NoVerdict>;

    /// What scans, with the age of its signatures, for the health page.
    ///
    /// # Errors
    /// [`NoVerdict`].
    async fn version(&self) -> Result<String, NoVerdict>;
}
