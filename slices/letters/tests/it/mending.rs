//! A name no font has stops one letter alone; the office sees why, the name is corrected, the letter goes out.

use hojo_letters::letter_job;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_name_without_glyph_stops_one_letter_alone_until_it_is_mended() {
    let w = World::new().await;
    let good = w.file("見本商店", "good@example.jp").await;
    let bad = w.file("𠮷田製作所", "bad@example.jp").await;
    for filed in [&bad, &good] {
        w.happen(filed.row.public_id, &w.adoption(), vec![letter_job(filed.row.public_id, "adoption-notice", "run:x")])
            .await;
    }
    w.work().await;
    assert_eq!(w.text("select string_agg(state, ' ' order by state) from letters").await, "delivered stuck");
    assert_eq!(w.text("select count(*) from jobs where state <> 'done'").await, "0", "no storm of retries");
    let problem = w.text("select problem from letters where state = 'stuck'").await;
    assert!(problem.contains('𠮷') && problem.contains("U+20BB7") && problem.contains("宛先の1行目"), "{problem}");
    let number = w.text("select number from letters where state = 'stuck'").await;

    // The office sees it first, with the reason; the applicant sees nothing yet.
    let list = w.office_get("/letters").await;
    assert_eq!(list.status, 200, "{}", list.text);
    assert!(list.text.contains("U+20BB7") && list.text.contains("対応が必要な通知書"), "{}", list.text);
    let id = w.text("select public_id from letters where state = 'stuck'").await;
    let id = hojo_words::ids::PublicId::from_uuid(id.parse().unwrap());
    let page = w.office_get(&format!("/letters/{id}")).await;
    assert!(page.text.contains("この通知書は作成できていません") && page.text.contains("𠮷田製作所"), "{}", page.text);
    assert_eq!(w.office_get(&format!("/letters/{id}/pdf")).await.status, 404);
    assert_eq!(w.portal_get(&bad, &format!("/letters/{id}"), &[]).await.status, 404);

    w.rename(&bad, "吉田製作所").await;
    let sent = w.office_post(&format!("/letters/{id}/retry"), "").await;
    assert_eq!(
        (sent.status, sent.location.as_str()),
        (303, format!("/letters/{id}?done=retried-1").as_str()),
        "{}",
        sent.text
    );
    w.work().await;
    assert_eq!(w.text("select string_agg(state, ' ' order by state) from letters").await, "delivered delivered");
    assert_eq!(w.text(&format!("select number from letters where public_id = '{}'", id.uuid())).await, number);
    assert_eq!(w.text("select last from letter_numbers").await, "2");

    // Twice is refused in words, and the history tells the whole story.
    assert_eq!(w.office_post(&format!("/letters/{id}/retry"), "").await.status, 422);
    let page = w.office_get(&format!("/letters/{id}")).await.text;
    for part in ["作成できませんでした", "もう一度作成するよう指示しました", "申請者に交付しました", "受付 次郎"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_wait_are_retried_at_once_and_announced_again() {
    let w = World::new().await;
    let filed = w.file("𠮷田製作所", "bad@example.jp").await;
    w.enqueue(letter_job(filed.row.public_id, "receipt", "file:1")).await;
    w.work().await;
    assert_eq!(w.office_post("/letters/retry", "").await.status, 422, "nothing was chosen");
    w.rename(&filed, "吉田製作所").await;
    assert_eq!(w.office_post("/letters/retry", "all=yes").await.location, "/letters?done=retried-1");
    w.work().await;
    assert_eq!(w.text("select state from letters").await, "delivered");
    let before = w.mail.0.sent().len();
    let id = w.text("select public_id from letters").await;
    let id = hojo_words::ids::PublicId::from_uuid(id.parse().unwrap());
    assert_eq!(w.office_post(&format!("/letters/{id}/notify"), "").await.status, 303);
    w.work().await;
    assert_eq!(w.mail.0.sent().len(), before * 2);
    w.end().await;
}
