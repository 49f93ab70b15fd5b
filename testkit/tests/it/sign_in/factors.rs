//! Codes that are good once, recovery codes, passwords.

use super::visitor::{Account, Visitor};
use crate::ground::Ground;

#[tokio::test]
async fn a_code_lets_in_once_and_an_older_one_never() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let code = account.code(&ground, 0);
    let mut person = Visitor::new(&house);
    person.sign_in(&account, &code).await.to();
    let replayed = Visitor::new(&house).sign_in(&account, &code).await;
    assert_eq!(replayed.status, 422);
    assert!(replayed.has("すでに使われています"), "{}", replayed.said());
    let older = Visitor::new(&house).sign_in(&account, &account.code(&ground, -1)).await;
    assert_eq!(older.status, 422);
    // The next one is good.
    assert_eq!(Visitor::new(&house).sign_in(&account, &account.code(&ground, 1)).await.status, 303);
    // Two at the same moment with one code: one is let in.
    let other = Account::new(&mut sql, "hayami", "operator").await;
    let code = other.code(&ground, 0);
    let (mut a, mut b) = (Visitor::new(&house), Visitor::new(&house));
    let (x, y) = tokio::join!(a.sign_in(&other, &code), b.sign_in(&other, &code));
    let mut got = [x.status, y.status];
    got.sort_unstable();
    assert_eq!(got, [303, 422]);
    ground.end().await;
}

#[tokio::test]
async fn recovery_codes_are_kept_as_hashes_and_work_once_each() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&account, &account.code(&ground, 0)).await.to();
    let page = person.press("/account", "/account/recovery-codes", &[]).await.ok().text();
    let codes: Vec<&str> = page.split("<li><code>").skip(1).map(|t| t.split('<').next().unwrap()).collect();
    assert_eq!(codes.len(), 10);
    let stored = sql.list("select encode(code_hash, 'escape') from recovery_codes").await;
    assert_eq!(stored.len(), 10);
    assert!(codes.iter().all(|c| stored.iter().all(|s| !s.contains(&c.replace('-', "")))));
    person.press("/account", "/sign-out", &[]).await.to();

    let mut lost = Visitor::new(&house);
    assert_eq!(lost.sign_in(&account, &codes[3].to_lowercase()).await.to(), "/account");
    assert!(lost.get("/account").await.ok().has("9個"));
    assert_eq!(Visitor::new(&house).sign_in(&account, codes[3]).await.status, 422, "used");
    let wrong = Visitor::new(&house)
        .post("/sign-in", &[("login", "tanimoto"), ("password", "wrong"), ("code", codes[4])])
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        sql.count("select count(*) from recovery_codes where used_at is null").await,
        9,
        "a code alone is nothing"
    );
    // Another person's codes are not mine.
    let other = Account::new(&mut sql, "hayami", "operator").await;
    assert_eq!(Visitor::new(&house).sign_in(&other, codes[5]).await.status, 422);
    ground.end().await;
}

#[tokio::test]
async fn a_new_password_must_be_long_and_not_guessable_and_ends_other_sessions() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&account, &account.code(&ground, -1)).await.to();
    for bad in ["kumo7x1", "password123", "tanimoto2026", "Sakura2026!"] {
        let refused = person.press("/account", "/account/password", &[("new_password", bad)]).await;
        assert_eq!(refused.status, 422, "{bad}");
        assert!(!refused.has(&format!("\"{bad}\"")), "{bad} is written back: {}", refused.text());
    }
    let fine = "paste me: うみ かぜ とり 2026";
    assert_eq!(
        person.press("/account", "/account/password", &[("new_password", fine)]).await.to(),
        "/account?done=password"
    );
    assert_eq!(Visitor::new(&house).sign_in(&account, &account.code(&ground, 0)).await.status, 422);
    let code = account.code(&ground, 1);
    let fields = [("login", "tanimoto"), ("password", fine), ("code", code.as_str())];
    assert_eq!(Visitor::new(&house).post("/sign-in", &fields).await.to(), "/sign-in/other?to=/");
    ground.end().await;
}

#[tokio::test]
async fn an_authenticator_is_registered_only_when_it_shows_a_code() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let account = Account::new(&mut sql, "tanimoto", "operator").await;
    let mut person = Visitor::new(&house);
    person.sign_in(&account, &account.code(&ground, 0)).await.to();
    let page = person.press("/account", "/account/totp", &[]).await.ok().text();
    assert!(page.contains("<svg"));
    let secret: String = page.split("<p><code>").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    assert_ne!(secret, account.secret);
    let wrong = person.press("/account", "/account/totp", &[("step", "confirm"), ("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(sql.one("select totp_secret from staff where login = 'tanimoto'").await, account.secret);
    let renewed = Account { secret, ..account.clone() };
    let code = renewed.code(&ground, 0);
    let done = person.press("/account", "/account/totp", &[("step", "confirm"), ("code", &code)]).await;
    assert_eq!(done.to(), "/account?done=totp");
    let mut visitor = Visitor::new(&house);
    assert_eq!(visitor.sign_in(&account, &account.code(&ground, 1)).await.status, 422, "the old one is over");
    assert_eq!(visitor.sign_in(&renewed, &code).await.status, 422, "the code that registered it is used");
    assert_eq!(visitor.sign_in(&renewed, &renewed.code(&ground, 1)).await.status, 303);
    ground.end().await;
}

#[tokio::test]
async fn forged_answers_of_passkeys_are_refused_and_their_challenges_work_once() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let house = ground.house().await;
    let mut person = Visitor::new(&house);
    let begun = person.post("/sign-in", &[("step", "passkey-begin")]).await.ok();
    let begun: serde_json::Value = serde_json::from_slice(&begun.bytes).unwrap();
    assert_eq!(begun["publicKey"]["userVerification"], "required");
    assert_eq!(begun["publicKey"]["rpId"], "office.example");
    let ceremony = begun["ceremony"].as_str().unwrap();
    assert_eq!(sql.count("select count(*) from ceremonies").await, 1);
    for answer in [
        "",
        "{}",
        "[]",
        "{\"id\":\"AAAA\",\"rawId\":\"AAAA\",\"type\":\"public-key\",\"response\":{\"authenticatorData\":\"AAAA\",\"clientDataJSON\":\"AAAA\",\"signature\":\"AAAA\",\"userHandle\":null}}",
    ] {
        let got = person.post("/sign-in", &[("step", "passkey"), ("ceremony", ceremony), ("answer", answer)]).await;
        assert_eq!(got.status, 422, "{}", got.said());
    }
    assert_eq!(sql.count("select count(*) from ceremonies").await, 0, "taken out by the first answer");
    let mut late = Visitor::new(&house);
    let begun = late.post("/sign-in", &[("step", "passkey-begin")]).await.ok();
    let begun: serde_json::Value = serde_json::from_slice(&begun.bytes).unwrap();
    sql.run("update ceremonies set created_at = created_at - interval '6 minutes'").await;
    let got = late
        .post("/sign-in", &[("step", "passkey"), ("ceremony", begun["ceremony"].as_str().unwrap()), ("answer", "{}")])
        .await;
    assert!(got.has("時間が過ぎた"), "{}", got.said());
    ground.end().await;
}
