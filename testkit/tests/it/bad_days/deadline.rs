//! The deadline: the database's clock decides, to the second, and two people can move it at once.

use hojo_access::Site;
use time::Duration;

use super::{Desk, NUMBER};
use crate::client::{Client, complete};
use crate::ground::{CLOSES, colleague, company, edition};
use crate::sql::public;

/// Sets the round to close `seconds` from now by the clock the product reads.
async fn closes_in(desk: &mut Desk, seconds: i64) {
    let offset = desk.ground.clock.offset_seconds();
    desk.sql
        .run(&format!("update rounds set closes_at = clock_timestamp() + make_interval(secs => {})", offset + seconds))
        .await;
}

/// Seconds until the round closes, negative after it.
async fn left(desk: &mut Desk) -> f64 {
    let offset = desk.ground.clock.offset_seconds();
    let sql = format!(
        "select extract(epoch from closes_at - clock_timestamp() - make_interval(secs => {offset})) from rounds"
    );
    desk.sql.one(&sql).await.parse().unwrap()
}

async fn seen(c: &Client, base: &str) -> String {
    c.get(&format!("{base}/check")).await.ok().hidden("_seen")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn around_the_deadline_no_decision_differs_from_the_database_clock() {
    let mut desk = Desk::ready().await;
    let seen = seen(&desk.client, &desk.base).await;
    let submit = format!("{}/submit", desk.base);
    let mut tried = 0;
    for seconds in [-2i64, -1, 0, 1, 2, 2] {
        closes_in(&mut desk, seconds).await;
        let before = left(&mut desk).await;
        let answer = desk.client.post(&submit, &[("_seen", &seen), ("declare", "yes")]).await;
        let after = left(&mut desk).await;
        tried += 1;
        let filed = desk.sql.count("select count(*) from submissions").await;
        if before <= 0.0 {
            assert!(answer.status == 422 && answer.has("締め切りました"), "closed {before} s ago: {}", answer.said());
            assert_eq!(filed, 0);
        }
        if after >= 0.0 {
            assert_eq!(answer.status, 303, "open for {after} s more: {}", answer.said());
        }
        if filed == 1 {
            // Whatever the browser waited, what counts is the database's moment of the decision.
            let ahead = desk.sql.one("select (s.filed_at < r.closes_at)::text from submissions s, rounds r").await;
            assert_eq!(ahead, "true");
            break;
        }
    }
    assert!(tried >= 3, "closed rounds were tried too");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_move_the_deadline_and_the_next_request_knows() {
    let mut desk = Desk::ready().await;
    let (_, first) = colleague(&mut desk.sql, "三浦 恵子", "manager").await;
    let (_, second) = colleague(&mut desk.sql, "大野 健一", "manager").await;
    let (first, second) = (desk.house.client(Site::Office, &first), desk.house.client(Site::Office, &second));
    let seen = seen(&desk.client, &desk.base).await;
    let form = [("_seen", seen.as_str()), ("declare", "yes")];
    desk.ground.set_clock(CLOSES + Duration::seconds(5));
    let submit = format!("{}/submit", desk.base);
    assert_eq!(desk.client.post(&submit, &form).await.status, 422);

    let page = format!("/rounds/{}/deadline", desk.ground.round);
    let wanted = [("scope", "all"), ("day", "2026/11/02"), ("clock", "18:00"), ("reason", "認証基盤の障害")];
    first.post(&page, &wanted).await.ok();
    assert_eq!(desk.sql.count("select count(*) from deadline_moves").await, 0, "a preview stores nothing");
    let confirmed: Vec<_> = wanted.iter().copied().chain([("stage", "confirm")]).collect();
    first.post(&page, &confirmed).await.to();
    assert_eq!(desk.client.post(&submit, &form).await.status, 422, "a proposal moves nothing");
    let id = public(&desk.sql.one("select public_id from deadline_moves").await);
    let decide = format!("{page}/{id}/decide");
    let own = first.post(&decide, &[("decision", "approve")]).await;
    assert!(own.status == 422 && own.has("起案した人は承認できません"), "{}", own.said());
    assert_eq!(desk.client.post(&submit, &form).await.status, 422);
    second.post(&decide, &[("decision", "approve")]).await.to();
    assert_eq!(desk.client.post(&submit, &form).await.to(), format!("{}/receipt", desk.base));
    // Announced on every page of the portal within five seconds.
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert!(desk.client.get("/rounds").await.ok().has("2026/11/02"));
    assert_eq!(desk.sql.count("select count(*) from operation_log where permission = 'deadline.move'").await, 2);
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_moved_for_one_applicant_moves_for_nobody_else() {
    let mut desk = Desk::ready().await;
    let (other, theirs) = company(&mut desk.sql, "株式会社よその会社", Some("1000000000009"), "prime").await;
    let them = desk.house.client(Site::Portal, &theirs);
    let base = them.start(desk.ground.round).await;
    let (_, first) = colleague(&mut desk.sql, "三浦 恵子", "manager").await;
    let (_, second) = colleague(&mut desk.sql, "大野 健一", "manager").await;
    let (first, second) = (desk.house.client(Site::Office, &first), desk.house.client(Site::Office, &second));
    let who =
        public(&desk.sql.one(&format!("select public_id from applicants where corporate_number = '{NUMBER}'")).await);
    assert_ne!(other.to_string(), who);
    let seen = seen(&desk.client, &desk.base).await;
    let page = format!("/rounds/{}/deadline", desk.ground.round);
    let wanted = [
        ("scope", "one"),
        ("applicant", who.as_str()),
        ("day", "2026/11/02"),
        ("clock", "18:00"),
        ("reason", "被災"),
        ("stage", "confirm"),
    ];
    first.post(&page, &wanted).await.to();
    let id = public(&desk.sql.one("select public_id from deadline_moves").await);
    second.post(&format!("{page}/{id}/decide"), &[("decision", "approve")]).await.to();
    desk.ground.set_clock(CLOSES + Duration::hours(1));
    let late = them.post(&format!("{base}/submit"), &[("_seen", "x"), ("declare", "yes")]).await;
    assert!(late.status == 422 && late.has("2026/10/30 18:00"), "{}", late.said());
    assert!(!late.has("2026/11/02"), "somebody else's extension is not theirs to know");
    desk.client.post(&format!("{}/submit", desk.base), &[("_seen", &seen), ("declare", "yes")]).await.to();
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_opening_nothing_is_taken_and_the_draft_stays() {
    let mut desk = Desk::empty().await;
    desk.client.fill(&desk.base, &edition(), &complete(&edition())).await;
    let seen = seen(&desk.client, &desk.base).await;
    let offset = desk.ground.clock.offset_seconds();
    desk.sql
        .run(&format!("update rounds set opens_at = clock_timestamp() + make_interval(secs => {})", offset + 3_600))
        .await;
    let early = desk.client.post(&format!("{}/submit", desk.base), &[("_seen", &seen), ("declare", "yes")]).await;
    assert!(early.status == 422 && early.has("からです"), "{}", early.said());
    assert_eq!(desk.sql.count("select count(*) from submissions").await, 0);
    desk.end().await;
}
