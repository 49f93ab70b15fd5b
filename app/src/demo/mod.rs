//! Demonstration worlds: a browser without a screen, the house to use it in, and invented companies.
//! `hojo demo seed` builds a world through the same pages people use; tests stand in the same house.

pub mod answers;
pub mod browser;
mod city;
pub mod dice;
pub mod draft;
pub mod form;
pub mod house;
mod html;
mod lives;
mod mark;
pub mod pdf;
pub mod people;
pub mod plan;
mod rounds;
mod seed;
mod sheet;
pub mod steps;
pub mod texts;
mod town;

use clap::Subcommand;

pub use seed::{Args as SeedArgs, build};

use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Make a world of invented companies in every state, in an empty database.
    Seed(seed::Args),
    /// Show the one-time code a login needs right now. Only in a world made by `demo seed`.
    Code(mark::CodeArgs),
    /// Print complete answers of an invented company as JSON, by section and field.
    Answers(sheet::Args),
}

pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Seed(args) => seed::run(config, args).await,
        Command::Code(args) => mark::code(config, &args).await,
        Command::Answers(args) => sheet::print(config, &args),
    }
}
