//! The years after the project: yearly reports, and tax that comes back.

use hojo_testkit::World;

use super::stage::Stage;

pub async fn yearly(world: &World) {
    let stage = Stage::new(world).await;
    stage
        .may_not_begin(
            "commercialisation-report",
            "年度が終わるまで始められない",
            "次に報告する年度がまだ終わっていません",
        )
        .await;
    stage.may_not_begin("commercialisation-report", "6回の後は始められない", "6回の報告がすべて終わっています").await;

    let story = stage.begin("commercialisation-report", "賃金台帳の不備で差し戻し、直して確認する").await;
    story.file().await.returned("accounts_differ").await.refiled().await.decided().await;
    // The next one is owed, but not yet.
    let page = stage.page().await;
    assert!(page.has("（第2回）") && page.has("から提出できます"), "{}", page.words());
    assert!(page.has("次に報告する年度がまだ終わっていません"), "{}", page.words());

    let story = stage.begin("commercialisation-report", "最低賃金の要件を満たさず返還の手続に進む").await;
    story.file().await.decided().await;
    assert_eq!(stage.life().await.asked, ["repayment"]);

    let story = stage.begin("commercialisation-report", "6回目の報告で義務が終わる").await;
    story.file().await.decided().await;
    let page = stage.page().await;
    assert!(page.has("完了") && !page.has("期限のある手続"), "{}", page.words());
}

pub async fn tax(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("consumption-tax", "額の確定の前は報告できない", "補助金の額が確定した後に報告できます").await;

    let story = stage.begin("consumption-tax", "付表の不足で差し戻し、直して確認する").await;
    story.file().await.returned("annex").await.refiled().await.decided().await;

    let story = stage.begin("consumption-tax", "返還を命じる").await;
    story.file().await.decided().await;
    let life = stage.life().await;
    let claim = life.claims.last().unwrap();
    assert_eq!((claim.kind.as_str(), claim.amount), ("consumption_tax", 863_636));
    assert!(claim.due.is_some() && stage.page().await.has("返還請求額"));
}
