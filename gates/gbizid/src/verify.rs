//! The ID token: signature, issuer, audience, nonce, times. Nothing personal is in it; it only proves who came back.

use crate::{SignInProblem, StoredAttempt};
use hojo_words::Now;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata};
use openidconnect::{ClaimsVerificationError, ClientId, ClientSecret, Nonce, SignatureVerificationError};

/// How far the provider's clock may be ahead of ours.
const SKEW_SECONDS: i64 = 300;

/// Why a token did not pass. `UnknownKey` is apart, because the keys may have been rotated: fetch and try again.
pub(crate) enum Rejected {
    UnknownKey,
    For(SignInProblem),
}

/// What a genuine token says.
pub(crate) struct Proven {
    pub subject: String,
    /// How strongly the person was recognised (`acr`), and by what (`amr`), in the provider's words.
    pub ways: Vec<String>,
    /// When the person last showed it, in seconds since 1970.
    pub shown: Option<i64>,
}

/// The claims of a token that is genuine, meant for us, for this attempt, and still valid.
pub(crate) fn proven(
    metadata: &CoreProviderMetadata,
    client: (&ClientId, &ClientSecret),
    token: &CoreIdToken,
    stored: &StoredAttempt,
    now: Now,
) -> Result<Proven, Rejected> {
    let seconds = now.utc().unix_timestamp();
    let verifier = CoreIdTokenVerifier::new_confidential_client(
        client.0.clone(),
        client.1.clone(),
        metadata.issuer().clone(),
        metadata.jwks().clone(),
    )
    .set_allowed_algs([CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256])
    .set_time_fn(move || chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default())
    .set_issue_time_verifier_fn(move |issued| {
        if issued.timestamp() > seconds + SKEW_SECONDS { Err("issued in the future".to_owned()) } else { Ok(()) }
    });
    match token.claims(&verifier, &Nonce::new(stored.nonce.clone())) {
        Ok(claims) => {
            let acr = claims.auth_context_ref().map(|acr| acr.as_str().to_owned());
            let amr = claims.auth_method_refs().into_iter().flatten().map(|amr| amr.as_str().to_owned());
            Ok(Proven {
                subject: claims.subject().as_str().to_owned(),
                ways: acr.into_iter().chain(amr).collect(),
                shown: claims.auth_time().map(|at| at.timestamp()),
            })
        }
        Err(error) => Err(rejection(&error)),
    }
}

fn rejection(error: &ClaimsVerificationError) -> Rejected {
    use ClaimsVerificationError as E;
    if matches!(error, E::SignatureVerification(SignatureVerificationError::NoMatchingKey)) {
        return Rejected::UnknownKey;
    }
    tracing::warn!(%error, "ID token refused");
    Rejected::For(match error {
        E::InvalidIssuer(_) => SignInProblem::WrongIssuer,
        E::InvalidAudience(_) => SignInProblem::WrongAudience,
        E::InvalidNonce(_) => SignInProblem::WrongNonce,
        E::Expired(_) => SignInProblem::TokenExpired,
        _ => SignInProblem::TokenInvalid,
    })
}
