//! Permissions are data: what a page changes is true for the next request on every node.

use hojo_access::Site;
use hojo_testkit::World;
use hojo_testkit::browser::Browser;
use sqlx::{Connection, Row};

use super::{db, node, post};

async fn one(world: &World, sql: &'static str) -> String {
    let mut db = world.superuser().await.unwrap();
    let row = sqlx::query(sql).fetch_one(&mut db).await.unwrap();
    db.close().await.unwrap();
    row.try_get::<Option<String>, _>(0).unwrap().unwrap_or_default()
}

fn was(page: &str) -> String {
    let at = page.find("name=\"was\" value=\"").unwrap();
    page[at..].split('"').nth(3).unwrap().to_owned()
}

/// Ticks of the matrix after adding and taking away some.
async fn change(manager: &Browser, add: &[&str], take: &[&str], stage: &str) -> hojo_testkit::browser::Page {
    let page = manager.get("/permissions").await.unwrap().html();
    let was = was(&page);
    let mut ticks: Vec<&str> = was.split(' ').filter(|m| !take.contains(m)).collect();
    ticks.extend(add);
    let mut fields = vec![("was", was.as_str()), ("reason", "担当の見直し"), ("stage", stage)];
    fields.extend(ticks.iter().map(|t| ("hold", *t)));
    post(manager, "/permissions", &fields).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn narrowing_is_true_for_the_next_request_on_every_node_and_widening_takes_two_people() {
    let world = World::new().await;
    let (manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let operator = world.staff("operator1").await.unwrap();
    let node_db = db(&world, Site::Office).await;
    let node = operator.through(node(&world, Site::Office, &node_db, "192.0.2.7", "").await);
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);
    assert_eq!(node.go("/queue").await.unwrap().status, 200);

    // The difference is shown before anything is done.
    let shown = change(&manager, &[], &["operator:case.view"], "preview").await;
    assert!(shown.has("すぐに有効になる変更") && shown.has("案件を見る"), "{}", shown.words());
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);

    let done = change(&manager, &[], &["operator:case.view"], "confirm").await;
    assert_eq!(done.location().as_deref(), Some("/permissions?done=narrowed"), "{}", done.words());
    for browser in [&operator, &node] {
        let page = browser.go("/queue").await.unwrap();
        assert_eq!(page.status, 403);
        assert!(page.has("「案件を見る」の権限がない"), "{}", page.words());
    }
    let home = operator.go("/").await.unwrap();
    assert!(!home.links().iter().any(|l| l == "/queue"), "the menu follows");

    // Widening: the proposer cannot approve, the other can.
    let done = change(&manager, &["operator:case.view"], &[], "confirm").await;
    assert_eq!(done.location().as_deref(), Some("/permissions?done=proposed"), "{}", done.words());
    assert_eq!(operator.go("/queue").await.unwrap().status, 403, "a proposal gives nothing");
    let page = other.get("/permissions").await.unwrap();
    let form = page.form_with_button("承認する（すぐに有効になります）").unwrap();
    let at = page.html().find("/permissions/changes/").unwrap();
    let address = page.html()[at..].split('"').next().unwrap().to_owned();
    let own = post(&manager, &address, &[("decision", "approve")]).await;
    assert_eq!(own.status, 422);
    assert!(own.has("別の、権限を変更できる人の承認が必要"), "{}", own.words());
    assert_eq!(operator.go("/queue").await.unwrap().status, 403);
    other.press(&form, "承認する（すぐに有効になります）").await.unwrap();
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);
    assert_eq!(node.go("/queue").await.unwrap().status, 200);
    let again = post(&other, &address, &[("decision", "approve")]).await;
    assert!(again.has("すでに承認または却下されています"), "{}", again.words());

    // Before and after stand in the log.
    let log = one(
        &world,
        "select string_agg(detail::text, ' | ' order by at) from operation_log where permission = 'permission.manage'",
    )
    .await;
    assert!(log.contains("before") && log.contains("after") && log.contains("担当の見直し"), "{log}");
    node_db.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_withdrawn_in_mid_form_refuses_and_gives_back_what_was_typed() {
    let world = World::new().await;
    let filed = world.submitted(1).await.unwrap();
    let (manager, operator) = (world.staff("manager1").await.unwrap(), world.staff("operator1").await.unwrap());
    let address = format!("/cases/{}/return", filed.case);
    assert_eq!(operator.go(&address).await.unwrap().status, 200);
    change(&manager, &[], &["operator:filing.return"], "confirm").await;
    let typed = "添付された見積書の日付が公募開始より前です。";
    let page = post(&operator, &address, &[("message", typed)]).await;
    assert_eq!(page.status, 403);
    assert!(page.has("この操作の権限がありません") && page.has(typed), "{}", page.words());
    assert!(page.has("ここから写し取れます"), "{}", page.words());
    assert_eq!(world.position(filed.case).await.unwrap(), "check");
    // Another site's form gets nothing back, and the password field of no form is repeated.
    let page = post(&operator, &address, &[("password", "ひみつの 言葉")]).await;
    assert!(!page.has("ひみつの"), "{}", page.words());
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_addition_of_one_person_is_approved_ends_by_itself_and_can_be_taken_back() {
    let world = World::new().await;
    let (manager, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let operator = world.staff("operator2").await.unwrap();
    assert_eq!(operator.go("/log").await.unwrap().status, 403);
    let list = manager.get("/permissions/people").await.unwrap();
    let html = list.html();
    let before = html.find("高橋 亮").unwrap();
    let at = html[..before].rfind("/permissions/people/").unwrap();
    let person = html[at..].split('"').next().unwrap().to_owned();
    let until = {
        let now = world.house.now().await.unwrap() + time::Duration::days(7);
        format!("{}/{}/{}", now.year(), u8::from(now.month()), now.day())
    };
    let fields = [
        ("was", "operator"),
        ("role", "operator"),
        ("grant", "operations.view"),
        ("until", &until),
        ("reason", "監査の補助"),
    ];
    let shown = post(&manager, &person, &[&fields[..], &[("stage", "preview")]].concat()).await;
    assert!(shown.has("別の人の承認が必要な変更") && shown.has("持つ（"), "{}", shown.words());
    let done = post(&manager, &person, &[&fields[..], &[("stage", "confirm")]].concat()).await;
    assert_eq!(done.status, 303, "{}", done.words());
    assert_eq!(operator.go("/log").await.unwrap().status, 403);
    let form = other.get("/permissions").await.unwrap().form_with_button("承認する（すぐに有効になります）").unwrap();
    other.press(&form, "承認する（すぐに有効になります）").await.unwrap();
    assert_eq!(operator.go("/log").await.unwrap().status, 200);

    // The end comes by itself.
    let mut db = world.superuser().await.unwrap();
    sqlx::query("update staff_grants set from_at = now() - interval '2 days', until_at = now() - interval '1 second'")
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(operator.go("/log").await.unwrap().status, 403);
    sqlx::query("update staff_grants set until_at = now() + interval '1 day'").execute(&mut db).await.unwrap();
    assert_eq!(operator.go("/log").await.unwrap().status, 200);

    // Taking it back needs nobody else.
    let fields = [
        ("was", "operator"),
        ("role", "operator"),
        ("end", "operations.view"),
        ("reason", "終了"),
        ("stage", "confirm"),
    ];
    let done = post(&manager, &person, &fields).await;
    assert!(done.location().unwrap().ends_with("done=narrowed"), "{}", done.words());
    assert_eq!(operator.go("/log").await.unwrap().status, 403);
    db.close().await.unwrap();
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_widens_alone_around_the_page_and_two_keepers_stay() {
    let world = World::new().await;
    let manager = world.staff("manager1").await.unwrap();
    let refused = change(&manager, &[], &["manager:permission.manage"], "confirm").await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("2人より少なくなります"), "{}", refused.words());
    assert_eq!(manager.go("/permissions").await.unwrap().status, 200);

    // The office's database role cannot write a grant, nor lie about a change.
    let mut db = world.superuser().await.unwrap();
    let me: sqlx::types::Uuid =
        sqlx::query("select id from staff where login = 'manager1'").fetch_one(&mut db).await.unwrap().get(0);
    let operator: sqlx::types::Uuid =
        sqlx::query("select id from staff where login = 'operator1'").fetch_one(&mut db).await.unwrap().get(0);
    let steps = r#"[{"what":"hold","role":"operator","permission":"adoption.commit","give":true}]"#;
    let store = |by: sqlx::types::Uuid, widens: bool| {
        format!(
            "insert into changes (id, public_id, area, steps, widens, reason, proposed_by, proposed_at) values ('00000000-0000-0000-0000-000000000001', gen_random_uuid(), 'permission', '{steps}', {widens}, 'x', '{by}', now())"
        )
    };
    let apply = "select apply_permission_change('00000000-0000-0000-0000-000000000001', now())".to_owned();
    for (who, statements) in [
        (me, vec!["insert into role_permissions values ('operator', 'adoption.commit')".to_owned()]),
        (me, vec!["delete from role_permissions".to_owned()]),
        (me, vec!["insert into staff_roles select id, 'manager' from staff".to_owned()]),
        // What people sign in with: not read, not written, and taken away by two people only.
        (me, vec!["select password_hash, totp_secret from staff".to_owned()]),
        (me, vec!["update staff set password_hash = null".to_owned()]),
        (me, vec!["delete from passkeys".to_owned()]),
        (me, vec![format!("select forget_factors('{operator}')")]),
        // Another's name, a widening said to be none, one's own widening, somebody without the permission.
        (me, vec![store(operator, true)]),
        (me, vec![store(me, false), apply.clone()]),
        (me, vec![store(me, true), apply.clone()]),
        (operator, vec![store(operator, false), apply]),
    ] {
        use sqlx::Executor;
        let settings = format!("begin; set local role hojo_staff; select set_config('hojo.actor', '{who}', true)");
        db.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(settings))).await.unwrap();
        let mut outcome = Ok(());
        for s in &statements {
            outcome = db.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(s.clone()))).await.map(|_| ());
            if outcome.is_err() {
                break;
            }
        }
        db.execute("rollback").await.unwrap();
        let e = outcome.expect_err(&format!("{statements:?} went through"));
        assert_eq!(e.as_database_error().unwrap().code().as_deref(), Some("42501"), "{statements:?}: {e}");
    }
    db.close().await.unwrap();
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entry_of_a_persons_menu_opens_and_no_group_holds_less_than_two() {
    let world = World::new().await;
    for (login, groups) in [("manager1", 5), ("operator1", 1), ("it1", 2), ("reviewer1", 0)] {
        let person = world.staff(login).await.unwrap();
        let html = person.get("/account").await.unwrap().html();
        let nav = html.split("<nav class=\"site-nav\"").nth(1).unwrap().split("</nav>").next().unwrap();
        assert_eq!(nav.matches("aria-current=\"page\"").count(), 1, "{login}: {nav}");
        let hrefs: Vec<&str> = nav.split("href=\"").skip(1).map(|p| p.split('"').next().unwrap()).collect();
        assert!(hrefs.contains(&"/account"), "{login}: {hrefs:?}");
        for href in hrefs {
            assert_eq!(person.go(href).await.unwrap().status, 200, "{login}: {href}");
        }
        let folded: Vec<&str> = nav.split("<details").skip(1).map(|p| p.split("</details>").next().unwrap()).collect();
        assert!(folded.iter().all(|f| f.matches("href=").count() > 1), "{login}: {nav}");
        assert!(folded.len() >= groups, "{login} sees {} groups: {nav}", folded.len());
    }
    world.end().await.unwrap();
}
