//! What reviewers are told by mail: once for each occasion, and not when there is nothing left to do.

use crate::world::World;
use crate::{Cast, assign_all, cast};

fn ordered(template: &str) -> String {
    format!(
        "select count(*) from jobs where kind = 'staff_mail' and lane = 'mail' and payload ->> 'template' = '{template}'"
    )
}

const TODAY: &str = "(clock_timestamp() at time zone 'Asia/Tokyo')::date";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviewers_are_told_once_when_assigned_before_the_day_and_when_it_has_passed() {
    let world = World::new().await;
    let Cast { manager, .. } = cast(&world).await;
    assign_all(&world, &manager.client).await;
    // One mail for each reviewer, however many cases; together they name all of them.
    let reviewers = world.count("select count(distinct reviewer_id) from assignments").await;
    assert_eq!(world.count(&ordered("review_assigned")).await, reviewers);
    let cases = "select sum((payload ->> 'cases')::int) from jobs where kind = 'staff_mail'";
    assert_eq!(world.count(cases).await, 9);

    world.another_day().await;
    assert_eq!(world.count(&ordered("review_reminder")).await, 0, "thirty days are left");
    for (left, reminders) in [(7, 1), (7, 1), (5, 1), (1, 2), (0, 2)] {
        world
            .as_worker(&format!(
                "update assignments set due_on = {TODAY} + {left}, assigned_at = now() - interval '20 days'"
            ))
            .await;
        // The key names the due date: what moves here is the day, so the date must stay.
        world.as_worker(&format!("update jobs set dedupe_key = regexp_replace(dedupe_key, ':20\\d\\d-\\d\\d-\\d\\d', ':' || {TODAY} + {left}) where kind = 'staff_mail'")).await;
        world.another_day().await;
        assert_eq!(world.count(&ordered("review_reminder")).await, reminders * reviewers, "{left} days are left");
    }
    // Who has finished is left alone.
    let done = "update assignments set state = 'finalised' where reviewer_id = (select min(reviewer_id::text)::uuid from assignments)";
    world.as_worker(done).await;
    world.as_worker(&format!("update assignments set due_on = {TODAY} - 1")).await;
    for _ in 0..2 {
        world.another_day().await;
        assert_eq!(world.count(&ordered("review_overdue")).await, reviewers - 1);
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_order_one_reminder() {
    let world = World::new().await;
    let Cast { manager, .. } = cast(&world).await;
    assign_all(&world, &manager.client).await;
    world.as_worker(&format!("update assignments set due_on = {TODAY} - 1")).await;
    tokio::join!(world.another_day(), world.another_day(), world.another_day());
    let reviewers = world.count("select count(distinct reviewer_id) from assignments").await;
    assert_eq!(world.count(&ordered("review_overdue")).await, reviewers);
    world.end().await;
}
