//! How a case ends before its time: taken back, given up, cancelled, and the money that comes back.

use hojo_testkit::World;

use super::ground::insist;
use super::stage::Stage;

pub async fn grant_taken_back(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("grant-withdrawal", "概算払を受けた後は取り下げられない", "廃止の手続をしてください").await;

    let story = stage.begin("grant-withdrawal", "差戻しを受けて直す").await;
    story.file().await.returned("reason_thin").await.refiled().await.decided().await;
    let life = stage.life().await;
    assert_eq!((life.standing.as_str(), life.amounts["granted"]), ("withdrawn", 0));
    assert!(stage.page().await.has("交付申請取下げ"));
}

pub async fn given_up(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("abolition", "額の確定の後では遅い", "補助金の額が確定するまでの間").await;

    // A change that is under way ends with the project.
    stage.set_by("abolition", "差戻しを受けて直す").await;
    let change = stage.go_on("status-report", "報告の確認").await;
    let story = stage.go_on("abolition", "差戻しを受けて直す").await;
    story.file().await.returned("reason_thin").await.refiled().await.decided().await;
    assert_eq!(stage.life().await.standing, "abolished");
    assert_eq!(change.position().await, "withdrawn");
    assert_eq!(stage.owes().await, [""; 0]);
    let refused = insist(&stage.company(), stage.case(), "performance-report").await;
    assert!(refused.status == 422 && refused.has("「廃止」のため"), "{}", refused.words());
}

pub async fn given_up_afterwards(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("abolition-after", "額の確定の前は完了後の廃止を申請できない", "補助金の額の確定から").await;

    let story = stage.begin("abolition-after", "財産の扱いの不備で差し戻し、直して承認する").await;
    story.file().await.returned("asset_list").await.refiled().await.decided().await;

    let story = stage.begin("abolition-after", "納付を条件に廃止を承認する").await;
    story.file().await.decided().await;
    assert_eq!(stage.life().await.claims[0].kind, "abolition");
}

pub async fn cancelled(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("grant-cancellation", "事業者は始められない", "交付決定の取消しを始められるのは").await;
    stage
        .may_not_begin(
            "grant-cancellation",
            "交付決定の前の案件は取消しの対象にならない",
            "交付決定を受けた案件だけが対象です",
        )
        .await;

    let story = stage.begin("grant-cancellation", "弁明を聴いて全部を取り消し、返還に進む").await;
    story.file().await;
    // During the cancellation the company files nothing that could be in its way, and is told no more than it must know.
    let busy = insist(&stage.company(), stage.case(), "commercialisation-report").await;
    assert!(
        busy.status == 422 && busy.has("事務局で確認していることがあるため") && !busy.has("取消し"),
        "{}",
        busy.words()
    );
    story.returned("prior_notice").await.answered("defence", "設備は資金繰りのために売却しました。").await;
    story.refiled().await.decided().await;
    assert_eq!(stage.life().await.asked, ["repayment"]);
    let manager = world.staff("manager1").await.unwrap();
    assert!(manager.get("/approvals").await.unwrap().has("補助金の返還"));

    // The order to pay back, and what comes in.
    stage.may_not_begin("repayment", "支払の前は始められない", "返還の手続は始められません").await;
    let story = stage.begin("repayment", "返還を命じる").await;
    story.file().await.decided().await;
    assert!(stage.page().await.has("返還請求額"));
    let story = stage.begin("repayment", "納付を確認する").await;
    story.file().await.decided().await;
    assert_eq!(stage.life().await.sums["repaid"], 5_000_000);
}
