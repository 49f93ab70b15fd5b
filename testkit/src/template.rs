//! The template database: migrated, published, staffed, once for each state of `db/`, `programmes/` and
//! the staff of demonstrations. A test's own database is a copy of it, made in a fraction of a second.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use hojo_app::config::Config;
use hojo_app::demo::people::{COLLEAGUES, add_colleagues};
use hojo_app::publish;
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// The login that owns databases, as everywhere.
pub(crate) const OWNER: &str = "hojo_owner";
/// Held while a template is made, so that two test processes make one.
const LOCK: i64 = 7_215_001;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn edition_dir() -> PathBuf {
    root().join("programmes/shinjigyo-monodukuri/2026-r1")
}

/// The server tests run on: `HOJO_TEST_DATABASE_URL`, else the server of `DATABASE_URL`.
///
/// # Errors
/// When neither is set.
#[expect(clippy::disallowed_methods, reason = "tests have no settings of their own to read this in")]
pub fn server_url() -> anyhow::Result<String> {
    let found = ["HOJO_TEST_DATABASE_URL", "DATABASE_URL"].into_iter().find_map(|name| std::env::var(name).ok());
    found.context("set HOJO_TEST_DATABASE_URL to a PostgreSQL server (./test starts one)")
}

/// The same server, another database, no user.
pub(crate) fn url_of(server: &str, database: &str) -> anyhow::Result<String> {
    let (scheme, rest) = server.split_once("://").context("a database URL has a scheme")?;
    let (place, query) = rest.split_once('?').map_or((rest, String::new()), |(p, q)| (p, format!("?{q}")));
    let host = place.split('/').next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    Ok(format!("{scheme}://{host}/{database}{query}"))
}

/// A connection to a database of the server under a login.
pub(crate) async fn connect(server: &str, database: &str, login: &str) -> anyhow::Result<PgConnection> {
    let options = PgConnectOptions::from_str(&url_of(server, database)?)?.username(login);
    options.connect().await.with_context(|| format!("{database} on the test server does not answer"))
}

/// Runs one statement that takes no parameters.
pub(crate) async fn run(connection: &mut PgConnection, statement: String) -> anyhow::Result<()> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await?;
    Ok(())
}

async fn text_of(connection: &mut PgConnection, statement: String) -> anyhow::Result<Option<String>> {
    let row = connection.fetch_optional(sqlx::raw_sql(AssertSqlSafe(statement))).await?;
    Ok(row.and_then(|r| r.try_get::<Option<String>, _>(0).ok().flatten()))
}

/// Everything a template depends on.
fn hash() -> anyhow::Result<String> {
    let mut files = Vec::new();
    for folder in ["db", "programmes"] {
        collect(&root().join(folder), &mut files)?;
    }
    files.push(root().join("app/src/demo/people.rs"));
    files.push(root().join("testkit/src/template.rs"));
    files.push(root().join("kernel/db/src/migrate.rs"));
    files.sort();
    let mut all = Sha256::new();
    for file in files {
        all.update(file.to_string_lossy().as_bytes());
        all.update(fs::read(&file)?);
    }
    Ok(all.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect())
}

fn collect(dir: &Path, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, into)? } else { into.push(path) }
    }
    Ok(())
}

/// The name of a template that is ready, made now if it was not there.
pub(crate) async fn ready(server: &str, folder: &Path) -> anyhow::Result<String> {
    let name = format!("hojo_tk_{}", hash()?);
    let mut admin = connect(server, "postgres", OWNER).await?;
    run(&mut admin, format!("select pg_advisory_lock({LOCK})")).await?;
    let state = text_of(
        &mut admin,
        format!("select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database where datname = '{name}'"),
    )
    .await?;
    if state.as_deref() != Some("ready") {
        forget_old(&mut admin).await?;
        run(&mut admin, format!("create database {name}")).await?;
        let made = make(&super::world::config(&url_of(server, &name)?, folder)).await;
        if let Err(e) = made {
            bail!("the template {name} could not be made: {e:#}");
        }
        run(&mut admin, format!("comment on database {name} is 'ready'")).await?;
    }
    admin.close().await?;
    Ok(name)
}

/// Templates of other states of the tree, and half-made ones. One that is in use stays.
async fn forget_old(admin: &mut PgConnection) -> anyhow::Result<()> {
    let rows = admin
        .fetch_all(sqlx::raw_sql("select datname::text from pg_database where datname like 'hojo\\_tk\\_%' and pg_get_userbyid(datdba) = current_user"))
        .await?;
    for row in rows {
        let name: String = row.try_get(0)?;
        // Somebody else's tests may be copying it right now.
        drop(run(admin, format!("drop database if exists {name}")).await);
    }
    Ok(())
}

/// Migrates, publishes with a round that is open, adds roles and people.
async fn make(config: &Config) -> anyhow::Result<()> {
    publish::migrate(config).await?;
    let db = publish::setup_db(config).await?;
    let mut tx = db.begin_setup().await?;
    let now = tx.now().await?.utc();
    tx.commit().await?;
    let args = publish::Args {
        edition: edition_dir(),
        by: "testkit".into(),
        approved_by: "another person".into(),
        round: Some("r1".into()),
        title: Some("第1回公募".into()),
        opens: Some(moment(now - Duration::days(20))?),
        closes: Some(moment(now + Duration::days(10))?),
        dates: Vec::new(),
    };
    publish::run(config, args).await?;
    add_colleagues(&db, &root().join("db/roles.toml"), COLLEAGUES).await?;
    db.close().await;
    Ok(())
}

fn moment(at: OffsetDateTime) -> anyhow::Result<String> {
    Ok(at.format(&Rfc3339)?)
}

#[cfg(test)]
mod tests {
    use super::url_of;

    #[test]
    fn a_url_keeps_its_server_and_loses_its_user() {
        assert_eq!(url_of("postgres://me@127.0.0.1:5439/dev", "t").unwrap(), "postgres://127.0.0.1:5439/t");
        assert_eq!(url_of("postgres:///postgres?host=/run/pg", "t").unwrap(), "postgres:///t?host=/run/pg");
        assert!(url_of("nonsense", "t").is_err());
    }
}
