//! Where a bench runs: a database of its own on the given server, the edition published under an open
//! round, a vault, and the clock set to a moment at which the edition's examples are complete.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, ensure};
use bytes::Bytes;
use hojo_db::{Clock, Db};
use hojo_programme::{Edition, Procedure};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::answers::{APPLICATION, Blob, Sets};
use super::{Options, seed};
use crate::config::Config;
use crate::{definitions, publish};

/// Everything a bench needs.
pub struct Place {
    /// Settings with the benches' own database, vault, secret and clock.
    pub config: Config,
    pub options: Options,
    pub edition: Arc<Edition>,
    pub sets: Sets,
    pub applications: u32,
}

/// Attached files; every application has its own names for these bytes.
const BLOBS: u8 = 5;

impl Place {
    /// Makes the world, or keeps the one that was made with the same options.
    pub async fn ready(config: &Config, options: &Options) -> anyhow::Result<Self> {
        let mut config = config.clone();
        config.database_url = in_database(&config.database_url, &options.database)?;
        config.vault = options.dir.join("vault");
        config.secret_file = options.dir.join("secret");
        std::fs::create_dir_all(&options.dir)?;
        std::fs::write(&config.secret_file, "the benches hold nobody's data and keep no secret")?;
        let edition = Arc::new(definitions::load(&options.edition)?);
        let blobs = blobs(&config, options.attachment_kb).await?;
        let sets = Sets::of(&edition, &blobs)?;
        let fresh = make_database(&config, options, &edition.hash).await?;
        config.clock_offset = (sets.now - real_now(&config, options).await?).whole_seconds();
        let mut place = Self { config, options: options.clone(), edition, sets, applications: options.applications };
        if fresh {
            place.furnish().await?;
        }
        place.applications = place.count().await?;
        Ok(place)
    }

    pub fn procedure(&self) -> anyhow::Result<&Procedure> {
        Ok(self.edition.procedure(APPLICATION).context("the edition has no application")?.as_ref())
    }

    pub async fn setup(&self) -> anyhow::Result<Db> {
        publish::setup_db(&self.config).await
    }

    pub fn clock(&self) -> Clock {
        self.config.clock()
    }

    /// A connection that may read the server's statistics.
    pub async fn superuser(&self) -> anyhow::Result<PgConnection> {
        superuser(&self.config.database_url, &self.options).await
    }

    async fn furnish(&self) -> anyhow::Result<()> {
        super::report::say(&format!("making {} applications", self.options.applications));
        publish::migrate(&self.config).await?;
        let opens = (self.sets.now - Duration::days(15)).format(&Rfc3339)?;
        let closes = (self.sets.now + Duration::days(15)).format(&Rfc3339)?;
        let edition = publish::Args {
            edition: self.options.edition.clone(),
            by: "見本 一郎".into(),
            approved_by: "見本 二郎".into(),
            round: None,
            title: None,
            opens: Some(opens),
            closes: Some(closes),
            dates: Vec::new(),
        };
        publish::run(&self.config, edition).await?;
        seed::world(self).await?;
        let mut conn = self.superuser().await?;
        for statement in ["vacuum analyze".to_owned(), "checkpoint".to_owned(), mark(&self.options, &self.edition.hash)]
        {
            sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut conn).await?;
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "read as the server's superuser; no site may count across rows")]
    async fn count(&self) -> anyhow::Result<u32> {
        let row = sqlx::query("select count(*) as n from cases").fetch_one(&mut self.superuser().await?).await?;
        Ok(u32::try_from(row.get::<i64, _>("n"))?)
    }
}

/// The same server, another database.
fn in_database(url: &str, database: &str) -> anyhow::Result<String> {
    let (scheme, rest) = url.split_once("://").context("the database URL has no scheme")?;
    let (address, query) = rest.split_once('?').map_or((rest, None), |(a, q)| (a, Some(q)));
    let host = address.split('/').next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, h)| h);
    Ok(format!("{scheme}://{host}/{database}{}", query.map(|q| format!("?{q}")).unwrap_or_default()))
}

/// The URL under a login.
pub fn url_of(url: &str, login: &str) -> String {
    url.replacen("://", &format!("://{login}@"), 1)
}

async fn superuser(url: &str, options: &Options) -> anyhow::Result<PgConnection> {
    let asked = PgConnection::connect(&with_user(url, &options.superuser)?).await;
    asked.with_context(|| format!("the server's statistics are read as {}", options.superuser))
}

