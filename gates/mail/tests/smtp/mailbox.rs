//! What goes in comes out: Japanese, long lines, dots, and never a header from the text.

use crate::support::{mailbox, message, sender};
use hojo_mail::{BadMessage, Mail as _, SendProblem};

#[tokio::test]
async fn japanese_subject_and_text_arrive_as_written() {
    let (store, port, folder) = mailbox().await;
    let mut sent = message("tanaka@aozora.example");
    sent.subject =
        format!("【新事業進出・ものづくり商業サービス補助金】申請書の差戻しについて（{}）", "髙橋𠮷野家具".repeat(12));
    sent.text = format!(".行頭の点\n..二つの点\n{}\nemoji 😀 半角ｶﾅ\n", "長い行".repeat(800));
    let receipt = sender(port).send(&sent).await.unwrap();
    let got = store.read(1).unwrap().unwrap();
    assert_eq!(got.summary.subject, sent.subject);
    assert_eq!(got.text.replace("\r\n", "\n").trim_end(), sent.text.trim_end());
    assert_eq!((got.summary.from.as_str(), got.summary.to.as_str()), ("office@hojo.example", "tanaka@aozora.example"));
    assert_eq!(format!("<{}>", got.summary.message_id), receipt.message_id);
    assert_eq!(got.summary.date, "2027-01-15T08:00:00Z");
    let raw = std::fs::read_to_string(folder.path().join("000001.eml")).unwrap();
    assert!(raw.is_ascii(), "everything is encoded for any relay");
    assert!(raw.contains("Auto-Submitted: auto-generated") && raw.contains("Reply-To: reply@hojo.example"));
    assert!(raw.lines().all(|line| line.len() <= 998));
    let parsed = mail_parser::MessageParser::default().parse(&raw).unwrap();
    let name = parsed.from().and_then(|list| list.first()).and_then(|one| one.name());
    assert_eq!(name, Some("補助金事務局（髙橋）"));
}

#[tokio::test]
async fn a_repetition_is_the_same_message() {
    let (store, port, folder) = mailbox().await;
    let gate = sender(port);
    let first = gate.send(&message("a@b.example")).await.unwrap();
    let second = gate.send(&message("a@b.example")).await.unwrap();
    assert_eq!(first.message_id, second.message_id);
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(read("000001.eml"), read("000002.eml"));
    let mut other = message("a@b.example");
    other.key = "case/42/returned/2".to_owned();
    assert_ne!(gate.send(&other).await.unwrap().message_id, first.message_id);
    assert_eq!(store.list("a@b", 0, 10).unwrap().len(), 3);
    assert!(store.list("nobody", 0, 10).unwrap().is_empty());
}

#[tokio::test]
async fn injection_reaches_no_server() {
    let (store, port, _folder) = mailbox().await;
    let gate = sender(port);
    let mut subject = message("a@b.example");
    subject.subject = "件名\r\nBcc: victim@c.example".to_owned();
    let mut to = message("a@b.example>\r\nRCPT TO:<victim@c.example");
    to.key = "other".to_owned();
    for bad in [subject, to] {
        let refused = gate.send(&bad).await.unwrap_err();
        assert!(matches!(&refused, SendProblem::Bad(BadMessage::ControlCharacter { .. })), "{refused}");
        assert!(!refused.is_temporary());
    }
    // A text that looks like headers and SMTP stays text.
    let mut text = message("a@b.example");
    text.text = "\r\nBcc: victim@c.example\r\n.\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<victim@c.example>\r\nDATA\r\n"
        .to_owned();
    gate.send(&text).await.unwrap();
    let all = store.list("", 0, 10).unwrap();
    assert_eq!(all.len(), 1);
    assert!(store.read(1).unwrap().unwrap().text.contains("MAIL FROM:<x@y.example>"));
    assert!(!String::from_utf8(store.source(1).unwrap().unwrap()).unwrap().contains("Delivered-To: victim"));
}

#[tokio::test]
async fn the_two_addresses_that_behave_badly() {
    let (store, port, _folder) = mailbox().await;
    let gate = sender(port);
    let busy = gate.send(&message("busy@b.example")).await.unwrap_err();
    assert!(busy.is_temporary() && matches!(busy, SendProblem::Deferred { code: 451, .. }), "{busy}");
    let refused = gate.send(&message("refused@b.example")).await.unwrap_err();
    assert!(!refused.is_temporary() && matches!(refused, SendProblem::Refused { code: 550, .. }), "{refused}");
    assert!(store.list("", 0, 10).unwrap().is_empty());
}

#[tokio::test]
async fn numbering_goes_on_after_a_restart() {
    let (_, port, folder) = mailbox().await;
    sender(port).send(&message("a@b.example")).await.unwrap();
    let again = hojo_mailbox::Store::open(folder.path()).unwrap();
    assert_eq!(again.list("", 0, 10).unwrap().len(), 1);
    let again = std::sync::Arc::new(again);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(hojo_mailbox::receive(std::sync::Arc::clone(&again), listener));
    sender(port).send(&message("c@d.example")).await.unwrap();
    assert_eq!(again.read(2).unwrap().unwrap().summary.to, "c@d.example");
}
