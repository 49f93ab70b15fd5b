//! 公募回の日程: a round's own days win over those its edition was written with.

use hojo_app::publish;
use hojo_db::Mode;
use hojo_testkit::World;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::{folder, one};

#[tokio::test(flavor = "multi_thread")]
async fn a_round_keeps_its_own_days() {
    let world = World::new().await;
    let company = world.applicant(1).await.unwrap();
    let announced = async || {
        let mut tx = world.house.portal_db.begin(&company.actor, Mode::Read).await.unwrap();
        let facts = tx.facts(world.round_id, company.id).await.unwrap();
        tx.commit().await.unwrap();
        facts.text("round.adoption_announced").map(str::to_owned)
    };
    // The row is silent: rules read the edition's day.
    assert_eq!(announced().await, None);
    let code = one(&world, "select code from rounds").await;
    let now = world.house.now().await.unwrap();
    let at = |days| (now + Duration::days(days)).format(&Rfc3339).unwrap();
    let publish = |date: &str| {
        let args = publish::Args {
            edition: folder("shinjigyo-monodukuri/2026-r1"),
            by: "testkit".into(),
            approved_by: "another person".into(),
            round: Some(code.clone()),
            title: None,
            opens: Some(at(-1)),
            closes: Some(at(30)),
            dates: vec![date.to_owned()],
        };
        publish::run(&world.config, args)
    };
    publish("adoption_announced=2027-04-01T00:30:00+09:00").await.unwrap();
    assert_eq!(announced().await.as_deref(), Some("2027-04-01"));
    let manager = world.staff("manager1").await.unwrap();
    let page = manager.get(&format!("/definitions/{}", world.round)).await.unwrap();
    assert!(page.has("2027/04/01 00:30:00") && page.has("この公募回の日時"), "{}", page.words());
    // A day no rule could read, and the window, which has ways of its own, are refused.
    for wrong in ["adoption_anounced=2027-04-01T00:30:00+09:00", "applications_close=2027-04-01T00:30:00+09:00", "x"] {
        assert!(publish(wrong).await.is_err(), "{wrong}");
    }
    world.end().await.unwrap();
}
