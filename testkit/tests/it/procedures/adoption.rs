//! From the application to the grant: adopted, declined, lapsed.

use hojo_testkit::World;

use super::ground;
use super::stage::Stage;

/// Checked by two, scored by three, adopted by two.
pub async fn adopted(world: &World) {
    let case = ground::adopted(world, &[1]).await.remove(0);
    let company = case.applicant.browser.clone();
    let page = company.get(&format!("/cases/{}/procedures", case.case)).await.unwrap();
    assert!(page.has("採択（交付申請前）") && page.has("採択額") && page.has("交付申請を始める"), "{}", page.words());
    assert!(page.has("期限のある手続") && page.has("採択日から2か月以内"), "{}", page.words());
}

pub async fn declined(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("adoption-decline", "交付決定の後では遅い", "採択の通知を受けてから交付決定までの間").await;
    stage.may_not_begin("adoption-decline", "不採択の事業者は辞退できない", "採択辞退届はできません").await;

    let story = stage.begin("adoption-decline", "差戻しを受けて直す").await;
    story.file().await.returned("reason_thin").await.refiled().await.decided().await;
    // What follows an adoption is not there any more.
    let page = stage.page().await;
    assert!(page.has("採択辞退") && !page.has("交付申請を始める") && !page.has("期限のある手続"), "{}", page.words());
    let refused = ground::insist(&stage.company(), stage.case(), ground::GRANT).await;
    assert!(refused.status == 422 && refused.has("のため、交付申請はできません"), "{}", refused.words());
}

pub async fn lapsed(world: &World) {
    let stage = Stage::new(world).await;
    stage.may_not_begin("adoption-lapse", "事業者が始めることはできない", "採択取消を始められるのは").await;
    stage
        .may_not_begin("adoption-lapse", "交付決定の後は採択取消ではない", "採択されて交付決定を受けていない案件")
        .await;

    let story = stage.begin("adoption-lapse", "事前の通知の後に採択取消").await;
    story.file().await;
    // Nobody loses anything unheard.
    story.checked_by_the_office().await;
    let refused = story.proposed().await;
    assert!(refused.status == 422 && refused.has("弁明を聴く必要があります"), "{}", refused.words());
    story.moved_back_to_the_check().await;
    story.returned("hear_deadline").await.answered("answer", "資金の調達に時間がかかりました。").await;
    story.refiled().await.decided().await;
    assert!(stage.page().await.has("採択取消"));
}
