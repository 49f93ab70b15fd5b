//! Purpose: what the portal needs of GビズID: send a person there, and learn who came back.
//! Never: decides who may apply, keeps a session, remembers a sign-in attempt, reads a clock or draws randomness.
//! Start reading: the trait below, then `provider.rs` (the real thing) and `problem.rs` (everything that can go wrong).
//! Kept honest by: `tests/contract` (every row of the error matrix, over real HTTP against the stand-in).

mod breaker;
mod callback;
mod claims;
mod fake;
mod http;
mod identity;
mod office;
mod prefecture;
mod problem;
mod provider;
mod verify;

pub use callback::{BeginRequest, Callback, Entropy, Redirect, StoredAttempt};
pub use claims::identity as read_userinfo;
pub use fake::FakeGbizId;
pub use identity::{AccountKind, CorpKind, Identity, Person, PersonName, Prefecture};
pub use office::{FakeOffice, OfficeProof, OfficeProvider, OfficeSignIn};
pub use problem::{Remedy, SignInProblem};
pub use provider::{Config, OpenIdGbizId, SetUpProblem};

use async_trait::async_trait;
use hojo_words::Now;

/// GビズID as the portal sees it. Sessions are the portal's own: people who are signed in notice no outage.
#[async_trait]
pub trait GbizId: Send + Sync {
    /// Where to send the person, and what to keep on the server until they come back.
    ///
    /// # Errors
    /// Only when the provider is down or set up wrongly: nothing the person did.
    async fn begin(&self, request: &BeginRequest, now: Now) -> Result<Redirect, SignInProblem>;

    /// Who came back. The caller looks `stored` up by the browser that returns and deletes it before calling, so
    /// that an answer is used once.
    ///
    /// # Errors
    /// Every way a sign-in can fail; each has a sentence for the person.
    async fn finish(&self, callback: &Callback, stored: &StoredAttempt, now: Now) -> Result<Identity, SignInProblem>;

    /// For the notice on the sign-in page and the operations page; asks nobody, tells what the last calls showed.
    fn state(&self, now: Now) -> ProviderState;

    /// Calls the provider once (discovery and keys): the self-check at start-up and from the operations page.
    ///
    /// # Errors
    /// `ProviderDown`, `ProviderSlow` or `ProviderMisconfigured`.
    async fn probe(&self, now: Now) -> Result<(), SignInProblem>;
}

/// Whether sign-in can be expected to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderState {
    Up,
    /// Recent calls failed; `since` is the first failure of this outage.
    Down {
        since: Now,
    },
}
