//! While the project runs: the plan changes, something happens, the office asks and looks.

use hojo_testkit::World;

use super::stage::Stage;

pub async fn plan_changed(world: &World) {
    let stage = Stage::new(world).await;
    stage
        .may_not_begin("plan-change", "交付決定の前には始められない", "交付決定を受けて補助事業を実施している間")
        .await;

    let story = stage.begin("plan-change", "差戻しを受けて直す").await;
    story.file().await.returned("before_after").await.refiled().await.decided().await;
    let receipt = stage.life().await.plan.get("lines").cloned().unwrap();
    // The plan in force is the one of the change, and the desk says on which ground.
    let desk = world.staff("manager1").await.unwrap().get(&format!("/cases/{}", stage.case())).await.unwrap();
    assert!(desk.has("計画の基準を更新しました") && desk.has(&receipt), "{}", desk.words());

    // Less than was granted is approved, more never; and never less than was paid already.
    let story = stage.begin("plan-change", "補助金の額が減る計画変更").await;
    story.file().await.decided().await;
    let story = stage.begin("plan-change", "補助金の額を増やす承認はできない").await;
    story.file().await.checked_by_the_office().await;
    let refused = story.proposed().await;
    assert!(refused.status == 422 && refused.has("申請された金額以下"), "{}", refused.words());
}

pub async fn extended(world: &World) {
    let stage = Stage::new(world).await;
    stage
        .may_not_begin("accident-report", "完了期限を過ぎてからは報告できない", "補助事業の完了期限を過ぎたため")
        .await;

    let story = stage.begin("accident-report", "差戻しを受けて直す").await;
    let before = stage.life().await.dates["project_end"];
    story.file().await.returned("proof_missing").await.refiled().await.decided().await;
    let until = stage.life().await.dates["project_end"];
    assert!(until > before);
    // What is owed moves along with the term.
    let page = stage.page().await;
    assert!(page.has("実績報告") && page.has(&hojo_words::jst::date_text(until)), "{}", page.words());
}

pub async fn asked_and_inspected(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("status-report", "事業者が自ら始めることはできない", "状況報告を始められるのは").await;
    stage.may_not_begin("status-report", "交付決定の前には求められない", "交付決定を受けて").await;

    // 求め: a draft with its day and a mail, answered by the company.
    let story = stage.begin("status-report", "実地検査へ進む").await;
    world.drain().await.unwrap();
    assert!(world.mail.sent().iter().any(|mail| mail.subject.contains("状況報告の提出をお願いします")));
    assert!(stage.company().get("/me").await.unwrap().has("2099/01/01"));
    story.file().await.decided().await;

    // The office is asked to begin what follows, and does.
    let manager = world.staff("manager1").await.unwrap();
    assert!(manager.get("/approvals").await.unwrap().has("実地検査"));
    let story = stage.begin("inspection", "適正と認める").await;
    assert_eq!(stage.company().go(&format!("/cases/{}", story.run)).await.unwrap().status, 404);
    story.file().await.decided().await;
    assert!(stage.company().get("/letters").await.unwrap().has("実地検査"));
}

pub async fn mended(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("inspection", "交付決定の前は検査の対象にならない", "交付決定を受けた案件だけが対象です").await;
    let mut story = stage.begin("inspection", "指摘を伝え、是正を確認する").await;
    story.file().await.returned("label_missing").await;
    story.answered("mended_reply", "設備に表示の票を貼りました。").await.refiled().await.checked_by_the_office().await;
    // With findings on record it is not 適正; the form says so, and so does whoever insists.
    let form = world.staff("manager1").await.unwrap().get(&format!("/cases/{}/ruling", story.run)).await.unwrap();
    assert!(form.has("提出された内容に合わないため、決定できません。指摘が記録されています。"), "{}", form.words());
    story.goes_like("指摘を記録した検査を適正とはできない");
    let refused = story.proposed().await;
    assert!(refused.status == 422 && refused.has("「適正」は、提出された内容に合いません"), "{}", refused.words());
    story.goes_like("指摘を伝え、是正を確認する");
    story.drafted().await.approved().await.as_expected().await;

    // Grave findings are for the office to follow.
    let story = stage.begin("inspection", "重大な指摘により取消しの検討に進む").await;
    story.file().await.decided().await;
    assert_eq!(stage.life().await.asked, ["grant-cancellation"]);
}
