//! 時の経過: a day that passed while a filing was returned leaves its applicant a way, and opens nothing by itself.

use hojo_app::demo::draft;
use hojo_programme::{Procedure, Raw};
use hojo_testkit::steps;
use hojo_testkit::{Applicant, World};
use hojo_words::ids::PublicId;
use time::Duration;

use super::other::opened;

struct Returned {
    shop: Applicant,
    base: String,
    case: PublicId,
}

/// An application of a shop that opens in four days, back with one remark.
async fn returned(world: &World, round: PublicId, procedure: &Procedure, n: u32, field: &str) -> Returned {
    let shop = world.applicant(n).await.unwrap();
    let filing = steps::start(&shop.browser, round).await.unwrap();
    let mut answers = procedure.examples.first().unwrap().answers.clone();
    let today = world.house.now().await.unwrap().date();
    answers.set("vacant_since", Raw::from((today - Duration::days(200)).to_string()));
    answers.set("open_on", Raw::from((today + Duration::days(4)).to_string()));
    let (house, form) = (&world.house, &procedure.form);
    draft::type_in(&house.portal_db, &house.vault, &shop.actor, filing, form, &answers, &[]).await.unwrap();
    let base = format!("/filings/{filing}");
    steps::submit(&shop.browser, &base).await.unwrap();
    world.drain().await.unwrap();
    let case = world.case_of(filing).await.unwrap();
    let operator = world.staff("operator1").await.unwrap();
    steps::claim(&operator, case).await.unwrap();
    steps::remark(&operator, case, field, "address").await.unwrap();
    steps::send_back(&operator, case).await.unwrap();
    world.drain().await.unwrap();
    Returned { shop, base, case }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_passed_while_a_filing_was_returned_stops_nobody_who_may_not_change_it() {
    let world = World::new().await;
    let round = opened(&world).await;
    let mut tx = world.house.setup_db.begin_setup().await.unwrap();
    let edition = tx.edition("akitenpo-shoreikin/2026-a@1.0").await.unwrap();
    tx.commit().await.unwrap();
    let procedure = edition.procedure("grant").unwrap();
    let section = |field: &str| {
        let slot = procedure.form.slots[field];
        procedure.form.sections.iter().find(|s| s.fields.contains(&slot)).unwrap().id.clone()
    };
    let shut = returned(&world, round, procedure, 1, "shop_address").await;
    let open = returned(&world, round, procedure, 2, "open_on").await;

    // The day passes while the filings are back. Nothing but the remarked field opens, and it goes in again.
    world.go_to(world.house.now().await.unwrap() + Duration::days(6)).await.unwrap();
    let (base, case) = (&shut.base, shut.case);
    let company = world.house.sign_in_applicant(shut.shop.who.clone()).await.unwrap();
    let check = company.get(&format!("{base}/check")).await.unwrap();
    assert!(check.has("提出した後に、要件を満たさなくなった項目があります"), "{}", check.words());
    assert!(check.has("開店の予定日は、今日より後") && !check.has("まだ提出できません"), "{}", check.words());
    let page = company.get(&format!("{base}/sections/{}", section("open_on"))).await.unwrap();
    assert!(!page.html().contains("name=\"open_on\""), "a day nobody remarked is open: {}", page.words());
    steps::change(&company, base, &section("shop_address"), "shop_address", "見本市本通り一丁目9番9号").await.unwrap();
    steps::submit(&company, base).await.unwrap();
    world.drain().await.unwrap();
    assert_eq!(world.position(case).await.unwrap(), "check");

    // Whoever examines it is told what time has done.
    let operator = world.staff("operator1").await.unwrap();
    let desk = operator.get(&format!("/cases/{case}/examine")).await.unwrap();
    assert!(desk.has("提出の後に満たさなくなった") && desk.has("SHOP-OPEN"), "{}", desk.words());

    // Where the day was remarked on it is the applicant's to mend, and is judged as of today.
    let company = world.house.sign_in_applicant(open.shop.who.clone()).await.unwrap();
    let check = company.get(&format!("{}/check", open.base)).await.unwrap();
    assert!(check.has("まだ提出できません") && !check.has("要件を満たさなくなった"), "{}", check.words());
    let later = world.house.now().await.unwrap().date() + Duration::days(20);
    steps::change(&company, &open.base, &section("open_on"), "open_on", &later.to_string()).await.unwrap();
    steps::submit(&company, &open.base).await.unwrap();
    world.drain().await.unwrap();
    assert_eq!(world.position(open.case).await.unwrap(), "check");
    world.end().await.unwrap();
}
