//! The demonstration world holds what it promises: every procedure, every step, six years.

use std::collections::BTreeSet;

use hojo_testkit::DemoWorld;
use sqlx::{Connection, PgConnection, Row};

async fn all(db: &mut PgConnection, sql: &'static str) -> BTreeSet<String> {
    let rows = sqlx::query(sql).fetch_all(db).await.unwrap();
    rows.into_iter().map(|row| row.get::<String, _>(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_holds_every_procedure_and_every_step_six_years_deep() {
    let world = DemoWorld::new(8).await.unwrap_or_else(|e| panic!("{e:#}"));
    let mut db = world.superuser().await.unwrap();

    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../programmes/shinjigyo-monodukuri/2026-r1");
    let edition = hojo_app::definitions::load(&dir).unwrap();
    let there = all(&mut db, "select distinct procedure from cases").await;
    for procedure in edition.procedures.values().filter(|p| !p.public) {
        assert!(there.contains(&procedure.code), "{} is nowhere", procedure.title);
    }
    let steps = all(&mut db, "select distinct position from cases where root_id is not null").await;
    for step in ["draft", "check", "second_check", "returned", "decide", "approve", "consult", "closed"] {
        assert!(steps.contains(step), "no procedure is at {step}: {steps:?}");
    }
    let standings = all(&mut db, "select distinct standing from cases where root_id is null").await;
    for standing in ["adopted", "granted", "paid", "finished", "declined", "withdrawn", "abolished", "cancelled"] {
        assert!(standings.contains(standing), "no case stands at {standing}: {standings:?}");
    }

    // One case has gone through everything, to its sixth report and its end; another was cancelled and pays back.
    let six: i64 = sqlx::query(
        "select count(*) from cases r join cases c on c.id = r.root_id
         where c.standing = 'finished' and r.procedure = 'commercialisation-report' and r.position = 'closed'",
    )
    .fetch_one(&mut db)
    .await
    .unwrap()
    .get(0);
    assert_eq!(six, 6);
    let age: i32 =
        sqlx::query("select (now()::date - min(filed_at)::date) from cases").fetch_one(&mut db).await.unwrap().get(0);
    assert!(age > 6 * 365, "the oldest case is {age} days old");
    let owed = sqlx::query(
        "select (money->>'claimed')::bigint as claimed, (money->>'repaid')::bigint as repaid from cases where standing = 'cancelled'",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    let (claimed, repaid): (i64, i64) = (owed.get(0), owed.get(1));
    assert!(0 < repaid && repaid < claimed, "{repaid} of {claimed}");
    let held: i64 = sqlx::query("select count(*) from case_holders").fetch_one(&mut db).await.unwrap().get(0);
    assert!(held > 0, "no case has changed hands");

    // The rules desk has something to compare, and a second programme is open.
    let editions = all(&mut db, "select id from editions").await;
    assert_eq!(editions.len(), 3, "{editions:?}");
    let drafts: i64 =
        sqlx::query("select count(*) from cases where programme_id = 'akitenpo-shoreikin' and position = 'draft'")
            .fetch_one(&mut db)
            .await
            .unwrap()
            .get(0);
    assert_eq!(drafts, 3);

    // No job was given up on the way.
    let given_up = all(
        &mut db,
        "select kind || ': ' || coalesce(last_error, '') from jobs where state not in ('done', 'waiting')",
    )
    .await;
    assert!(given_up.is_empty(), "{given_up:?}");
    db.close().await.unwrap();
    world.end().await.unwrap();
}
