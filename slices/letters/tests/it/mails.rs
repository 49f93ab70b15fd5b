//! Mails: to the account and the contact person, once each; a refused address waits for a person alone.

use hojo_jobs::{Lane, NewJob};
use hojo_letters::{letter_job, mail_job};
use hojo_mail::SendProblem;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_account_and_the_contact_person_are_told_once_and_learn_no_outcome() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    w.happen(filed.row.public_id, &w.adoption(), vec![letter_job(filed.row.public_id, "adoption-notice", "run:x")])
        .await;
    w.work().await;
    let sent = w.mail.0.sent();
    let mut to: Vec<&str> = sent.iter().map(|m| m.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to.len(), 2, "{to:?}");
    assert!(to.contains(&"a@example.jp") && to.iter().any(|t| t.starts_with("contact-")), "{to:?}");
    for mail in &sent {
        assert!(mail.text.contains("https://portal.example/letters/"), "{}", mail.text);
        let told = format!("{}{}", mail.subject, mail.text);
        assert!(!told.contains("採択") && !told.contains('{'), "{told}");
    }
    assert_eq!(w.text("select count(*) from mails").await, "2");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_address_holds_nobody_else_up() {
    let w = World::new().await;
    let filed = w.file("見本商店", "gone@refused.example").await;
    w.enqueue(mail_job("receipt", filed.row.public_id, "1")).await;
    w.enqueue(mail_job("receipt", filed.row.public_id, "1")).await;
    w.work().await;
    let sent = w.mail.0.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].subject.contains("受け付けました") && sent[0].text.contains("新しい部品の開発"), "{sent:?}");
    assert_eq!(w.text("select count(*) from jobs where state = 'dead' and attempt = 1").await, "1");
    assert!(w.text("select last_error from jobs where state = 'dead'").await.contains("宛先を確かめ"));
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_is_tried_again_with_the_same_message_id() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    w.mail.0.set_failing(Some(SendProblem::Unreachable("down".into())));
    w.enqueue(mail_job("receipt", filed.row.public_id, "1")).await;
    w.work().await;
    assert_eq!(w.text("select count(*) from jobs where state = 'waiting' and attempt = 1").await, "2");
    assert_eq!(w.text("select count(*) from mails").await, "0");
    w.mail.0.set_failing(None);
    w.hurry().await;
    w.work().await;
    let sent = w.mail.0.sent();
    assert_eq!(sent.len(), 2);
    let keys = w.text("select string_agg('mail/' || id, ' ') from jobs where payload ? 'to'").await;
    assert!(sent.iter().all(|m| keys.contains(&m.key)), "{keys}");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_with_a_hole_is_not_sent() {
    let w = World::new().await;
    let filed = w.file("見本商店", "a@example.jp").await;
    // Nothing was returned, so there is no date to name.
    w.enqueue(mail_job("returned", filed.row.public_id, "1")).await;
    w.work().await;
    assert!(w.mail.0.sent().is_empty());
    let reason = w.text("select max(last_error) from jobs where state = 'dead'").await;
    assert!(reason.contains("差し込み項目"), "{reason}");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_is_told_how_many_cases_wait_and_nothing_about_them() {
    let w = World::new().await;
    let order = |template: &str, person: uuid::Uuid| {
        let order = serde_json::json!({ "template": template, "staff": person, "edition": w.edition_key(), "procedure": "application",
            "cases": 3, "due": time::macros::date!(2026 - 12 - 10) });
        NewJob::new(Lane::Mail, "staff_mail", order).once(format!("{template}:{person}"))
    };
    let reviewer = w.reviewer("審査 一郎", Some("ichiro@example.jp")).await;
    let silent = w.reviewer("審査 二郎", None).await;
    for template in ["review_assigned", "review_reminder", "review_overdue"] {
        for person in [reviewer, reviewer, silent] {
            w.enqueue(order(template, person)).await;
        }
    }
    w.work().await;
    let sent = w.mail.0.sent();
    assert_eq!(sent.len(), 3, "{sent:?}");
    for mail in &sent {
        assert_eq!(mail.to, "ichiro@example.jp");
        let told = format!("{}{}", mail.subject, mail.text);
        for part in ["審査 一郎 様", "3件", "2026年12月10日", "https://office.example/review"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(!told.contains('{'), "{told}");
    }
    // Nobody to write to is no failure: the own list says the same.
    assert_eq!(w.text("select count(*) from jobs where state = 'dead'").await, "0");
    assert_eq!(w.text("select count(*) from mails").await, "3");
    // Words an edition of long ago does not have are not sent, and block nothing.
    w.enqueue(order("review_unheard_of", reviewer)).await;
    w.work().await;
    assert_eq!(
        (w.mail.0.sent().len(), w.text("select count(*) from jobs where state = 'dead'").await),
        (3, "0".into())
    );
    w.end().await;
}
