//! What is old goes, what is young or waits for a person stays; one turn a day whoever asks.

use std::time::Duration;

use hojo_operations::{Tidied, housekeeping, keep_house};

use crate::world::World;

const JOBS: &str = "insert into jobs (id, lane, kind, payload, state, finished_at) values
    (gen_random_uuid(), 'mail', 'a', '{}', 'done', now() - interval '31 days'),
    (gen_random_uuid(), 'mail', 'a', '{}', 'done', now() - interval '29 days'),
    (gen_random_uuid(), 'mail', 'a', '{}', 'dead', now() - interval '400 days')";

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_over_goes() {
    let w = World::new(&[]).await;
    w.work(JOBS).await;
    w.gate(&format!(
        "insert into sessions (id, token_hash, site, staff_id, idle_seconds, expires_at, ended_at)
         select gen_random_uuid(), decode(md5(n::text), 'hex'), 'office', '{}', 60, now() + interval '1 day' - n * interval '1 day',
                case when n = 3 then now() - interval '91 days' end
         from unnest(array[0, 3, 50, 92]) n;
         insert into sign_ins (state_hash, nonce, verifier, return_to, created_at)
         values ('a', '', '', '', now() - interval '25 hours'), ('b', '', '', '', now())",
        w.staff()
    ))
    .await;
    let tidied = housekeeping(&w.worker).await.unwrap();
    assert_eq!(tidied, Tidied { jobs: 1, sessions: 2, sign_ins: 1, links: 0 });
    assert_eq!(w.text("select string_agg(state, ' ' order by state) from jobs").await, "dead done");
    assert_eq!(w.text("select count(*) from sessions").await, "2");
    assert_eq!(housekeeping(&w.worker).await.unwrap(), Tidied::default());
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_workers_take_one_turn() {
    let w = World::new(&[]).await;
    w.work(JOBS).await;
    let stop = || tokio::time::sleep(Duration::from_millis(500));
    tokio::join!(
        keep_house(w.worker.clone(), stop()),
        keep_house(w.worker.clone(), stop()),
        keep_house(w.worker.clone(), stop())
    );
    assert_eq!(w.text("select count(*) from schedules where name = 'housekeeping'").await, "1");
    assert_eq!(w.text("select count(*) from jobs").await, "2");
    // What becomes old later today waits for tomorrow's turn.
    w.work(JOBS).await;
    keep_house(w.worker.clone(), tokio::time::sleep(Duration::from_millis(200))).await;
    assert_eq!(w.text("select count(*) from jobs").await, "5");
    w.end().await;
}
