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
