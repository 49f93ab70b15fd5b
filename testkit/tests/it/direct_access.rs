//! Direct database access as a person of office IT has it: masked views, nothing else, every statement written down.

use hojo_access::Actor;
use hojo_db::{Clock, Db, Mode};
use hojo_operations::direct;

use crate::ground::{Ground, url_of};
use crate::sql::Sql;

async fn issued(ground: &Ground, days: i64) -> direct::Issued {
    let setup = Db::connect_setup(&ground.config(1), "hojo_owner", Clock::default()).await.unwrap();
    let mut tx = setup.begin_setup().await.unwrap();
    let issued = direct::issue(&mut tx, "乙山 次郎", "障害の調査", days, "甲").await.unwrap();
    tx.commit().await.unwrap();
    setup.close().await;
    issued
}

async fn withdraw(ground: &Ground, login: &str) {
    let setup = Db::connect_setup(&ground.config(1), "hojo_owner", Clock::default()).await.unwrap();
    let mut tx = setup.begin_setup().await.unwrap();
    direct::withdraw(&mut tx, login, "甲").await.unwrap();
    tx.commit().await.unwrap();
    assert!(direct::withdraw(&mut setup.begin_setup().await.unwrap(), login, "甲").await.is_err(), "once only");
    setup.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn office_it_reads_masked_views_and_nothing_else_until_it_is_withdrawn() {
    let ground = Ground::new().await;
    let mut root = ground.superuser().await;
    crate::ground::company(&mut root, "見本製作所", Some("1234567890123"), "prime").await;
    crate::ground::colleague(&mut root, "丙川 三郎", "operator").await;
    let issued = issued(&ground, 7).await;
    let mut it = Sql::connect(&url_of(&ground.server, &issued.login, &ground.name)).await;

    // What may be seen is seen; what tells about a person is only filled or empty; what opens something is not there.
    assert_eq!(it.rows("select corporate_number, name from applicants").await, [["1234567890123", "＊"]]);
    assert_eq!(it.rows("select name, login <> '' from staff").await, [["＊", "t"]]);
    assert_eq!(it.one("select claims from accounts").await, "＊");
    for statement in ["select password_hash from staff", "select token_hash from sessions"] {
        assert!(it.try_rows(statement).await.is_err(), "{statement}");
    }
    // No table by its own name, whatever it is called, nor a way around the mask.
    let tables = root.list("select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')").await;
    assert!(tables.len() > 40);
    for table in &tables {
        for statement in [
            format!("select 1 from public.{table}"),
            format!("delete from public.{table}"),
            format!("copy public.{table} to stdout"),
        ] {
            let refused = it.try_rows(&statement).await.unwrap_err();
            let code = refused.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned();
            assert!(["42501", "25006"].contains(&code.as_str()), "{statement}: {refused}");
        }
    }
    for statement in [
        "set role hojo_it_view",
        "set role hojo_office_it; select 1 from public.staff",
        "set log_statement = 'none'",
        "set default_transaction_read_only = off; update applicants set kind = ''",
        "set default_transaction_read_only = off; create view v as select 1",
        "select issue_database_access('hojo_it_mineminemine', 'x', now())",
        "select make_log_partition('2020-01-01')",
        "select open_session('x', 'office')",
        "select pg_read_file('/etc/passwd')",
    ] {
        assert!(it.try_rows(statement).await.is_err(), "{statement}");
        it.run("reset all").await;
    }
    assert_eq!(it.one("show log_statement").await, "all", "every statement is written down");
    assert_eq!(it.one("show statement_timeout").await, "30s");
    assert_eq!(it.one("show default_transaction_read_only").await, "on");
    let until = root.one(&format!("select rolvaliduntil between now() + interval '6 days' and now() + interval '7 days' from pg_roles where rolname = '{}'", issued.login)).await;
    assert_eq!(until, "t");
    assert!(
        !root
            .one(&format!("select rolpassword from pg_authid where rolname = '{}'", issued.login))
            .await
            .contains(&issued.password)
    );

    // Every view is there, and each masks what db/columns.toml calls personal, bank or free.
    let unmasked = root.count("select count(*) from pg_views where schemaname = 'office_it' and viewname = 'accounts' and definition not like '%＊%'").await;
    assert_eq!(unmasked, 0);

    withdraw(&ground, &issued.login).await;
    assert!(it.try_rows("select 1").await.is_err(), "the open session was ended");
    assert_eq!(root.count(&format!("select count(*) from pg_roles where rolname = '{}'", issued.login)).await, 0);
    drop(it);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_of_office_it_come_into_the_sealed_log_once() {
    let ground = Ground::new().await;
    let issued = issued(&ground, 1).await;
    let line = |n: u32, user: &str, message: &str| {
        format!(
            r#"{{"timestamp":"2026-11-23 01:02:0{n}.000 UTC","user":"{user}","remote_host":"10.0.0.1","session_id":"s","line_num":{n},"message":"{message}"}}"#
        )
    };
    let text = [
        line(1, &issued.login, "statement: select * from staff"),
        line(2, "hojo_office", "statement: select 1"),
        line(3, &issued.login, "duration: 3 ms"),
        line(4, "hojo_it_nobodyknown", "statement: select 2"),
        "broken".to_owned(),
    ];
    let worker = ground.worker().await;
    for expected in [2, 0] {
        let mut tx = worker.begin(&Actor::Worker, Mode::Write).await.unwrap();
        assert_eq!(direct::take_statements(&mut tx, text.iter().map(String::as_str)).await.unwrap(), expected);
        tx.commit().await.unwrap();
    }
    let mut root = ground.superuser().await;
    let rows = root.rows("select person, statement from statement_log order by at").await;
    assert_eq!(rows, [["乙山 次郎", "select * from staff"], ["（記録にない利用者）", "select 2"]]);
    worker.close().await;
    withdraw(&ground, &issued.login).await;
    drop(root);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_raises_the_own_time_out_is_stopped_all_the_same_and_it_is_written_down() {
    let ground = Ground::new().await;
    let issued = issued(&ground, 1).await;
    let worker = ground.worker().await;
    let url = url_of(&ground.server, &issued.login, &ground.name);
    let asking = |statements: &'static str| {
        let url = url.clone();
        tokio::spawn(async move {
            let mut it = Sql::connect(&url).await;
            it.run(
                "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set idle_session_timeout = 0",
            )
            .await;
            let first = it.try_run(statements).await;
            tokio::time::sleep(std::time::Duration::from_secs(4)).await;
            (first, it.try_rows("select 1").await)
        })
    };
    let long = asking("select pg_sleep(600)");
    let held = asking("begin; select 1");
    let idle = asking("select 1");
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    // What is within the limits goes on; nobody but office IT is touched.
    assert_eq!(direct::end_long(&worker, direct::Limits::default()).await.unwrap(), 0);
    let limits = |n| std::time::Duration::from_millis(n);
    let strict = direct::Limits { statement: limits(1_000), transaction: limits(1_000), idle: limits(1_000) };
    assert_eq!(direct::end_long(&worker, strict).await.unwrap(), 3);

    let (told, after) = long.await.unwrap();
    assert_eq!(told.unwrap_err().as_database_error().unwrap().code().unwrap(), "57014", "the statement was cancelled");
    assert!(after.is_ok(), "the session goes on");
    for session in [held, idle] {
        let (first, after) = session.await.unwrap();
        assert!(first.is_ok() && after.is_err(), "the session was ended");
    }
    let mut root = ground.superuser().await;
    let rows = root.list("select detail ->> 'reason' from operation_log where detail ->> 'what' = 'database-access-ended' order by 1").await;
    assert_eq!(rows, ["idle", "statement", "transaction"]);
    worker.close().await;
    withdraw(&ground, &issued.login).await;
    drop(root);
    ground.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_servers_log_is_read_on_from_where_it_was_left_and_a_lost_one_is_an_alarm() {
    let ground = Ground::new().await;
    let worker = ground.worker().await;
    let mut root = ground.superuser().await;
    let dir = tempfile::tempdir().unwrap();
    let line = |n: u32| {
        format!(
            "{{\"timestamp\":\"2026-11-23 01:02:03.{n:03} UTC\",\"user\":\"hojo_it_aaaabbbb\",\"session_id\":\"s\",\"line_num\":{n},\"message\":\"statement: select {n}\"}}\n"
        )
    };
    let (first, second) = (dir.path().join("a.json"), dir.path().join("b.json"));
    std::fs::write(dir.path().join("a.log"), line(9)).unwrap();
    std::fs::write(&first, format!("{}{}{}", line(1), line(2), &line(3)[..40])).unwrap();
    let take = || async { direct::take_logs(&worker, dir.path()).await.unwrap() };
    assert_eq!(take().await, 2, "a line that is being written waits");
    assert_eq!(take().await, 0);
    std::fs::write(&first, format!("{}{}{}", line(1), line(2), line(3))).unwrap();
    std::fs::write(&second, line(4)).unwrap();
    assert_eq!(take().await, 2);
    // Begun anew under the same name: what is new is taken, what is known is left out.
    std::fs::write(&second, &line(5)[..20]).unwrap();
    assert_eq!(take().await, 0);
    std::fs::write(&second, line(5)).unwrap();
    assert_eq!(take().await, 1);
    assert_eq!(
        root.list("select statement from statement_log order by at").await,
        ["select 1", "select 2", "select 3", "select 4", "select 5"]
    );
    direct::take_logs(&worker, &dir.path().join("gone")).await.unwrap();
    assert_eq!(root.one("select code from alarms where cleared_at is null").await, "database.log");
    take().await;
    assert_eq!(root.count("select count(*) from alarms where cleared_at is null").await, 0);
    worker.close().await;
    drop(root);
    ground.end().await;
}

#[test]
fn the_network_diagram_is_that_of_the_settings() {
    use clap::{CommandFactory, FromArgMatches, Parser};
    #[derive(Parser)]
    struct Defaults {
        #[command(flatten)]
        config: hojo_app::config::Config,
    }
    let path = crate::ground::root().join("docs/security/network.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once("<!-- made -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- /made -->").unwrap();
    // The settings as they are built in: what this machine's environment says does not belong into the document.
    let command = Defaults::command().mut_args(|a| a.env(None::<&'static str>));
    let settings = Defaults::from_arg_matches(&command.get_matches_from(["hojo"])).unwrap();
    let made = hojo_app::network::diagram(&settings.config);
    let fresh = format!("{head}<!-- made -->\n{made}<!-- /made -->{tail}");
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&path, &fresh).unwrap();
    }
    assert!(
        text == fresh || std::env::var("UPDATE").is_ok(),
        "docs/security/network.md is not that of the settings: UPDATE=1"
    );
}
