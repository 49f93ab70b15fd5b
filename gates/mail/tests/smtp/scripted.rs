//! Servers that refuse, delay, hang up, stay silent, or are not there.

use crate::support::{config, message, scripted, sender};
use hojo_mail::{Mail as _, Security, SendProblem, SetUpProblem, SmtpMail};
use std::time::{Duration, Instant};

async fn meets(greeting: &'static str, script: &'static [(&'static str, &'static str)]) -> SendProblem {
    sender(scripted(greeting, script).await).send(&message("a@b.example")).await.unwrap_err()
}

#[tokio::test]
async fn for_good_or_for_now() {
    for (script, code, temporary) in [
        (&[("RCPT", "550 5.1.1 no such user")][..], 550, false),
        (&[("RCPT", "450 4.2.1 mailbox busy")][..], 450, true),
        (&[("MAIL", "553 5.7.1 sender not allowed")][..], 553, false),
        (&[("DATA", "421 4.3.2 shutting down")][..], 421, true),
        (&[("DATA", "354 go"), (".", "552 5.3.4 too big")][..], 552, false),
        (&[("DATA", "354 go"), (".", "452 4.3.1 disk full")][..], 452, true),
    ] {
        let problem = meets("220 ready", script).await;
        let seen = match &problem {
            SendProblem::Refused { code, .. } | SendProblem::Deferred { code, .. } => *code,
            other => panic!("{other}"),
        };
        assert_eq!((seen, problem.is_temporary()), (code, temporary), "{script:?}");
    }
    assert!(matches!(meets("554 no service here", &[]).await, SendProblem::Refused { code: 554, .. }));
}

#[tokio::test]
async fn a_dead_server_is_found_out_quickly_and_worth_another_try() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let problem = sender(port).send(&message("a@b.example")).await.unwrap_err();
    assert!(problem.is_temporary() && matches!(problem, SendProblem::Unreachable(_)), "{problem}");
    let problem = meets("220 ready", &[("MAIL", "hang up")]).await;
    assert!(problem.is_temporary() && matches!(problem, SendProblem::Unreachable(_)), "{problem}");
}

#[tokio::test]
async fn silence_ends_at_the_time_out() {
    for script in [&[("MAIL", "")][..], &[("DATA", "354 go"), (".", "")][..]] {
        let started = Instant::now();
        let problem = meets("220 ready", script).await;
        assert!(problem.is_temporary() && problem == SendProblem::Slow, "{problem}");
        assert!(started.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn encryption_is_never_given_up_silently() {
    let port = scripted("220 ready", &[("EHLO", "250-old server\r\n250 SIZE 100")]).await;
    let mut strict = config(port);
    strict.security = Security::StartTls;
    strict.host = "localhost".to_owned();
    let problem = SmtpMail::new(&strict).unwrap().send(&message("a@b.example")).await.unwrap_err();
    assert!(matches!(problem, SendProblem::Unreachable(_)), "{problem}");
}

#[test]
fn a_wrong_set_up_is_refused_at_the_start() {
    let mut wrong = config(25);
    wrong.from_address = "nobody".to_owned();
    assert!(matches!(SmtpMail::new(&wrong), Err(SetUpProblem::Address { what: "sender", .. })));
    let mut wrong = config(25);
    wrong.from_name = "事務局\r\nBcc: a@b.example".to_owned();
    assert!(matches!(SmtpMail::new(&wrong), Err(SetUpProblem::Name)));
}
