//! `hojo masters`: tables that come from maintained packages, dated and re-importable.

use clap::Subcommand;

use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Import what set-up fetched into a directory.
    Import { dir: std::path::PathBuf },
}

pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let Command::Import { dir } = command;
    let _ = (config, dir);
    anyhow::bail!("not built yet")
}
