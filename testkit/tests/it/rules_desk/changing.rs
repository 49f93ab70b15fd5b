//! 変更の起案: two people, a moment that fires once, running cases that go forward or stay.

use std::sync::Arc;

use hojo_jobs::Lane;
use hojo_testkit::World;

use super::{approved, copied, folder, in_force, one, proposed, store};

const ONE: &str = "shinjigyo-monodukuri/2026-r1@1.0";
const MINOR: &str = "shinjigyo-monodukuri/2026-r1@1.1";
const TWO: &str = "shinjigyo-monodukuri/2026-r2@1.0";

#[tokio::test(flavor = "multi_thread")]
async fn a_change_shows_its_difference_and_what_drafts_would_find_before_two_people_put_it_in_force() {
    let world = World::new().await;
    let filed = world.drafted(1).await.unwrap();
    world.drafted(2).await.unwrap();
    store(&world, folder("shinjigyo-monodukuri/2026-r2")).await;
    let (manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let list = manager.get("/editions").await.unwrap();
    assert!(list.has(ONE) && list.has(TWO), "{}", list.words());
    let request = proposed(&world, &manager, TWO, "ask").await;

    // The difference in words, the impact, the form as applicants will meet it.
    let page = other.get(&request).await.unwrap();
    for part in ["補助上限額", "規則 TXT-SUMMARY", "省力化・デジタル化の取組", "2件", "承認を待っています"]
    {
        assert!(page.has(part), "{part}: {}", page.words());
    }
    let form = other.get(&format!("{request}/forms/application")).await.unwrap();
    assert!(form.has("パートナーシップ構築宣言を公表している"), "{}", form.words());

    // Replayed on the real drafts: their summaries are too short for the newer rule.
    let form = page.form("/replay").unwrap();
    other.press(&form, "試行を始める").await.unwrap().ok().unwrap();
    world.drain().await.unwrap();
    let page = other.get(&request).await.unwrap();
    assert!(page.has("終わりました。"), "{}", page.words());
    let drafts: i64 = one(&world, "select done::text from rule_replays").await.parse().unwrap();
    assert_eq!(drafts, 2);
    assert!(page.links().iter().any(|l| l.contains(&filed.case.to_string())) || !page.has("新しく当てはまる"));

    // Nobody approves their own, and one request is open at a time.
    assert!(!manager.get(&request).await.unwrap().has("承認する（"));
    let again = manager.get(&format!("/editions/change?round={}&edition={TWO}", world.round)).await.unwrap();
    let mut form = again.form("/editions/change").unwrap();
    for (name, value) in [("day", "2099/1/1"), ("clock", "9:00"), ("reason", "もう一度")] {
        form.set(name, value).unwrap();
    }
    let refused = manager.press(&form, "起案する").await.unwrap();
    assert!(refused.has("1年より先"), "{}", refused.words());
    let soon = world.house.now().await.unwrap() + time::Duration::days(3);
    form.set("day", &soon.date().to_string()).unwrap();
    assert!(manager.press(&form, "起案する").await.unwrap().has("まだ適用されていない変更"));

    // Taken back after approval: its moment passes and nothing happens.
    approved(&world, &other, &request).await;
    let form = other.get(&request).await.unwrap().form("/decide").unwrap();
    other.press(&form, "起案を取り消す").await.unwrap().ok().unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2_500)).await;
    world.drain().await.unwrap();
    assert_eq!(one(&world, "select edition_id from rounds").await, ONE);
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_moment_fires_once_and_in_time_on_one_of_several_nodes() {
    let world = World::new().await;
    let filed = world.submitted(1).await.unwrap();
    let draft = world.drafted(2).await.unwrap();
    let (_dir, edition) =
        copied("1.1", "procedures/application/flow.yaml", "check: 形式確認中", "check: 書類を確認しています");
    store(&world, edition).await;
    let (manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let request = proposed(&world, &manager, MINOR, "ask").await;
    approved(&world, &other, &request).await;

    // Several nodes look for work at once; all of them are taken down and come back before the moment.
    world.house.work(&Lane::ALL).await.unwrap();
    assert_eq!(one(&world, "select edition_id from rounds").await, ONE);
    let world = Arc::new(world);
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let world = Arc::clone(&world);
        nodes.spawn(async move { in_force(&world, MINOR).await });
    }
    nodes.join_all().await;
    let world = Arc::into_inner(world).unwrap();
    let fired = one(
        &world,
        "select count(*)::text from operation_log where permission = 'rules.change' and detail ? 'late_milliseconds'",
    )
    .await;
    assert_eq!(fired, "1");
    let late: i64 =
        one(&world, "select detail ->> 'late_milliseconds' from operation_log where detail ? 'late_milliseconds'")
            .await
            .parse()
            .unwrap();
    assert!((0..=5_000).contains(&late), "{late} ms late");

    // A minor version takes the running case along; the draft waits for its applicant.
    assert_eq!(one(&world, "select rolled::text from rule_changes").await, "1");
    assert_eq!(one(&world, "select edition_id from filings where state = 'filed'").await, MINOR);
    assert_eq!(one(&world, "select edition_id from filings where state = 'draft'").await, ONE);
    let status = filed.applicant.browser.get(&format!("/cases/{}", filed.case)).await.unwrap();
    assert!(status.has("書類を確認しています"), "{}", status.words());
    let base = format!("/filings/{}", draft.filing);
    let overview = draft.applicant.browser.get(&base).await.unwrap();
    assert!(overview.has("様式が新しくなりました"), "{}", overview.words());
    let map = draft.applicant.browser.get(&format!("{base}/upgrade")).await.unwrap();
    assert!(map.has("入力する項目は変わりません"), "{}", map.words());
    // A change that touches no draft is told to nobody.
    assert_eq!(one(&world, "select count(*)::text from change_notices").await, "0");
    assert!(!draft.applicant.browser.get("/me").await.unwrap().has("改定により"));
    world.end().await.unwrap();
}
