//! The day on which the disk of the logs is full: work goes on, the alarm is raised, and every row is in its log and
//! sealed once there is room. The disk is real where this runs as root on the server's own machine: a small tmpfs, as
//! a tablespace of this month's partitions. Elsewhere triggers stand in, with the error the server would give.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::body::Body;
use axum::http::{Method, Request};
use hojo_app::audit;
use hojo_app::demo::browser::Browser;
use hojo_app::demo::steps;
use hojo_db::random;
use hojo_operations::{Sealing, TakenIn, make_partitions, seal_once, take_in};
use hojo_seal::Trust;
use hojo_testkit::World;

use crate::sql::Sql;
use crate::stranger::superuser_url;

const LOGS: [&str; 2] = ["operation_log", "access_log"];

/// The place of this month's logs, with no room left.
struct Disk {
    /// The folder the disk is mounted on, and the tablespace's name; none where triggers stand in. A test that fails
    /// leaves both: a server whose tablespace is pulled away can write no checkpoint, and other tests run on it.
    real: Option<(PathBuf, String)>,
    partitions: Vec<String>,
}

impl Disk {
    async fn full(sql: &mut Sql) -> Self {
        let mut partitions = Vec::new();
        for log in LOGS {
            let month = "to_char(clock_timestamp() at time zone 'Asia/Tokyo', '_YYYY_MM')";
            partitions.push(sql.one(&format!("select '{log}' || {month}")).await);
        }
        let real = mounted(sql).await;
        let disk = Self { real, partitions };
        match &disk.real {
            Some((dir, space)) => {
                println!("the full disk is a tmpfs of 1 MB");
                for p in &disk.partitions {
                    sql.run(&format!("alter table {p} set tablespace {space}")).await;
                }
                fill(dir);
                // Blocks that are there still have room for a row or two.
                for p in &disk.partitions {
                    let columns = "at, id, site, actor_kind, actor_name, permission, request_id, address";
                    let filler = format!(
                        "insert into {p} ({columns}{}) select clock_timestamp(), gen_random_uuid(), 'work', 'worker', 'filler', 'anyone', 'r', ''{}",
                        if p.starts_with("operation") { ", object, outcome, detail" } else { "" },
                        if p.starts_with("operation") { ", 'x', 'done', '{}'::jsonb" } else { "" },
                    );
                    let mut refused = None;
                    for _ in 0..500 {
                        refused = sql.try_run(&filler).await.err();
                        if refused.is_some() {
                            break;
                        }
                    }
                    let code = refused.as_ref().and_then(|e| e.as_database_error()?.code()).map(|c| c.into_owned());
                    assert_eq!(code.as_deref(), Some("53100"), "{p} is not full: {refused:?}");
                }
            }
            None => {
                println!("the full disk is a trigger that raises 53100");
                for p in &disk.partitions {
                    raise(sql, p).await;
                }
            }
        }
        disk
    }

    async fn make_room(&self, sql: &mut Sql) {
        match &self.real {
            Some((dir, _)) => std::fs::remove_file(dir.join("filler")).unwrap(),
            None => {
                for p in &self.partitions {
                    sql.run(&format!("drop trigger no_room on {p}")).await;
                }
            }
        }
    }

    /// After the database is gone.
    async fn end(self, mut admin: Sql) {
        let Some((dir, space)) = self.real else { return };
        admin.run(&format!("drop tablespace {space}")).await;
        assert!(unmount(&dir), "{} stays mounted", dir.display());
        std::fs::remove_dir(&dir).unwrap();
    }
}

fn unmount(dir: &Path) -> bool {
    Command::new("umount").arg(dir).status().is_ok_and(|s| s.success())
}

/// A disk of its own for the server; `None` where nobody lets us make one.
async fn mounted(sql: &mut Sql) -> Option<(PathBuf, String)> {
    let data = PathBuf::from(sql.one("select current_setting('data_directory')").await);
    let (server, me) = (std::fs::metadata(data).ok()?, std::fs::metadata("/proc/self").ok()?);
    if me.uid() != 0 {
        return None;
    }
    let dir = tempfile::tempdir().ok()?.keep();
    let options = format!("size=1m,mode=0700,uid={},gid={}", server.uid(), server.gid());
    let done = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&dir).output().ok()?;
    if !done.status.success() {
        return None;
    }
    let space = format!("hojo_full_{}", random::key().simple());
    let made = sql.try_run(&format!("create tablespace {space} location '{}'", dir.display())).await;
    if made.is_err() {
        unmount(&dir);
        return None;
    }
    Some((dir, space))
}

fn fill(dir: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(dir.join("filler")).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
}

