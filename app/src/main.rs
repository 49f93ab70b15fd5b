//! The `hojo` binary: reads the command line and hands over to the library.

use clap::{Parser, Subcommand};
use hojo_app::config::Config;
use hojo_app::{audit, bench, definitions, demo, direct, masters, openapi, publish, routes, serve, staff};

/// Judging and drawing make many small things: a quarter of a request's time was glibc's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "hojo", about = "補助: the system of a subsidy office", version)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve one site or all of them.
    Serve(serve::Args),
    /// Run jobs: letters, mail, what follows a decision.
    Work,
    /// Bring the database to the state of this build.
    Migrate,
    /// Check, compare, draw and publish programme definitions.
    #[command(subcommand)]
    Definitions(definitions::Command),
    /// Import postal codes, banks and holidays.
    #[command(subcommand)]
    Masters(masters::Command),
    /// First accounts and roles.
    #[command(subcommand)]
    Staff(staff::Command),
    /// Measure the system on this machine, beside a floor of the same statements.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Demonstration worlds.
    #[command(subcommand)]
    Demo(demo::Command),
    /// The sealed logs: the key, the proof, the export.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Direct database access of office IT: issue, withdraw, take over what was asked.
    #[command(subcommand)]
    DatabaseAccess(direct::Command),
    /// List every route with its permission.
    Routes(routes::Args),
    /// Describe the routes of a site as OpenAPI, with every answer they may give.
    Openapi(openapi::Args),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    serve::log_to_stderr();
    let config = cli.config;
    config.check()?;
    match cli.command {
        Command::Serve(args) => serve::run(&config, args).await,
        Command::Work => serve::work(&config).await,
        Command::Migrate => publish::migrate(&config).await,
        Command::Definitions(command) => definitions::run(&config, command).await,
        Command::Masters(command) => masters::run(&config, command).await,
        Command::Staff(command) => staff::run(&config, command).await,
        Command::Bench(command) => bench::run(&config, command).await,
        Command::Demo(command) => demo::run(&config, command).await,
        Command::Audit(command) => audit::run(&config, command).await,
        Command::DatabaseAccess(command) => direct::run(&config, command).await,
        Command::Routes(args) => routes::print(&args),
        Command::Openapi(args) => openapi::print(&config, &args),
    }
}
