//! Sensitive work asks for a factor shown a short while ago, before its handler runs; what was typed stays.

use super::visitor::{Account, PASSWORD, Visitor};
use crate::ground::Ground;

const STALE: &str = "update sessions set fresh_at = clock_timestamp() - make_interval(secs => fresh_seconds + 1)";

#[tokio::test]
async fn a_stale_session_proves_itself_and_the_typed_form_goes_on() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let manager = Account::new(&mut sql, "miura", "manager").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&manager, &manager.code(&ground, -1)).await.to();
    let path = format!("/rounds/{}/deadline", ground.round);
    let token = person.get(&path).await.ok().hidden("_csrf");
    let typed = [
        ("_csrf", token.as_str()),
        ("scope", "all"),
        ("day", "2026-11-06"),
        ("clock", "18:00"),
        ("reason", "台風の接近により <b>延長</b> & 告知"),
        ("stage", "preview"),
    ];
    person.post(&path, &typed).await.ok();
    sql.run(STALE).await;
    let sent_on = person.post(&path, &typed).await;
    assert_eq!(sent_on.status, 307, "{}", sent_on.said());
    let question = sent_on.header("location").to_owned();
    assert_eq!(question, format!("/reauth?to={path}"));
    // As a browser does after 307: the same form, there.
    let page = person.post(&question, &typed).await.ok();
    assert!(
        page.has("入力した内容は残っています") && page.has("&lt;b&gt;延長&lt;/b&gt; &amp; 告知"),
        "{}",
        page.said()
    );
    let code = manager.code(&ground, 0);
    let mut answer: Vec<(&str, &str)> = typed.to_vec();
    answer.extend([
        ("_proof_form", "yes"),
        ("_proof_step", "password"),
        ("_proof_password", "wrong"),
        ("_proof_code", "000000"),
    ]);
    let again = person.post(&question, &answer).await;
    assert_eq!(again.status, 422);
    assert!(again.has("&lt;b&gt;延長&lt;/b&gt; &amp; 告知"), "a wrong answer loses nothing either");
    let mut answer: Vec<(&str, &str)> = typed.to_vec();
    answer.extend([
        ("_proof_form", "yes"),
        ("_proof_step", "password"),
        ("_proof_password", PASSWORD),
        ("_proof_code", code.as_str()),
    ]);
    let right = person.post(&question, &answer).await;
    assert_eq!((right.status, right.header("location")), (307, path.as_str()), "{}", right.said());
    let done = person.post(&path, &answer).await.ok();
    assert!(done.has("起案の確認") && done.has("&lt;b&gt;延長&lt;/b&gt; &amp; 告知"), "{}", done.said());
    assert!(!done.has(PASSWORD), "the proof goes no further");
    let logged = "select outcome from operation_log where detail ->> 'what' = 'prove' order by at";
    assert_eq!(sql.list(logged).await, ["refused", "done"]);
    ground.end().await;
}

#[tokio::test]
async fn every_sensitive_route_asks_and_no_page_does() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let manager = Account::new(&mut sql, "miura", "manager").await;
    // The agency's approval is nobody's at the office.
    sql.run("insert into staff_roles (staff_id, role) select id, 'supervisor' from staff where login = 'miura'").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&manager, &manager.code(&ground, 0)).await.to();
    let token = person.get("/account").await.ok().hidden("_csrf");
    sql.run(STALE).await;
    let table = hojo_app::wiring::table();
    let fresh: Vec<_> = table.iter().filter(|r| r.fresh).collect();
    for needed in [
        "/log/export",
        "/log/access/export",
        "/queue/export",
        "/rules/{round}/{procedure}/{rule}",
        "/rules/{round}/{procedure}/{rule}/decide",
        "/rounds/{round}/deadline",
        "/rounds/{round}/deadline/{move}/decide",
        "/runs/{run}/commit",
        "/runs/{run}/export",
        "/ranking/export",
        "/account/password",
        "/sessions/end",
    ] {
        assert!(fresh.iter().any(|r| r.method == "POST" && r.path == needed), "{needed} does not ask");
    }
    assert!(fresh.iter().all(|r| r.method == "POST"));
    for route in fresh {
        let path: String =
            route.path.split('/').map(|p| if p.starts_with('{') { "x" } else { p }).collect::<Vec<_>>().join("/");
        let got = person.post(&path, &[("_csrf", &token), ("reason", "x")]).await;
        assert_eq!(got.status, 307, "{path}: {}", got.said());
    }
    // Looking is not sensitive work.
    person.get("/sessions").await.ok();
    // A script is told, not redirected.
    assert!(person.get("/queue").await.status == 200);
    ground.end().await;
}

