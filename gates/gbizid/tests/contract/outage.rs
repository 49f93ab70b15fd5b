//! The provider goes away in the middle and comes back.

use crate::support::World;
use hojo_gbizid::{GbizId as _, ProviderState, SignInProblem as P};
use hojo_standin::Trouble as T;
use std::time::{Duration, Instant};

#[tokio::test]
async fn stopped_between_going_and_coming_back() {
    let mut world = World::new().await;
    let (callback, stored) = world.visit("aozora", T::None).await;
    world.stop_provider().await;
    assert_eq!(world.gate.finish(&callback, &stored, world.now()).await, Err(P::ProviderDown));
}

#[tokio::test]
async fn an_outage_opens_the_breaker_and_the_return_closes_it() {
    let mut world = World::new().await;
    let attempts = [
        world.visit("aozora", T::None).await,
        world.visit("hinode", T::None).await,
        world.visit("minato", T::None).await,
        world.visit("sato", T::None).await,
    ];
    world.stop_provider().await;
    let began = world.now();
    for (callback, stored) in &attempts {
        assert_eq!(world.gate.finish(callback, stored, world.now()).await, Err(P::ProviderDown));
    }
    assert_eq!(world.gate.state(world.now()), ProviderState::Down { since: began });
    world.start_provider_again().await;
    // Still resting: refused at once, although the provider is there again.
    assert_eq!(world.gate.begin(&world.request(), world.now()).await.map(|_| ()), Err(P::ProviderDown));
    world.advance(31);
    // The one call that is let through finds the provider back, with another key than before the outage.
    world.sign_in("aozora", T::None).await.unwrap();
    assert_eq!(world.gate.state(world.now()), ProviderState::Up);
}

#[tokio::test]
async fn while_the_breaker_is_open_nobody_waits() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(world.sign_in("aozora", T::Slow).await, Err(P::ProviderSlow));
    }
    let started = Instant::now();
    for _ in 0..100 {
        assert_eq!(world.gate.begin(&world.request(), world.now()).await.map(|_| ()), Err(P::ProviderDown));
    }
    assert!(started.elapsed() < Duration::from_millis(200), "{:?}", started.elapsed());
    assert!(matches!(world.gate.state(world.now()), ProviderState::Down { .. }));
}

#[tokio::test]
async fn down_from_the_start_says_so() {
    let mut world = World::new().await;
    world.stop_provider().await;
    assert_eq!(world.gate.probe(world.now()).await, Err(P::ProviderDown));
    assert_eq!(world.gate.begin(&world.request(), world.now()).await.map(|_| ()), Err(P::ProviderDown));
    world.start_provider_again().await;
    world.gate.probe(world.now()).await.unwrap();
    world.sign_in("aozora", T::None).await.unwrap();
}

#[tokio::test]
async fn a_restart_nobody_noticed_brings_a_new_key_and_sign_in_goes_on() {
    let mut world = World::new().await;
    world.sign_in("aozora", T::None).await.unwrap();
    world.stop_provider().await;
    world.start_provider_again().await;
    world.sign_in("aozora", T::None).await.unwrap();
}
