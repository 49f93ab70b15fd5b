//! The sealed logs over a real database: what is certain is sealed, what is not waits, and whoever changes a row, a
//! leaf or a checkpoint with the rights of the superuser is found. Lost keys and missing partitions are said.

use std::io::Cursor;
use std::path::Path;

use hojo_app::audit;
use hojo_db::Db;
use hojo_operations::{SealPlaces, Sealing, Witness, make_partitions, seal_once};
use hojo_seal::{Finding, Signed, Trust};

use crate::ground::Ground;
use crate::sql::Sql;

const ROW: &str = "insert into operation_log (at, id, site, actor_kind, actor_name, permission, object, outcome, detail, request_id, address)
    select clock_timestamp() + n * interval '1 second', gen_random_uuid(), 'office', 'staff', '甲', 'case.view', 'case:' || n, 'done', '{\"b\": 1, \"a\": \"い\"}', 'r', ''
    from generate_series(1, ";
const SEEN: &str = "insert into access_log (at, id, site, actor_kind, actor_name, permission, request_id, address)
    select clock_timestamp() + n * interval '1 second', gen_random_uuid(), 'office', 'staff', '乙', 'case.view', 'r', '' from generate_series(1, ";

struct Place {
    ground: Ground,
    sql: Sql,
    worker: Db,
    places: SealPlaces,
    _dir: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let ground = Ground::new().await;
        let sql = ground.superuser().await;
        let worker = ground.worker().await;
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        audit::make_key(&places, false).unwrap();
        Self { ground, sql, worker, places, _dir: dir }
    }

    async fn rows(&mut self, n: usize) {
        self.sql.run(&format!("{ROW}{n}) n; {SEEN}{n}) n")).await;
    }

    /// Seals until nothing waits: other tests of this server hold back what is certain.
    async fn seal(&mut self) {
        for _ in 0..200 {
            let turn = seal_once(&self.worker, &self.places).await.unwrap();
            assert!(!matches!(turn, Sealing::Refused(_)), "{turn:?}");
            let left = self.sql.count("select (select count(*) from operation_log) + (select count(*) from access_log) - (select count(*) from log_leaves)").await;
            if left == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("rows stay unsealed");
    }

    fn trust(&self) -> Trust {
        Trust::read(&std::fs::read_to_string(&self.places.trust).unwrap()).unwrap()
    }

    fn copy(&self) -> Vec<Signed> {
        let (all, broken) = Witness::read_all(&std::fs::read_to_string(&self.places.witness).unwrap());
        assert_eq!(broken, 0);
        all
    }

    async fn findings(&self) -> Vec<Finding> {
        audit::verify_database(&self.worker, &self.trust(), Some(&self.copy())).await.unwrap().findings
    }

    async fn end(self) {
        self.worker.close().await;
        drop(self.sql);
        self.ground.end().await;
    }
}

fn places(dir: &Path) -> SealPlaces {
    SealPlaces { key: dir.join("key"), trust: dir.join("key.pub"), witness: dir.join("copy") }
}

/// What somebody with all rights of the database may do to its logs.
const TAMPERINGS: &[&str] = &[
    "update operation_log set actor_name = '丙' where object = 'case:3'",
    "update operation_log set detail = '{\"a\": \"い\"}' where object = 'case:3'",
    "update operation_log set at = at + interval '1 microsecond' where object = 'case:3'",
    "update operation_log set xid = '1' where object = 'case:3'",
    "update access_log set actor_name = '' where id = (select id from access_log order by at limit 1)",
    "delete from operation_log where object = 'case:5'",
    "delete from access_log where id = (select id from access_log order by at desc limit 1)",
    "delete from operation_log",
    "delete from log_leaves where number = 4",
    "delete from log_leaves where number > 6; delete from log_checkpoints where size > 6",
    "delete from log_leaves; delete from log_checkpoints",
    "insert into operation_log select at, gen_random_uuid(), site, actor_kind, actor_id, '丁', permission, object, outcome, detail, request_id, address, xid from operation_log where object = 'case:2'",
    "insert into log_leaves select max(number) + 1, 'operation', now(), gen_random_uuid(), '\\x00' from log_leaves",
    "update log_leaves set hash = (select hash from log_leaves where number = 1) where number = 2",
    "update log_leaves set id = (select id from log_leaves where number = 1), at = (select at from log_leaves where number = 1), log = (select log from log_leaves where number = 1) where number = 2",
    "update log_checkpoints set root = sha256('x') where size = (select min(size) from log_checkpoints)",
    "update log_checkpoints set at = at + 1 where size = (select min(size) from log_checkpoints)",
    "update log_checkpoints set key = sha256('x')",
    "delete from log_checkpoints where size = (select min(size) from log_checkpoints)",
    "delete from log_checkpoints where size = (select max(size) from log_checkpoints)",
    "update log_checkpoints set size = size + 1 where size = (select max(size) from log_checkpoints)",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_tampering_in_the_database_is_found() {
    let mut p = Place::new().await;
    p.rows(4).await;
    p.seal().await;
    p.rows(8).await;
    p.seal().await;
    assert_eq!(p.findings().await, vec![]);
    let whole = p.copy();
    assert!(whole.len() >= 2 && whole.last().unwrap().size == 24, "{whole:?}");
    let tables = ["operation_log", "access_log", "log_leaves", "log_checkpoints"];
    for t in tables {
        p.sql.run(&format!("create table kept_{t} as select * from {t}")).await;
    }
    for tampering in TAMPERINGS {
        // Without the triggers: the attacker is the superuser.
        p.sql.run("set session_replication_role = replica").await;
        p.sql.run(tampering).await;
        let found = p.findings().await;
        assert!(!found.is_empty(), "not found: {tampering}");
        for t in tables {
            p.sql.run(&format!("delete from {t}; insert into {t} select * from kept_{t}")).await;
        }
    }
    assert_eq!(p.findings().await, vec![], "all was put back");

    // The exported file alone proves the same, and every line of it matters.
    let mut file = vec![];
    audit::export(&p.worker, &mut file).await.unwrap();
    let check = |file: &[u8]| audit::verify_file(Cursor::new(file.to_vec()), &p.trust(), Some(&whole));
    assert_eq!(check(&file).unwrap().findings, vec![]);
    let lines: Vec<String> = String::from_utf8(file).unwrap().lines().map(str::to_owned).collect();
    for n in 0..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(n);
        let found = check(fewer.join("\n").as_bytes());
        assert!(found.is_err() || !found.unwrap().findings.is_empty(), "line {n} was taken out");
        let changed = lines.iter().enumerate().map(|(i, l)| {
            if i == n {
                l.replace("甲", "丙").replace("乙", "丙").replace("\"at\":1", "\"at\":2")
            } else {
                l.clone()
            }
        });
        let found = check(changed.collect::<Vec<_>>().join("\n").as_bytes());
        assert!(found.is_err() || !found.unwrap().findings.is_empty(), "line {n} was changed");
    }
    p.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_commits_and_rollbacks_leave_no_gap() {
    let mut p = Place::new().await;
    let mut late = p.ground.superuser().await;
    late.run(&format!("begin; {ROW}1) n")).await;
    let mut never = p.ground.superuser().await;
    never.run(&format!("begin; {ROW}3) n")).await;
    p.rows(2).await;
    // Younger rows are committed; the older ones are not decided: nothing is certain yet.
    assert_eq!(seal_once(&p.worker, &p.places).await.unwrap(), Sealing::Sealed(0));
    never.run("rollback").await;
    late.run("commit").await;
    p.seal().await;
    assert_eq!(p.sql.count("select count(*) from log_leaves").await, 5);
    let first = p.sql.one("select o.xid = (select min(xid) from operation_log) from log_leaves l join operation_log o using (at, id) where l.number = 0").await;
    assert!(first.starts_with('t'), "the late one is the oldest and comes first");
    assert_eq!(p.findings().await, vec![]);
    p.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_seal_each_row_once() {
    let mut p = Place::new().await;
    p.rows(300).await;
    let turns = (0..6).map(|_| seal_once(&p.worker, &p.places));
    for turn in futures_util::future::join_all(turns).await {
        assert!(!matches!(turn.unwrap(), Sealing::Refused(_)));
    }
    p.seal().await;
    assert_eq!(p.sql.count("select count(*) from log_leaves").await, 600);
    assert_eq!(audit::verify_database(&p.worker, &p.trust(), None).await.unwrap().findings, vec![]);
    p.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_key_or_a_log_rolled_back_is_said_and_nothing_is_sealed_over_it() {
    let mut p = Place::new().await;
    p.rows(3).await;
    p.seal().await;
    p.sql.run("create table kept as select * from log_sealing").await;
    p.rows(3).await;
    p.seal().await;
    p.rows(1).await;
    let sealed = p.sql.count("select count(*) from log_leaves").await;
    let refused = |turn: Sealing, words: &str| {
        let Sealing::Refused(why) = turn else { panic!("{words}: {turn:?}") };
        assert!(why.contains(words), "{why}");
    };

    // The key is gone; then there is another one nobody believes.
    let key = std::fs::read_to_string(&p.places.key).unwrap();
    std::fs::remove_file(&p.places.key).unwrap();
    refused(seal_once(&p.worker, &p.places).await.unwrap(), "読めません");
    std::fs::write(&p.places.key, "7".repeat(64)).unwrap();
    refused(seal_once(&p.worker, &p.places).await.unwrap(), "公開鍵の一覧にない");
    assert_eq!(p.sql.one("select times from alarms where code = 'log.seal' and cleared_at is null").await, "2");
    std::fs::write(&p.places.key, &key).unwrap();

    // Sealing was set back, as a restored backup would be.
    p.sql.run("update log_sealing s set size = k.size, peaks = k.peaks, xid = k.xid, id = k.id from kept k").await;
    refused(seal_once(&p.worker, &p.places).await.unwrap(), "途中経過");
    p.sql.run("set session_replication_role = replica; delete from log_leaves where number >= (select size from kept); delete from log_checkpoints where size > (select size from kept); set session_replication_role = origin").await;
    refused(seal_once(&p.worker, &p.places).await.unwrap(), "巻き戻された");
    assert!(p.findings().await.iter().any(|f| matches!(f, Finding::Witness { .. })));
    assert!(p.sql.count("select count(*) from log_leaves").await < sealed);

    // With a new key that is believed, work goes on: both keys count, and the alarm closes.
    std::fs::remove_file(&p.places.witness).unwrap();
    assert!(audit::make_key(&p.places, false).is_err(), "a key is never written over");
    audit::make_key(&p.places, true).unwrap();
    p.seal().await;
    assert_eq!(p.findings().await, vec![]);
    assert_eq!(p.sql.count("select count(*) from alarms where cleared_at is null").await, 0);
    p.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_partition_stops_nobody_and_raises_an_alarm() {
    let mut p = Place::new().await;
    p.rows(2).await;
    p.sql.run("insert into operation_log (at, id, site, actor_kind, actor_name, permission, object, outcome, detail, request_id, address)
        values ('2031-05-01', gen_random_uuid(), 'office', 'staff', '甲', 'x', 'x', 'done', '{}', 'r', '')").await;
    p.seal().await;
    assert_eq!(p.sql.count("select count(*) from operation_log_default").await, 3);
    assert_eq!(make_partitions(&p.worker).await.unwrap().moved, 5);
    assert_eq!(p.sql.count("select count(*) from alarms where code = 'log.partition' and cleared_at is null").await, 1);
    assert_eq!(p.sql.count("select count(*) from operation_log_default").await, 0);
    assert_eq!(p.sql.count("select count(*) from operation_log_2031_05").await, 1);
    assert_eq!(p.findings().await, vec![], "moving a row does not change it");
    assert_eq!(make_partitions(&p.worker).await.unwrap().moved, 0);
    assert_eq!(p.sql.count("select count(*) from alarms where cleared_at is null").await, 0);
    // The months to come are there, and walled like every table.
    let open = "select count(*) from pg_class c where c.relispartition and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)";
    assert_eq!(p.sql.count(open).await, 0);
    assert!(
        p.sql.count("select count(*) from pg_class where relname like 'access\\_log\\_20%' and relkind = 'r'").await
            >= 3
    );
    // Not even the owner changes a row by mistake, in old partitions or new ones.
    let mut owner = Sql::connect(&p.ground.url()).await;
    for table in ["operation_log_2031_05", "operation_log", "log_leaves", "access_log_default"] {
        assert!(owner.try_run(&format!("truncate {table}")).await.is_err(), "{table}");
    }
    drop(owner);
    for statement in
        ["update operation_log set actor_name = ''", "delete from log_leaves", "delete from operation_log_2031_05"]
    {
        assert!(p.sql.try_run(statement).await.is_err(), "{statement}");
    }
    p.end().await;
}