#[tokio::test]
async fn a_role_withdrawn_in_mid_form_keeps_the_work_and_refuses_the_action() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let manager = Account::new(&mut sql, "miura", "manager").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&manager, &manager.code(&ground, 0)).await.to();
    let path = format!("/rounds/{}/deadline", ground.round);
    let token = person.get(&path).await.ok().hidden("_csrf");
    sql.run(&format!("delete from staff_roles where staff_id = '{}'", manager.id)).await;
    let refused = person.post(&path, &[("_csrf", &token), ("scope", "all"), ("stage", "confirm")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.has("権限がないため"), "{}", refused.said());
    assert_eq!(sql.count("select count(*) from deadline_moves").await, 0);
    // Still signed in: given back, the role works with the next request.
    assert!(person.is_in().await);
    sql.run(&format!("insert into staff_roles values ('{}', 'manager')", manager.id)).await;
    person.get(&path).await.ok();
    ground.end().await;
}

#[tokio::test]
async fn the_session_of_a_removed_person_opens_nothing() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&account, &account.code(&ground, -1)).await.to();
    assert!(person.is_in().await);
    sql.run(&format!("update staff set disabled_at = clock_timestamp() where id = '{}'", account.id)).await;
    assert!(!person.is_in().await);
    let refused = person.sign_in(&account, &account.code(&ground, 0)).await;
    assert_eq!(refused.status, 422);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_applicant_in_doubt_proves_it_at_gbizid_and_what_is_typed_is_saved_after_it() {
    let world = hojo_testkit::World::new().await;
    let drafted = world.drafted(1).await.unwrap();
    let (browser, who) = (&drafted.applicant.browser, drafted.applicant.who.clone());
    let section = format!("/filings/{}/sections/outline", drafted.filing);
    let page = browser.get(&section).await.unwrap();
    let mut form = page.form(&section).unwrap();
    form.set("plan_title", "確認の前に書いた題名").unwrap();
    let mut sql = crate::sql::Sql::connect(&crate::stranger::superuser_url(&world)).await;
    sql.run("update sessions set asked_at = clock_timestamp() where account_id is not null").await;
    let asked = browser.go(&section).await.unwrap();
    assert!(asked.at.starts_with("/reauth?to=/filings/"), "{}", asked.words());
    let question = browser.get("/reauth?to=/me").await.unwrap();
    assert!(question.words().contains("もう一度GビズIDでログイン"), "{}", question.words());
    assert!(question.html().contains("target=\"_blank\""), "the page with the form stays open");
    // A session in doubt saves nothing, and a proof by somebody else's account is another session.
    let refused = browser.post(&form, None).await.unwrap();
    assert!(!refused.words().contains("確認の前に書いた題名"), "{}", refused.words());
    let back = world.house.try_sign_in(browser, who).await.unwrap();
    assert!(back.at.starts_with("/me"), "{}", back.at);
    assert_eq!(sql.count("select count(*) from sessions where end_reason = 'signed in again'").await, 1);
    // The open page goes on as it is: same form, same token.
    browser.post(&form, None).await.unwrap();
    assert!(browser.get(&section).await.unwrap().html().contains("確認の前に書いた題名"));
    drop(sql);
    world.end().await.unwrap();
}
