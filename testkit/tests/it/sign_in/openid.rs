//! Staff come in by their organisation's provider: tied to an account once, by the link of an invitation; never with one
//! factor alone; off until somebody sets it up. The protocol itself is tried in the gate's contract tests.

use std::sync::Arc;

use hojo_access::Site;
use hojo_db::Db;
use hojo_gbizid::{FakeOffice, OfficeProof, OfficeSignIn};
use hojo_testkit::World;
use hojo_testkit::browser::{Browser, Page};
use hojo_web::{Kernel, server};

use super::colleagues::{invite, link};
use crate::sql::Sql;
use crate::stranger::superuser_url;

const STRONG: &str = "mfa";

/// The office site with a provider.
async fn office(world: &World, fake: &Arc<FakeOffice>) -> (Browser, Db) {
    let db = Db::connect_site(&world.config.db(), Site::Office, world.clock.clone()).await.unwrap();
    let sign_in = OfficeSignIn { provider: Arc::<FakeOffice>::clone(fake), second_factor: vec![STRONG.to_owned()] };
    let provider = Arc::clone(&world.house.gbizid) as _;
    let routes = hojo_app::wiring::site_routes_with(
        Site::Office,
        provider,
        Some(sign_in),
        std::sync::Arc::new(hojo_letters::NoPress),
    );
    let settings = world.config.settings(Site::Office).unwrap();
    let kernel = Kernel::new(settings, db.clone(), world.house.vault.clone(), routes.menu_items());
    (Browser::in_process(server::service(&kernel, routes), "http://office.test"), db)
}

async fn proof(world: &World, subject: &str, ways: &[&str]) -> OfficeProof {
    OfficeProof {
        issuer: "https://office.invalid/".into(),
        subject: subject.into(),
        ways: ways.iter().map(|w| (*w).to_owned()).collect(),
        shown: Some(world.house.now().await.unwrap().unix_timestamp()),
    }
}

