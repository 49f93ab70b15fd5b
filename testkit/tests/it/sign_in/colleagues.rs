//! Invited, helped back in by two, and gone: accounts of the office from the first day to the last.

use hojo_app::demo::browser::{Browser, Page};
use hojo_people::staff::Totp;
use hojo_testkit::World;

use crate::sql::Sql;
use crate::stranger::superuser_url;

const PASSWORD: &str = "yama to kawa to sora";

async fn fill(browser: &Browser, at: &str, action: &str, fields: &[(&str, &str)], button: &str) -> Page {
    let mut form = browser.get(at).await.unwrap().form(action).unwrap();
    for (name, value) in fields {
        form.set(name, value).unwrap();
    }
    browser.press(&form, button).await.unwrap()
}

/// The path of the newest one-use link.
fn link(world: &World) -> String {
    let mail = world.mail.sent().last().cloned().unwrap();
    let at = mail.text.find("/invitations/").unwrap();
    mail.text[at..].split_whitespace().next().unwrap().to_owned()
}

/// Sets password and authenticator behind a link; gives the secret.
async fn set_up(world: &World, path: &str, steps: i64) -> String {
    let browser = world.house.office();
    let page = browser.get(path).await.unwrap();
    let html = page.html();
    let secret = html.split("<p><code>").nth(1).unwrap().split('<').next().unwrap().replace(' ', "");
    let now = world.house.now().await.unwrap().unix_timestamp();
    let code = Totp::from_base32(&secret).unwrap().code(now + 30 * steps);
    let wrong = browser
        .post_fields(path, &[("step", "password"), ("new_password", "password1"), ("code", &code)])
        .await
        .unwrap();
    assert_eq!(wrong.status.as_u16(), 422);
    let done =
        browser.post_fields(path, &[("step", "password"), ("new_password", PASSWORD), ("code", &code)]).await.unwrap();
    assert_eq!(done.status.as_u16(), 200, "{}", done.words());
    assert!(done.words().contains("回復コード"));
    secret
}

async fn invite(world: &World, manager: &Browser, login: &str) -> String {
    let fields = [
        ("kind", "staff"),
        ("name", "新田 葉子"),
        ("login", login),
        ("email", "nitta@jimukyoku.example.jp"),
        ("role", "operator"),
    ];
    let page = fill(manager, "/people/new", "/people/new", &fields, "招待する").await;
    assert!(page.words().contains("招待しました"), "{}", page.words());
    world.drain().await.unwrap();
    page.at.split('?').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_invited_person_sets_the_first_factors_by_a_link_that_works_once() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let manager = world.staff("manager1").await.unwrap();
    let address = invite(&world, &manager, "nitta").await;
    let path = link(&world);
    let token = path.rsplit('/').next().unwrap();
    // Neither the job nor the table holds the link.
    assert_eq!(sql.count(&format!("select count(*) from jobs where payload::text like '%{token}%'")).await, 0);
    assert_eq!(
        sql.count(&format!("select count(*) from invitations where encode(token_hash, 'hex') = '{token}'")).await,
        0
    );
    // Sent again, the first one is over.
    fill(&manager, &address, &format!("{address}/invite"), &[], "案内をもう一度送る").await;
    world.drain().await.unwrap();
    assert_eq!(world.house.office().go(&path).await.unwrap().status.as_u16(), 404);
    let path = link(&world);
    let secret = set_up(&world, &path, -1).await;
    assert_eq!(world.house.office().go(&path).await.unwrap().status.as_u16(), 404, "used");
    let person = world.house.sign_in_staff("nitta", PASSWORD, &secret).await.unwrap();
    assert!(person.get("/queue").await.unwrap().words().contains("案件"));
    // An expired one is not told from one that never was.
    let other = invite(&world, &manager, "nitta2").await;
    assert!(other.starts_with("/people/"));
    sql.run("update invitations set expires_at = clock_timestamp() where used_at is null").await;
    let over = world.house.office().go(&link(&world)).await.unwrap();
    let never = world.house.office().go(&format!("/invitations/{}", "0".repeat(64))).await.unwrap();
    assert_eq!((over.status.as_u16(), over.words()), (404, never.words()));
    drop(sql);
    world.end().await.unwrap();
}

