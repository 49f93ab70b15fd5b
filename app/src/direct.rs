//! `hojo database-access`: direct database access of office IT, on the machine.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use hojo_access::{Actor, Permission};
use hojo_db::{Audit, Db, Mode, Outcome};
use hojo_operations::direct::{self, MOST_DAYS};
use serde_json::json;

use crate::config::Config;
use crate::publish::setup_db;

#[derive(Subcommand)]
pub enum Command {
    /// Make a login for a person; its password is printed once.
    Issue {
        #[arg(long)]
        person: String,
        #[arg(long)]
        reason: String,
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(i64).range(1..=MOST_DAYS))]
        days: i64,
        #[arg(long)]
        by: String,
    },
    /// End a login at once, with its open sessions.
    Withdraw {
        login: String,
        #[arg(long)]
        by: String,
    },
    /// Take office IT's statements out of the server's log (jsonlog) into the sealed statement log.
    TakeLog { file: PathBuf },
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Issue { person, reason, days, by } => {
            let mut tx = setup_db(config).await?.begin_setup().await?;
            let issued = direct::issue(&mut tx, &person, &reason, days, &by)
                .await
                .context("the login cannot be made; does the owner have: grant set on parameter log_statement?")?;
            tx.commit().await?;
            write_down(config, &issued.login, "database-access-issued", &by, &reason).await?;
            println!("接続用の名前: {}\nパスワード: {}\n期限: {}", issued.login, issued.password, issued.expires_at);
        }
        Command::Withdraw { login, by } => {
            let mut tx = setup_db(config).await?.begin_setup().await?;
            direct::withdraw(&mut tx, &login, &by).await.context("there is no such login, or it was withdrawn")?;
            tx.commit().await?;
            write_down(config, &login, "database-access-withdrawn", &by, "").await?;
            println!("{login} を取り消しました。");
        }
        Command::TakeLog { file } => {
            let text = std::fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            let mut tx = worker(config).await?.begin(&Actor::Worker, Mode::Write).await?;
            let new = direct::take_statements(&mut tx, text.lines()).await?;
            tx.commit().await?;
            println!("{new}件の文を記録しました。");
        }
    }
    Ok(())
}

async fn worker(config: &Config) -> anyhow::Result<Db> {
    Db::connect_worker(&config.db(), config.clock()).await.context("the database cannot be reached")
}

/// Set-up has no right to the logs; the worker writes what was done on the machine.
async fn write_down(config: &Config, login: &str, what: &str, by: &str, reason: &str) -> anyhow::Result<()> {
    let mut tx = worker(config).await?.begin(&Actor::Worker, Mode::Write).await?;
    let detail = json!({ "what": what, "by": by, "reason": reason });
    let audit = Audit::system("hojo database-access");
    let object = format!("database:{login}");
    tx.log_operation(&audit, Permission::ManageDatabaseAccess, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(())
}
