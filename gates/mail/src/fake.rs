//! The gate without a server, for tests of other rooms.

use crate::{Mail, Message, Receipt, SendProblem, message_id};
use async_trait::async_trait;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps what was sent; fails when told to. Bad messages are refused as by the real gate.
#[derive(Default)]
pub struct FakeMail(Mutex<State>);

#[derive(Default)]
struct State {
    sent: Vec<Message>,
    failing: Option<SendProblem>,
}

impl FakeMail {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All messages so far, oldest first.
    pub fn sent(&self) -> Vec<Message> {
        self.state().sent.clone()
    }

    /// From now on every message meets this problem, until `None`.
    pub fn set_failing(&self, problem: Option<SendProblem>) {
        self.state().failing = problem;
    }
}

#[async_trait]
impl Mail for FakeMail {
    async fn send(&self, message: &Message) -> Result<Receipt, SendProblem> {
        message.checked_recipient()?;
        let mut state = self.state();
        if let Some(problem) = &state.failing {
            return Err(problem.clone());
        }
        state.sent.push(message.clone());
        Ok(Receipt { message_id: message_id(&message.key, "mail.invalid"), answer: "kept by the fake".to_owned() })
    }
}
