//! The list: who lacks whom, what was recused, how far the round is.

use hojo_access::allow;
use hojo_web::{Cx, Fault, Reply};

use super::{store, view};
use crate::common::{self, pick};

pub async fn list(cx: Cx<allow::AssignReviewer>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let rounds = pick(&mut tx, cx.query("round")).await?;
    let cases = match &rounds.chosen {
        Some(round) => store::in_review(&mut tx, Some(round.id), None).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    let all = cx.query("show") == "all";
    let mut page = cx.page("審査の割当て", view::list(&rounds, &cases, all)).wide();
    if let Some(banner) = common::done(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}
