//! Purpose: what the jobs need of e-mail: send one plain text to one address, and say whether trying again helps.
//! Never: decides who is told what, retries by itself, sends anything not named by a key, reads a clock.
//! Start reading: the trait below, then `smtp.rs` (the real thing) and `message.rs` (what may be sent).
//! Kept honest by: `tests/smtp` (over real SMTP on this machine: a receiver, a scripted server, no server).

mod fake;
mod message;
mod problem;
mod smtp;

pub use fake::FakeMail;
pub use message::{BadMessage, Message, message_id};
pub use problem::SendProblem;
pub use smtp::{Security, SetUpProblem, SmtpConfig, SmtpMail};

use async_trait::async_trait;

/// The server took the message over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// With angle brackets, as in the header.
    pub message_id: String,
    /// The server's words, for the log.
    pub answer: String,
}

/// E-mail as the jobs see it.
#[async_trait]
pub trait Mail: Send + Sync {
    /// Hands one message to the mail server. Sent again with the same key and date it is byte for byte the same
    /// message with the same Message-ID, so that a receiver can tell a repetition.
    ///
    /// # Errors
    /// [`SendProblem::is_temporary`] says whether the job shall try again.
    async fn send(&self, message: &Message) -> Result<Receipt, SendProblem>;
}