async fn raise(sql: &mut Sql, table: &str) {
    sql.run(&format!(
        "create or replace function no_room() returns trigger language plpgsql as $$
         begin raise exception 'no room' using errcode = 'disk_full'; end $$;
         create trigger no_room before insert on {table} for each row execute function no_room()"
    ))
    .await;
}

/// Saves a title as the page's script does; gives the status.
async fn autosave(world: &World, browser: &Browser, filing: &str, title: &str) -> u16 {
    let section = format!("/filings/{filing}/sections/{}", world.section_of("plan_title").unwrap());
    let form = browser.get(&section).await.unwrap().form(&section).unwrap();
    let body = format!("_csrf={}&plan_title={title}", form.get("_csrf").unwrap());
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{section}/autosave"))
        .header("host", "portal.test")
        .header("origin", "http://portal.test")
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", "hojo-demo")
        .header("x-hojo-version", form.get("_version").unwrap())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await.unwrap().status.as_u16()
}

/// Everything that waits, as the log will have it.
const KEPT: &str = "create table kept as
    select 'operation' as log, number, at, id, to_jsonb(o) - 'xid' - 'number' as fields from operation_log_overflow o
    union all select 'access', number, at, id, to_jsonb(a) - 'xid' - 'number' from access_log_overflow a";
const ARRIVED: &str = "select count(*) from kept k where exists (
    select from operation_log l where k.log = 'operation' and l.at = k.at and l.id = k.id and to_jsonb(l) - 'xid' = k.fields)
    or exists (
    select from access_log l where k.log = 'access' and l.at = k.at and l.id = k.id and to_jsonb(l) - 'xid' = k.fields)";
const WAITING: &str =
    "select (select count(*) from operation_log_overflow) + (select count(*) from access_log_overflow)";
