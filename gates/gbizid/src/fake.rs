//! The gate without a provider, for tests of other rooms: whoever is in the script may come back.

use crate::{BeginRequest, Callback, GbizId, Identity, ProviderState, Redirect, SignInProblem, StoredAttempt};
use async_trait::async_trait;
use hojo_words::Now;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Answers from a script: code → who or what problem. State is checked as by the real gate.
#[derive(Default)]
pub struct FakeGbizId {
    answers: Mutex<BTreeMap<String, Result<Identity, SignInProblem>>>,
    down: Mutex<Option<Now>>,
    finished: Mutex<Option<Now>>,
}

/// What the fake calls itself.
const ISSUER: &str = "https://gbizid.invalid/oauth/";

impl FakeGbizId {
    /// `code` shall bring `answer` back; each code works once, as at GビズID.
    pub fn expect(&self, code: &str, answer: Result<Identity, SignInProblem>) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(code.to_owned(), answer);
    }

    /// From now on (or no longer) the provider is down.
    pub fn set_down(&self, since: Option<Now>) {
        *self.down.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// By which clock the last sign-in was judged.
    #[must_use]
    pub fn finished_at(&self) -> Option<Now> {
        *self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn down(&self) -> Option<Now> {
        *self.down.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl GbizId for FakeGbizId {
    async fn begin(&self, request: &BeginRequest, now: Now) -> Result<Redirect, SignInProblem> {
        if self.down().is_some() {
            return Err(SignInProblem::ProviderDown);
        }
        let (state, nonce, pkce_verifier) = request.entropy.split();
        let url = format!("{ISSUER}authorize?state={state}");
        Ok(Redirect { url, stored: StoredAttempt { state, nonce, pkce_verifier, begun: now } })
    }

    async fn finish(&self, callback: &Callback, stored: &StoredAttempt, now: Now) -> Result<Identity, SignInProblem> {
        *self.finished.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        let code = callback.accepted_code(stored, ISSUER, now)?;
        if self.down().is_some() {
            return Err(SignInProblem::ProviderDown);
        }
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).remove(code);
        answer.unwrap_or(Err(SignInProblem::CodeExpired))
    }

    fn state(&self, _now: Now) -> ProviderState {
        self.down().map_or(ProviderState::Up, |since| ProviderState::Down { since })
    }

    async fn probe(&self, _now: Now) -> Result<(), SignInProblem> {
        if self.down().is_some() { Err(SignInProblem::ProviderDown) } else { Ok(()) }
    }
}
