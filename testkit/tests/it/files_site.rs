//! Files on their own site: a link opens one file once, within a minute, in the browser it was made for, while the
//! session lives. Whatever else comes is told what to do, and nothing of the file.

use axum::body::Body;
use hojo_access::Site;

use crate::bad_days::Desk;
use crate::client::{Answer, complete};
use crate::ground::{Session, colleague, edition, origin};
use crate::sql::{Sql, public};

fn link(sent: &Answer) -> String {
    assert_eq!(sent.status, 303, "{}", sent.said());
    sent.header("location").strip_prefix(&origin(Site::Files)).unwrap().to_owned()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status, status, "{}", answer.said());
    assert!(answer.has(words), "{}", answer.said());
    assert!(!answer.has("%PDF") && !answer.has(".pdf"), "{}", answer.said());
    assert!(answer.header("set-cookie").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_opens_its_file_once_for_a_minute_in_its_browser_and_session() {
    let mut desk = Desk::with(&complete(&edition())).await;
    let id = public(&desk.sql.one("select public_id from files where state = 'accepted' limit 1").await);
    let path = format!("/files/{id}");
    let files = desk.house.client(Site::Files, &Session::default());

    // Once; the header tells the browser to run nothing, keep nothing, and show it in our frames alone.
    let first = link(&desk.client.get(&path).await);
    assert!(!first.contains(&id), "the address names no file: {first}");
    let file = files.get(&first).await.ok();
    assert!(file.has("%PDF") && file.header("content-type") == "application/pdf");
    assert!(file.header("content-disposition").starts_with("inline; filename*=UTF-8''"));
    let csp = file.header("content-security-policy").to_owned();
    let framers = format!("frame-ancestors {} {}", origin(Site::Portal), origin(Site::Office));
    assert!(csp.starts_with("default-src 'none'") && csp.ends_with(&framers), "{csp}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
        ("set-cookie", ""),
    ] {
        assert_eq!(file.header(name), value, "{name}");
    }
    refused(&files.get(&first).await, 410, "すでに使われています");

    // Asking whether it is there does not use it up.
    let second = link(&desk.client.get(&format!("{path}?download=1")).await);
    assert_eq!(files.send(files.request("HEAD", &second).body(Body::empty()).unwrap()).await.status, 404);
    let ahead = files.request("GET", &second).header("sec-purpose", "prefetch").body(Body::empty()).unwrap();
    refused(&files.send(ahead).await, 404, "見つかりませんでした");
    // In another browser it is no link.
    let elsewhere = files.request("GET", &second).header("user-agent", "another").body(Body::empty()).unwrap();
    refused(&files.send(elsewhere).await, 404, "見つかりませんでした");
    // Of ten who come at once one gets it.
    let all = futures_util::future::join_all((0..10).map(|_| files.get(&second))).await;
    assert_eq!(all.iter().filter(|a| a.status == 200).count(), 1);
    let kept = all.iter().find(|a| a.status == 200).unwrap();
    assert!(kept.header("content-disposition").starts_with("attachment"));
    assert!(kept.header("content-security-policy").starts_with("sandbox"));
    assert_eq!(all.iter().filter(|a| a.status == 410).count(), 9);

    // Changed by one digit, cut, or somebody's invention.
    let third = link(&desk.client.get(&path).await);
    let last = if third.ends_with('0') { '1' } else { '0' };
    let changed = format!("{}{last}", &third[..third.len() - 1]);
    for wrong in [changed.as_str(), &third[..third.len() - 2], "/f/00", "/f/nothing"] {
        refused(&files.get(wrong).await, 404, "見つかりませんでした");
    }
    desk.ground.clock.advance(std::time::Duration::from_secs(61));
    refused(&files.get(&third).await, 410, "1分");

    // The session it was made in is over.
    let fourth = link(&desk.client.get(&path).await);
    desk.sql.run("update sessions set ended_at = clock_timestamp()").await;
    refused(&files.get(&fourth).await, 410, "ログインし直して");
    assert!(files.get("/").await.ok().has("受け渡す"));
    assert_eq!(desk.sql.count("select count(*) from spent_links").await, 3);
    desk.sql.run("update spent_links set expires_at = expires_at - interval '2 days' where hash in (select hash from spent_links limit 2)").await;
    let worker = desk.ground.worker().await;
    assert_eq!(hojo_operations::housekeeping(&worker).await.unwrap().links, 2, "used links are forgotten");
    worker.close().await;
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_see_a_file_gets_no_link_and_every_link_of_the_office_is_written_down() {
    let mut desk = Desk::with(&complete(&edition())).await;
    assert_eq!(desk.client.submit(&desk.base).await.status, 303);
    let file = public(&desk.sql.one("select public_id from files where state = 'accepted' limit 1").await);
    let case = public(&desk.sql.one("select public_id from cases").await);
    let path = format!("/cases/{case}/files/{file}");
    let (_, session) = colleague(&mut desk.sql, "丙川", "operator").await;
    let office = desk.house.client(Site::Office, &session);
    desk.house.handed(&office.get(&path).await).await.ok();
    assert_eq!(desk.sql.count("select count(*) from access_log").await, 1);
    let (_, it) = colleague(&mut desk.sql, "丁野", "office_it").await;
    for (session, status) in [(&it, 403), (&Session::default(), 303)] {
        let told = desk.house.client(Site::Office, session).get(&path).await;
        assert_eq!(told.status, status, "{}", told.said());
        assert!(!told.header("location").contains("/f/"), "{}", told.header("location"));
    }
    desk.end().await;
}

/// The login of the files site reaches no row: a hole in its pages gives nobody a list of files.
#[tokio::test]
async fn the_files_sites_own_login_reads_nothing_but_what_a_link_gives() {
    let desk = Desk::empty().await;
    let mut sql = Sql::connect(&crate::ground::url_of(&desk.ground.server, "hojo_files", &desk.ground.name)).await;
    for table in ["files", "letters", "sessions", "staff", "accounts", "spent_links", "operation_log", "cases"] {
        for role in ["", "set role hojo_public; "] {
            assert!(sql.try_run(&format!("{role}select 1 from {table} limit 1")).await.is_err(), "{role}{table}");
            sql.run("reset role").await;
        }
    }
    for role in ["hojo_gate", "hojo_handover", "hojo_staff", "hojo_applicant", "hojo_worker"] {
        assert!(sql.try_run(&format!("set role {role}")).await.is_err(), "{role}");
    }
    drop(sql);
    desk.end().await;
}
