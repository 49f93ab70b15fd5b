//! `hojo masters`: tables that come from maintained packages, dated and re-importable. One
//! transaction a table: whoever looks something up meanwhile sees the old table or the new one.

use std::path::PathBuf;

use clap::Subcommand;
use hojo_db::{Db, Tx};
use hojo_registries::Masters;
use hojo_words::text::comparison_key;

use crate::config::Config;
use crate::publish::setup_db;

#[derive(Subcommand)]
pub enum Command {
    /// Import what `scripts/fetch-masters.sh` fetched. Tables of the same version are left alone.
    Import { dir: PathBuf },
}

pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let Command::Import { dir } = command;
    let masters = Masters::open(&dir)?;
    let db = setup_db(config).await?;
    banks(&db, &masters).await?;
    postal_codes(&db, &masters).await?;
    holidays(&db, &masters).await?;
    Ok(())
}

/// Rows sent at once.
const BATCH: usize = 5_000;

/// Begins the import of a master; `None` when this version is there already.
async fn begin(db: &Db, masters: &Masters, master: &'static str) -> anyhow::Result<Option<(Tx, String)>> {
    let version = masters.version(master)?;
    let label = format!("{} {}", version.package, version.version);
    let mut tx = db.begin_setup().await?;
    let held =
        sqlx::query!("select version from master_imports where master = $1 order by imported_at desc limit 1", master)
            .fetch_optional(tx.sql())
            .await?;
    Ok(if held.is_some_and(|h| h.version == label) { None } else { Some((tx, label)) })
}

async fn finish(mut tx: Tx, master: &'static str, version: &str, rows: usize) -> anyhow::Result<()> {
    sqlx::query!(
        "insert into master_imports (master, version, rows) values ($1, $2, $3)",
        master,
        version,
        i64::try_from(rows)?
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    tracing::info!(master, version, rows, "imported");
    Ok(())
}

async fn banks(db: &Db, masters: &Masters) -> anyhow::Result<()> {
    let Some((mut tx, version)) = begin(db, masters, "banks").await? else { return Ok(()) };
    sqlx::query!("delete from branches").execute(tx.sql()).await?;
    sqlx::query!("delete from banks").execute(tx.sql()).await?;
    let banks = masters.banks()?.collect::<Result<Vec<_>, _>>()?;
    for part in banks.chunks(BATCH) {
        sqlx::query!(
            "insert into banks (code, name, kana, half, key) select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])",
            &part.iter().map(|b| b.code.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| b.name.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| b.kana.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| b.kana_half.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| comparison_key(&format!("{} {}", b.name, b.kana))).collect::<Vec<_>>(),
        )
        .execute(tx.sql())
        .await?;
    }
    let branches = masters.branches()?.collect::<Result<Vec<_>, _>>()?;
    for part in branches.chunks(BATCH) {
        sqlx::query!(
            "insert into branches (bank_code, code, name, kana, half, key)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])",
            &part.iter().map(|b| b.bank_code.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| b.code.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| b.name.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| b.kana.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| b.kana_half.clone()).collect::<Vec<_>>(),
            &part.iter().map(|b| comparison_key(&format!("{} {}", b.name, b.kana))).collect::<Vec<_>>(),
        )
        .execute(tx.sql())
        .await?;
    }
    finish(tx, "banks", &version, banks.len() + branches.len()).await
}

async fn postal_codes(db: &Db, masters: &Masters) -> anyhow::Result<()> {
    let Some((mut tx, version)) = begin(db, masters, "postal_codes").await? else { return Ok(()) };
    sqlx::query!("delete from postal_codes").execute(tx.sql()).await?;
    let rows = masters.postal_codes()?.collect::<Result<Vec<_>, _>>()?;
    for part in rows.chunks(BATCH) {
        sqlx::query!(
            "insert into postal_codes (code, prefecture, city, town, kana)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) on conflict do nothing",
            &part.iter().map(|p| p.code.clone()).collect::<Vec<_>>(),
            &part.iter().map(|p| p.prefecture.clone()).collect::<Vec<_>>(),
            &part.iter().map(|p| p.city.clone()).collect::<Vec<_>>(),
            &part.iter().map(|p| p.town.clone()).collect::<Vec<_>>(),
            &part.iter().map(|p| format!("{}{}{}", p.prefecture_kana, p.city_kana, p.town_kana)).collect::<Vec<_>>(),
        )
        .execute(tx.sql())
        .await?;
    }
    finish(tx, "postal_codes", &version, rows.len()).await
}

async fn holidays(db: &Db, masters: &Masters) -> anyhow::Result<()> {
    let Some((mut tx, version)) = begin(db, masters, "holidays").await? else { return Ok(()) };
    sqlx::query!("delete from holidays").execute(tx.sql()).await?;
    let rows = masters.holidays()?.collect::<Result<Vec<_>, _>>()?;
    sqlx::query!(
        "insert into holidays (day, name) select * from unnest($1::date[], $2::text[]) on conflict do nothing",
        &rows.iter().map(|h| h.date).collect::<Vec<_>>(),
        &rows.iter().map(|h| h.name.clone()).collect::<Vec<_>>(),
    )
    .execute(tx.sql())
    .await?;
    finish(tx, "holidays", &version, rows.len()).await
}
