//! The stand-in as a program of its own, so that `./start` can run it beside the product and stop it alone.

use clap::Parser;
use hojo_standin::{Accounts, Client, Config, Keys};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::signal::unix::{SignalKind, signal};

/// Stand-in for GビズID (development and tests only).
#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, env = "STANDIN_LISTEN", default_value = "127.0.0.1:8090")]
    listen: String,
    /// What it calls itself; by default `http://<listen>/oauth/`.
    #[arg(long, env = "STANDIN_ISSUER")]
    issuer: Option<String>,
    /// Folder for the signing key.
    #[arg(long, env = "STANDIN_STATE")]
    state: PathBuf,
    #[arg(long, env = "STANDIN_CLIENT_ID")]
    client_id: String,
    #[arg(long, env = "STANDIN_CLIENT_SECRET", hide_env_values = true)]
    client_secret: String,
    /// Registered address to return to; may be given several times or with commas.
    #[arg(long, env = "STANDIN_REDIRECT_URI", value_delimiter = ',', required = true)]
    redirect_uri: Vec<String>,
    /// Accounts in the shape of `accounts.json`, instead of the shipped ones.
    #[arg(long, env = "STANDIN_ACCOUNTS")]
    accounts: Option<PathBuf>,
    /// How many synthetic companies (`demo-00001` …) besides.
    #[arg(long, env = "STANDIN_SYNTHETIC", default_value_t = 300)]
    synthetic: u32,
    #[arg(long, env = "STANDIN_SEED", default_value_t = 1)]
    seed: u64,
}

#[expect(clippy::disallowed_methods, reason = "a separate site without a database: its clock is the machine's")]
fn config(options: Options) -> Result<Config, Box<dyn std::error::Error>> {
    let accounts = match &options.accounts {
        Some(path) => Accounts::from_file(path)?,
        None => Accounts::shipped()?,
    };
    Ok(Config {
        issuer: options.issuer.unwrap_or_else(|| format!("http://{}/oauth/", options.listen)),
        clients: vec![Client {
            id: options.client_id,
            secret: options.client_secret,
            redirect_uris: options.redirect_uri,
        }],
        accounts: accounts.with_synthetic(options.synthetic, options.seed),
        keys: Keys::load_or_make(&options.state)?,
        clock: Arc::new(OffsetDateTime::now_utc),
        slow_answer: Duration::from_secs(60),
    })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let listener = tokio::net::TcpListener::bind(&options.listen).await?;
    let mut stop = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let shutdown = async move {
        tokio::select! { _ = stop.recv() => {}, _ = interrupt.recv() => {} }
    };
    hojo_standin::serve(config(options)?, listener, shutdown).await?;
    Ok(())
}
