//! A demonstration's clock jumps a year while people are at work: nobody is thrown out, whoever comes in comes in, and what
//! the new day asks for is done at once.

use std::time::Duration;

use hojo_operations::{SealPlaces, housekeeping, keep_sealing};
use hojo_testkit::World;

use crate::ground::real_now;
use crate::sql::Sql;
use crate::stranger::superuser_url;

const YEAR: Duration = Duration::from_secs(366 * 86_400);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_passes_at_once_and_nobody_is_thrown_out() {
    let world = World::new().await;
    let (company, operator) = (world.applicant(1).await.unwrap(), world.staff("operator1").await.unwrap());
    world.clock.advance(YEAR);
    let worker = world.house.worker_db.clone();
    assert_eq!(housekeeping(&worker).await.unwrap().sessions, 0, "sessions live by the server's clock");
    assert_eq!(company.browser.go("/me").await.unwrap().at, "/me");
    assert_eq!(operator.go("/queue").await.unwrap().at, "/queue");

    // GビズID signs by its own clock, an authenticator shows codes by the world's.
    world.applicant(2).await.unwrap();
    let judged = world.house.gbizid.finished_at().unwrap().utc();
    assert!((real_now() - judged).abs() < Duration::from_secs(60), "{judged}");
    world.staff("operator2").await.unwrap();
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_new_day_asks_for_is_done_at_once() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let (worker, clock) = (world.house.worker_db.clone(), world.clock.clone());
    let folder = std::env::temp_dir();
    let places =
        SealPlaces { key: folder.join("none"), trust: folder.join("none.pub"), witness: folder.join("none.log") };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let keeping = tokio::spawn(keep_sealing(worker, places, async move { drop(stopped.await) }));
    let made = "select count(*) from pg_class where relname like 'operation\\_log\\_2%'";
    let mut before = 0;
    for years in 0..2 {
        clock.set(i64::try_from(YEAR.as_secs()).unwrap() * years);
        let mut now = before;
        for _ in 0..100 {
            now = sql.count(made).await;
            if now > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // The machine's own ten minutes are not waited for.
        assert!(now > before, "no partition for the months of year {years}");
        before = now;
    }
    stop.send(()).unwrap();
    keeping.await.unwrap();
    drop(sql);
    world.end().await.unwrap();
}
