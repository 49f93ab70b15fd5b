//! Assigning and scoring: conflicts, the declaration, versions, finality, and who sees what.

use crate::client::hidden;
use crate::world::World;
use crate::{Cast, assign_all, cast, marks, own};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assignment_never_crosses_a_conflict_and_is_carried_out_as_shown() {
    let world = World::new().await;
    let Cast { manager, reviewers, cases, .. } = cast(&world).await;
    let m = &manager.client;
    let list = m.get("/assignments").await.ok();
    assert!(list.contains("3件の案件で、審査員が延べ9名足りません"), "{list}");

    // By hand across the employer's name, written another way: refused with the reason.
    let reviewer = reviewers[0].public_id.to_string();
    let page = m.post(&format!("/assignments/{}/assign", cases[0]), &[("reviewer", &reviewer)]).await.refused();
    assert!(page.contains("勤務先「株式会社見本精機」が申請者と一致します"), "{page}");
    assert_eq!(world.count("select count(*) from assignments").await, 0);

    // A limit is respected by the proposal; a proposal that is out of date is not carried out.
    let fourth = reviewers[3].public_id.to_string();
    let old = hidden(&m.get("/assignments/automatic").await.ok(), "hash");
    m.post(&format!("/reviewers/{fourth}/capacity"), &[("capacity", "1")]).await.to();
    let round = world.round.to_string();
    let stale = m.post("/assignments/automatic", &[("round", &round), ("hash", &old)]).await.refused();
    assert!(stale.contains("状況が変わりました"), "{stale}");
    assert_eq!(world.count("select count(*) from assignments").await, 0);
    assign_all(&world, m).await;
    assert_eq!(
        world.count("select count(*) from assignments where state = 'assigned' and due_on is not null").await,
        9
    );
    let crossing = format!(
        "select count(*) from assignments a join cases c on c.id = a.case_id where c.public_id = '{}' and a.reviewer_id = '{}'",
        cases[0].uuid(),
        reviewers[0].id
    );
    assert_eq!(world.count(&crossing).await, 0);
    assert!(
        world.count(&format!("select count(*) from assignments where reviewer_id = '{}'", reviewers[3].id)).await <= 1
    );
    let full = m.post(&format!("/assignments/{}/assign", cases[1]), &[("reviewer", &fourth)]).await.refused();
    assert!(full.contains("割り当てられています"), "{full}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_opens_before_the_declaration_and_a_conflict_frees_the_place() {
    let world = World::new().await;
    let Cast { manager, reviewers, .. } = cast(&world).await;
    assign_all(&world, &manager.client).await;
    let (r, other) = (&reviewers[1].client, &reviewers[2].client);
    let mine = own(r).await;
    let path = &mine[0];
    let before = r.get(path).await.ok();
    assert!(before.contains("利益相反の有無") && !before.contains("採点表"), "{before}");
    assert!(!before.contains("経費明細"), "nothing of the application stands here");
    r.post(&format!("{path}/save"), &[("points.market", "5")]).await.refused();
    assert_eq!(other.get(path).await.status, 404, "another reviewer's assignment does not exist");
    assert_eq!(manager.client.get(path).await.status, 403, "the office does not score");
    assert_eq!(r.get("/ranking").await.status, 403);

    r.post(&format!("{path}/declare"), &[("conflict", "conflict"), ("reason", "")]).await.refused();
    let to = r.post(&format!("{path}/declare"), &[("conflict", "conflict"), ("reason", "以前の顧問先です")]).await.to();
    assert_eq!(to, "/review?done=recused");
    assert_eq!(r.get(path).await.status, 404);
    assert_eq!(own(r).await.len(), mine.len() - 1);
    // Row security alone keeps the case from the recused reviewer.
    let seen = world.count_as_reviewer(reviewers[1].id, "select count(*) from cases").await;
    assert_eq!(seen, i64::try_from(mine.len() - 1).unwrap());
    let list = manager.client.get("/assignments").await.ok();
    assert!(list.contains("以前の顧問先です") && list.contains("延べ1名足りません"), "{list}");
    let openings = "select count(*) from access_log where permission = 'review.score' and actor_name = '審査 二郎'";
    assert_eq!(world.count_as_office(openings).await, 1, "the one page that was shown");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_is_saved_with_its_version_and_final_once() {
    let world = World::new().await;
    let Cast { manager, reviewers, .. } = cast(&world).await;
    assign_all(&world, &manager.client).await;
    let r = &reviewers[1].client;
    let path = &own(r).await[0];
    r.post(&format!("{path}/declare"), &[("conflict", "none")]).await.to();
    let page = r.get(path).await.ok();
    assert!(page.contains("経費明細") && page.contains("points.innovation"), "{page}");
    assert!(!page.contains("points.overseas"), "a criterion of another frame is not on the sheet");
    for name in ["審査 一郎", "審査 三郎", "審査 四郎"] {
        assert!(!page.contains(name), "{name} is shown");
    }

    let first =
        r.post_at(&format!("{path}/autosave"), &[("points.market", "3"), ("comment.market", "途中")], Some("0")).await;
    assert_eq!((first.status, first.header("x-hojo-version")), (200, "1"), "{}", first.text);
    assert!(first.text.contains("sheet-state") && first.text.contains("<strong>12</strong>"), "{}", first.text);
    let stale =
        r.post_at(&format!("{path}/autosave"), &[("points.market", "5"), ("points.bogus", "9")], Some("0")).await;
    assert_eq!(stale.status, 409);
    assert!(stale.text.contains("\"theirs\":\"3\"") && stale.text.contains("事業性"), "{}", stale.text);
    let page = r.post(&format!("{path}/save"), &[("_version", "0"), ("points.market", "1")]).await;
    assert_eq!(page.status, 409, "without scripts too");
    assert!(page.text.contains("先に保存された内容"), "{}", page.text);

    let lacking = r.get(&format!("{path}/finalise")).await.refused();
    assert!(lacking.contains("「事業性（有望度）」のコメントを20文字以上"), "{lacking}");
    r.post(&format!("{path}/finalise"), &[("_version", "1")]).await.refused();

    let all = marks("4");
    let mut pairs: Vec<(&str, &str)> = all.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    pairs.push(("_version", "1"));
    r.post(&format!("{path}/save"), &pairs).await.to();
    let confirm = r.get(&format!("{path}/finalise")).await.ok();
    r.post(&format!("{path}/finalise"), &[("_version", "1")]).await.refused();
    let version = hidden(&confirm, "_version");
    for _ in 0..2 {
        r.post(&format!("{path}/finalise"), &[("_version", &version)]).await.to();
    }
    assert_eq!(world.count("select count(*) from jobs where kind = 'review_finished'").await, 1);
    assert_eq!(world.count("select count(*) from score_sheets where scores -> 'total' ->> 'points' = '72'").await, 1);
    r.post(&format!("{path}/save"), &pairs).await.refused();
    let after = r.get(path).await.ok();
    assert!(after.contains("採点は確定済みです") && !after.contains("<textarea"), "{after}");
    // Alone it does not finish the review.
    world.work().await;
    assert_eq!(world.count("select count(*) from cases where position = 'decide'").await, 0);
    assert_eq!(world.count_as_reviewer(reviewers[2].id, "select count(*) from score_sheets").await, 0);
    world.end().await;
}
