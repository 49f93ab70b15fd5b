//! 担当班: a role limited to a team opens its rounds and no other, from the next request on every node.

use hojo_access::Site;
use hojo_app::demo::steps;
use hojo_testkit::World;
use hojo_testkit::browser::{Browser, Page};
use hojo_words::ids::PublicId;
use sqlx::Row;

use super::{db, node, post};
use crate::sql::{Sql, public};
use crate::stranger::superuser_url;

/// A case as it shows on pages.
struct Known {
    case: PublicId,
    number: String,
    company: String,
}

async fn known(world: &World, case: PublicId) -> Known {
    let mut db = world.superuser().await.unwrap();
    let row = sqlx::query("select number, applicant_name from cases where public_id = $1")
        .bind(case.uuid())
        .fetch_one(&mut db)
        .await
        .unwrap();
    Known { case, number: row.get(0), company: row.get(1) }
}

/// One case in the first round and one, of another company, in a second round.
async fn two_rounds(world: &World) -> (Known, Known, String) {
    let mut sql = Sql::connect(&superuser_url(world)).await;
    let first = world.submitted(1).await.unwrap();
    sql.run(
        "insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at)
         select gen_random_uuid(), gen_random_uuid(), programme_id, 'r2', '第2回公募', edition_id, opens_at, closes_at from rounds",
    )
    .await;
    let round2 = public(&sql.one("select public_id from rounds where code = 'r2'").await);
    let b = world.applicant(2).await.unwrap();
    let filing = steps::start(&b.browser, round2.parse().unwrap()).await.unwrap();
    let answers = world.answers(&b, "innovation").await.unwrap();
    world.type_in(&b.actor, filing, &answers).await.unwrap();
    steps::submit(&b.browser, &format!("/filings/{filing}")).await.unwrap();
    world.drain().await.unwrap();
    let second = world.case_of(filing).await.unwrap();
    (known(world, first.case).await, known(world, second).await, round2)
}

async fn approve(other: &Browser) {
    let button = "承認する（すぐに有効になります）";
    let form = other.get("/permissions").await.unwrap().form_with_button(button).unwrap();
    let page = other.press(&form, button).await.unwrap();
    assert!(page.has("承認しました"), "{}", page.words());
}

async fn confirm(manager: &Browser, page: &str, fields: &[(&str, &str)]) -> Page {
    post(manager, page, &[fields, &[("reason", "担当の分担"), ("stage", "confirm")]].concat()).await
}

fn ends(page: &Page, with: &str) {
    assert!(page.location().is_some_and(|l| l.ends_with(with)), "{} {}", page.status, page.words());
}

/// Founds a team for the round; gives back the address of its page.
async fn team(manager: &Browser, other: &Browser, round: &str) -> String {
    let made = post(manager, "/permissions/teams", &[("name", "第2回の班"), ("reason", "担当の分担")]).await;
    let address = made.location().unwrap_or_else(|| panic!("{}", made.words()));
    let address = address.split('?').next().unwrap().to_owned();
    ends(&confirm(manager, &address, &[("was", ""), ("round", round)]).await, "done=proposed");
    approve(other).await;
    let page = manager.get(&address).await.unwrap();
    assert!(page.html().contains(&format!("value=\"{round}\" checked")), "{}", page.html());
    address
}

