//! The mailbox as a program of its own, run by `./start`.

use clap::Parser;
use hojo_mailbox::Store;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Receives mail by SMTP, keeps it as files, shows it as a page (development and tests only).
#[derive(Parser)]
struct Options {
    #[arg(long, env = "MAILBOX_SMTP", default_value = "127.0.0.1:8025")]
    smtp: String,
    #[arg(long, env = "MAILBOX_WEB", default_value = "127.0.0.1:8026")]
    web: String,
    /// Folder for the messages.
    #[arg(long, env = "MAILBOX_FOLDER")]
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let store = Arc::new(Store::open(&options.folder)?);
    let (smtp, web) = (TcpListener::bind(&options.smtp).await?, TcpListener::bind(&options.web).await?);
    let mut stop = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let shutdown = async move {
        tokio::select! { _ = stop.recv() => {}, _ = interrupt.recv() => {} }
    };
    hojo_mailbox::serve_mailbox(store, smtp, web, shutdown).await?;
    Ok(())
}
