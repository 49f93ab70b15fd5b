//! 承継: the successor joins, the case moves on its day, and the former holder files no more.

use hojo_programme::Raw;
use hojo_testkit::browser::Browser;
use hojo_testkit::{Applicant, World};
use hojo_words::ids::PublicId;
use hojo_words::jst;
use sqlx::Connection;
use time::{Date, Duration};

use super::dues::workers;
use super::ground::insist;
use super::stage::Stage;
use super::story::Story;

/// The form names this company as the successor.
fn names(story: &mut Story<'_, '_>, successor: &Applicant) {
    let who = &successor.who;
    let number = who.corporate_number.as_ref().unwrap().to_string();
    story.example.answers.set("successor_number", Raw::Text(number));
    story.example.answers.set("successor_name", Raw::Text(who.name.clone().unwrap()));
}

/// An hour into a day, and the workers' turn.
async fn the_day_comes(world: &World, day: Date) {
    world.go_to(jst::start_of_day(day) + Duration::hours(1)).await.unwrap();
    workers(world).await;
}

/// Neither sees nor begins anything of it.
async fn is_out(former: &Browser, case: PublicId, filing: PublicId) {
    assert_eq!(former.go(&format!("/cases/{case}/procedures")).await.unwrap().status, 404);
    assert_eq!(former.go(&format!("/filings/{filing}")).await.unwrap().status, 404);
    for procedure in ["performance-report", "plan-change"] {
        assert_eq!(insist(former, case, procedure).await.status, 404);
    }
}

async fn count(world: &World, sql: &'static str) -> i64 {
    let mut db = world.superuser().await.unwrap();
    let n = sqlx::query_scalar(sql).fetch_one(&mut db).await.unwrap();
    db.close().await.unwrap();
    n
}

pub async fn running(world: &World) {
    let stage = Stage::new(world).await;
    let other = world.drafted(2).await.unwrap();
    let settled = "額の確定の後は完了後の承継の手続による";
    stage.may_not_begin("succession", settled, "交付決定を受けてから補助金の額が確定するまで").await;

    // The successor has an application of its own in this round: said before anything is drafted.
    let mut story = stage.begin("succession", "差戻しを受けて直す").await;
    names(&mut story, &other.applicant);
    story.file().await.returned("contract_missing").await.refiled().await.checked_by_the_office().await;
    let refused = story.proposed().await;
    assert!(
        refused.status == 422 && refused.has("同じ公募回に自らの申請（下書き）を持っている"),
        "{}",
        refused.words()
    );
    let theirs = world.house.sign_in_applicant(other.applicant.who.clone()).await.unwrap();
    let form = theirs.get(&format!("/filings/{}/discard", other.filing)).await.unwrap().form("/discard").unwrap();
    theirs.press(&form, "下書きを破棄する").await.unwrap().ok().unwrap();
    story.drafted().await.approved().await.agreed_by_the_agency().await;
    assert_eq!(story.letters().await, ["return-notice", "succession-notice"]);

    // Decided, but not yet: until its day the former holder stays, and the desk says what is coming.
    let on = stage.life().await.awaits_on().unwrap();
    assert!(stage.page().await.has("交付決定・補助事業実施中"));
    assert_eq!(theirs.go(&format!("/cases/{}/procedures", stage.case())).await.unwrap().status, 404);
    let manager = world.staff("manager1").await.unwrap();
    let desk = manager.get(&format!("/cases/{}", stage.case())).await.unwrap();
    let name = other.applicant.who.name.clone().unwrap();
    assert!(desk.has("効力発生日を待つ変更") && desk.has(&name), "{}", desk.words());
    the_day_comes(world, on - Duration::days(1)).await;
    assert_eq!(count(world, "select count(*) from case_holders").await, 0);

    // The successor has a case of its own on the day: nothing takes hold, and the office's lists say why and what to do.
    let own = "update cases set position = $1 where public_id = $2";
    let mut db = world.superuser().await.unwrap();
    sqlx::query(own).bind("draft").bind(other.case.uuid()).execute(&mut db).await.unwrap();
    the_day_comes(world, on).await;
    assert_eq!(count(world, "select count(*) from case_holders").await, 0);
    let manager = world.staff("manager1").await.unwrap();
    let list = manager.get("/obligations").await.unwrap();
    for part in ["反映できていない変更（1件）", "自らの申請（下書き）", "取り下げられてから", &name]
    {
        assert!(list.has(part), "{part}: {}", list.words());
    }
    the_day_comes(world, on + Duration::days(1)).await;
    let home = world.staff("manager1").await.unwrap().get("/").await.unwrap();
    assert!(home.has("反映できていない変更が1件") && home.links().iter().any(|l| l.ends_with("/obligations#awaited")));
    sqlx::query(own).bind("discarded").bind(other.case.uuid()).execute(&mut db).await.unwrap();
    db.close().await.unwrap();

    // Nothing is in the way any more: once, however many workers look.
    the_day_comes(world, on + Duration::days(1)).await;
    assert!(!world.staff("manager1").await.unwrap().get("/obligations").await.unwrap().has("反映できていない"));
    let life = stage.life().await;
    assert_eq!((life.holder["name"].as_str(), life.awaits_on()), (name.as_str(), None));
    assert_eq!(count(world, "select count(*) from events where kind = 'came_true'").await, 1);
    assert_eq!(count(world, "select count(*) from case_holders").await, 1);
    let former = world.house.sign_in_applicant(stage.filed.applicant.who.clone()).await.unwrap();
    is_out(&former, stage.case(), story.filing).await;
    let successor = world.house.sign_in_applicant(other.applicant.who.clone()).await.unwrap();
    let page = successor.get(&format!("/cases/{}/procedures", stage.case())).await.unwrap();
    assert!(page.has("交付決定・補助事業実施中") && page.has("実績報告を始める"), "{}", page.words());
    // Nothing of the former holder's begins twice: the successor goes on where the case stands.
    assert_eq!(
        successor
            .get("/me")
            .await
            .unwrap()
            .links()
            .iter()
            .filter(|l| l.contains(&stage.case().to_string()))
            .count()
            .min(1),
        1
    );
}

