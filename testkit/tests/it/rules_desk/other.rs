//! 第2の制度: a city's programme of another kind, which no line of the program knows.

use hojo_app::demo::draft;
use hojo_app::publish;
use hojo_programme::Raw;
use hojo_testkit::World;
use hojo_testkit::steps::{self, Result1};
use hojo_words::ids::PublicId;
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::{folder, one};

pub async fn opened(world: &World) -> PublicId {
    let now = world.house.now().await.unwrap();
    let at = |days| (now + Duration::days(days)).format(&Rfc3339).unwrap();
    let args = publish::Args {
        edition: folder("akitenpo-shoreikin/2026-a"),
        by: "testkit".into(),
        approved_by: "another person".into(),
        round: Some("2026-a".into()),
        title: None,
        opens: Some(at(-1)),
        closes: Some(at(30)),
        dates: Vec::new(),
    };
    publish::run(&world.config, args).await.unwrap();
    let id = one(world, "select public_id::text from rounds where programme_id = 'akitenpo-shoreikin'").await;
    PublicId::from_uuid(id.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_programme_of_another_kind_runs_by_data_alone() {
    let world = World::new().await;
    let round = opened(&world).await;
    let shop = world.applicant(1).await.unwrap();
    let company = shop.browser.clone();

    // The public pages speak of both, each with its own words.
    let top = company.get("/?programme=akitenpo-shoreikin").await.unwrap();
    assert!(top.has("空き店舗活用奨励金とは") && top.has("300,000円"), "{}", top.words());
    assert!(!top.has("補助額を試算する"), "{}", top.words());
    assert!(company.get("/?programme=shinjigyo-monodukuri").await.unwrap().has("革新的新製品・サービス枠"));
    let simulation = company.get("/simulation?programme=akitenpo-shoreikin").await.unwrap();
    assert!(simulation.has("このページはありません"), "{}", simulation.words());

    // Applied for.
    assert!(company.get("/me").await.unwrap().has("交付申請（見本市商店街空き店舗活用奨励金"));
    let filing = steps::start(&company, round).await.unwrap();
    let mut tx = world.house.setup_db.begin_setup().await.unwrap();
    let edition = tx.edition("akitenpo-shoreikin/2026-a@1.0").await.unwrap();
    tx.commit().await.unwrap();
    let procedure = edition.procedure("grant").unwrap();
    let mut answers = procedure.examples.first().unwrap().answers.clone();
    let today = world.house.now().await.unwrap().date();
    answers.set("vacant_since", Raw::from((today - Duration::days(200)).to_string()));
    answers.set("open_on", Raw::from((today + Duration::days(20)).to_string()));
    let house = &world.house;
    draft::type_in(&house.portal_db, &house.vault, &shop.actor, filing, &procedure.form, &answers, &[]).await.unwrap();
    let receipt = steps::submit(&company, &format!("/filings/{filing}")).await.unwrap();
    assert!(receipt.has("AT-2026-A-00001") && receipt.has("交付申請を受け付けました"), "{}", receipt.words());
    assert!(!receipt.has("外部の審査員"), "{}", receipt.words());
    world.drain().await.unwrap();
    let case = world.case_of(filing).await.unwrap();
    assert_eq!(world.position(case).await.unwrap(), "check");

    // Checked by one; decided by two, without reviewers and without a run.
    let operator = world.staff("operator1").await.unwrap();
    assert!(operator.get("/queue").await.unwrap().has("小売店"));
    steps::first_check(&operator, case, Result1::Passed).await.unwrap();
    world.drain().await.unwrap();
    assert_eq!(world.position(case).await.unwrap(), "decide");
    let (one_manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let mut form = one_manager.get(&format!("/cases/{case}/ruling")).await.unwrap().form("/ruling").unwrap();
    form.set("outcome", "granted").unwrap();
    form.set("reason", "要件を満たすため").unwrap();
    let preview = one_manager.press(&form, "確認へ進む").await.unwrap().ok().unwrap();
    assert!(preview.has("300,000円"), "{}", preview.words());
    one_manager.press(&preview.form("/ruling").unwrap(), "起案する").await.unwrap().ok().unwrap();
    let page = other.get(&format!("/cases/{case}/approve")).await.unwrap();
    let form = page.form("/approve").unwrap();
    let label = form.buttons.first().unwrap().label.clone();
    other.press(&form, &label).await.unwrap().ok().unwrap();
    world.drain().await.unwrap();

    // Told, in the city's words.
    let letters = company.get("/letters").await.unwrap();
    let mut read = String::new();
    for link in letters.links().into_iter().filter(|l| l.starts_with("/letters/")) {
        read.push_str(&company.get(&link).await.unwrap().words());
    }
    assert!(read.contains("交付決定通知書") && read.contains("見本市") && read.contains("300,000円"), "{read}");
    assert!(!read.contains("中小企業基盤整備機構"), "{read}");
    let mails = world.mail.sent();
    assert!(
        mails.iter().any(|m| m.subject.contains("見本市商店街空き店舗活用奨励金") || m.subject.contains("空き店舗")),
        "{mails:?}"
    );
    let owed = company.get(&format!("/cases/{case}/procedures")).await.unwrap();
    assert!(owed.has("開店報告"), "{}", owed.words());
    world.end().await.unwrap();
}
