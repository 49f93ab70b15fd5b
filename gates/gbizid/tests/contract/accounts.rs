//! Each kind of account signs in, the plain ones and the awkward ones.

use crate::support::{World, callback, fetch};
use hojo_gbizid::{AccountKind, CorpKind, GbizId as _, ProviderState, SignInProblem};
use hojo_standin::Trouble;

#[tokio::test]
async fn a_prime_corporation_with_everything() {
    let world = World::new().await;
    let who = world.sign_in("aozora", Trouble::None).await.unwrap();
    assert_eq!((who.kind, who.corp), (AccountKind::Prime, Some(CorpKind::Corporation)));
    assert_eq!(who.issuer, world.issuer);
    assert_eq!(who.sub, "standin-aozora");
    assert_eq!(who.corporate_number.as_ref().map(|n| n.as_str()), Some("7999901900001"));
    assert_eq!(who.name.as_deref(), Some("株式会社あおぞら精機"));
    assert_eq!(who.name_en.as_deref(), Some("Aozora Seiki Co., Ltd."));
    assert_eq!(who.prefecture.as_ref().map(|p| p.name.as_str()), Some("東京都"));
    assert_eq!(who.representative.last_kana.as_deref(), Some("アオキ"));
    assert_eq!(who.birthday.map(|d| d.to_string()).as_deref(), Some("1968-04-15"));
    assert_eq!(who.user.post_code.as_deref(), Some("1440033"));
    assert_eq!(who.email.as_deref(), Some("aoki@aozora.example"));
    assert_eq!((who.parent_sub, who.unread), (None, Vec::new()));
    assert_eq!(world.gate.state(world.now()), ProviderState::Up);
}

#[tokio::test]
async fn sole_proprietor_member_and_entry() {
    let world = World::new().await;
    let sole = world.sign_in("sato", Trouble::None).await.unwrap();
    assert_eq!((sole.kind, sole.corp), (AccountKind::Prime, Some(CorpKind::SoleProprietor)));
    assert_eq!(sole.corporate_number, None);
    let member = world.sign_in("aozora-staff", Trouble::None).await.unwrap();
    assert_eq!((member.kind, member.parent_sub.as_deref()), (AccountKind::Member, Some("standin-aozora")));
    assert_eq!(member.user.name.last.as_deref(), Some("森"));
    let entry = world.sign_in("entry", Trouble::None).await.unwrap();
    assert_eq!(entry.kind, AccountKind::Entry);
}

#[tokio::test]
async fn missing_claims_leave_gaps_and_bad_ones_are_named() {
    let world = World::new().await;
    let bare = world.sign_in("missing", Trouble::None).await.unwrap();
    assert_eq!((bare.kind, bare.name, bare.corp), (AccountKind::Prime, None, None));
    let odd = world.sign_in("badnumber", Trouble::None).await.unwrap();
    assert_eq!(odd.unread, ["corporate_number", "prefecture_name", "birthday_ymd"]);
    assert_eq!(odd.raw["prefecture_name"], "99");
}

#[tokio::test]
async fn a_changed_name_keeps_the_account_and_a_new_account_keeps_the_company() {
    let world = World::new().await;
    let before = world.sign_in("hinode", Trouble::None).await.unwrap();
    let after = world.sign_in("hinode-renamed", Trouble::None).await.unwrap();
    assert_eq!((&before.sub, &before.corporate_number), (&after.sub, &after.corporate_number));
    assert_ne!(before.name, after.name);
    let old = world.sign_in("minato", Trouble::None).await.unwrap();
    let new = world.sign_in("minato-new", Trouble::None).await.unwrap();
    assert_ne!(old.sub, new.sub);
    assert_eq!(old.corporate_number, new.corporate_number);
    assert_eq!(old.prefecture.map(|p| p.code).as_deref(), Some("40"), "a name instead of a code");
}

#[tokio::test]
async fn rare_characters_long_names_and_unknown_claims_arrive_unchanged() {
    let world = World::new().await;
    let rare = world.sign_in("takahashi", Trouble::None).await.unwrap();
    assert_eq!(rare.name.as_deref(), Some("有限会社髙橋𠮷野家具"));
    assert_eq!(rare.representative.last.as_deref(), Some("髙橋"));
    let long = world.sign_in("longname", Trouble::None).await.unwrap();
    assert!(long.name.is_some_and(|name| name.chars().count() > 150));
    let future = world.sign_in("future", Trouble::None).await.unwrap();
    assert_eq!((future.kind, future.prefecture.map(|p| p.name)), (AccountKind::Prime, Some("京都府".to_owned())));
    assert_eq!(future.raw["verified"]["items"][1], "address");
}

#[tokio::test]
async fn three_hundred_synthetic_companies_sign_in_by_hint() {
    let world = World::new().await;
    for number in [1, 20, 42, 300] {
        let login = hojo_standin::synthetic_login(number);
        let who = world.sign_in(&login, Trouble::None).await.unwrap();
        assert_eq!(who.sub, login);
        assert_eq!(who.corporate_number.is_none(), number % 20 == 0);
        assert!(who.unread.is_empty());
    }
}

#[tokio::test]
async fn by_hand_on_the_page_with_a_click_or_a_typed_name() {
    let world = World::new().await;
    for (choice, expected) in
        [("account=hinode&other_account=", "standin-hinode"), ("account=hinode&other_account=demo-00007", "demo-00007")]
    {
        let redirect = world.gate.begin(&world.request(), world.now()).await.unwrap();
        let page = fetch("GET", &redirect.url, "").await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("本物のGビズIDではありません") && page.body.contains("株式会社あおぞら精機"));
        let (_, query) = redirect.url.split_once('?').unwrap();
        let form = format!("{query}&{choice}&trouble=none&action=sign_in");
        let answer = fetch("POST", &format!("{}choose", world.issuer), &form).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        let who = world.gate.finish(&callback(&answer.location), &redirect.stored, world.now()).await.unwrap();
        assert_eq!(who.sub, expected);
    }
}

#[tokio::test]
async fn by_hand_cancelled_or_mistyped() {
    let world = World::new().await;
    let redirect = world.gate.begin(&world.request(), world.now()).await.unwrap();
    let (_, query) = redirect.url.split_once('?').unwrap();
    let choose = format!("{}choose", world.issuer);
    let wrong = fetch("POST", &choose, &format!("{query}&other_account=nobody&action=sign_in")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("アカウント「nobody」はありません"));
    let cancelled = fetch("POST", &choose, &format!("{query}&account=aozora&action=cancel")).await;
    let ended = world.gate.finish(&callback(&cancelled.location), &redirect.stored, world.now()).await;
    assert_eq!(ended, Err(SignInProblem::Cancelled));
}
