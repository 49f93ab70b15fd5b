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
pub fn link(world: &World) -> String {
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

pub async fn invite(world: &World, manager: &Browser, login: &str) -> String {
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
async fn a_closed_account_is_out_at_once_and_its_cases_go_to_the_successor() {
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
    assert!(page.status.as_u16() == 422 && page.words().contains("引き継ぐ人を選んでください"), "{}", page.words());
    assert_eq!(operator.go("/queue").await.unwrap().status.as_u16(), 200, "nothing was done yet");
    let to = crate::sql::public(&sql.one("select public_id from staff where login = 'operator2'").await);
    let fields = [("reason", "任期満了"), ("successor", to.as_str())];
    let page = fill(&manager, &close, &close, &fields, "利用を停止する").await;
    assert!(page.words().contains("利用を停止しました"), "{}", page.words());
    let holder = "select s.login from cases c join staff s on s.id = c.assigned_to";
    assert_eq!(sql.list(holder).await, ["operator2"]);
    assert_eq!(sql.count("select count(*) from events where kind = 'assigned'").await, 1, "the case tells it");
    let log = "select detail ->> 'handed' from operation_log where detail ->> 'what' = 'account-closed'";
    assert_eq!(sql.list(log).await, ["1"]);
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

#[tokio::test]
async fn a_leavers_reviews_go_to_the_successor_but_for_conflicts() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let first = world.checked(1).await.unwrap();
    let second = world.checked(2).await.unwrap();
    let manager = world.staff("manager1").await.unwrap();
    for case in [&first, &second] {
        let page = manager.get(&format!("/assignments/{}", case.case)).await.unwrap();
        let token = page.html().split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let leaver = crate::sql::public(&sql.one("select public_id from staff where login = 'reviewer1'").await);
        let fields = [("_csrf", token.as_str()), ("reviewer", leaver.as_str())];
        let done = manager.post_fields(&format!("/assignments/{}/assign", case.case), &fields).await.unwrap();
        assert_eq!(done.status.as_u16(), 303, "{}", done.words());
    }
    // The successor has declared a conflict in the second case.
    sql.run(&format!(
        "insert into assignments (id, public_id, programme_id, round_id, applicant_id, case_id, reviewer_id, state, assigned_by, assigned_at, recusal)
         select gen_random_uuid(), gen_random_uuid(), a.programme_id, a.round_id, a.applicant_id, a.case_id,
                (select id from staff where login = 'reviewer2'), 'recused', a.assigned_by, now(), '親族'
         from assignments a join cases c on c.id = a.case_id where c.public_id = '{}'",
        second.case.uuid()
    ))
    .await;
    let id = |login: &str| format!("select public_id from staff where login = '{login}'");
    let close = format!("/people/{}/close", crate::sql::public(&sql.one(&id("reviewer1")).await));
    let to = crate::sql::public(&sql.one(&id("reviewer2")).await);
    fill(&manager, &close, &close, &[("reason", "任期満了"), ("successor", &to)], "利用を停止する").await;
    world.drain().await.unwrap();
    let held = "select s.login || ' ' || a.state from assignments a join staff s on s.id = a.reviewer_id join cases c on c.id = a.case_id
                where c.public_id = '{}' order by 1";
    let held = |case: &hojo_testkit::Filed| held.replace("{}", &case.case.uuid().to_string());
    assert_eq!(sql.list(&held(&first)).await, ["reviewer1 withdrawn", "reviewer2 assigned"]);
    assert_eq!(
        sql.list(&held(&second)).await,
        ["reviewer1 assigned", "reviewer2 recused"],
        "it stays, and the log says why"
    );
    let log = "select outcome || ' ' || coalesce(detail ->> 'why_not', '') from operation_log where detail ->> 'what' = 'handed-over' order by 1";
    assert_eq!(sql.list(log).await, ["done ", "refused REVIEWER-RECUSED"]);
    drop(sql);
    world.end().await.unwrap();
}

#[tokio::test]
async fn two_people_open_a_closed_account_again_and_its_factors_are_new() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let (one, two) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let address = invite(&world, &one, "nitta").await;
    let secret = set_up(&world, &link(&world), -1).await;
    let close = format!("{address}/close");
    fill(&one, &close, &close, &[("reason", "休職")], "利用を停止する").await;
    assert!(world.house.sign_in_staff("nitta", PASSWORD, &secret).await.is_err());
    let ask = format!("{address}/recovery");
    let page = fill(&one, &address, &ask, &[("reason", "復職")], "利用の再開を起案する").await;
    assert!(page.words().contains("起案した人は承認できません"), "{}", page.words());
    let token = page.html().split("name=\"_csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let alone = one.post_fields(&format!("{ask}/decide"), &[("_csrf", &token), ("decision", "approve")]).await.unwrap();
    assert_eq!(alone.status.as_u16(), 422);
    // Nor does the office's own database role: a closed row is not its to change, and the function asks for two.
    let closed = "select disabled_at is not null from staff where login = 'nitta'";
    let me = sql.one("select id from staff where login = 'manager1'").await;
    sql.run(&format!(
        "set role hojo_staff; select set_config('hojo.actor', '{me}', false);
         update staff set disabled_at = null where login = 'nitta'; reset role"
    ))
    .await;
    assert_eq!(sql.one(closed).await, "t");
    let page = fill(&two, &address, &format!("{ask}/decide"), &[], "承認する").await;
    assert!(page.words().contains("利用を再開しました"), "{}", page.words());
    assert_eq!(sql.one(closed).await, "f");
    assert!(world.house.sign_in_staff("nitta", PASSWORD, &secret).await.is_err(), "the old factors are gone");
    world.drain().await.unwrap();
    let fresh = set_up(&world, &link(&world), 0).await;
    assert!(world.house.sign_in_staff("nitta", PASSWORD, &fresh).await.is_ok() || fresh != secret);
    let logged =
        sql.list("select detail ->> 'what' from operation_log where permission = 'people.recover' order by at").await;
    assert_eq!(logged, ["reopen-proposed", "reopen-approved"]);
    drop(sql);
    world.end().await.unwrap();
}