/// Presses the button of a page, goes to the provider and comes back with what it proves.
async fn through(browser: &Browser, page: &str, fake: &FakeOffice, proof: OfficeProof) -> Page {
    let form = browser.get(page).await.unwrap().form("/sign-in/openid").unwrap();
    let left = browser.post(&form, None).await.unwrap();
    let away = left.location().unwrap_or_else(|| panic!("nobody was sent away: {}", left.words()));
    let (_, state) = away.split_once("state=").unwrap();
    fake.expect(state, proof);
    browser.go(&format!("/sign-in/openid/callback?code={state}&state={state}")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invited_person_is_tied_to_the_organisations_account_once_and_comes_in_by_it() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let fake = Arc::new(FakeOffice::default());
    let (site, db) = office(&world, &fake).await;
    // Off: no button, and nothing behind the address.
    let without = world.house.office();
    assert!(!without.get("/sign-in").await.unwrap().has("組織のアカウント"));
    assert_eq!(without.post_fields("/sign-in/openid", &[]).await.unwrap().status.as_u16(), 404);

    // Known to the provider is not known here.
    let stranger = site.stranger();
    let page = through(&stranger, "/sign-in", &fake, proof(&world, "nitta@org", &[STRONG]).await).await;
    assert!(page.status.as_u16() == 422 && page.has("結び付いていません"), "{}", page.words());

    let manager = world.staff("manager1").await.unwrap();
    invite(&world, &manager, "nitta").await;
    let path = link(&world);
    // One factor is not enough, and does not use the link up.
    let person = site.stranger();
    let page = through(&person, &path, &fake, proof(&world, "nitta@org", &["pwd"]).await).await;
    assert!(page.status.as_u16() == 422 && page.has("二段階の認証"), "{}", page.words());
    assert_eq!(sql.count("select count(*) from staff_identities").await, 0);
    let page = through(&person, &path, &fake, proof(&world, "nitta@org", &["pwd", STRONG]).await).await;
    assert!(page.status.as_u16() == 200 && page.at == "/", "{} {}", page.at, page.words());
    assert_eq!(person.go("/queue").await.unwrap().at, "/queue");
    assert_eq!(sql.count("select count(*) from staff_identities where subject = 'nitta@org'").await, 1);
    assert_eq!(site.stranger().go(&path).await.unwrap().status.as_u16(), 404, "the link is used");

    // From then on without a link; another subject is somebody else.
    sql.run("update sessions set ended_at = now() where ended_at is null").await;
    let again = site.stranger();
    let page = through(&again, "/sign-in", &fake, proof(&world, "nitta@org", &[STRONG]).await).await;
    assert_eq!((page.status.as_u16(), page.at.as_str()), (200, "/"), "{}", page.words());
    let other = site.stranger();
    let page = through(&other, "/sign-in", &fake, proof(&world, "nitta@elsewhere", &[STRONG]).await).await;
    assert_eq!(page.status.as_u16(), 422);
    // An answer is good once, and for the browser that began.
    let form = other.get("/sign-in").await.unwrap().form("/sign-in/openid").unwrap();
    let away = other.post(&form, None).await.unwrap().location().unwrap();
    let (_, state) = away.split_once("state=").unwrap();
    fake.expect(state, proof(&world, "nitta@org", &[STRONG]).await);
    let stolen = format!("/sign-in/openid/callback?code={state}&state={state}");
    assert_eq!(site.stranger().go(&stolen).await.unwrap().status.as_u16(), 422);

    // A closed account stays shut, whatever the provider says.
    sql.run("update staff set disabled_at = now() where login = 'nitta'").await;
    let page = through(&site.stranger(), "/sign-in", &fake, proof(&world, "nitta@org", &[STRONG]).await).await;
    assert!(page.status.as_u16() == 422 && page.has("結び付いていません"), "{}", page.words());
    db.close().await;
    drop(sql);
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_without_factors_here_proves_it_in_a_new_tab_and_the_form_goes_on() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let fake = Arc::new(FakeOffice::default());
    let (site, db) = office(&world, &fake).await;
    sql.run("insert into staff_identities (issuer, subject, staff_id) select 'https://office.invalid/', 'm1@org', id from staff where login = 'manager1'").await;
    let person = site.stranger();
    through(&person, "/sign-in", &fake, proof(&world, "m1@org", &[STRONG]).await).await;
    let path = format!("/rounds/{}/deadline", world.round);
    let token = person
        .get(&path)
        .await
        .unwrap()
        .html()
        .split("name=\"_csrf\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let typed = [
        ("_csrf", token.as_str()),
        ("scope", "all"),
        ("day", "2026-12-06"),
        ("clock", "18:00"),
        ("reason", "台風の接近による延長"),
        ("stage", "preview"),
    ];
    sql.run("update sessions set fresh_at = clock_timestamp() - make_interval(secs => fresh_seconds + 1)").await;
    let asked = person.post_fields(&path, &typed).await.unwrap();
    assert_eq!(asked.status.as_u16(), 307);
    let question = asked.location().unwrap();
    let mut answer = typed.to_vec();
    answer.extend([("_proof_form", "yes"), ("_proof_step", "elsewhere")]);
    let early = person.post_fields(&question, &answer).await.unwrap();
    assert!(early.status.as_u16() == 422 && early.html().contains("台風の接近による延長"), "{}", early.words());
    // The new tab shares the cookies.
    let page = through(&person, "/reauth", &fake, proof(&world, "m1@org", &[STRONG]).await).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.words());
    let on = person.post_fields(&question, &answer).await.unwrap();
    assert_eq!((on.status.as_u16(), on.location().as_deref()), (307, Some(path.as_str())), "{}", on.words());
    let done = person.post_fields(&path, &answer).await.unwrap();
    assert!(done.has("台風の接近による延長") && matches!(done.status.as_u16(), 200 | 422), "{}", done.words());
    db.close().await;
    drop(sql);
    world.end().await.unwrap();
}