async fn person(manager: &Browser, login: &str) -> (String, String) {
    let html = manager.get("/permissions/people").await.unwrap().html();
    let at = html.find(&format!(">{login}")).unwrap_or_else(|| panic!("{login} in {html}"));
    let at = html[..at].rfind("/permissions/people/").unwrap();
    let address = html[at..].split('"').next().unwrap().to_owned();
    let id = address.rsplit('/').next().unwrap().to_owned();
    (address, id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_limited_to_a_team_sees_and_does_nothing_of_another_round() {
    let world = World::new().await;
    let (one, two, round2) = two_rounds(&world).await;
    let (manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let operator = world.staff("operator1").await.unwrap();
    let node_db = db(&world, Site::Office).await;
    let node = operator.through(node(&world, Site::Office, &node_db, "192.0.2.7", "").await);
    for browser in [&operator, &node] {
        let queue = browser.get("/queue").await.unwrap();
        assert!(queue.has(&one.number) && queue.has(&two.number), "{}", queue.words());
        assert_eq!(browser.go(&format!("/cases/{}", one.case)).await.unwrap().status, 200);
    }

    let team = team(&manager, &other, &round2).await;
    let team_id = team.rsplit('/').next().unwrap().to_owned();
    let (page, id) = person(&manager, "operator1").await;
    // Joining with a role held everywhere is less than before: one person is enough, and it holds at once.
    let fields = [("was", round2.as_str()), ("round", &round2), ("person", &id), ("role", "operator")];
    ends(&confirm(&manager, &team, &fields).await, "done=narrowed");

    // CSV: an addition of one's own, limited to the same team.
    let until = {
        let day = world.house.now().await.unwrap() + time::Duration::days(7);
        format!("{}/{}/{}", day.year(), u8::from(day.month()), day.day())
    };
    let reach = ("reach-operator", team_id.as_str());
    let was = format!("operator={team_id}");
    let kept = [("was", "operator"), ("role", "operator"), ("was_reach", &was), reach];
    let more = [("grant", "case.export"), ("grant_reach", team_id.as_str()), ("until", &until)];
    ends(&confirm(&manager, &page, &[&kept[..], &more[..]].concat()).await, "done=proposed");
    approve(&other).await;

    for browser in [&operator, &node] {
        let queue = browser.get("/queue").await.unwrap();
        assert!(queue.has(&two.number) && !queue.has(&one.number), "{}", queue.words());
        assert!(queue.has("1件") && !queue.has("2件"), "the count is the team's: {}", queue.words());
        for (known, found) in [(&one, false), (&two, true)] {
            let q: String = known.company.bytes().map(|b| format!("%{b:02X}")).collect();
            let page = browser.get(&format!("/queue?q={q}")).await.unwrap();
            assert_eq!(page.has(&known.number), found, "{}", page.words());
        }
        let home = browser.get("/").await.unwrap();
        assert!(!home.has(&one.number), "{}", home.words());
        let letters = browser.get("/letters").await.unwrap();
        assert!(!letters.has(&one.company), "{}", letters.words());
        for path in ["", "/examine", "/return", "/withdraw"] {
            let there = browser.go(&format!("/cases/{}{path}", one.case)).await.unwrap();
            let nowhere = browser.go(&format!("/cases/{}{path}", hojo_db::random::public_id())).await.unwrap();
            assert_eq!(
                (there.status.as_u16(), there.words().len()),
                (404, nowhere.words().len()),
                "{path}: {}",
                there.words()
            );
        }
        assert_eq!(browser.go(&format!("/cases/{}/examine", two.case)).await.unwrap().status, 200);
        let rounds = browser.get("/rounds").await.unwrap();
        assert!(rounds.has("第2回公募") && !rounds.has("第1回公募"), "{}", rounds.words());
    }
    let csv = post(&operator, "/queue/export", &[]).await;
    assert_eq!(csv.status, 200, "{}", csv.words());
    assert!(csv.html().contains(&two.number) && !csv.html().contains(&one.number), "{}", csv.html());
    // Nothing of another round is taken in hand, alone or beside one of the own.
    for (mine, status) in [(false, 404), (true, 404)] {
        let (first, second) = (one.case.to_string(), two.case.to_string());
        let mut cases = vec![("case", first.as_str())];
        if mine {
            cases.push(("case", second.as_str()));
        }
        assert_eq!(post(&operator, "/queue/claim", &cases).await.status, status);
    }
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    assert_eq!(sql.count("select count(*) from cases where assigned_to is not null").await, 0);
    let taken = post(&operator, "/queue/claim", &[("case", &two.case.to_string())]).await;
    assert_eq!(taken.status, 303, "{}", taken.words());

    // Lifting the limit is proposed by one and approved by another.
    let lift = [("was", "operator"), ("role", "operator"), ("was_reach", was.as_str()), ("reach-operator", "")];
    let shown = post(&manager, &page, &[&lift[..], &[("reason", "兼務"), ("stage", "preview")]].concat()).await;
    assert!(shown.has("別の人の承認が必要な変更") && shown.has("すべての公募回"), "{}", shown.words());
    ends(&confirm(&manager, &page, &lift).await, "done=proposed");
    assert_eq!(operator.go(&format!("/cases/{}", one.case)).await.unwrap().status, 404, "a proposal gives nothing");
    approve(&other).await;
    for browser in [&operator, &node] {
        assert_eq!(browser.go(&format!("/cases/{}", one.case)).await.unwrap().status, 200);
    }
    let log =
        sql.one("select string_agg(detail::text, ' ') from operation_log where permission = 'permission.manage'").await;
    assert!(log.contains("第2回の班") && log.contains("すべての公募回") && log.contains("担当の分担"), "{log}");
    drop(sql);
    node_db.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rounds_of_a_team_are_added_by_two_people_and_taken_away_by_one() {
    let world = World::new().await;
    let (one, two, round2) = two_rounds(&world).await;
    let (manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let operator = world.staff("operator1").await.unwrap();
    let team = team(&manager, &other, &round2).await;
    let team_id = team.rsplit('/').next().unwrap().to_owned();
    let again = post(&manager, "/permissions/teams", &[("name", "第2回の班"), ("reason", "x")]).await;
    assert!(again.status == 422 && again.has("同じ名前の担当班"), "{}", again.words());
    let (page, _) = person(&manager, "operator1").await;
    let limit = [("was", "operator"), ("role", "operator"), ("was_reach", ""), ("reach-operator", team_id.as_str())];
    ends(&confirm(&manager, &page, &limit).await, "done=narrowed");
    let sees = async |known: &Known| operator.go(&format!("/cases/{}", known.case)).await.unwrap().status == 200;
    assert!(!sees(&one).await && sees(&two).await);

    let first = world.round.to_string();
    let add = [("was", round2.as_str()), ("round", &round2), ("round", &first)];
    ends(&confirm(&manager, &team, &add).await, "done=proposed");
    assert!(!sees(&one).await, "a proposal gives nothing");
    approve(&other).await;
    assert!(sees(&one).await && sees(&two).await);
    let both = format!("{first} {round2}");
    ends(&confirm(&manager, &team, &[("was", both.as_str()), ("round", &first)]).await, "done=narrowed");
    assert!(sees(&one).await && !sees(&two).await);
    // A team without rounds reaches nothing, which is not the same as no limit.
    ends(&confirm(&manager, &team, &[("was", first.as_str())]).await, "done=narrowed");
    assert!(!sees(&one).await && !sees(&two).await);
    let queue = operator.get("/queue").await.unwrap();
    assert!(!queue.has(&one.number) && !queue.has(&two.number), "{}", queue.words());
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_limited_manages_nothing_and_nobody_lifts_a_limit_around_the_page() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    sql.run(
        "insert into teams (id, public_id, name, made_by, made_at)
         select '00000000-0000-0000-0000-0000000000aa', gen_random_uuid(), '班', id, now() from staff where login = 'manager1';
         insert into staff_roles (staff_id, role, team_id)
         select id, 'manager', '00000000-0000-0000-0000-0000000000aa' from staff where login = 'operator1'",
    )
    .await;
    // The manager's role, limited: nothing that reaches beyond rounds comes with it.
    let limited = world.staff("operator1").await.unwrap();
    for path in ["/permissions", "/people", "/log", "/log/access", "/sessions"] {
        assert_eq!(limited.go(path).await.unwrap().status, 403, "{path}");
    }
    assert_eq!(limited.go("/ranking").await.unwrap().status, 200);

    let me = sql.one("select id from staff where login = 'manager1'").await;
    let who = sql.one("select id from staff where login = 'operator1'").await;
    let change = "00000000-0000-0000-0000-000000000001";
    let limit =
        |team: &str| format!(r#"{{"what":"limit","staff":"{who}","role":"manager","team":{team},"give":false}}"#);
    let round = r#"{"what":"round","team":"00000000-0000-0000-0000-0000000000aa","round":"00000000-0000-0000-0000-0000000000bb","give":true}"#;
    for step in [limit("null"), limit("\"00000000-0000-0000-0000-0000000000aa\""), round.to_owned()] {
        let settings = format!("select set_config('hojo.actor', '{me}', true)");
        let forged = format!(
            "with made as (insert into changes (id, public_id, area, steps, widens, reason, proposed_by, proposed_at)
                           values ('{change}', gen_random_uuid(), 'permission', '[{step}]', false, 'x', '{me}', now()) returning id)
             select count(*) from made"
        );
        sql.run(&format!("begin; set local role hojo_staff; {settings}; {forged}")).await;
        let done = sql.try_rows(&format!("select apply_permission_change('{change}', now())::text")).await;
        sql.run("rollback").await;
        let e = done.expect_err(&step);
        assert_eq!(e.as_database_error().unwrap().code().as_deref(), Some("42501"), "{step}: {e}");
    }
    for statement in [
        "update staff_roles set team_id = null",
        "insert into team_rounds select t.id, r.id from teams t, rounds r",
        "delete from team_rounds",
        "insert into teams (id, public_id, name, made_by, made_at) select gen_random_uuid(), gen_random_uuid(), 'x', id, now() from staff limit 1",
    ] {
        let settings = format!("select set_config('hojo.actor', '{me}', true)");
        assert_eq!(sql.state_of("hojo_staff", &settings, statement).await, "42501", "{statement}");
    }
    drop(sql);
    world.end().await.unwrap();
}
