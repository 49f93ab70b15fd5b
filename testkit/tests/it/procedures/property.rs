//! What was bought with the grant: as security, and sold.

use hojo_testkit::World;

use super::stage::Stage;

pub async fn security(world: &World) {
    let stage = Stage::new(world).await;
    stage
        .may_not_begin("collateral", "交付決定の前には始められない", "交付決定を受けてから補助金の支払を受けるまで")
        .await;
    stage.may_not_begin("collateral", "支払の後は財産処分の手続による", "「財産処分承認申請」をしてください").await;

    let story = stage.begin("collateral", "差戻しを受けて直す").await;
    story.file().await.returned("property_mismatch").await.refiled().await.decided().await;
    assert!(stage.life().await.plan.contains_key("properties"));

    // The claim itself passes to a bank: it is paid from now on.
    let story = stage.begin("collateral", "債権譲渡の承諾").await;
    story.file().await.decided().await;
    let life = stage.life().await;
    assert!(life.payee.contains_key("number"), "{:?}", life.payee);
}

pub async fn sold(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("asset-disposal", "処分制限が満了した後は申請が要らない", "制限が満了している").await;

    let story = stage.begin("asset-disposal", "買取見積の不足で差し戻し、直して承認する").await;
    story.file().await.returned("quotes").await.refiled().await.decided().await;
    let life = stage.life().await;
    assert_eq!((life.sums["claimed"], life.claims[0].kind.as_str()), (7_600_000, "disposal"));
    let desk = world.staff("manager1").await.unwrap().get(&format!("/cases/{}", stage.case())).await.unwrap();
    assert!(desk.has("7,600,000円") && desk.has(&life.claims[0].receipt), "{}", desk.words());

    // Another one may go beside it: what is lost in a disaster costs nothing.
    let story = stage.begin("asset-disposal", "災害の報告を確認する").await;
    story.file().await.decided().await;
}
