//! The provider of the office's own organisation: the same protocol, for staff. It proves who came and how strongly; what
//! counts as strong enough is configuration, and who that person is here is the sign-in page's to know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use hojo_words::Now;

use crate::{BeginRequest, Callback, Redirect, SignInProblem, StoredAttempt};

/// How far the provider's clock may be behind ours, in seconds.
const SKEW: i64 = 300;

/// What the provider proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeProof {
    pub issuer: String,
    pub subject: String,
    /// `acr` and `amr` together.
    pub ways: Vec<String>,
    /// When the person showed it, in seconds since 1970.
    pub shown: Option<i64>,
}

/// A provider for staff. People are always asked anew: a desk somebody else left open proves nothing.
#[async_trait]
pub trait OfficeProvider: Send + Sync {
    /// Where to send the person, and what to keep until they come back.
    ///
    /// # Errors
    /// When the provider is down or set up wrongly.
    async fn begin(&self, entropy: [u8; 96], now: Now) -> Result<Redirect, SignInProblem>;

    /// Who came back. The caller deletes `stored` before calling, so that an answer is used once.
    ///
    /// # Errors
    /// Every way a sign-in can fail.
    async fn finish(&self, callback: &Callback, stored: &StoredAttempt, now: Now)
    -> Result<OfficeProof, SignInProblem>;
}

/// The provider with what counts as a second factor in its words.
#[derive(Clone)]
pub struct OfficeSignIn {
    pub provider: Arc<dyn OfficeProvider>,
    /// Values of `acr` or `amr`; one of them must be proven.
    pub second_factor: Vec<String>,
}

impl OfficeSignIn {
    /// Was a second factor shown, and in this attempt?
    #[must_use]
    pub fn is_strong(&self, proof: &OfficeProof, stored: &StoredAttempt) -> bool {
        let strong = proof.ways.iter().any(|way| self.second_factor.contains(way));
        strong && proof.shown.is_some_and(|at| at + SKEW >= stored.begun.utc().unix_timestamp())
    }
}

/// A provider in memory, for tests of everything above the protocol.
#[derive(Default)]
pub struct FakeOffice {
    answers: Mutex<BTreeMap<String, OfficeProof>>,
}

impl FakeOffice {
    /// The answer behind a code, good once.
    pub fn expect(&self, code: &str, proof: OfficeProof) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(code.to_owned(), proof);
    }
}

const ISSUER: &str = "https://office.invalid/";

#[async_trait]
impl OfficeProvider for FakeOffice {
    async fn begin(&self, entropy: [u8; 96], now: Now) -> Result<Redirect, SignInProblem> {
        let (state, nonce, pkce_verifier) = BeginRequest::new(entropy).entropy.split();
        let url = format!("{ISSUER}authorize?state={state}");
        Ok(Redirect { url, stored: StoredAttempt { state, nonce, pkce_verifier, begun: now } })
    }

    async fn finish(
        &self,
        callback: &Callback,
        stored: &StoredAttempt,
        now: Now,
    ) -> Result<OfficeProof, SignInProblem> {
        let code = callback.accepted_code(stored, ISSUER, now)?;
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).remove(code);
        answer.ok_or(SignInProblem::CodeExpired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    #[test]
    fn one_factor_or_an_old_proof_is_not_enough() {
        let sign_in = OfficeSignIn { provider: Arc::new(FakeOffice::default()), second_factor: vec!["mfa".into()] };
        let begun = Now::new(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap());
        let stored = StoredAttempt { state: "s".into(), nonce: "n".into(), pkce_verifier: "v".into(), begun };
        let proof = |ways: &[&str], shown| OfficeProof {
            issuer: ISSUER.into(),
            subject: "p".into(),
            ways: ways.iter().map(|w| (*w).to_owned()).collect(),
            shown,
        };
        assert!(sign_in.is_strong(&proof(&["pwd", "mfa"], Some(1_800_000_010)), &stored));
        assert!(!sign_in.is_strong(&proof(&["pwd"], Some(1_800_000_010)), &stored));
        assert!(!sign_in.is_strong(&proof(&[], Some(1_800_000_010)), &stored));
        assert!(
            !sign_in.is_strong(&proof(&["mfa"], Some(1_799_990_000)), &stored),
            "yesterday's session of the provider"
        );
        assert!(!sign_in.is_strong(&proof(&["mfa"], None), &stored), "nobody says when");
    }
}
