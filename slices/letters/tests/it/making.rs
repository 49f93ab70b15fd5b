//! From the decision to the delivered letter; a press that is away; two workers and two orders for one letter.

use hojo_case::Position;
use hojo_jobs::{Lane, NewJob};
use hojo_letters::{copy_job, letter_job};
use serde_json::json;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_case_gets_one_numbered_letter_and_closes() {
    let w = World::new().await;
    let filed = w.file("見本製作所", "a@example.jp").await;
    let case = filed.row.public_id;
    w.happen(case, &w.adoption(), vec![letter_job(case, "adoption-notice", "run:x")]).await;
    assert!(w.work().await >= 4, "letter, delivery, mail and its recipients");

    let number = w.text("select number from letters").await;
    assert!(number.starts_with("令和") && number.ends_with("新も第1号"), "{number}");
    assert_eq!(w.text("select state from letters").await, "delivered");
    let sha256 = w.text("select sha256 from letters").await;
    assert!(w.vault.is_intact(&sha256).await);
    assert_eq!(w.text("select position from cases").await, Position::Closed.code());
    assert_eq!(w.text("select body->>'number' from events where kind = 'letter_delivered'").await, number);
    let model = w.press.printed.lock().unwrap().first().cloned().expect("printed");
    let body = serde_json::to_string(&model).unwrap();
    assert!(body.contains("9,000,000") && body.contains("見本製作所"), "{body}");

    // The same order again, by somebody who does not know: nothing is made, counted or sent twice.
    let mails = w.mail.0.sent().len();
    w.enqueue(NewJob::new(
        Lane::Letters,
        "letter",
        json!({ "case": filed.row.id.0, "letter": "adoption-notice", "cause": "run:x" }),
    ))
    .await;
    w.work().await;
    assert_eq!(w.text("select count(*) from letters").await, "1");
    assert_eq!(w.text("select last from letter_numbers").await, "1");
    assert_eq!(w.press.printed.lock().unwrap().len(), 1);
    assert_eq!(w.mail.0.sent().len(), mails);
    assert_eq!(w.text("select count(*) from jobs where state <> 'done'").await, "0");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_is_away_delays_a_letter_and_loses_no_number() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    *w.press.down.lock().unwrap() = true;
    w.enqueue(letter_job(filed.row.public_id, "receipt", "file:1")).await;
    w.work().await;
    assert_eq!(w.text("select state from letters").await, "due");
    assert_eq!(w.text("select state from jobs where kind = 'letter'").await, "waiting");
    assert!(w.text("select last_error from jobs where kind = 'letter'").await.contains("killed by the test"));

    *w.press.down.lock().unwrap() = false;
    w.hurry().await;
    w.work().await;
    assert_eq!(w.text("select state from letters").await, "delivered");
    assert!(w.text("select number from letters").await.ends_with("新も受第1号"));
    assert_eq!(w.text("select last from letter_numbers").await, "1");
    assert_eq!(w.text("select position from cases").await, "check", "a receipt moves nothing");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_make_one_letter() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    for _ in 0..4 {
        let payload = json!({ "case": filed.row.public_id, "letter": "receipt", "cause": "file:1" });
        w.enqueue(NewJob::new(Lane::Letters, "letter", payload)).await;
    }
    tokio::join!(w.work(), w.work(), w.work());
    w.work().await;
    assert_eq!(w.text("select count(*) || ' ' || max(state) from letters").await, "1 delivered");
    assert_eq!(w.text("select last from letter_numbers").await, "1");
    assert_eq!(w.text("select count(*) from jobs where kind = 'deliver_letter'").await, "1");
    assert_eq!(w.text("select count(*) from jobs where state <> 'done'").await, "0");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_notice_lists_the_remarks_in_words() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    w.remark(&filed, "contact_email", "連絡のとれるアドレスにしてください。").await;
    let returned =
        hojo_case::Event::Returned { submission: 1, by: w.me(), remarks: 1, due: time::macros::date!(2099 - 01 - 02) };
    w.happen(filed.row.public_id, &[returned], vec![letter_job(filed.row.public_id, "return-notice", "return:1")])
        .await;
    w.work().await;
    let model = serde_json::to_string(w.press.printed.lock().unwrap().first().expect("printed")).unwrap();
    for part in ["担当者のメールアドレス", "連絡のとれるアドレス", "1月2日"] {
        assert!(model.contains(part), "{part}: {model}");
    }
    assert_eq!(w.text("select position from cases").await, "returned");
    assert_eq!(w.text("select count(*) from events where kind = 'letter_delivered'").await, "0");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_kept_without_number_or_mail() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    w.enqueue(copy_job(filed.row.public_id, filed.filing, 1)).await;
    w.work().await;
    assert_eq!(
        w.text("select kind || ' ' || state || ' ' || coalesce(number, 'none') from letters").await,
        "application-copy delivered none"
    );
    assert_eq!(w.text("select cause from letters").await, format!("{}:1", filed.filing));
    assert_eq!(w.text("select count(*) from letter_numbers").await, "0");
    assert!(w.mail.0.sent().is_empty());
    let printed = w.press.printed.lock().unwrap().first().cloned().expect("printed");
    assert!(printed.sections.len() > 5, "{} sections", printed.sections.len());
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_nobody_can_carry_out_is_laid_down_with_words() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    w.enqueue(letter_job(filed.row.public_id, "no-such-letter", "x")).await;
    w.enqueue(letter_job(hojo_words::ids::PublicId::from_bits(5), "receipt", "x")).await;
    w.work().await;
    assert_eq!(w.text("select count(*) from jobs where state = 'dead' and attempt = 1").await, "2");
    let reasons = w.text("select string_agg(last_error, ' ') from jobs").await;
    assert!(reasons.contains("no-such-letter") && reasons.contains("there is no case"), "{reasons}");
    assert_eq!(w.text("select count(*) from letters").await, "0");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_brings_the_letter_that_the_edition_names() {
    let w = World::new().await;
    let filed = w.file("見本製作所", "a@example.jp").await;
    let case = filed.row.public_id;
    w.happen(case, &w.adoption(), vec![letter_job(case, "adoption-notice", "outcome")]).await;
    w.work().await;
    let mails = w.mail.0.sent().len();
    // As the worker that reminds asks for it: the letter of a procedure nobody has begun.
    let owed =
        json!({ "procedure": "adoption-lapse", "title": "交付申請", "due": time::macros::date!(2027 - 04 - 26) });
    let order =
        json!({ "case": case, "letter": "reminder-notice", "cause": "due:grant-application:2027-05-03", "owed": owed });
    for _ in 0..2 {
        w.enqueue(NewJob::new(Lane::Letters, "letter", order.clone())).await;
    }
    w.work().await;
    assert_eq!(w.text("select state from letters where kind = 'reminder-notice'").await, "delivered");
    assert_eq!(w.text("select count(*) from letters").await, "2");
    let model = w.press.printed.lock().unwrap().last().cloned().unwrap();
    let says = serde_json::to_string(&model).unwrap();
    assert!(says.contains("督促") && says.contains("見本製作所") && says.contains("採択日"), "{says}");
    assert_eq!(w.text("select position from cases").await, "closed", "a reminder moves nothing");
    assert_eq!(w.text("select count(*) from events where kind = 'letter_delivered'").await, "1");
    assert!(w.mail.0.sent().len() > mails, "its arrival is announced");
    w.end().await;
}
