//! The office's own provider: the same protocol, with what was proven about the second factor.

use crate::support::{World, callback, config, fetch};
use hojo_gbizid::{OfficeProof, OfficeProvider as _, OfficeSignIn, OpenIdGbizId, SignInProblem, StoredAttempt};
use hojo_standin::Trouble;
use std::sync::Arc;

const STRONG: &str = "urn:example:two-factors";

fn provider(world: &World, acr: &[&str]) -> OpenIdGbizId {
    let mut config = config(&world.issuer);
    config.scopes = vec![];
    config.acr_values = acr.iter().map(|v| (*v).to_owned()).collect();
    OpenIdGbizId::new(config).unwrap()
}

/// To the provider and back; `n` makes each attempt its own.
async fn go(
    world: &World,
    provider: &OpenIdGbizId,
    n: u8,
    trouble: Trouble,
) -> (Result<OfficeProof, SignInProblem>, StoredAttempt, String) {
    let redirect = provider.begin([n; 96], world.now()).await.unwrap();
    let url = format!("{}&login_hint=aozora&auto=1&trouble={}", redirect.url, trouble.id());
    let answer = fetch("GET", &url, "").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let back = callback(&answer.location);
    (provider.finish(&back, &redirect.stored, world.now()).await, redirect.stored, redirect.url)
}

#[tokio::test]
async fn staff_are_asked_anew_and_what_the_provider_saw_is_read_from_the_signed_token() {
    let world = World::new().await;
    let strong = provider(&world, &[STRONG]);
    let (proof, stored, url) = go(&world, &strong, 1, Trouble::None).await;
    assert!(url.contains("prompt=login") && url.contains("max_age=0") && url.contains("acr_values="), "{url}");
    assert!(!url.contains("scope=openid+profile") && !url.contains("email"), "nothing personal is asked for: {url}");
    let proof = proof.unwrap();
    assert_eq!((proof.subject.as_str(), proof.ways.as_slice()), ("standin-aozora", &[STRONG.to_owned()][..]));
    let plain = provider(&world, &[]);
    let (one_factor, _, _) = go(&world, &plain, 2, Trouble::None).await;
    let sign_in = OfficeSignIn { provider: Arc::new(plain), second_factor: vec![STRONG.to_owned()] };
    assert!(sign_in.is_strong(&proof, &stored));
    assert!(!sign_in.is_strong(&one_factor.unwrap(), &stored));
}

#[tokio::test]
async fn forged_and_foreign_tokens_of_the_offices_provider_are_refused() {
    let world = World::new().await;
    let provider = provider(&world, &[STRONG]);
    for (n, (trouble, problem)) in [
        (Trouble::WrongIss, SignInProblem::WrongIssuer),
        (Trouble::WrongAud, SignInProblem::WrongAudience),
        (Trouble::WrongNonce, SignInProblem::WrongNonce),
        (Trouble::ExpiredIdToken, SignInProblem::TokenExpired),
        (Trouble::BadSignature, SignInProblem::TokenInvalid),
        (Trouble::UnsignedIdToken, SignInProblem::TokenInvalid),
    ]
    .into_iter()
    .enumerate()
    {
        let (got, _, _) = go(&world, &provider, u8::try_from(n).unwrap() + 10, trouble).await;
        assert_eq!(got.unwrap_err(), problem, "{trouble:?}");
    }
}
