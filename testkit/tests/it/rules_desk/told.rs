//! 改定のお知らせ: whose draft a change touches is told once, by mail and on the first page; nobody else is.

use hojo_testkit::World;
use sqlx::Connection;

use super::{approved, copied, folder, in_force, one, proposed, store};

const TWO: &str = "shinjigyo-monodukuri/2026-r2@1.0";
const SUBJECT: &str = "作成中の申請に変わる点があります";

/// To whom a mail about the change went.
fn told(world: &World) -> Vec<String> {
    let mut to: Vec<String> =
        world.mail.sent().into_iter().filter(|mail| mail.subject.contains(SUBJECT)).map(|mail| mail.to).collect();
    to.sort();
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_draft_a_change_touches_is_told_once_and_nobody_else() {
    let world = World::new().await;
    let (draft, other) = (world.drafted(1).await.unwrap(), world.drafted(2).await.unwrap());
    let filed = world.submitted(3).await.unwrap();
    store(&world, folder("shinjigyo-monodukuri/2026-r2")).await;
    let (manager, second) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let request = proposed(&world, &manager, TWO, "opening").await;
    assert!(told(&world).is_empty());
    approved(&world, &second, &request).await;
    in_force(&world, TWO).await;
    world.drain().await.unwrap();

    // Two drafts, two notices, one mail to each company; whoever handed in keeps what it handed in.
    assert_eq!(one(&world, "select count(*)::text from change_notices").await, "2");
    let to = told(&world);
    assert_eq!(to.len(), 2, "{to:?}");
    assert_ne!(to[0], to[1]);
    let mail = world.mail.sent().into_iter().find(|mail| mail.subject.contains(SUBJECT)).unwrap();
    let title = draft.answers.text("plan_title");
    for part in ["省力化・デジタル化の取組", "/upgrade", "提出の締切：", "引き継ぐまで"] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    // A mail travels in the open.
    assert!(!mail.text.contains(title), "{}", mail.text);

    let me = draft.applicant.browser.get("/me").await.unwrap();
    for part in ["改定により", "省力化・デジタル化の取組", "何が変わるかを見て"] {
        assert!(me.has(part), "{part}: {}", me.words());
    }
    assert!(me.links().iter().any(|l| l.ends_with(&format!("/filings/{}/upgrade", draft.filing))), "{:?}", me.links());
    let nothing = filed.applicant.browser.get("/me").await.unwrap();
    assert!(!nothing.has("改定により"), "{}", nothing.words());

    // A worker that begins again, or two of them, tell nobody twice.
    let mut db = world.superuser().await.unwrap();
    for again in [
        "update jobs set state = 'waiting', attempt = 0, finished_at = null, run_at = clock_timestamp() where kind = 'tell_drafts'",
        "insert into jobs (id, lane, kind, payload, run_at)
         select gen_random_uuid(), lane, kind, payload, clock_timestamp() from jobs where kind = 'tell_drafts'",
    ] {
        sqlx::query(again).execute(&mut db).await.unwrap();
        world.drain().await.unwrap();
    }
    db.close().await.unwrap();
    assert_eq!(one(&world, "select count(*)::text from change_notices").await, "2");
    assert_eq!(told(&world), to);

    // The draft has moved: there is nothing to tell any more; the other one is still told.
    let map = draft.applicant.browser.get(&format!("/filings/{}/upgrade", draft.filing)).await.unwrap();
    let form = map.form("/upgrade").unwrap();
    draft.applicant.browser.press(&form, "新しい様式に引き継ぐ").await.unwrap().ok().unwrap();
    assert!(!draft.applicant.browser.get("/me").await.unwrap().has("改定により"));
    assert!(other.applicant.browser.get("/me").await.unwrap().has("改定により"));

    // The next change meets both drafts: the one that stayed behind at this one too.
    let (_dir, third) = copied("1.2", "edition.yaml", "第1回公募", "第1回公募（改）");
    store(&world, third).await;
    let request = proposed(&world, &manager, "shinjigyo-monodukuri/2026-r1@1.2", "ask").await;
    let page = manager.get(&request).await.unwrap();
    manager.press(&page.form("/replay").unwrap(), "試行を始める").await.unwrap().ok().unwrap();
    world.drain().await.unwrap();
    let counted = "select (c.impact->>'drafts') || ' ' || (c.impact->>'running') || ' ' || r.total || ' ' || r.done
                   from rule_changes c join rule_replays r on r.change_id = c.id";
    assert_eq!(one(&world, counted).await, "2 1 2 2");
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_waited_until_the_draft_was_moved_is_not_sent() {
    let world = World::new().await;
    let draft = world.drafted(1).await.unwrap();
    store(&world, folder("shinjigyo-monodukuri/2026-r2")).await;
    let (manager, second) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    let request = proposed(&world, &manager, TWO, "ask").await;
    approved(&world, &second, &request).await;
    let mut db = world.superuser().await.unwrap();
    for _ in 0..100 {
        world.house.work(&[hojo_jobs::Lane::Cases]).await.unwrap();
        if one(&world, "select count(*)::text from change_notices").await == "1" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let waiting = "select count(*)::text from jobs where kind = 'mail' and payload ->> 'template' = 'draft_changed' and state = 'waiting'";
    assert_eq!(one(&world, waiting).await, "1");
    sqlx::query("update filings set edition_id = 'shinjigyo-monodukuri/2026-r2@1.0'").execute(&mut db).await.unwrap();
    db.close().await.unwrap();
    world.drain().await.unwrap();
    assert!(told(&world).is_empty(), "{:?}", world.mail.sent());
    assert!(!draft.applicant.browser.get("/me").await.unwrap().has("改定により"));
    world.end().await.unwrap();
}
