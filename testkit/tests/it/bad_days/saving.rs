//! Saving, when two are at it or the session is over.

use hojo_access::Site;

use super::Desk;
use crate::ground::session;

fn autosave(base: &str) -> String {
    format!("{base}/sections/outline/autosave")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_autosave_is_told_both_texts_and_nothing_is_lost() {
    let mut desk = Desk::empty().await;
    let (c, auto) = (desk.client.clone(), autosave(&desk.base));
    c.post_with(&auto, &[("plan_title", "先の題")], &[("x-hojo-version", "1")]).await.ok();
    for version in ["1", "0", "-1", "", "99", "4294967296", "一"] {
        let stale = c.post_with(&auto, &[("plan_title", "後の題")], &[("x-hojo-version", version)]).await;
        assert_eq!(stale.status, 409, "version {version:?}: {}", stale.said());
        let told: serde_json::Value = serde_json::from_slice(&stale.bytes).unwrap();
        assert_eq!(
            (told["version"].as_i64(), told["values"][0]["theirs"].as_str()),
            (Some(2), Some("先の題")),
            "{told}"
        );
    }
    // Without scripts the page itself shows both, keeps what was typed, and one more press decides.
    let path = format!("{}/sections/outline", desk.base);
    let page = c.post(&path, &[("_version", "1"), ("plan_title", "後の題")]).await;
    assert_eq!(page.status, 409);
    assert!(page.has("先の題") && page.has("value=\"後の題\""), "{}", page.said());
    let stored = desk.sql.one("select answers ->> 'plan_title' from draft_sections where section = 'outline'").await;
    assert_eq!(stored, "先の題");
    c.post(&path, &[("_version", &page.hidden("_version")), ("plan_title", "後の題"), ("_action", "list")]).await.to();
    let stored = desk.sql.one("select answers ->> 'plan_title' from draft_sections where section = 'outline'").await;
    assert_eq!(stored, "後の題");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tabs_on_different_sections_do_not_meet_and_on_the_same_one_the_second_is_asked() {
    let desk = Desk::empty().await;
    let c = &desk.client;
    let (outline, site) = (format!("{}/sections/outline", desk.base), format!("{}/sections/site", desk.base));
    let (tab1, tab2) = (c.get(&outline).await.ok().hidden("_version"), c.get(&outline).await.ok().hidden("_version"));
    let elsewhere = c.get(&site).await.ok().hidden("_version");
    c.post(&outline, &[("_version", &tab1), ("plan_title", "一枚目"), ("_action", "list")]).await.to();
    c.post(&site, &[("_version", &elsewhere), ("contact_post", "課長"), ("_action", "list")]).await.to();
    let second = c.post(&outline, &[("_version", &tab2), ("plan_title", "二枚目"), ("_action", "list")]).await;
    assert_eq!(second.status, 409);
    assert!(second.has("一枚目") && second.has("二枚目"));
    // Only the field that differs is asked about.
    assert!(!second.has("課長"));
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_savers_at_once_each_success_is_one_version_and_none_overwrites_unseen() {
    let mut desk = Desk::empty().await;
    let mut savers = tokio::task::JoinSet::new();
    for who in 0..8 {
        let (c, auto) = (desk.client.clone(), autosave(&desk.base));
        savers.spawn(async move {
            let (mut seen, mut saved) = (1i64, Vec::new());
            for n in 0..25 {
                let text = format!("{who}の{n}");
                let answer =
                    c.post_with(&auto, &[("plan_title", &text)], &[("x-hojo-version", &seen.to_string())]).await;
                match answer.status {
                    200 => {
                        seen = answer.header("x-hojo-version").parse().unwrap();
                        saved.push((seen, text));
                    }
                    409 => {
                        let told: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap();
                        let theirs = told["values"][0]["theirs"].as_str().unwrap();
                        assert!(!theirs.is_empty() && theirs != text, "{told}");
                        seen = told["version"].as_i64().unwrap();
                    }
                    other => panic!("{other}: {}", answer.said()),
                }
            }
            saved
        });
    }
    let mut all: Vec<(i64, String)> = savers.join_all().await.into_iter().flatten().collect();
    all.sort();
    let versions: Vec<i64> = all.iter().map(|(v, _)| *v).collect();
    let expected: Vec<i64> = (2..=i64::try_from(all.len()).unwrap() + 1).collect();
    assert_eq!(versions, expected, "two successes never share a version and none is skipped");
    let last = all.last().unwrap();
    let stored =
        desk.sql.rows("select version, answers ->> 'plan_title' from draft_sections where section = 'outline'").await;
    assert_eq!(stored, [[last.0.to_string(), last.1.clone()]]);
    println!("saved {} of 200 at the first try", all.len());
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_ends_in_mid_typing_loses_nothing() {
    let mut desk = Desk::empty().await;
    let (path, auto) = (format!("{}/sections/outline", desk.base), autosave(&desk.base));
    let version = desk.client.get(&path).await.ok().hidden("_version");
    for end in [
        "update sessions set expires_at = clock_timestamp() - interval '1 second'",
        "update sessions set seen_at = clock_timestamp() - make_interval(secs => idle_seconds + 1)",
        "update sessions set ended_at = clock_timestamp()",
    ] {
        let old = desk.client.clone();
        desk.sql.run(end).await;
        let told = old.post_with(&auto, &[("plan_title", "打ちかけ")], &[("x-hojo-version", &version)]).await;
        assert_eq!(told.status, 401, "{end}: {}", told.said());
        let told = old.post(&path, &[("_version", &version), ("plan_title", "打ちかけ")]).await;
        assert_eq!(told.status, 401, "{end}");
        assert_eq!(old.get(&path).await.to(), format!("/sign-in?to={path}"));

        // Signed in again in another tab; the page left open still carries its old token and version.
        let fresh = session(&mut desk.sql, Site::Portal, desk.session.person).await;
        desk.client = desk.house.client(Site::Portal, &fresh);
        assert_eq!(desk.client.csrf, old.csrf, "the token is the person's, not the session's");
    }
    let saved = desk.client.post_with(&auto, &[("plan_title", "打ちかけ")], &[("x-hojo-version", &version)]).await.ok();
    assert_eq!(saved.header("x-hojo-version"), "2");
    desk.end().await;
}
