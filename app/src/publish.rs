//! Set-up commands: migrate the database, publish an edition, open a round under it.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use clap::Args as ClapArgs;
use hojo_case::check;
use hojo_db::{Db, Tx, migrate as migrations, random};
use hojo_programme::Edition;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::config::Config;
use crate::definitions::{load, read_source};

#[derive(ClapArgs)]
pub struct Args {
    /// The edition's folder.
    pub edition: PathBuf,
    /// Who publishes.
    #[arg(long)]
    pub by: String,
    /// Who approves: another person.
    #[arg(long)]
    pub approved_by: String,
    /// The round to open; the edition's own code when not given.
    #[arg(long)]
    pub round: Option<String>,
    #[arg(long)]
    pub title: Option<String>,
    /// Other dates than the edition's, for demonstrations.
    #[arg(long)]
    pub opens: Option<String>,
    #[arg(long)]
    pub closes: Option<String>,
    /// Another day of the round than the edition's: `adoption_announced=2027-03-01T15:00:00+09:00`. May be repeated.
    #[arg(long = "date")]
    pub dates: Vec<String>,
}

#[derive(ClapArgs)]
pub struct StoreArgs {
    /// The edition's folder.
    pub edition: PathBuf,
    /// Who publishes.
    #[arg(long)]
    pub by: String,
    /// Who approves: another person.
    #[arg(long)]
    pub approved_by: String,
}

/// The owner's URL: the same server under the owner's login.
pub fn owner_url(config: &Config) -> anyhow::Result<String> {
    let (scheme, rest) = config.database_url.split_once("://").context("the database URL has no scheme")?;
    // An address has no user without a host; a `host` parameter that names a socket still wins over this one.
    let host = if rest.starts_with('/') { "localhost" } else { "" };
    Ok(format!("{scheme}://{}@{host}{rest}", config.owner))
}

pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    migrations::run(&owner_url(config)?).await?;
    Ok(())
}

/// A connection for set-up commands.
pub async fn setup_db(config: &Config) -> anyhow::Result<Db> {
    Ok(Db::connect_setup(&config.db(), &config.owner, config.clock()).await?)
}

/// Stores an edition that no round runs on yet: the rules desk puts it in force.
pub async fn store(config: &Config, args: StoreArgs) -> anyhow::Result<()> {
    let db = setup_db(config).await?;
    let mut tx = db.begin_setup().await?;
    let (_, key) = keep(&mut tx, &args).await?;
    tx.commit().await?;
    db.close().await;
    tracing::info!(edition = key, "stored");
    Ok(())
}

/// Checks an edition and keeps it whole. Gives it and its key.
async fn keep(tx: &mut Tx, args: &StoreArgs) -> anyhow::Result<(Edition, String)> {
    ensure!(args.by != args.approved_by, "an edition is published by one person and approved by another");
    let edition = load(&args.edition)?;
    let report = check(&edition);
    if let Some(first) = report.errors.first() {
        bail!("{} problems, the first: {first}", report.errors.len());
    }
    let source = read_source(&args.edition)?;
    let (programme, code) = edition.id.split_once('/').context("an edition's id is programme/code")?;
    let key = format!("{}@{}", edition.id, edition.version);
    let now = tx.now().await?.utc();
    let stored = sqlx::query!("select hash from editions where id = $1", key).fetch_optional(tx.sql()).await?;
    match stored {
        Some(row) if row.hash == edition.hash => {}
        Some(_) => bail!("{key} is published with other content; an edition never changes: raise its version"),
        None => {
            sqlx::query!(
                "insert into editions (id, programme_id, code, version, hash, source, published_by, approved_by, effective_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                key,
                programme,
                code,
                edition.version,
                edition.hash,
                serde_json::to_value(&source)?,
                args.by,
                args.approved_by,
                now,
            )
            .execute(tx.sql())
            .await?;
        }
    }
    Ok((edition, key))
}

pub async fn run(config: &Config, args: Args) -> anyhow::Result<()> {
    let db = setup_db(config).await?;
    let mut tx = db.begin_setup().await?;
    let stored = StoreArgs { edition: args.edition, by: args.by, approved_by: args.approved_by };
    let (edition, key) = keep(&mut tx, &stored).await?;
    let (programme, code) = edition.id.split_once('/').context("an edition's id is programme/code")?;
    let opens = moment(args.opens.as_deref(), edition.date("applications_open"), "applications_open")?;
    let closes = moment(args.closes.as_deref(), edition.date("applications_close"), "applications_close")?;
    let round = args.round.unwrap_or_else(|| code.to_owned());
    let dates = own_dates(&edition, &args.dates)?;
    // A round goes on under a newer minor version of its edition; its cases keep the one they pinned.
    sqlx::query!(
        "insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at, dates)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (programme_id, code) do update set edition_id = excluded.edition_id, title = excluded.title,
             opens_at = excluded.opens_at, closes_at = excluded.closes_at, dates = rounds.dates || excluded.dates",
        random::key(),
        random::public_id().uuid(),
        programme,
        round,
        args.title.unwrap_or_else(|| edition.title.clone()),
        key,
        opens,
        closes,
        dates,
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    tracing::info!(edition = key, round, "published");
    Ok(())
}

/// The round's own days. Only days the edition names: another name would be read by nothing.
fn own_dates(edition: &Edition, given: &[String]) -> anyhow::Result<serde_json::Value> {
    let mut dates = serde_json::Map::new();
    for text in given {
        let (name, day) = text.split_once('=').with_context(|| format!("{text} is no name=moment"))?;
        ensure!(!matches!(name, "applications_open" | "applications_close"), "{name} is given by --opens and --closes");
        ensure!(edition.date(name).is_some(), "the edition has no date {name}");
        let at = moment(Some(day), None, name)?;
        dates.insert(name.to_owned(), serde_json::Value::String(at.format(&Rfc3339)?));
    }
    Ok(serde_json::Value::Object(dates))
}

fn moment(given: Option<&str>, edition: Option<OffsetDateTime>, name: &str) -> anyhow::Result<OffsetDateTime> {
    match given {
        Some(text) => OffsetDateTime::parse(text, &Rfc3339)
            .with_context(|| format!("{text} is no moment like 2026-09-30T17:00:00+09:00")),
        None => edition.with_context(|| format!("the edition has no date {name}")),
    }
}
