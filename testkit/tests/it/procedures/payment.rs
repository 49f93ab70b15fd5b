//! The money: in advance, settled, claimed, asked for and paid.

use hojo_testkit::World;

use super::ground::insist;
use super::stage::Stage;

pub async fn advanced(world: &World) {
    let stage = Stage::new(world).await;
    stage
        .may_not_begin(
            "advance-payment",
            "累計が90％に達していると始められない",
            "上限（交付決定額の90％）に達しています",
        )
        .await;
    stage.may_not_begin("advance-payment", "完了期限を過ぎると始められない", "概算払は請求できません").await;

    let story = stage.begin("advance-payment", "支払の証拠がなく差し戻し、直して決定する").await;
    story.file().await.returned("not_paid").await.refiled().await.decided().await;
    let life = stage.life().await;
    assert_eq!(life.payee.get("number").map(String::as_str), Some("1234567"));
    assert!(stage.page().await.has("支払額"));
    // A second one stays within the grant, whatever is typed.
    let story = stage.begin("advance-payment", "支払の総額は交付決定額を超えられない").await;
    story.file().await.checked_by_the_office().await;
    let refused = story.proposed().await;
    assert!(refused.status == 422 && refused.has("申請された金額以下"), "{}", refused.words());
}

pub async fn settled(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("performance-report", "交付決定の前は報告できない", "交付決定を受けた補助事業について").await;
    stage.may_not_begin("performance-report", "廃止した後は報告できない", "実績報告はできません").await;

    let story = stage.begin("performance-report", "交付決定額どおりに確定する").await;
    story.file().await.returned("invoice_mismatch").await.refiled().await;
    // What excludes it may not begin meanwhile, and says so.
    let busy = insist(&stage.company(), stage.case(), "plan-change").await;
    assert!(
        busy.status == 422 && busy.has("「実績報告」の手続中は、計画変更承認申請を始められません"),
        "{}",
        busy.words()
    );
    story.checked_by_the_office().await.drafted().await.approved().await.agreed_by_the_agency().await;
    let life = stage.life().await;
    assert_eq!((life.standing.as_str(), life.amounts["settled"]), ("settled", 10_000_000));
    assert_eq!(story.letters().await, ["return-notice", "settlement-notice"]);
    assert_eq!(stage.owes().await, ["commercialisation-report", "consumption-tax", "settlement-claim"]);
    // Reports on how the project stands are asked for no more.
    assert!(life.dates.contains_key("restricted_until") && stage.page().await.has("処分制限満了日"));
}

/// 概算払 went further than what is settled: the difference has to be asked back.
pub async fn settled_below_the_advance(world: &World) {
    let stage = Stage::new(world).await;
    let mut story = stage.begin("performance-report", "概算払を下回る額では確定できない").await;
    story.file().await.checked_by_the_office().await;
    let refused = story.proposed().await;
    assert!(
        refused.status == 422 && refused.has("返還を請求していない支払額9,900,000円を下回ります"),
        "{}",
        refused.words()
    );
    story.goes_like("概算払を下回る額で確定し、超過額の返還に進む");
    story.drafted().await.approved().await.agreed_by_the_agency().await.as_expected().await;
    assert_eq!(stage.life().await.asked, ["repayment"]);
    let page = stage.page().await;
    assert!(!page.has("精算払請求を始める"), "nothing is left to claim: {}", page.words());
}

pub async fn paid(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("fund-request", "支払を待つ請求がないと始められない", "支払を待つ請求がありません").await;
    stage.may_not_begin("fund-request", "事業者は始められない", "預り用資金払請求を始められるのは").await;

    stage.set_by("settlement-claim", "口座の不備で差し戻し、直して支払う").await;
    let claim = stage.go_on("settlement-claim", "口座の不備で差し戻し、直して支払う").await;
    claim.file().await.returned("passbook_items").await.refiled().await;
    // Before it is paid, the office asks 中小機構 for the money; the company sees nothing of it, and gets no letter.
    let fund = stage.go_on("fund-request", "資金を受領する").await;
    fund.file().await.decided().await;
    assert_eq!(stage.company().go(&format!("/cases/{}", fund.run)).await.unwrap().status, 404);

    claim.decided().await;
    let page = stage.page().await;
    assert!(page.has("支払済み・事業化報告期間中") && page.has("支払日"), "{}", page.words());
    let again = insist(&stage.company(), stage.case(), "settlement-claim").await;
    assert!(again.status == 422 && again.has("額の確定の通知を受けてから支払までの間"), "{}", again.words());
}
