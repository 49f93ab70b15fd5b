//! What goes out with the person and what comes back with them.

use crate::SignInProblem;
use hojo_words::Now;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use time::Duration;

/// A person may think for a while at GビズID (registering a second factor); after this a fresh attempt is asked for.
const ATTEMPT_LIFE: Duration = Duration::minutes(30);

/// 96 random bytes from the caller's source: 32 each for state, nonce and the PKCE verifier.
#[derive(Clone)]
pub struct Entropy(pub [u8; 96]);

impl Entropy {
    /// Three independent values in base64url, 43 characters each (the least that PKCE allows).
    pub(crate) fn split(&self) -> (String, String, String) {
        let (state, rest) = self.0.split_at(32);
        let (nonce, verifier) = rest.split_at(32);
        (base64url(state), base64url(nonce), base64url(verifier))
    }
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// One sign-in to be started.
#[derive(Clone)]
pub struct BeginRequest {
    pub entropy: Entropy,
    /// The account name the person used last, if they asked to be remembered.
    pub login_hint: Option<String>,
    /// Ask GビズID to authenticate again even if it still knows the person (`prompt=login`).
    pub ask_again: bool,
}

impl BeginRequest {
    pub const fn new(entropy: [u8; 96]) -> Self {
        Self { entropy: Entropy(entropy), login_hint: None, ask_again: false }
    }
}

/// Send the person to `url`; keep `stored` on the server under a key only this browser has.
#[derive(Debug, Clone)]
pub struct Redirect {
    pub url: String,
    pub stored: StoredAttempt,
}

/// A sign-in that was begun. Lives on the server only: the nonce and the verifier never travel with the person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAttempt {
    pub state: String,
    pub nonce: String,
    pub pkce_verifier: String,
    pub begun: Now,
}

impl std::fmt::Debug for StoredAttempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredAttempt").field("begun", &self.begun).finish_non_exhaustive()
    }
}

/// The query of the redirect URI, as it came. Nothing in it is trusted.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Callback {
    pub code: Option<String>,
    pub state: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
    /// RFC 9207; GビズID does not send it today. If it comes, it must be right.
    pub iss: Option<String>,
}

impl Callback {
    /// The code, if this answer belongs to that attempt and carries no error.
    pub(crate) fn accepted_code(&self, stored: &StoredAttempt, issuer: &str, now: Now) -> Result<&str, SignInProblem> {
        // The state is compared first: an error forged by a third page must not end a real attempt with its words.
        let state = self.state.as_deref().unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(stored.state.as_bytes())) {
            return Err(SignInProblem::WrongState);
        }
        if now.utc() - stored.begun.utc() > ATTEMPT_LIFE {
            return Err(SignInProblem::AttemptTooOld);
        }
        if self.iss.as_deref().is_some_and(|iss| iss != issuer) {
            return Err(SignInProblem::WrongIssuer);
        }
        if let Some(error) = &self.error {
            tracing::warn!(error, description = self.error_description, "GビズID answered with an error");
            return Err(match error.as_str() {
                "access_denied" => SignInProblem::Cancelled,
                "server_error" | "temporarily_unavailable" => SignInProblem::ProviderDown,
                _ => SignInProblem::RequestRefused,
            });
        }
        self.code.as_deref().filter(|code| !code.is_empty()).ok_or(SignInProblem::WrongState)
    }
}
