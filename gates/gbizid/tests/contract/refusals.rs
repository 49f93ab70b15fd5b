//! The error matrix: each trouble at the provider becomes its own problem, and never an identity.

use crate::support::{World, config, fetch};
use hojo_gbizid::{Callback, GbizId as _, OpenIdGbizId, ProviderState, SetUpProblem, SignInProblem as P};
use hojo_standin::Trouble as T;
use std::collections::BTreeSet;

#[tokio::test]
async fn every_trouble_has_its_problem() {
    let expected = [
        (T::AccessDenied, P::Cancelled),
        (T::InvalidRequest, P::RequestRefused),
        (T::InvalidScope, P::RequestRefused),
        (T::UnsupportedResponseType, P::RequestRefused),
        (T::AuthorizeServerError, P::ProviderDown),
        (T::WrongState, P::WrongState),
        (T::WrongIssParameter, P::WrongIssuer),
        (T::ExpiredCode, P::CodeExpired),
        (T::TokenServerError, P::ProviderDown),
        (T::Slow, P::ProviderSlow),
        (T::TokenGarbage, P::TokenInvalid),
        (T::WrongNonce, P::WrongNonce),
        (T::WrongAud, P::WrongAudience),
        (T::WrongIss, P::WrongIssuer),
        (T::ExpiredIdToken, P::TokenExpired),
        (T::FutureIdToken, P::TokenExpired),
        (T::UnknownKid, P::UnknownKey),
        (T::BadSignature, P::TokenInvalid),
        (T::UnsignedIdToken, P::TokenInvalid),
        (T::NoIdToken, P::TokenInvalid),
        (T::UserinfoUnauthorized, P::UserinfoRefused),
        (T::UserinfoForbidden, P::UserinfoRefused),
        (T::UserinfoServerError, P::ProviderDown),
        (T::UserinfoOtherSub, P::UserinfoMismatch),
        (T::UserinfoGarbage, P::UserinfoUnreadable),
        (T::UserinfoWithoutKind, P::UserinfoUnreadable),
    ];
    let world = World::new().await;
    for (trouble, problem) in expected {
        assert_eq!(world.sign_in("aozora", trouble).await, Err(problem), "{trouble:?}");
        world.sign_in("aozora", T::None).await.unwrap();
    }
    // Nothing on the list is forgotten: the two that are missing above end well.
    let tried: BTreeSet<String> = expected.iter().map(|(trouble, _)| trouble.id()).collect();
    let all: BTreeSet<String> = T::ALL.iter().map(|(trouble, _)| trouble.id()).collect();
    let left: Vec<_> = all.difference(&tried).cloned().collect();
    assert_eq!(left, ["none", "rotated_key"]);
}

#[tokio::test]
async fn a_rotated_key_is_fetched_and_nobody_notices() {
    let world = World::new().await;
    world.sign_in("aozora", T::None).await.unwrap();
    world.sign_in("aozora", T::RotatedKey).await.unwrap();
    world.sign_in("aozora", T::None).await.unwrap();
}

#[tokio::test]
async fn a_code_works_once_and_for_five_minutes() {
    let world = World::new().await;
    let (callback, stored) = world.visit("aozora", T::None).await;
    world.gate.finish(&callback, &stored, world.now()).await.unwrap();
    assert_eq!(world.gate.finish(&callback, &stored, world.now()).await, Err(P::CodeExpired));
    let (callback, stored) = world.visit("aozora", T::None).await;
    world.advance(299);
    world.gate.finish(&callback, &stored, world.now()).await.unwrap();
    let (callback, stored) = world.visit("aozora", T::None).await;
    world.advance(301);
    assert_eq!(world.gate.finish(&callback, &stored, world.now()).await, Err(P::CodeExpired));
}

