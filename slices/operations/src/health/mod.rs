//! 稼働状況: is everything that should run running, at a glance, in words and not only in colour.

mod read;
mod view;

use hojo_access::allow;
use hojo_web::{Cx, Fault, Reply};

use crate::doors::Doors;

pub(crate) async fn show(cx: Cx<allow::ViewOperations>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let seen = read::all(&mut tx).await?;
    let now = tx.now().await?.utc();
    tx.commit().await?;
    // The newest letter stands for the whole store: if it can be read whole, the store answers.
    let vault = match &seen.newest_pdf {
        Some(sha256) => Some(cx.vault().is_intact(sha256).await),
        None => None,
    };
    Ok(Reply::page(&cx.page("稼働状況", view::page(&seen, vault, now, Doors::of(cx.actor())))))
}
