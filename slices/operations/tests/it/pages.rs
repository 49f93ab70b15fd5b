//! The pages as office IT meets them.

use hojo_access::Permission;

use crate::world::World;

const IT: [Permission; 4] =
    [Permission::BeInsider, Permission::ViewOperations, Permission::RetryJob, Permission::ExportLog];

const DEAD: &str = "insert into jobs (id, lane, kind, payload, state, attempt, finished_at, last_error)
    select gen_random_uuid(), lane, lane, '{\"template\": \"receipt\"}', 'dead', 10, now(), '宛先を確かめてください。'
    from unnest(array['mail', 'mail', 'letters']) lane";

#[tokio::test(flavor = "multi_thread")]
async fn dead_jobs_go_back_to_work_and_it_is_written_down() {
    let w = World::new(&IT).await;
    w.work(DEAD).await;
    let page = w.get("/jobs").await;
    assert!(page.status == 200 && page.text.contains("宛先を確かめてください。"), "{}", page.text);
    assert_eq!(w.post("/jobs/retry", "").await.status, 422, "nothing was chosen");

    let confirm = w.get("/jobs/retry?kind=mail").await;
    assert!(confirm.text.contains("2件を再実行する"), "{}", confirm.text);
    let done = w.post("/jobs/retry", "all=yes&kind=mail&lane=").await;
    assert_eq!((done.status, done.location.as_str()), (303, "/jobs?kind=mail&done=retried-2"));
    assert_eq!(
        w.text("select string_agg(kind || ' ' || state, ', ' order by kind, id) from jobs").await,
        "letters dead, mail waiting, mail waiting"
    );
    assert_eq!(w.text("select max(attempt) from jobs where state = 'waiting'").await, "0");

    let at = w.get("/jobs").await.text;
    let one = at.split("name=\"job\" value=\"").nth(1).expect("a box").split('"').next().unwrap().to_owned();
    assert_eq!(w.post("/jobs/retry", &format!("job={one}&job=zzz")).await.location, "/jobs?done=retried-1");
    assert_eq!(w.text("select count(*) from jobs where state = 'dead'").await, "0");
    // Once more finds nothing to do, and says so without harm.
    assert_eq!(w.post("/jobs/retry", &format!("job={one}")).await.location, "/jobs?done=retried-0");
    assert_eq!(w.text("select count(*) from operation_log where permission = 'job.retry'").await, "2");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_searched_paged_and_taken_out() {
    let w = World::new(&IT).await;
    w.work(
        "insert into operation_log (at, id, site, actor_kind, actor_name, permission, object, outcome, detail, request_id, address)
         select now() - n * interval '1 minute', gen_random_uuid(), 'office', 'staff', case when n = 7 then '=乙' else '甲' end,
                'case.view', 'case:x', 'done', '{}', 'r' || n, '' from generate_series(1, 150) n",
    )
    .await;
    let first = w.get("/log").await;
    assert!(first.status == 200 && first.text.contains(">r1<") && !first.text.contains(">r101<"), "{}", first.text);
    let next = first.text.split("rel=\"next\" href=\"").nth(1).expect("a second page").split('"').next().unwrap();
    let second = w.get(next).await.text;
    assert!(second.contains(">r101<") && second.contains(">r150<") && !second.contains(">r100<"), "{second}");
    let found = w.get("/log?person=%E4%B9%99").await.text;
    assert!(found.contains(">r7<") && !found.contains(">r8<"), "{found}");
    assert!(w.get("/log?from=soon").await.text.contains("日付として読み取れません"));

    let file = w.post("/log/export", "person=%E4%B9%99").await;
    assert!(file.text.starts_with('\u{feff}') && file.text.contains("\"'=乙\""), "{}", file.text);
    assert_eq!(file.text.lines().count(), 2);
    assert_eq!(w.text("select detail->>'rows' from operation_log where permission = 'log.export'").await, "1");
    assert_eq!(w.get("/log/access").await.status, 200);
    assert_eq!(w.post("/log/access/export", "").await.status, 200);
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_reads_what_there_is() {
    let w = World::new(&IT).await;
    let page = w.get("/health").await;
    assert!(page.status == 200 && page.text.contains("PostgreSQL") && page.text.contains("情報なし"), "{}", page.text);
    w.work(DEAD).await;
    let page = w.get("/health").await.text;
    assert!(page.contains("止まったジョブが3件") && page.contains("hojo-press"), "{page}");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_cannot_press() {
    let w = World::new(&[Permission::BeInsider, Permission::ViewOperations]).await;
    w.work(DEAD).await;
    assert!(!w.get("/jobs").await.text.contains("再実行する"));
    assert_eq!(w.get("/jobs/retry").await.status, 403);
    assert_eq!(w.post("/jobs/retry", "all=yes").await.status, 403);
    assert_eq!(w.post("/log/export", "").await.status, 403);
    assert_eq!(w.text("select count(*) from jobs where state = 'dead'").await, "3");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_in_and_statements_have_lists_and_files_of_their_own() {
    let w = World::new(&IT).await;
    w.work(
        "insert into operation_log (at, id, site, actor_kind, actor_name, permission, object, outcome, detail, request_id, address)
         values (now(), gen_random_uuid(), 'office', 'anyone', '', 'anyone', 'login:otsu', 'refused', '{\"what\": \"sign-in\"}', 'rin', '10.1.1.1'),
                (now(), gen_random_uuid(), 'office', 'staff', '甲', 'case.view', 'case:x', 'done', '{}', 'rout', '');
         insert into statement_log (at, id, login, person, address, session, statement)
         values (now(), gen_random_uuid(), 'hojo_it_x', '乙', '10.0.0.1', 's', '=select 1')",
    )
    .await;
    let page = w.get("/log/sign-ins").await.text;
    assert!(page.contains("login:otsu") && page.contains("ログイン") && !page.contains(">rout<"), "{page}");
    assert!(w.get("/log/sign-ins?outcome=done").await.text.contains("記録はありません"));
    let file = w.post("/log/sign-ins/export", "").await.text;
    assert!(file.contains("login:otsu") && !file.contains("case:x"), "{file}");
    let page = w.get("/log/statements?object=SELECT").await.text;
    assert!(page.contains("=select 1") && page.contains("hojo_it_x"), "{page}");
    assert!(w.post("/log/statements/export", "").await.text.contains("\"'=select 1\""));
    assert_eq!(w.text("select count(*) from operation_log where permission = 'log.export'").await, "2");
    w.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_access_is_issued_shown_once_and_withdrawn() {
    let w = World::new(&[Permission::BeInsider, Permission::ViewOperations, Permission::ManageDatabaseAccess]).await;
    assert_eq!(w.post("/database-access", "person=&reason=&days=").await.status, 422);
    let made = w.post("/database-access", "person=%E4%B9%99&reason=x&days=7").await;
    let login = made.text.split("<code>").nth(1).expect("a login").split('<').next().unwrap().to_owned();
    assert!(made.status == 200 && login.starts_with("hojo_it_"), "{}", made.text);
    let password = made.text.split("<code>").nth(2).expect("a password").split('<').next().unwrap().to_owned();
    assert!(password.len() == 32 && !w.get("/database-access").await.text.contains(&password));
    assert_eq!(w.text(&format!("select count(*) from pg_roles where rolname = '{login}'")).await, "1");
    assert_eq!(w.post("/database-access/withdraw", &format!("login={login}")).await.status, 303);
    assert_eq!(w.text(&format!("select count(*) from pg_roles where rolname = '{login}'")).await, "0");
    assert_eq!(w.post("/database-access/withdraw", &format!("login={login}")).await.status, 404);
    assert_eq!(w.text("select count(*) from operation_log where permission = 'database.access'").await, "2");
    w.end().await;
}
