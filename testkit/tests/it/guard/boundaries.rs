//! From where and when: lists that are empty restrict nobody, what is on them holds with the next request.

use axum::body::Body;
use axum::http::{Method, Request};
use hojo_access::Site;
use hojo_testkit::World;
use hojo_testkit::browser::{Browser, Page};
use serde_json::{Value, json};
use sqlx::Connection;

use super::{db, node, post};

async fn with_header(browser: &Browser, path: &str, name: &str, value: &str) -> Page {
    let request = Request::builder().method(Method::GET).uri(path).header(name, value).body(Body::empty()).unwrap();
    browser.send(request).await.unwrap()
}

fn place(range: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![("kind", "staff"), ("name", "本部"), ("range", range)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outside_the_listed_places_nobody_comes_in_and_a_forged_header_helps_nobody() {
    let world = World::new().await;
    let office = db(&world, Site::Office).await;
    let at = |peer: &'static str, proxies: &'static str| node(&world, Site::Office, &office, peer, proxies);
    let manager = world.staff("manager1").await.unwrap().through(at("192.0.2.10", "").await);
    let operator = world.staff("operator1").await.unwrap().through(at("198.51.100.7", "").await);
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);
    assert!(manager.get("/boundaries").await.unwrap().has("事務局の接続元は制限していません"));

    // A list that would shut out whoever writes it is not put in force.
    let refused = post(&manager, "/boundaries", &place("203.0.113.0/24")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("あなた自身が") && refused.has("別の人の確認に回す"), "{}", refused.words());
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);
    let slip = post(&manager, "/boundaries", &place("192.0.2.7/24")).await;
    assert!(slip.has("範囲を読み取れません") && slip.html().contains("192.0.2.7/24"), "{}", slip.words());

    let contact = [("what", "contact"), ("name", "情報係 当番"), ("phone", "03-0000-0000")];
    assert_eq!(post(&manager, "/boundaries", &contact).await.status, 303);
    assert_eq!(post(&manager, "/boundaries", &place("192.0.2.0/24")).await.status, 303);
    assert_eq!(manager.go("/boundaries").await.unwrap().status, 200);
    let barred = operator.go("/queue").await.unwrap();
    assert_eq!(barred.status, 403);
    for words in ["この場所からは利用できません", "198.51.100.7", "情報係 当番", "03-0000-0000"] {
        assert!(barred.has(words), "{words}: {}", barred.words());
    }
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "client-ip"] {
        assert_eq!(with_header(&operator, "/queue", header, "192.0.2.10").await.status, 403, "{header}");
    }
    // Behind a proxy of ours the last address it added counts, and what the stranger wrote before it does not.
    let proxied = operator.through(at("10.0.0.1", "10.0.0.0/24").await);
    assert_eq!(with_header(&proxied, "/queue", "x-forwarded-for", "192.0.2.44").await.status, 200);
    assert_eq!(with_header(&proxied, "/queue", "x-forwarded-for", "192.0.2.44, 198.51.100.7").await.status, 403);
    assert_eq!(proxied.go("/queue").await.unwrap().status, 403, "the proxy itself is in no list");
    // Reviewers have a list of their own.
    let reviewer = world.reviewer(1).await.unwrap().through(at("198.51.100.7", "").await);
    assert_eq!(reviewer.go("/review").await.unwrap().status, 200);

    // IPv6, and the end of a place.
    assert_eq!(post(&manager, "/boundaries", &place("2001:db8:7::/48")).await.status, 303);
    let six = operator.through(at("2001:db8:7::9", "").await);
    assert_eq!(six.go("/queue").await.unwrap().status, 200);
    let html = manager.get("/boundaries").await.unwrap().html();
    let row = html.find("2001:db8:7::/48").unwrap();
    let button = row + html[row..].find("value=\"end-").unwrap();
    let end = html[button..].split('"').nth(1).unwrap().to_owned();
    assert_eq!(post(&manager, "/boundaries", &[("_action", &end)]).await.status, 303);
    assert_eq!(six.go("/queue").await.unwrap().status, 403);
    assert!(manager.get("/boundaries").await.unwrap().has("（2001:db8:7::/48）を終了"), "the history keeps it");
    office.close().await;
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_shuts_out_its_author_takes_a_second_person_who_stays_inside() {
    let world = World::new().await;
    let office = db(&world, Site::Office).await;
    let at = |peer: &'static str| node(&world, Site::Office, &office, peer, "");
    let manager = world.staff("manager1").await.unwrap().through(at("192.0.2.10").await);
    let other = world.staff("manager2").await.unwrap();
    let (near, far) = (other.through(at("192.0.2.11").await), other.through(at("203.0.113.5").await));
    let mut fields = place("203.0.113.0/24");
    fields.push(("second", "yes"));
    assert_eq!(post(&manager, "/boundaries", &fields).await.status, 303);
    let html = far.get("/boundaries").await.unwrap().html();
    let start = html.find("/boundaries/changes/").unwrap();
    let address = html[start..].split('"').next().unwrap().to_owned();
    assert_eq!(post(&manager, &address, &[("decision", "approve")]).await.status, 422);
    let shut = post(&near, &address, &[("decision", "approve")]).await;
    assert!(shut.status == 422 && shut.has("あなた自身が"), "{}", shut.words());
    assert_eq!(manager.go("/boundaries").await.unwrap().status, 200);
    assert_eq!(post(&far, &address, &[("decision", "approve")]).await.status, 303);
    assert_eq!(manager.go("/boundaries").await.unwrap().status, 403);
    assert_eq!(far.go("/boundaries").await.unwrap().status, 200);
    assert_eq!(post(&far, &address, &[("decision", "approve")]).await.status, 404, "once");
    office.close().await;
    world.end().await.unwrap();
}

