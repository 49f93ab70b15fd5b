//! From the last sheet to the decided case: ranking, points, runs, the commit and its job.

use crate::client::hidden;
use crate::world::World;
use crate::{Cast, assign_all, cast, own, score};

/// Scores everything: the first case best, the last worst.
async fn scored(world: &World) -> Cast {
    let cast = cast(world).await;
    assign_all(world, &cast.manager.client).await;
    for reviewer in &cast.reviewers {
        for path in own(&reviewer.client).await {
            let page = reviewer.client.get(&path).await.ok();
            let points = if page.contains("見本精機") {
                "5"
            } else if page.contains("株式会社乙") {
                "4"
            } else {
                "2"
            };
            score(&reviewer.client, &path, points).await;
        }
    }
    world.work().await;
    cast
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_saved_committed_by_another_person_and_decides_once() {
    let world = World::new().await;
    let Cast { manager, other, cases, .. } = scored(&world).await;
    assert_eq!(world.count("select count(*) from cases where position = 'decide'").await, 3);
    assert_eq!(world.count("select count(*) from events where kind = 'review_finished'").await, 3);
    let m = &manager.client;
    let ranking = m.get("/ranking").await.ok();
    let place = |name: &str| ranking.find(name).unwrap_or_else(|| panic!("{name}: {ranking}"));
    assert!(place("見本精機株式会社") < place("株式会社乙") && place("株式会社乙") < place("株式会社丙"));
    assert!(
        ranking.contains("<strong>100<") && ranking.contains("それぞれの満点を100点とした点"),
        "5 points everywhere are all: {ranking}"
    );
    let csv = m.post("/ranking/export", &[]).await.ok();
    assert!(csv.starts_with('\u{feff}') && csv.contains("\"1\",\"2026-R1-00001\""), "{csv}");

    // A deduction needs its reason and moves the points.
    let points = format!("/ranking/{}/points", cases[2]);
    m.post(&points, &[("deduction", "used_once"), ("reason", "")]).await.refused();
    m.post(&points, &[("deduction", "used_once"), ("reason", "過去3年に1回の交付決定")]).await.to();

    let round = world.round.to_string();
    let base = [("round", round.as_str()), ("fill", "strict_cut"), ("pass", "majority")];
    let with =
        |name: &'static str, total: &'static str| [base.as_slice(), &[("name", name), ("total", total)]].concat();
    let bad = m.post("/runs", &with("案", "たくさん")).await.refused();
    assert!(bad.contains("value=\"たくさん\""), "{bad}");
    let first = m.post("/runs", &with("案1", "3,000,000")).await.to();
    let second = m.post("/runs", &with("案2", "6,000,000")).await.to();
    let run = first.split('?').next().unwrap().to_owned();
    let later = m.get(&second).await.ok();
    assert!(later.contains("採否案が変わった案件は 1件です"), "{later}");
    let page = m.get(&run).await.ok();
    assert!(page.contains("線までの累計は3,000,000円です") && page.contains("別の人が行います"), "{page}");

    // Not by its maker; not when something moved since; then by another person.
    let hash = hidden(&other.client.get(&format!("{run}/commit")).await.ok(), "hash");
    m.post(&format!("{run}/commit"), &[("hash", &hash)]).await.refused();
    m.post(&points, &[("deduction", "used_once"), ("deduction", "stalled"), ("reason", "事業化が進んでいない")])
        .await
        .to();
    let stale = other.client.post(&format!("{run}/commit"), &[("hash", &hash)]).await.refused();
    assert!(stale.contains("変わっています"), "{stale}");
    let third = m.post("/runs", &with("案3", "3,000,000")).await.to();
    let run = third.split('?').next().unwrap().to_owned();
    let hash = hidden(&other.client.get(&format!("{run}/commit")).await.ok(), "hash");
    for _ in 0..2 {
        other.client.post(&format!("{run}/commit"), &[("hash", &hash)]).await.to();
    }
    assert_eq!(world.count("select count(*) from jobs where kind = 'commit_run'").await, 1);
    let going = other.client.get(&run).await.ok();
    assert!(going.contains("採否を決定しています"), "{going}");

    world.work().await;
    let decided =
        |outcome: &str| format!("select count(*) from cases where position = 'notify' and outcome = '{outcome}'");
    assert_eq!(world.count(&decided("adopted")).await, 2);
    assert_eq!(world.count(&decided("not_adopted")).await, 1);
    assert_eq!(world.count("select sum((state ->> 'adopted')::bigint) from cases").await, 3_000_000);
    assert_eq!(
        world.count("select count(*) from jobs where kind = 'letter' and payload ->> 'cause' = 'outcome'").await,
        3
    );
    assert_eq!(
        world
            .count("select count(*) from jobs where kind = 'letter' and payload ->> 'letter' = 'adoption-notice'")
            .await,
        2
    );
    assert!(other.client.get(&run).await.ok().contains("採否の決定が完了しました"));

    // The job once more, as after a crash between work and "done": no second effect.
    world.as_worker("update jobs set state = 'waiting', attempt = 0, run_at = now() where kind = 'commit_run'").await;
    world.work().await;
    assert_eq!(world.count("select count(*) from events where kind = 'decided'").await, 3);
    assert_eq!(world.count("select count(*) from jobs where kind = 'letter'").await, 3);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_job_decides_nothing() {
    let world = World::new().await;
    let Cast { manager, .. } = scored(&world).await;
    let round = world.round.to_string();
    let pairs = [("round", round.as_str()), ("fill", "strict_cut"), ("pass", "majority"), ("name", "案")];
    manager.client.post("/runs", &pairs).await.to();
    // Nobody committed the run; a job that says so is laid down for people to see.
    world
        .as_worker(&format!(
            "insert into jobs (id, lane, kind, payload) select gen_random_uuid(), 'cases', 'commit_run',
             jsonb_build_object('run', id, 'by', '{}', 'from', 0) from runs",
            manager.id
        ))
        .await;
    world.work().await;
    assert_eq!(world.count("select count(*) from jobs where kind = 'commit_run' and state = 'dead'").await, 1);
    assert_eq!(world.count("select count(*) from events where kind = 'decided'").await, 0);
    world.end().await;
}
