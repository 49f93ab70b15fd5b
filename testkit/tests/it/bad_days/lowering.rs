//! A wrong rule on deadline day: two people lower it from stopping to asking, and the next request asks.

use hojo_access::Site;

use super::Desk;
use crate::ground::{colleague, edition};
use crate::sql::public;

const RULE: &str = "ELIG-DEEMED-LARGE-1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lowered_rule_asks_from_the_next_request_on_and_takes_two_people() {
    let edition = edition();
    let procedure = edition.procedure("application").unwrap();
    let example =
        procedure.examples.iter().find(|e| e.expect.findings.as_ref().is_some_and(|f| f.stop == [RULE])).unwrap();
    let mut desk = Desk::with(&example.answers).await;
    let (_, first) = colleague(&mut desk.sql, "三浦 恵子", "manager").await;
    let (_, second) = colleague(&mut desk.sql, "大野 健一", "manager").await;
    let (_, operator) = colleague(&mut desk.sql, "佐伯 直美", "operator").await;
    let (first, second) = (desk.house.client(Site::Office, &first), desk.house.client(Site::Office, &second));
    let operator = desk.house.client(Site::Office, &operator);

    let stopped = desk.client.post(&format!("{}/submit", desk.base), &[("declare", "yes")]).await;
    assert_eq!(stopped.status, 422);
    assert!(!desk.client.get(&format!("{}/check", desk.base)).await.ok().has(&format!("value=\"{RULE}\"")));

    let page = format!("/rules/{}/application/{RULE}", desk.ground.round);
    assert_eq!(operator.post(&page, &[("reason", "x")]).await.status, 403);
    first.post(&page, &[("reason", "要件の解釈に誤りがあった")]).await.to();
    let id = public(&desk.sql.one("select public_id from rule_lowerings").await);
    let approve = [("lowering", id.as_str()), ("decision", "approve")];
    let own = first.post(&format!("{page}/decide"), &approve).await;
    assert!(own.status == 422 && own.has("起案した人は承認できません"), "{}", own.said());
    let still = desk.client.post(&format!("{}/submit", desk.base), &[("declare", "yes")]).await;
    assert_eq!(still.status, 422, "a proposal lowers nothing");

    second.post(&format!("{page}/decide"), &approve).await.to();
    let check = desk.client.get(&format!("{}/check", desk.base)).await.ok();
    let seen = check.hidden("_seen");
    let unconfirmed = desk.client.post(&format!("{}/submit", desk.base), &[("_seen", &seen), ("declare", "yes")]).await;
    assert_eq!(unconfirmed.status, 422, "it asks now");
    let confirmed = [("_seen", seen.as_str()), ("declare", "yes"), ("confirm", RULE)];
    desk.client.post(&format!("{}/submit", desk.base), &confirmed).await.to();
    // What the rule said at that moment stays with the submission, for the office to look at.
    let findings = desk.sql.one("select findings::text from submissions").await;
    assert!(findings.contains(RULE), "{findings}");
    desk.end().await;
}
