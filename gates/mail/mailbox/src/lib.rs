//! Purpose: where mail goes in development: a small SMTP receiver, a folder of .eml files and a page to read them.
//! Never: sends or relays anything, runs in production, listens beyond what its caller bound.
//! Start reading: `receiver.rs` (the conversation), `store.rs` (the folder), `pages.rs` (the mailbox page).
//! Kept honest by: the tests here and the gate's `tests/smtp`, which send through it.

mod pages;
mod receiver;
mod store;

pub use pages::router;
pub use store::{Letter, Store, StoreProblem, Summary};

use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves both sides until `shutdown` resolves: SMTP on one listener, the mailbox page on the other.
///
/// Two addresses behave badly on request, whatever their domain: `busy@…` is answered 451, `refused@…` 550.
///
/// # Errors
/// A listener failing.
pub async fn serve_mailbox(
    store: Arc<Store>,
    smtp: TcpListener,
    web: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let pages = axum::serve(web, router(Arc::clone(&store))).with_graceful_shutdown(shutdown);
    tokio::select! {
        ended = async { pages.await } => ended,
        ended = receive(store, smtp) => ended,
    }
}

/// Only the SMTP side; runs until dropped or the listener fails.
///
/// # Errors
/// The listener failing.
pub async fn receive(store: Arc<Store>, listener: TcpListener) -> std::io::Result<()> {
    receiver::accept(store, listener).await
}
