//! 個別の発行: a letter that nothing sends by itself is looked at, issued with a reason, once, by whoever may.

use hojo_testkit::World;
use sqlx::{Connection, Row};

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_nothing_sends_is_issued_by_hand_once_with_its_reason() {
    let world = World::new().await;
    let filed = world.submitted(1).await.unwrap();
    let desk = format!("/cases/{}", filed.case);
    let manager = world.staff("manager1").await.unwrap();
    assert!(manager.get(&desk).await.unwrap().has("通知書を個別に発行する"));
    let list = manager.get(&format!("{desk}/letters")).await.unwrap();
    assert!(list.has("口頭審査"), "{}", list.words());
    // What the flow sends is not among them.
    let sent = |link: &String| link.ends_with("/return-notice") || link.ends_with("/refusal-notice");
    assert!(!list.links().iter().any(sent), "{:?}", list.links());
    for other in ["return-notice", "application-copy", "nothing"] {
        assert_eq!(manager.go(&format!("{desk}/letters/{other}")).await.unwrap().status, 404, "{other}");
    }

    // Looking writes nothing.
    let here = format!("{desk}/letters/oral-confirmation");
    let page = manager.get(&here).await.unwrap();
    assert!(page.has("文書番号は発行のときに付きます"), "{}", page.words());
    let mut db = world.superuser().await.unwrap();
    let mut letters = async || -> Vec<(String, String, Option<String>, Option<String>)> {
        let sql =
            "select state, cause, number, reason from letters where kind = 'oral-confirmation' order by created_at";
        let rows = sqlx::query(sql).fetch_all(&mut db).await.unwrap();
        rows.iter().map(|r| (r.get(0), r.get(1), r.get(2), r.get(3))).collect()
    };
    assert!(letters().await.is_empty());

    // Not without a reason; then once, however often the page is sent.
    let mut form = page.form("/letters/oral-confirmation").unwrap();
    let refused = manager.press(&form, "発行する").await.unwrap();
    assert!(refused.status == 422 && refused.has("理由が入力されていません"), "{}", refused.words());
    assert!(letters().await.is_empty());
    form.set("reason", "本人確認書類の写しが届いたため").unwrap();
    let first = manager.press(&form, "発行する").await.unwrap().ok().unwrap();
    let again = manager.press(&form, "発行する").await.unwrap().ok().unwrap();
    assert_eq!(first.at, again.at);
    world.drain().await.unwrap();
    let made = letters().await;
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(made[0].0, "delivered", "{made:?}");
    assert!(made[0].1.starts_with("hand:") && made[0].2.is_some());
    assert_eq!(made[0].3.as_deref(), Some("本人確認書類の写しが届いたため"));

    // It stands on the desk and at the applicant's; the reason stays at the office, and the case where it was.
    assert!(manager.get(&first.at).await.unwrap().has("本人確認書類の写しが届いたため"));
    let theirs = filed.applicant.browser.get("/letters").await.unwrap();
    assert!(theirs.has("口頭審査"), "{}", theirs.words());
    assert_eq!(world.position(filed.case).await.unwrap(), "check");

    // Whoever may not send letters is not led there, and does not get there.
    let operator = world.staff("operator1").await.unwrap();
    assert!(!operator.get(&desk).await.unwrap().has("通知書を個別に発行する"));
    let refused = operator.go(&here).await.unwrap().status;
    assert!(refused == 403 || refused == 404, "{refused}");
    db.close().await.unwrap();
    world.end().await.unwrap();
}