pub fn person_of(html: &str, name: &str) -> String {
    // The last one: the first may be the reader's own name in the header.
    let before = html.rfind(name).unwrap();
    let start = html[..before].rfind("/boundaries/people/").unwrap();
    html[start..].split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outside_the_hours_of_a_person_the_page_says_so() {
    let world = World::new().await;
    let (it, operator) = (world.staff("it1").await.unwrap(), world.staff("operator1").await.unwrap());
    let people = it.get("/boundaries/people").await.unwrap().html();
    let now = world.house.now().await.unwrap().to_offset(time::UtcOffset::from_hms(9, 0, 0).unwrap());
    let minute = i32::from(now.hour()) * 60 + i32::from(now.minute());
    let clock = |m: i32| format!("{}:{:02}", m.rem_euclid(1440) / 60, m.rem_euclid(60));
    let (start, end) = (clock(minute - 60), clock(minute + 30));
    let mut fields: Vec<(&str, &str)> = vec![("purpose", "office"), ("start", &start), ("end", &end)];
    fields.extend(["0", "1", "2", "3", "4", "5", "6"].map(|d| ("day", d)));
    let done = post(&it, &person_of(&people, "佐伯 直美"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.words());
    assert_eq!(operator.go("/queue").await.unwrap().status, 200);
    world.clock.advance(std::time::Duration::from_secs(40 * 60));
    let page = operator.go("/queue").await.unwrap();
    assert!(page.status == 403 && page.has("この時間は利用できません"), "{}", page.words());
    assert_eq!(it.go("/boundaries").await.unwrap().status, 200, "others are not concerned");
    // Nobody sets hours that shut themselves out now.
    let own = post(&it, &person_of(&people, "上原 純"), &fields).await;
    assert!(own.status == 422 && own.has("あなた自身が"), "{}", own.words());
    let none =
        post(&it, &person_of(&people, "佐伯 直美"), &[("purpose", "office"), ("start", "9:00"), ("end", "18:00")])
            .await;
    assert!(none.status == 422 && none.has("曜日が選ばれていません"), "{}", none.words());
    world.end().await.unwrap();
}

struct Api(Browser);

impl Api {
    async fn ask(&self, authorization: &str, body: Value) -> (u16, Value) {
        let mut request = Request::builder().method(Method::POST).uri("/vpn/authorize");
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let request = request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap();
        let page = self.0.send(request).await.unwrap();
        (page.status.as_u16(), serde_json::from_slice(&page.body).unwrap_or_default())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vpn_gateway_is_answered_by_key_person_and_hour_and_a_withdrawal_holds_at_once() {
    let world = World::new().await;
    let api_db = db(&world, Site::Api).await;
    let api = Api(Browser::in_process(node(&world, Site::Api, &api_db, "10.0.0.9", "").await, "http://api.test"));
    let it = world.staff("it1").await.unwrap();
    let made = post(&it, "/vpn", &[("name", "本部VPN")]).await;
    let key = made.html().split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(key.len(), 64);
    assert!(!it.get("/vpn").await.unwrap().html().contains(&key), "a key is shown once");
    let bearer = format!("Bearer {key}");
    let who = json!({ "User-Name": { "type": "string", "value": ["operator1"] } });
    for (authorization, status) in [("", 401), ("Bearer 0000", 401), (bearer.as_str(), 401)] {
        assert_eq!(api.ask(authorization, who.clone()).await.0, status, "{authorization}: nobody was permitted yet");
    }
    let people = it.get("/boundaries/people").await.unwrap().html();
    let person = person_of(&people, "佐伯 直美");
    let mut fields: Vec<(&str, &str)> = vec![("purpose", "vpn"), ("start", "0:00"), ("end", "24:00")];
    fields.extend(["0", "1", "2", "3", "4", "5", "6"].map(|d| ("day", d)));
    assert_eq!(post(&it, &person, &fields).await.status, 303);
    let (status, answer) = api.ask(&bearer, who.clone()).await;
    assert_eq!((status, &answer["reply:Session-Timeout"]), (200, &json!(3600)), "{answer}");
    assert_eq!(api.ask(&bearer, json!({ "username": "operator2" })).await.0, 401);
    for body in [json!(null), json!({}), json!({ "username": "operator1' or 1=1" })] {
        assert_eq!(api.ask(&bearer, body).await.0, 401);
    }
    let (_, answer) = api.ask("Bearer 0000", who.clone()).await;
    assert_eq!(answer["reply:Reply-Message"], "鍵が正しくありません。");

    // Withdrawn: the next question is refused.
    let html = it.get(&person).await.unwrap().html();
    let end = html.split("value=\"end-").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(post(&it, &person, &[("_action", &format!("end-{end}"))]).await.status, 303);
    assert_eq!(api.ask(&bearer, who.clone()).await.0, 401);
    // A gateway without its key gets nothing any more.
    assert_eq!(post(&it, &person, &fields).await.status, 303);
    assert_eq!(api.ask(&bearer, who.clone()).await.0, 200);
    let html = it.get("/vpn").await.unwrap().html();
    let end = html.split("value=\"end-").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(post(&it, "/vpn", &[("_action", &format!("end-{end}"))]).await.status, 303);
    assert_eq!(api.ask(&bearer, who).await.0, 401);
    let mut sql = world.superuser().await.unwrap();
    let n: i64 = sqlx::query_scalar("select count(*) from operation_log where object = 'vpn:operator1'")
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(n, 4, "every answer to a known gateway is written down");
    sql.close().await.unwrap();
    api_db.close().await;
    world.end().await.unwrap();
}
