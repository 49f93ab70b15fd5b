//! Sessions: one at a time, tokens that rotate, theft that shows, time-outs that are data.

use super::visitor::{Account, Visitor};
use crate::ground::Ground;

#[tokio::test]
async fn a_second_sign_in_asks_and_only_then_ends_the_first() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let (mut first, mut second) = (Visitor::new(&house), Visitor::new(&house));
    assert_eq!(first.sign_in(&account, &account.code(&ground, -1)).await.to(), "/");
    let asked = second.sign_in(&account, &account.code(&ground, 0)).await.to();
    assert_eq!(asked, "/sign-in/other?to=/");
    // Until it is answered, the first works on and the second opens nothing.
    assert!(first.is_in().await);
    assert_eq!(second.get("/account").await.to(), "/sign-in?to=/account");
    let question = second.get(&asked).await.ok();
    assert!(question.has("Chrome（Windows）") && question.has("203.0.113.5"), "{}", question.said());
    let fields = [("step", "take-over"), ("to", "/queue"), ("choice", "here")];
    assert_eq!(second.post("/sign-in", &fields).await.to(), "/queue");
    assert!(second.is_in().await);
    assert!(!first.is_in().await);
    let reasons = sql.list("select coalesce(end_reason, '') from sessions order by created_at").await;
    assert_eq!(reasons, ["signed in elsewhere", ""]);
    // Declined, nothing changes.
    let mut third = Visitor::new(&house);
    third.sign_in(&account, &account.code(&ground, 1)).await.to();
    assert_eq!(third.post("/sign-in", &[("step", "take-over"), ("choice", "there")]).await.to(), "/signed-out");
    assert!(second.is_in().await && !third.is_in().await);
    ground.end().await;
}

#[tokio::test]
async fn a_token_rotates_and_a_stolen_one_ends_the_session_for_both() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let mut owner = Visitor::new(&house);
    owner.sign_in(&account, &account.code(&ground, 0)).await.to();
    let (old, mut thief) = (owner.cookie.clone(), owner.clone());
    assert!(owner.is_in().await);
    assert_eq!(owner.cookie, old, "a young token stays");

    sql.run("update sessions set rotated_at = clock_timestamp() - interval '16 minutes'").await;
    // A page and its parts load together, and one answer is lost: all get the same new token, and the
    // old one stays good until the new one was seen.
    let mut lost = owner.clone();
    assert!(owner.is_in().await);
    assert!(lost.is_in().await);
    assert_ne!(owner.cookie, old);
    assert_eq!(owner.cookie, lost.cookie);
    let mut again = thief.clone();
    assert!(again.is_in().await);
    assert_eq!(again.cookie, owner.cookie);

    // Seen: what is still under way with the old one gets through for a moment.
    assert!(owner.is_in().await);
    assert_eq!(sql.count("select count(*) from retired_tokens").await, 1);
    let mut late = thief.clone();
    assert!(late.is_in().await);
    assert_eq!(late.cookie, old, "an old token is handed nothing");

    sql.run("update retired_tokens set retired_at = clock_timestamp() - interval '31 seconds'").await;
    assert!(owner.is_in().await);
    assert!(!thief.is_in().await, "the copy opens nothing");
    assert!(!owner.is_in().await, "and nobody can tell which of the two was the copy");
    assert_eq!(sql.one("select end_reason from sessions").await, "token reused");
    let logged = "select count(*) from operation_log where detail ->> 'what' = 'token-reused' and outcome = 'refused' and address = '203.0.113.5'";
    assert_eq!(sql.count(logged).await, 1);
    thief.is_in().await;
    assert_eq!(sql.count(logged).await, 1, "a dead session is not reported again");
    // The database holds no token that opens anything.
    let hashes = sql.list("select encode(token_hash, 'hex') from sessions union all select encode(token_hash, 'hex') from retired_tokens").await;
    assert!(hashes.iter().all(|h| *h != old && *h != owner.cookie));
    ground.end().await;
}

#[tokio::test]
async fn another_browser_or_network_is_asked_to_prove_itself_and_the_first_works_on() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let mut owner = Visitor::new(&house);
    owner.sign_in(&account, &account.code(&ground, -1)).await.to();
    let mut thief = owner.clone();
    thief.agent = "curl/8.10".into();
    assert_eq!(thief.get("/queue?q=x").await.to(), "/reauth?to=/queue%3Fq%3Dx");
    let page = thief.get("/reauth?to=/queue").await.ok();
    assert!(page.has("異なるブラウザーまたはネットワーク"), "{}", page.said());
    let logged = "select detail ->> 'signal' from operation_log where detail ->> 'what' = 'session-signal'";
    assert_eq!(sql.list(logged).await, ["other browser"], "once, however often it is tried");
    assert!(owner.is_in().await, "no silent death");

    // The owner's laptop moves to another network: asked once, then at home there.
    owner.address = "198.51.100.20".into();
    assert_eq!(owner.get("/queue").await.to(), "/reauth?to=/queue");
    let proof = [("_proof_step", "password"), ("_proof_form", "no"), ("_proof_password", super::visitor::PASSWORD)];
    let code = account.code(&ground, 0);
    let mut fields = proof.to_vec();
    fields.push(("_proof_code", &code));
    assert_eq!(owner.press("/reauth?to=/queue", "/reauth?to=/queue", &fields).await.to(), "/queue");
    assert!(owner.is_in().await);
    // An address of the same network says nothing.
    owner.address = "198.51.7.7".into();
    assert!(owner.is_in().await);
    ground.end().await;
}