/// A URL without a host (`postgres:///x?host=…`) takes its user as a parameter.
pub fn with_user(url: &str, login: &str) -> anyhow::Result<String> {
    let (_, rest) = url.split_once("://").context("the database URL has no scheme")?;
    if !rest.starts_with('/') {
        return Ok(url_of(url, login));
    }
    let join = if url.contains('?') { '&' } else { '?' };
    Ok(format!("{url}{join}user={login}"))
}

fn mark(options: &Options, hash: &str) -> String {
    format!("comment on database {} is '{}'", options.database, marked(options, hash))
}

fn marked(options: &Options, hash: &str) -> String {
    format!(
        "bench of {} applications, seed {}, {} kB a file, {hash}",
        options.applications, options.seed, options.attachment_kb
    )
}

/// True when the database is new and empty.
#[expect(clippy::disallowed_methods, reason = "asked of the server itself, before there is a database")]
async fn make_database(config: &Config, options: &Options, hash: &str) -> anyhow::Result<bool> {
    let name = &options.database;
    ensure!(
        name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
        "the name of the database has letters and underscores only"
    );
    let mut conn = superuser(&in_database(&config.database_url, "postgres")?, options).await?;
    let there = sqlx::query(
        "select coalesce(shobj_description(oid, 'pg_database'), '') as mark from pg_database where datname = $1",
    )
    .bind(name)
    .fetch_optional(&mut conn)
    .await?;
    if let Some(row) = there {
        if row.get::<String, _>("mark") == marked(options, hash) {
            return Ok(false);
        }
        sqlx::raw_sql(AssertSqlSafe(format!("drop database {name} with (force)"))).execute(&mut conn).await?;
    }
    sqlx::raw_sql(AssertSqlSafe(format!("create database {name} owner {}", config.owner))).execute(&mut conn).await?;
    let mut conn = superuser(&config.database_url, options).await?;
    // Without the extension the report counts transactions only.
    if let Err(e) = sqlx::raw_sql("create extension if not exists pg_stat_statements").execute(&mut conn).await {
        tracing::warn!(error = %e, "statements will not be counted");
    }
    Ok(true)
}

#[expect(clippy::disallowed_methods, reason = "the benches set their clock relative to the server's")]
async fn real_now(config: &Config, options: &Options) -> anyhow::Result<OffsetDateTime> {
    let mut conn = superuser(&config.database_url, options).await?;
    Ok(sqlx::query("select clock_timestamp() as at").fetch_one(&mut conn).await?.get("at"))
}

async fn blobs(config: &Config, kb: u32) -> anyhow::Result<Vec<Blob>> {
    let vault = config.vault()?;
    let mut all = Vec::new();
    for which in 0..BLOBS {
        let size = usize::try_from(kb)? * 1024;
        let mut bytes = format!("%PDF-1.7 {which}\n").into_bytes();
        // Bytes that neither repeat nor compress: a multiplicative congruence is enough.
        let mut state = u64::from(which) + 1;
        while bytes.len() < size {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            bytes.push(state.to_be_bytes().first().copied().unwrap_or_default());
        }
        let size = u64::try_from(bytes.len())?;
        all.push(Blob { sha256: vault.keep(Bytes::from(bytes)).await?, size });
    }
    Ok(all)
}

/// Where `pgbench` is: beside the newest server of this machine.
pub fn pgbench(options: &Options) -> anyhow::Result<PathBuf> {
    if let Some(path) = &options.pgbench {
        return Ok(path.clone());
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|v| v.path().join("bin/pgbench")).filter(|p| p.exists()).collect();
    found.sort();
    Ok(found.pop().unwrap_or_else(|| PathBuf::from("pgbench")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_put_into_either_form_of_url() {
        assert_eq!(in_database("postgres:///hojo?host=/run/pg", "b").unwrap(), "postgres:///b?host=/run/pg");
        assert_eq!(in_database("postgres://o@127.0.0.1:5439/hojo", "b").unwrap(), "postgres://127.0.0.1:5439/b");
        assert_eq!(
            with_user("postgres:///b?host=/run/pg", "postgres").unwrap(),
            "postgres:///b?host=/run/pg&user=postgres"
        );
        assert_eq!(with_user("postgres://127.0.0.1/b", "postgres").unwrap(), "postgres://postgres@127.0.0.1/b");
    }
}