const LOGGED: &str = "select (select count(*) from operation_log) + (select count(*) from access_log)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_logs_stops_nobody_and_every_row_is_sealed_once_there_is_room() {
    let world = World::new().await;
    let mut sql = Sql::connect(&superuser_url(&world)).await;
    let (worker, places) = (&world.house.worker_db, world.config.seal());
    audit::make_key(&places, false).unwrap();
    make_partitions(worker).await.unwrap();
    let (other, mine) = (world.submitted(1).await.unwrap(), world.drafted(2).await.unwrap());
    let disk = Disk::full(&mut sql).await;
    let logged = sql.count(LOGGED).await;

    // People come in, read, save and hand in; letters and mail follow.
    let operator = world.staff("operator1").await.unwrap();
    world.applicant(3).await.unwrap();
    let wrong = world.house.sign_in_staff("manager1", "wrong", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(wrong.is_err());
    let case = format!("/cases/{}", other.case);
    assert!(operator.get(&case).await.unwrap().has("概要"));
    let browser = &mine.applicant.browser;
    assert_eq!(autosave(&world, browser, &mine.filing.to_string(), "title").await, 200);
    let saved =
        sql.one("select answers ->> 'plan_title' from draft_sections where answers ->> 'plan_title' = 'title'").await;
    assert_eq!(saved, "title");
    steps::submit(browser, &format!("/filings/{}", mine.filing)).await.unwrap();
    world.drain().await.unwrap();
    assert_eq!(sql.count("select count(*) from submissions").await, 2);
    assert_eq!(sql.count(LOGGED).await, logged, "nothing found room in the logs");
    for (what, rows) in [
        ("the case shown", "access_log_overflow where permission = 'case.view'"),
        ("handed in", "operation_log_overflow where permission = 'filing.submit' and outcome = 'done'"),
        ("signed in", "operation_log_overflow where detail ->> 'what' = 'sign-in' and outcome = 'done'"),
        ("turned away", "operation_log_overflow where detail ->> 'what' = 'sign-in' and outcome = 'refused'"),
    ] {
        assert!(sql.count(&format!("select count(*) from {rows}")).await > 0, "{what}");
    }

    // What gives away money, rights or data waits for a log that can be sealed; it says so and does nothing.
    let manager = world.staff("manager1").await.unwrap();
    let token = manager.get("/queue").await.unwrap().form("/queue/assign").unwrap().get("_csrf").unwrap();
    let export = [("_csrf", token.as_str())];
    let refused = manager.post_fields("/queue/export", &export).await.unwrap();
    assert!(refused.status == 422 && refused.has("DISK-FULL"), "{} {}", refused.status, refused.words());
    assert_eq!(sql.count("select count(*) from operation_log_overflow where permission = 'case.export'").await, 0);

    // The worker finds no room, loses nothing and says it on the health page. Sealing goes on with what is in the logs.
    let waiting = sql.count(WAITING).await;
    assert_eq!(take_in(worker).await.unwrap(), TakenIn { rows: 0, left: waiting });
    let sealed = seal_once(worker, &places).await.unwrap();
    assert!(matches!(sealed, Sealing::Sealed(_)), "{sealed:?}");
    let it = world.staff("it1").await.unwrap();
    let health = it.get("/health").await.unwrap();
    assert!(health.has("警報：ログの置き場所") && health.has("業務は続いており"), "{}", health.words());

    // While they wait nobody changes them, and they leave by no other way.
    for statement in [
        "update operation_log_overflow set actor_name = ''",
        "delete from operation_log_overflow",
        "delete from access_log_overflow",
        "truncate access_log_overflow",
    ] {
        assert!(sql.try_run(statement).await.is_err(), "{statement}");
    }

    // When the overflow is full as well, nothing happens that is not written down.
    for table in LOGS {
        raise(&mut sql, &format!("{table}_overflow")).await;
    }
    let refused = operator.go(&case).await.unwrap();
    assert!(refused.status == 422 && refused.has("DISK-FULL"), "{} {}", refused.status, refused.words());
    for table in LOGS {
        sql.run(&format!("drop trigger no_room on {table}_overflow")).await;
    }

    // There is room again: two workers take everything in, once.
    disk.make_room(&mut sql).await;
    sql.run(KEPT).await;
    let waiting = sql.count(WAITING).await;
    assert!(waiting >= 6, "{waiting}");
    let (one, two) = tokio::join!(take_in(worker), take_in(worker));
    assert_eq!(one.unwrap().rows + two.unwrap().rows, waiting);
    assert_eq!((sql.count(WAITING).await, sql.count(ARRIVED).await), (0, waiting));
    let told = "select count(*) from operation_log where detail ->> 'what' = 'log-overflow'";
    assert_eq!(sql.count(LOGGED).await, logged + waiting + sql.count(told).await, "nothing is there twice");
    assert_eq!(take_in(worker).await.unwrap(), TakenIn::default());
    assert_eq!(sql.count("select count(*) from alarms where code = 'log.full' and cleared_at is null").await, 0);
    assert!(!it.get("/health").await.unwrap().has("警報：ログの置き場所"));
    assert_eq!(manager.post_fields("/queue/export", &export).await.unwrap().status, 200, "the export is given now");

    for _ in 0..200 {
        seal_once(worker, &places).await.unwrap();
        if sql.count(&format!("select ({LOGGED}) - (select count(*) from log_leaves)")).await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(sql.count("select count(*) from kept k where not exists (select from log_leaves l where l.log = k.log and l.at = k.at and l.id = k.id)").await, 0);
    let trust = Trust::read(&std::fs::read_to_string(&places.trust).unwrap()).unwrap();
    assert_eq!(audit::verify_database(worker, &trust, None).await.unwrap().findings, vec![]);

    partitions_lie_on_the_logs_disk(&mut sql, &disk).await;
    let admin = Sql::connect(&crate::ground::url_of(&world.config.database_url, "postgres", "postgres")).await;
    drop(sql);
    world.end().await.unwrap();
    disk.end(admin).await;
}

/// Where the operator made a tablespace for the logs, new partitions lie there with their indexes. Tried in a
/// transaction that is rolled back: tablespaces are the whole server's.
async fn partitions_lie_on_the_logs_disk(sql: &mut Sql, disk: &Disk) {
    let Some((_, space)) = &disk.real else { return };
    sql.run(&format!("begin; alter tablespace {space} rename to hojo_log; grant create on tablespace hojo_log to hojo_owner; select make_log_partition('2032-01-01')")).await;
    let there = "select count(*) from pg_class c join pg_tablespace t on t.oid = c.reltablespace
        where t.spcname = 'hojo_log' and (c.relname = 'access_log_2032_01' or exists (
            select from pg_index i where i.indexrelid = c.oid and i.indrelid = 'access_log_2032_01'::regclass))";
    let all = "select 1 + count(*) from pg_index where indrelid = 'access_log_2032_01'::regclass";
    assert_eq!(sql.count(there).await, sql.count(all).await);
    sql.run("rollback").await;
}

#[tokio::test]
async fn the_overflow_has_every_column_of_its_log() {
    let ground = crate::ground::Ground::new().await;
    let mut sql = ground.superuser().await;
    for log in LOGS {
        let columns = |table: &str| {
            format!(
                "select attname::text || ' ' || atttypid::regtype || ' ' || attnotnull from pg_attribute where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped and attname <> 'number' order by 1"
            )
        };
        let there = sql.list(&columns(log)).await;
        assert!(there.len() > 8 && there == sql.list(&columns(&format!("{log}_overflow"))).await, "{log}: {there:?}");
    }
    drop(sql);
    ground.end().await;
}
