//! `hojo bench`: what the system does on the machine at hand, beside a floor made of the same
//! statements by `pgbench` in the same run. Loads are open loops: a request counts from the moment it
//! was due, so a slow answer cannot hide the ones behind it.

mod answers;
mod autosave;
mod client;
mod floor;
mod gauge;
mod judge;
mod letters;
mod list;
mod load;
mod place;
mod report;
mod seal;
mod seed;
mod server;
mod sessions;
mod submit;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::Config;
use place::Place;

#[derive(Subcommand)]
pub enum Command {
    /// Make the database of the benches, or keep the one that is there.
    Seed(Options),
    /// Sections saved as people type.
    Autosave(Options),
    /// Whole applications handed in, with all rules and attachments.
    Submit(Options),
    /// The office's list: filters, search, pages.
    List(Options),
    /// What sealing the logs costs those who work meanwhile, and how fast a whole log is verified.
    Seal(Options),
    /// Reading and judging the application form, without a database.
    Judge(Options),
    /// Letters of the press by CPU-second, beside WeasyPrint in the same run.
    Letters(Options),
}

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Print the report as JSON.
    #[arg(long)]
    pub json: bool,
    #[arg(long, default_value_t = 10_000)]
    pub applications: u32,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// Connections that send back to back when the most is looked for; `pgbench` gets as many.
    #[arg(long, default_value_t = 16)]
    pub clients: usize,
    /// How often ours and the floor take turns.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Arrivals a second of the open loops; without it, shares of the most.
    #[arg(long, value_delimiter = ',')]
    pub rates: Vec<f64>,
    /// Drafts people work on at the same time.
    #[arg(long, default_value_t = 500)]
    pub drafts: u32,
    /// Rows the logs are filled to before all of them are verified.
    #[arg(long, default_value_t = 1_000_000)]
    pub log_rows: u32,
    /// Size of each attached file, kB.
    #[arg(long, default_value_t = 500)]
    pub attachment_kb: u32,
    /// Letters printed.
    #[arg(long, default_value_t = 2_000)]
    pub letters: usize,
    /// A Python with WeasyPrint; without it only the press is measured.
    #[arg(long)]
    pub weasyprint: Option<PathBuf>,
    /// The database on the server of `--database-url`. It is dropped when it holds another world.
    #[arg(long, default_value = "hojo_bench")]
    pub database: String,
    /// Reads the server's statistics.
    #[arg(long, default_value = "postgres")]
    pub superuser: String,
    /// Where the vault of the benches is.
    #[arg(long, default_value = "var/bench")]
    pub dir: PathBuf,
    /// The build to be measured, when it is another than this one.
    #[arg(long)]
    pub program: Option<PathBuf>,
    /// Where `pgbench` is; found beside the newest PostgreSQL when not given.
    #[arg(long)]
    pub pgbench: Option<PathBuf>,
    #[arg(long, default_value = "programmes/shinjigyo-monodukuri/2026-r1")]
    pub edition: PathBuf,
    #[arg(long, default_value = "db/roles.toml")]
    pub roles: PathBuf,
}

impl Options {
    /// The build that serves and verifies.
    pub fn program(&self) -> std::io::Result<PathBuf> {
        self.program.clone().map_or_else(std::env::current_exe, Ok)
    }
}

pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Letters(options) => letters::show(&options, &letters::run(config, &options).await?),
        Command::Judge(options) => report::show(&options, &judge::run(&options)?),
        Command::Seed(options) => {
            let place = Place::ready(config, &options).await?;
            report::say(&format!("{} applications in {}", place.applications, options.database));
            Ok(())
        }
        Command::Autosave(options) => {
            let place = Place::ready(config, &options).await?;
            report::show(&options, &autosave::run(&place).await?)
        }
        Command::Submit(options) => {
            let place = Place::ready(config, &options).await?;
            report::show(&options, &submit::run(&place).await?)
        }
        Command::Seal(options) => {
            let place = Place::ready(config, &options).await?;
            report::show(&options, &seal::run(&place).await?)
        }
        Command::List(options) => {
            let place = Place::ready(config, &options).await?;
            report::show(&options, &list::run(&place).await?)
        }
    }
}
