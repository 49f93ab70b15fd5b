//! 下書きの引継ぎ: a renewed form never kills a draft.

use hojo_testkit::World;
use hojo_testkit::steps;

use super::{approved, folder, in_force, one, proposed, store};

const TWO: &str = "shinjigyo-monodukuri/2026-r2@1.0";

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_begun_before_the_form_was_renewed_goes_on_with_everything_that_was_typed() {
    let world = World::new().await;
    let filed = world.drafted(1).await.unwrap();
    let (company, base) = (filed.applicant.browser.clone(), format!("/filings/{}", filed.filing));
    let section = world.section_of("tariff_affected").unwrap();
    steps::change(&company, &base, &section, "tariff_affected", "yes").await.unwrap();
    steps::change(&company, &base, &section, "text_tariff_effect", "輸出の受注が3割減った。").await.unwrap();
    steps::change(&company, &base, &section, "text_tariff_response", "別の国への販売を増やす。").await.unwrap();
    assert!(!company.get(&base).await.unwrap().has("様式が新しくなりました"));

    store(&world, folder("shinjigyo-monodukuri/2026-r2")).await;
    let (manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let request = proposed(&world, &manager, TWO, "opening").await;
    approved(&world, &other, &request).await;
    in_force(&world, TWO).await;

    // The round requires it: the draft opens on the map, and nothing is handed in before.
    let map = company.get(&base).await.unwrap();
    assert!(map.at.ends_with("/upgrade"), "{}", map.at);
    for part in ["省力化・デジタル化の取組", "輸出の受注が3割減った。", "入力が要らなくなった項目", "第2版"]
    {
        assert!(map.has(part), "{part}: {}", map.words());
    }
    let page = company.get(&format!("{base}/check")).await.unwrap();
    let mut form = page.form("/submit").unwrap();
    form.tick_all("confirm");
    form.set("declare", "yes").unwrap();
    let refused = company.press(&form, "提出する").await.unwrap();
    assert!(refused.has("様式が新しくなりました"), "{}", refused.words());

    let moved = company.press(&map.form("/upgrade").unwrap(), "新しい様式に引き継ぐ").await.unwrap().ok().unwrap();
    assert!(moved.has("以前の様式での回答") && moved.has("輸出の受注が3割減った。"), "{}", moved.words());
    assert_eq!(one(&world, "select edition_id from filings").await, TWO);
    assert_eq!(one(&world, "select edition_id from cases").await, TWO);
    let title = filed.answers.text("plan_title");
    let outline = company.get(&format!("{base}/sections/outline")).await.unwrap();
    assert!(outline.html().contains(title), "{}", outline.words());
    // What moved to a section of its own came along.
    let contact = company.get(&format!("{base}/sections/contact")).await.unwrap();
    assert!(contact.html().contains(filed.answers.text("contact_email")), "{}", contact.words());
    // Once more is no harm, and the set-aside answers can still be read.
    assert!(company.get(&format!("{base}/upgrade")).await.unwrap().has("輸出の受注が3割減った。"));
    let typed = one(&world, "select map::text from draft_upgrades").await;
    assert!(typed.contains("輸出の受注が3割減った。"), "{typed}");
    world.end().await.unwrap();
}