#[tokio::test]
async fn an_answer_counts_only_for_the_attempt_it_belongs_to() {
    let world = World::new().await;
    let (mine, my_attempt) = world.visit("aozora", T::None).await;
    let (theirs, their_attempt) = world.visit("hinode", T::None).await;
    // A code slipped into another browser's attempt: the state differs.
    assert_eq!(world.gate.finish(&theirs, &my_attempt, world.now()).await, Err(P::WrongState));
    // Even with the right state the stolen code fails: its PKCE challenge is not ours.
    let stolen = Callback { code: theirs.code.clone(), ..mine.clone() };
    assert_eq!(world.gate.finish(&stolen, &my_attempt, world.now()).await, Err(P::CodeExpired));
    // An error forged without the state does not end the attempt with its words.
    let forged = Callback { error: Some("access_denied".to_owned()), ..Callback::default() };
    assert_eq!(world.gate.finish(&forged, &my_attempt, world.now()).await, Err(P::WrongState));
    let nothing = Callback { state: mine.state.clone(), ..Callback::default() };
    assert_eq!(world.gate.finish(&nothing, &my_attempt, world.now()).await, Err(P::WrongState));
    let who = world.gate.finish(&mine, &my_attempt, world.now()).await.unwrap();
    assert_eq!(who.sub, "standin-aozora");
    world.advance(31 * 60);
    assert_eq!(world.gate.finish(&theirs, &their_attempt, world.now()).await, Err(P::AttemptTooOld));
}

#[tokio::test]
async fn each_attempt_differs_and_asks_for_what_it_needs() {
    let world = World::new().await;
    let mut request = world.request();
    request.ask_again = true;
    request.login_hint = Some("aozora".to_owned());
    let first = world.gate.begin(&request, world.now()).await.unwrap();
    let second = world.gate.begin(&world.request(), world.now()).await.unwrap();
    assert_ne!(first.stored, second.stored);
    for part in [
        "response_type=code",
        "code_challenge_method=S256",
        "scope=openid+profile+user+email",
        "prompt=login",
        "login_hint=aozora",
    ] {
        assert!(first.url.contains(part), "{part} in {}", first.url);
    }
    assert!(!first.url.contains(&first.stored.pkce_verifier), "the verifier stays here");
    assert!(!second.url.contains("prompt"));
    assert!(!format!("{:?}", first.stored).contains(&first.stored.pkce_verifier));
}

#[tokio::test]
async fn the_issuer_is_compared_byte_for_byte() {
    let world = World::new().await;
    let no_slash = OpenIdGbizId::new(config(world.issuer.trim_end_matches('/'))).unwrap();
    assert_eq!(no_slash.probe(world.now()).await, Err(P::ProviderMisconfigured));
    let other_name = world.issuer.replace("127.0.0.1", "localhost");
    let other_name = OpenIdGbizId::new(config(&other_name)).unwrap();
    assert_eq!(other_name.probe(world.now()).await, Err(P::ProviderMisconfigured));
    assert_eq!(other_name.state(world.now()), ProviderState::Up, "our mistake is no outage");
    world.gate.probe(world.now()).await.unwrap();
}

#[tokio::test]
async fn plain_http_needs_an_explicit_yes() {
    let world = World::new().await;
    let mut strict = config(&world.issuer);
    strict.plain_http_on_loopback = false;
    assert!(matches!(OpenIdGbizId::new(strict), Err(SetUpProblem::Address { what: "issuer", .. })));
}

#[tokio::test]
async fn a_wrong_secret_is_our_problem_and_said_so() {
    let world = World::new().await;
    let mut wrong = config(&world.issuer);
    wrong.client_secret = "wrong".to_owned();
    let gate = OpenIdGbizId::new(wrong).unwrap();
    let (callback, stored) = world.visit("aozora", T::None).await;
    assert_eq!(gate.finish(&callback, &stored, world.now()).await, Err(P::ClientRefused));
}

#[tokio::test]
async fn a_site_the_provider_does_not_know_is_never_redirected_to() {
    let world = World::new().await;
    let redirect = world.gate.begin(&world.request(), world.now()).await.unwrap();
    for (from, to) in [("client_id=hojo-portal", "client_id=other"), ("sign-in%2Fback", "sign-in%2Fback%2F")] {
        assert!(redirect.url.contains(from), "{}", redirect.url);
        let answer = fetch("GET", &redirect.url.replace(from, to), "").await;
        assert_eq!((answer.status, answer.location.as_str()), (400, ""), "{to}");
    }
}

#[test]
fn every_problem_has_a_code_of_its_own_and_words() {
    let codes: BTreeSet<&str> = P::ALL.iter().map(|problem| problem.code()).collect();
    assert_eq!(codes.len(), P::ALL.len());
    for problem in P::ALL {
        assert!(problem.sentence().ends_with('。') && problem.what_to_do().ends_with('。'), "{problem:?}");
    }
}
