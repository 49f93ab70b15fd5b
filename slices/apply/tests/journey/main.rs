//! The whole way of an application over a real database and a real vault, without a browser.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on stops, and it looks into the database without the product's macros"
)]

mod client;
mod hand_in;
mod intake;
mod mending;
mod saving;
mod world;

use hojo_programme::Answers;
use world::World;

/// The complete application of the examples.
pub fn complete(world: &World) -> Answers {
    let procedure = world.edition.procedure("application").unwrap();
    let example = procedure.examples.iter().find(|e| e.name.contains("製造業・従業員22人・革新枠（不備なし）"));
    example.expect("the base example").answers.clone()
}

pub const COMPANY: &str = "株式会社見本精機";
pub const NUMBER: Option<&str> = Some("7123456789012");

/// A company with a complete draft.
pub async fn ready(world: &World) -> (client::Client, String) {
    let mut c = world.company(COMPANY, NUMBER, "prime").await;
    c.token().await;
    let base = c.start(world.round).await;
    c.fill(&base, &world.edition, &complete(world)).await;
    (c, base)
}

/// Sends the draft as the check page shows it.
pub async fn send(c: &client::Client, base: &str) -> client::Answer {
    let check = c.get(&format!("{base}/check")).await.ok();
    assert!(check.text.contains("name=\"_seen\""), "the check page does not offer to submit: {}", check.text);
    let seen = check.hidden("_seen");
    let mut form = vec![("_seen", seen.as_str()), ("declare", "yes")];
    // Whoever sends has read what is to be confirmed.
    let boxes = check.text.split("name=\"confirm\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    form.extend(boxes.map(|code| ("confirm", code)));
    c.post(&format!("{base}/submit"), &form).await
}
