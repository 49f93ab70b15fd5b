//! What looks wrong is raised once, at its threshold and not before, and what is cut off is out with the next request.

use hojo_access::Site;
use hojo_guard::watch::turn::turn;
use hojo_testkit::World;
use hojo_testkit::browser::Browser;
use sqlx::Connection;

use super::{db, node, post};

async fn run(world: &World, sql: &'static str) -> i64 {
    let mut db = world.superuser().await.unwrap();
    let done = sqlx::query(sql).execute(&mut db).await.unwrap();
    db.close().await.unwrap();
    i64::try_from(done.rows_affected()).unwrap()
}

async fn count(world: &World, sql: &'static str) -> i64 {
    let mut db = world.superuser().await.unwrap();
    let n = sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut db).await.unwrap();
    db.close().await.unwrap();
    n
}

async fn look(world: &World) -> u64 {
    turn(&world.house.worker_db).await.unwrap()
}

async fn guess(browser: &Browser, login: &str) {
    let fields = [("login", login), ("password", "wrong wrong"), ("code", "000000")];
    let page = browser.stranger().post_fields("/sign-in", &fields).await.unwrap();
    assert_eq!(page.status, 422, "{}", page.words());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn brute_force_is_raised_at_its_threshold_once_and_the_contacts_are_told() {
    let world = World::new().await;
    let office = db(&world, Site::Office).await;
    let it = world.staff("it1").await.unwrap();
    let contact = [("what", "contact"), ("name", "当番"), ("phone", "03-0000-0000"), ("email", "duty@example.jp")];
    assert_eq!(post(&it, "/boundaries", &contact).await.status, 303);
    look(&world).await;
    let before = count(&world, "select count(*) from detections where rule = 'sign-in-account'").await;
    assert_eq!(before, 0);
    let attacker = world.house.office().through(node(&world, Site::Office, &office, "203.0.113.50", "").await);
    for _ in 0..9 {
        guess(&attacker, "operator3").await;
    }
    look(&world).await;
    assert_eq!(
        count(&world, "select count(*) from detections where rule = 'sign-in-account'").await,
        0,
        "nine are not ten"
    );
    guess(&attacker, "operator3").await;
    assert_eq!(look(&world).await, 1);
    guess(&attacker, "operator3").await;
    assert_eq!(look(&world).await, 0, "once for each occurrence");
    assert_eq!(
        count(&world, "select n::bigint from detections where rule = 'sign-in-account'").await,
        11,
        "more of the same counts up"
    );
    // Nobody is cut off because others failed on their name.
    assert_eq!(count(&world, "select count(*) from cuts").await, 0);
    world.drain().await.unwrap();
    let mails = world.mail.sent();
    let told: Vec<_> = mails.iter().filter(|m| m.to == "duty@example.jp").collect();
    assert_eq!(told.len(), 1, "{mails:?}");
    assert!(told[0].subject.contains("見張り") && !told[0].text.contains("operator3"), "{told:?}");

    // Somebody takes it on, closes it with what was found; the same rows do not raise it again.
    let page = it.get("/watch").await.unwrap();
    assert!(
        page.has("1つのログインIDへのログイン失敗") && page.has("operator3") && page.has("203.0.113.50"),
        "{}",
        page.words()
    );
    let form = page.form_with_button("対応します").unwrap();
    it.press(&form, "対応します").await.unwrap();
    let address = form.action.clone();
    assert_eq!(post(&it, &address, &[("what", "close")]).await.status, 422, "a note is asked for");
    assert_eq!(post(&it, &address, &[("what", "close"), ("note", "本人の打ち間違い")]).await.status, 303);
    assert_eq!(look(&world).await, 0);
    assert!(it.get("/watch").await.unwrap().has("本人の打ち間違い"));
    office.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credential_stuffing_cuts_its_address_and_nobody_else() {
    let world = World::new().await;
    let office = db(&world, Site::Office).await;
    // The threshold as it stands, counted down to what a test can do.
    run(&world, "update detection_rules set threshold = 6 where code = 'sign-in-address'").await;
    let attacker = world.house.office().through(node(&world, Site::Office, &office, "203.0.113.51", "").await);
    for n in 0..5 {
        guess(&attacker, &format!("nobody{n}")).await;
    }
    look(&world).await;
    assert_eq!(attacker.go("/sign-in").await.unwrap().status, 200);
    guess(&attacker, "operator1").await;
    assert!(look(&world).await >= 1);
    for path in ["/sign-in", "/", "/queue"] {
        let page = attacker.go(path).await.unwrap();
        assert!(page.status == 403 && page.has("ただいま利用を止めています"), "{path}: {}", page.words());
    }
    // The person whose name was tried works on, and comes in.
    assert_eq!(world.staff("operator1").await.unwrap().go("/queue").await.unwrap().status, 200);
    // Neither does a forged header help.
    let request = axum::http::Request::builder()
        .uri("/sign-in")
        .header("x-forwarded-for", "192.0.2.1")
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(attacker.send(request).await.unwrap().status, 403);
    // It ends by itself; the next one of the day lasts longer.
    run(&world, "update cuts set until_at = now() - interval '1 second'").await;
    assert_eq!(attacker.go("/sign-in").await.unwrap().status, 200);
    run(&world, "update detections set closed_at = now(), closed_by = (select id from staff limit 1)").await;
    for n in 0..6 {
        guess(&attacker, &format!("other{n}")).await;
    }
    assert!(look(&world).await >= 1);
    let minutes = count(&world, "select (extract(epoch from max(until_at - made_at)) / 60)::bigint from cuts").await;
    assert_eq!(minutes, 30, "twice the first");
    world.drain().await.unwrap();
    office.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_is_true_for_the_next_request_on_every_node_and_is_lifted_with_a_reason() {
    let world = World::new().await;
    let office = db(&world, Site::Office).await;
    let (it, operator) = (world.staff("it1").await.unwrap(), world.staff("operator1").await.unwrap());
    let far = operator.through(node(&world, Site::Office, &office, "198.51.100.7", "").await);
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);
    let html = it.get("/watch").await.unwrap().html();
    let option = html[..html.find("佐伯 直美（operator1）").unwrap()].rfind("value=\"").unwrap();
    let person = html[option..].split('"').nth(1).unwrap().to_owned();
    let cut = [("kind", "person"), ("person", person.as_str()), ("reason", "端末の紛失")];
    assert_eq!(post(&it, "/watch/cuts", &cut[..2]).await.status, 422, "a reason is asked for");
    assert_eq!(post(&it, "/watch/cuts", &cut).await.status, 303);
    for browser in [&operator, &far] {
        let page = browser.go("/queue").await.unwrap();
        assert!(
            page.status == 403 && page.has("ただいま利用を止めています") && !page.has("端末の紛失"),
            "{}",
            page.words()
        );
    }
    let lift = it.get("/watch").await.unwrap().form_with_button("解除する").unwrap().action;
    assert_eq!(post(&it, &lift, &[]).await.status, 422);
    assert_eq!(post(&it, &lift, &[("reason", "端末が見つかった")]).await.status, 303);
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);

    // An address, for those who have signed in and for those who have not.
    let slip = post(&it, "/watch/cuts", &[("kind", "address"), ("address", "198.51.100"), ("reason", "x")]).await;
    assert!(slip.status == 422 && slip.has("アドレスを読み取れません"), "{}", slip.words());
    let cut = [("kind", "address"), ("address", "198.51.100.7"), ("reason", "攻撃")];
    assert_eq!(post(&it, "/watch/cuts", &cut).await.status, 303);
    assert_eq!(far.go("/queue").await.unwrap().status, 403);
    assert_eq!(far.stranger().go("/sign-in").await.unwrap().status, 403);
    assert_eq!(operator.go("/queue").await.unwrap().status, 200, "elsewhere the person works on");

    // Not oneself, and not without the permission.
    let html = it.get("/watch").await.unwrap().html();
    let option = html[..html.rfind("上原 純（it1）").unwrap()].rfind("value=\"").unwrap();
    let me = html[option..].split('"').nth(1).unwrap().to_owned();
    let own = post(&it, "/watch/cuts", &[("kind", "person"), ("person", &me), ("reason", "x")]).await;
    assert!(own.status == 422 && own.has("あなた自身"), "{}", own.words());
    let manager = world.staff("manager1").await.unwrap();
    assert_eq!(manager.go("/watch").await.unwrap().status, 200);
    assert_eq!(post(&manager, "/watch/cuts", &cut).await.status, 403);
    office.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessed_addresses_bulk_reading_and_first_use_are_noticed() {
    let world = World::new().await;
    let filed = world.submitted(1).await.unwrap();
    let office = db(&world, Site::Office).await;
    run(&world, "update detection_rules set threshold = 5 where code in ('guessed-addresses', 'bulk-reading')").await;
    look(&world).await;
    let guesser = world.house.office().through(node(&world, Site::Office, &office, "203.0.113.60", "").await);
    for n in 0..4 {
        assert_eq!(guesser.go(&format!("/backup{n}.zip")).await.unwrap().status, 404);
    }
    look(&world).await;
    assert_eq!(count(&world, "select count(*) from detections where rule = 'guessed-addresses'").await, 0);
    guesser.go("/.env").await.unwrap();
    look(&world).await;
    assert_eq!(
        count(&world, "select count(*) from detections where rule = 'guessed-addresses' and subject = '203.0.113.60'")
            .await,
        1
    );
    assert_eq!(
        count(&world, "select count(*) from refusals where address = '203.0.113.60'").await.clamp(1, 2),
        count(&world, "select count(*) from refusals where address = '203.0.113.60'").await,
        "a row a minute, not a row a guess"
    );

    // Somebody reads through the cases: has to show a factor before the next page.
    let operator = world.staff("operator1").await.unwrap();
    for _ in 0..5 {
        assert_eq!(operator.go(&format!("/cases/{}", filed.case)).await.unwrap().status, 200);
    }
    look(&world).await;
    assert_eq!(count(&world, "select count(*) from detections where rule = 'bulk-reading'").await, 1);
    assert_eq!(operator.go("/queue").await.unwrap().at, "/reauth?to=/queue");

    // A privilege never used before.
    let it = world.staff("it1").await.unwrap();
    let firsts = "select count(*) from detections where rule = 'first-use'";
    let had = count(&world, firsts).await;
    assert_eq!(post(&it, "/log/export", &[]).await.status, 200);
    look(&world).await;
    assert_eq!(count(&world, firsts).await, had + 1);
    world.drain().await.unwrap();
    office.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_grows_for_the_attacker_and_never_keeps_the_person_out_of_a_known_place() {
    use hojo_testkit::people::{password_of, secret_of};
    let world = World::new().await;
    let office = db(&world, Site::Office).await;
    let secret = secret_of(&world.house.setup_db, "operator4").await.unwrap();
    let totp = hojo_people::staff::Totp::from_base32(&secret).unwrap();
    let home = world.house.office().through(node(&world, Site::Office, &office, "192.0.2.20", "").await);
    let attacker = world.house.office().through(node(&world, Site::Office, &office, "203.0.113.70", "").await);
    // A code is taken once: each try moves on by a minute, unless it must not wait.
    let right = async |browser: &Browser, wait: u64, ahead: i64| {
        world.clock.advance(std::time::Duration::from_secs(wait));
        let code = totp.code(world.house.now().await.unwrap().unix_timestamp() + ahead);
        let password = password_of("operator4");
        let fields = [("login", "operator4"), ("password", password.as_str()), ("code", code.as_str())];
        browser.stranger().post_fields("/sign-in", &fields).await.unwrap().status.as_u16()
    };
    assert_eq!(right(&home, 60, 0).await, 303, "this network is known from now on");
    for _ in 0..4 {
        guess(&attacker, "operator4").await;
    }
    assert_eq!(right(&attacker, 60, 0).await, 303, "four failures are forgiven");
    run(&world, "delete from known_places where network = '203.0.113.0/24'").await;
    for _ in 0..5 {
        guess(&attacker, "operator4").await;
    }
    assert_eq!(right(&attacker, 0, 30).await, 422, "the fifth pauses, even for the right password");
    assert_eq!(right(&home, 0, 30).await, 303, "the person is not kept out by others");
    assert_eq!(right(&attacker, 60, 0).await, 303, "the pause is over by itself");
    run(&world, "delete from known_places where network = '203.0.113.0/24'").await;
    run(&world, "insert into sign_in_pauses select 'operator4', '203.0.113.' || n, 5, clock_timestamp() + interval '1 hour', null from generate_series(80, 90) n").await;
    assert_eq!(right(&home, 60, 0).await, 303, "not even while the account is under attack from everywhere");
    let new_place = world.house.office().through(node(&world, Site::Office, &office, "198.51.100.99", "").await);
    assert_eq!(right(&new_place, 60, 0).await, 422, "an unknown place waits meanwhile");
    office.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_detection_asks_for_a_factor_before_the_next_page_and_nothing_typed_is_lost() {
    use hojo_testkit::people::{password_of, secret_of};
    let world = World::new().await;
    let filed = world.submitted(1).await.unwrap();
    run(&world, "update detection_rules set threshold = 5 where code = 'bulk-reading'").await;
    let operator = world.staff("operator1").await.unwrap();
    let other = world.staff("operator2").await.unwrap();
    let examine = format!("/cases/{}/examine", filed.case);
    let typed_on = super::token(&operator).await;
    for _ in 0..5 {
        assert_eq!(operator.go(&format!("/cases/{}", filed.case)).await.unwrap().status, 200);
    }
    assert!(look(&world).await >= 1);
    assert_eq!(count(&world, "select count(*) from sessions where end_reason is not null and staff_id = (select id from staff where login = 'operator1')").await, 0, "nobody is thrown out");
    assert_eq!(other.go("/queue").await.unwrap().status, 200, "others are not asked");
    for path in ["/", "/queue", examine.as_str()] {
        let asked = operator.go(path).await.unwrap().at;
        assert!(asked.starts_with("/reauth?to="), "{path}: {asked}");
    }
    // A form on the way is carried along, through a wrong answer too, and does its work after the right one.
    let form = [("_csrf", typed_on.as_str()), ("case", "x"), ("note", "書きかけの <b>所見</b>")];
    let sent_on = operator.post_fields("/queue/claim", &form).await.unwrap();
    assert_eq!(sent_on.status, 307, "{}", sent_on.words());
    let question = sent_on.location().unwrap();
    let page = operator.post_fields(&question, &form).await.unwrap();
    assert!(
        page.has("ふだんと異なる使い方") && page.html().contains("書きかけの &lt;b&gt;所見&lt;/b&gt;"),
        "{}",
        page.words()
    );
    let secret = secret_of(&world.house.setup_db, "operator1").await.unwrap();
    let totp = hojo_people::staff::Totp::from_base32(&secret).unwrap();
    let code = totp.code(world.house.now().await.unwrap().unix_timestamp() + 30);
    let password = password_of("operator1");
    let mut answer = form.to_vec();
    answer.extend([
        ("_proof_form", "yes"),
        ("_proof_step", "password"),
        ("_proof_password", "wrong"),
        ("_proof_code", "000000"),
    ]);
    let wrong = operator.post_fields(&question, &answer).await.unwrap();
    assert!(wrong.status == 422 && wrong.html().contains("書きかけの &lt;b&gt;所見&lt;/b&gt;"));
    assert_eq!(operator.go("/queue").await.unwrap().at, "/reauth?to=/queue", "a wrong answer opens nothing");
    let mut answer = form.to_vec();
    answer.extend([
        ("_proof_form", "yes"),
        ("_proof_step", "password"),
        ("_proof_password", &password),
        ("_proof_code", &code),
    ]);
    let right = operator.post_fields(&question, &answer).await.unwrap();
    assert_eq!((right.status.as_u16(), right.location().as_deref()), (307, Some("/queue/claim")), "{}", right.words());
    assert_eq!(operator.go("/queue").await.unwrap().at, "/queue", "the same session goes on");
    look(&world).await;
    assert_eq!(operator.go("/queue").await.unwrap().at, "/queue", "asked once for each occurrence");
    world.drain().await.unwrap();
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_applicants_account_and_a_machine_are_cut_at_once_and_let_in_again_with_a_reason() {
    let world = World::new().await;
    let filed = world.submitted(1).await.unwrap();
    let neighbour = world.applicant(2).await.unwrap();
    let it = world.staff("it1").await.unwrap();
    let company = &filed.applicant.browser;
    assert_eq!(company.go("/me").await.unwrap().status, 200);
    let contact = [("what", "contact"), ("name", "当番"), ("phone", "03-0000-0000"), ("email", "duty@example.jp")];
    assert_eq!(post(&it, "/boundaries", &contact).await.status, 303);
    let unknown = post(&it, "/watch/cuts", &[("kind", "account"), ("account", "1234567890123"), ("reason", "x")]).await;
    assert!(unknown.status == 422 && unknown.has("見つかりません"), "{}", unknown.words());
    let mut sql = world.superuser().await.unwrap();
    let number: String =
        sqlx::query_scalar("select number from cases where number is not null").fetch_one(&mut sql).await.unwrap();
    sql.close().await.unwrap();
    let cut = [("kind", "account"), ("account", number.as_str()), ("reason", "なりすましの届出")];
    assert_eq!(post(&it, "/watch/cuts", &cut).await.status, 303);
    for path in ["/me", "/letters", &format!("/filings/{}", filed.filing)] {
        let page = company.go(path).await.unwrap();
        assert!(
            page.status == 403
                && page.has("ただいま利用を止めています")
                && !page.has("なりすまし")
                && !page.has("03-0000-0000"),
            "{path}: {}",
            page.words()
        );
    }
    // Signing in anew does not help, and nobody else is cut off.
    let again = world.house.sign_in_applicant(filed.applicant.who.clone()).await;
    let out = match again {
        Ok(browser) => browser.go("/me").await.unwrap().status.as_u16() == 403,
        Err(_) => true,
    };
    assert!(out);
    assert_eq!(neighbour.browser.go("/me").await.unwrap().status, 200);
    let shown = it.get("/watch").await.unwrap();
    assert!(shown.has("事業者のアカウント") && shown.has("なりすましの届出"), "{}", shown.words());
    let lift = shown.form_with_button("解除する").unwrap().action;
    assert_eq!(post(&it, &lift, &[]).await.status, 422, "a reason is asked for");
    assert_eq!(post(&it, &lift, &[("reason", "本人を確認した")]).await.status, 303);
    let back = world.house.sign_in_applicant(filed.applicant.who.clone()).await.unwrap();
    assert_eq!(back.go("/me").await.unwrap().status, 200);
    let logged = count(&world, "select count(*) from operation_log where permission = 'security.cut' and detail ->> 'what' in ('cut', 'lift') and object like 'cut:%'").await;
    assert_eq!(logged, 2);

    // A gateway of the VPN: its key opens nothing until it is let in again.
    assert_eq!(post(&it, "/vpn", &[("name", "本部VPN")]).await.status, 200);
    let html = it.get("/watch").await.unwrap().html();
    let option = html[..html.find(">本部VPN<").unwrap()].rfind("value=\"").unwrap();
    let gateway = html[option..].split('"').nth(1).unwrap().to_owned();
    let cut = [("kind", "gateway"), ("gateway", gateway.as_str()), ("reason", "機器の盗難")];
    assert_eq!(post(&it, "/watch/cuts", &cut).await.status, 303);
    let known = "select count(*) from vpn_gateways g, vpn_decision(g.key_hash, 'operator1', '10.0.0.1', clock_timestamp(), 'r') d where d.known";
    assert_eq!(count(&world, known).await, 0);
    let lift = it.get("/watch").await.unwrap().form_with_button("解除する").unwrap().action;
    assert_eq!(post(&it, &lift, &[("reason", "見つかった")]).await.status, 303);
    assert_eq!(count(&world, known).await, 1);
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_had_a_session_copied_is_told_by_mail_once() {
    let world = World::new().await;
    let operator = world.staff("operator1").await.unwrap();
    run(&world, "update staff set email = 'saeki@example.jp' where login = 'operator1'").await;
    let thief = operator.separate();
    run(&world, "update sessions set rotated_at = clock_timestamp() - interval '16 minutes'").await;
    assert_eq!(operator.go("/queue").await.unwrap().status, 200, "the next token is handed out");
    assert_eq!(operator.go("/queue").await.unwrap().status, 200, "and used");
    run(&world, "update retired_tokens set retired_at = clock_timestamp() - interval '31 seconds'").await;
    assert!(thief.go("/queue").await.unwrap().at.starts_with("/sign-in"));
    look(&world).await;
    look(&world).await;
    world.drain().await.unwrap();
    let mails: Vec<_> =
        world.mail.sent().into_iter().filter(|m| m.subject.contains("ログインを終了しました")).collect();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].to, "saeki@example.jp");
    assert!(mails[0].text.contains("佐伯 直美") && !mails[0].text.contains("http"), "{}", mails[0].text);
    world.end().await.unwrap();
}