#[tokio::test]
async fn nobody_gives_a_role_beyond_their_own() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let it = world.staff("it1").await.unwrap();
    let page = it.get("/people/new").await.unwrap();
    assert!(page.html().contains("value=\"office_it\"") && !page.html().contains("value=\"manager\""));
    let token = page.html().split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [
        ("_csrf", token.as_str()),
        ("kind", "staff"),
        ("name", "偽 管理者"),
        ("login", "nise"),
        ("email", "n@example.jp"),
        ("role", "manager"),
    ];
    let refused = it.post_fields("/people/new", &fields).await.unwrap();
    assert_eq!(refused.status.as_u16(), 422);
    assert_eq!(sql.count("select count(*) from staff where login = 'nise'").await, 0);
    drop(sql);
    world.end().await.unwrap();
}

#[tokio::test]
async fn two_administrators_help_somebody_back_in_and_the_lost_things_are_worthless() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let (one, two) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let address = invite(&world, &one, "nitta").await;
    let secret = set_up(&world, &link(&world), -1).await;
    let person = world.house.sign_in_staff("nitta", PASSWORD, &secret).await.unwrap();
    let ask = format!("{address}/recovery");
    let page = fill(&one, &address, &ask, &[("reason", "端末を紛失。来所して確認。")], "再設定を起案する").await;
    assert!(page.words().contains("起案した人は承認できません"), "{}", page.words());
    // The one who asked cannot approve, whatever is sent; the person is still in.
    let token = page.html().split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let alone = one.post_fields(&format!("{ask}/decide"), &[("_csrf", &token), ("decision", "approve")]).await.unwrap();
    assert_eq!(alone.status.as_u16(), 422);
    person.get("/queue").await.unwrap();
    let page = fill(&two, &address, &format!("{ask}/decide"), &[], "承認する").await;
    assert!(page.words().contains("承認しました"), "{}", page.words());
    assert!(person.go("/queue").await.unwrap().at.starts_with("/sign-in"), "signed out at once");
    assert!(world.house.sign_in_staff("nitta", PASSWORD, &secret).await.is_err(), "the old factors are gone");
    assert_eq!(sql.count("select count(*) from recovery_codes").await, 0);
    world.drain().await.unwrap();
    let fresh = set_up(&world, &link(&world), 0).await;
    assert_ne!(fresh, secret);
    let logged =
        sql.list("select detail ->> 'what' from operation_log where permission = 'people.recover' order by at").await;
    assert_eq!(logged, ["recovery-proposed", "recovery-approved"]);
    drop(sql);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_closed_account_is_out_at_once_and_what_it_leaves_is_listed() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let filed = world.submitted(1).await.unwrap();
    let manager = world.staff("manager1").await.unwrap();
    let operator = world.staff("operator1").await.unwrap();
    sql.run("update cases set assigned_to = (select id from staff where login = 'operator1')").await;
    let address = |id: String| format!("/people/{}", crate::sql::public(&id));
    let theirs = address(sql.one("select public_id from staff where login = 'operator1'").await);
    let page = manager.get(&format!("{theirs}/close")).await.unwrap();
    assert!(page.html().contains(&format!("/cases/{}", filed.case)), "{}", page.words());
    let close = format!("{theirs}/close");
    let page = fill(&manager, &close, &close, &[("reason", "任期満了")], "利用を停止する").await;
    assert!(page.words().contains("利用を停止しました"), "{}", page.words());
    assert!(operator.go("/queue").await.unwrap().at.starts_with("/sign-in"));
    // Nobody closes the own account.
    let mine = address(sql.one("select public_id from staff where login = 'manager1'").await);
    let close = format!("{mine}/close");
    let page = fill(&manager, &close, &close, &[("reason", "誤り")], "利用を停止する").await;
    assert_eq!(page.status.as_u16(), 422);
    // Two who can help others back in must stay: of manager1, manager2 and it1 one may go.
    for (login, gone) in [("it1", true), ("manager2", false)] {
        let theirs = address(sql.one(&format!("select public_id from staff where login = '{login}'")).await);
        let close = format!("{theirs}/close");
        let page = fill(&manager, &close, &close, &[("reason", "任期満了")], "利用を停止する").await;
        assert_eq!(page.status.as_u16() == 200, gone, "{login}: {}", page.words());
    }
    drop(sql);
    world.end().await.unwrap();
}