#[tokio::test]
async fn how_long_a_session_lives_is_data_and_the_strictest_rule_counts() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let it = Account::new(&mut sql, "uehara", "office_it").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&it, &it.code(&ground, -1)).await.to();
    let length = "select idle_seconds || ' ' || round(extract(epoch from expires_at - created_at) / 60) || ' ' || fresh_seconds from sessions order by created_at desc limit 1";
    assert_eq!(sql.one(length).await, "1800 480 900");
    let rule = [("who", "office_it"), ("idle", "１０"), ("absolute", "120"), ("fresh", "5"), ("watch", "no")];
    assert_eq!(person.press("/sessions", "/sessions/rules", &rule).await.to(), "/sessions?done=rule");
    // Shorter at once, in the database that every node reads.
    assert!(sql.one(length).await.starts_with("600 "));
    let wrong = person
        .press(
            "/sessions",
            "/sessions/rules",
            &[("who", "office_it"), ("idle", "4"), ("absolute", "120"), ("fresh", "5")],
        )
        .await;
    assert_eq!(wrong.status, 422);
    sql.run("update sessions set seen_at = clock_timestamp() - interval '601 seconds'").await;
    assert!(!person.is_in().await, "idle for too long");
    let page = person.get("/sign-in").await.ok();
    assert!(page.has("ログインID"));
    person.sign_in(&it, &it.code(&ground, 0)).await.to();
    assert_eq!(sql.one(length).await, "600 120 300");

    // Near the longest life the page says so and leads to a proof, with or without scripts.
    sql.run("update sessions set expires_at = clock_timestamp() + interval '5 minutes' where ended_at is null").await;
    let page = person.get("/account").await.ok();
    assert!(page.has("まもなくログインの有効期間が終わります") && page.has("href=\"/reauth\""), "{}", page.said());
    assert!(page.has("<noscript><form method=\"post\" action=\"/session/extend\""));
    let extended = person.press("/account", "/session/extend", &[]).await.ok();
    assert!(extended.has("ログインを延長しました"));
    sql.run("update sessions set expires_at = clock_timestamp() where ended_at is null").await;
    assert!(!person.is_in().await, "the longest life is over whatever is done");
    ground.end().await;
}

#[tokio::test]
async fn sessions_of_a_person_an_address_or_a_role_end_at_the_next_request() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let manager = Account::new(&mut sql, "miura", "manager").await;
    let mut chief = Visitor::new(&house);
    chief.address = "192.0.2.1".into();
    chief.sign_in(&manager, &manager.code(&ground, 0)).await.to();
    let mut others = Vec::new();
    for n in 0..4 {
        let role = if n == 3 { "reviewer" } else { "operator" };
        let account = Account::new(&mut sql, &format!("person{n}"), role).await;
        let mut visitor = Visitor::new(&house);
        visitor.address = format!("198.51.100.{n}");
        visitor.sign_in(&account, &account.code(&ground, 0)).await.to();
        assert!(visitor.is_in().await);
        others.push((account, visitor));
    }
    let page = chief.get("/sessions").await.ok();
    assert!(page.has("person2 さん") && page.has("198.51.100.2"), "{}", page.said());
    let public = crate::sql::public(&sql.one("select public_id from staff where login = 'person0'").await);
    let no_reason = chief.press("/sessions", "/sessions/end", &[("by", "person"), ("value", &public)]).await;
    assert_eq!(no_reason.status, 422);
    for (by, value, ended) in [("person", public.as_str(), 0), ("address", "198.51.100.1", 1), ("role", "reviewer", 3)]
    {
        let fields = [("by", by), ("value", value), ("reason", "端末の紛失")];
        assert_eq!(chief.press("/sessions", "/sessions/end", &fields).await.to(), "/sessions?done=ended-1");
        assert!(!others[ended].1.is_in().await, "{by}");
    }
    assert!(others[2].1.is_in().await, "nobody else");
    assert!(chief.is_in().await);
    let logged = "select detail ->> 'by' from operation_log where permission = 'session.end' order by at";
    assert_eq!(sql.list(logged).await, ["person", "address", "role"]);
    // An operator does not see the page.
    assert_eq!(others[2].1.get("/sessions").await.status, 403);
    ground.end().await;
}