/// 相続: known only afterwards, typed in by the office, and the heir comes in by the account that was named.
pub async fn heir(world: &World) {
    let stage = Stage::new(world).await;
    let mut heir = world.identity("demo-00020").unwrap();
    assert!(heir.corporate_number.is_none(), "a sole proprietor");
    heir.sub = "b2c3d4e5f60718293a4b5c6d7e8f90a1".into();
    let story = stage.begin("succession", "相続による承継の承認").await;
    story.file().await.decided().await;
    assert_eq!(stage.life().await.awaits_on(), None);
    let former = world.house.sign_in_applicant(stage.filed.applicant.who.clone()).await.unwrap();
    is_out(&former, stage.case(), story.filing).await;
    let heir = world.house.sign_in_applicant(heir).await.unwrap();
    let page = heir.get(&format!("/cases/{}/procedures", stage.case())).await.unwrap();
    assert!(page.has("交付決定・補助事業実施中") && page.has("見本食堂"), "{}", page.words());
    assert!(heir.get("/letters").await.unwrap().has("承継"));
}

/// After the project: the duties pass on, reports among them.
pub async fn after(world: &World) {
    let stage = Stage::new(world).await;
    stage
        .may_not_begin("succession-after", "額の確定の前は実施中の承継を使う", "補助金の額が確定した後に申請できます")
        .await;
    let successor = world.applicant(2).await.unwrap();
    let mut story = stage.begin("succession-after", "同意書の不備で差し戻し、直して承認する").await;
    names(&mut story, &successor);
    story.file().await.returned("consent_scope").await.refiled().await.decided().await;
    let on = stage.life().await.awaits_on().unwrap();
    the_day_comes(world, on).await;
    let former = world.house.sign_in_applicant(stage.filed.applicant.who.clone()).await.unwrap();
    is_out(&former, stage.case(), story.filing).await;
    let theirs = world.house.sign_in_applicant(successor.who.clone()).await.unwrap();
    let page = theirs.get(&format!("/cases/{}/procedures", stage.case())).await.unwrap();
    assert!(page.has("事業化状況・知的財産権等報告") && page.has("期限のある手続"), "{}", page.words());
}
