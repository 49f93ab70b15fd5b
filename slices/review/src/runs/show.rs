//! One run: what it was made from, what came out, what differs from the run before.

use std::collections::BTreeMap;

use hojo_access::{Permission, allow};
use hojo_selection::{RunCase, differences};
use hojo_web::{Cx, Fault, Reply, html};

use super::store::{self, Run};
use super::{outcome_view, result_view};
use crate::common::{self, me};

pub async fn show(cx: Cx<allow::ViewScores>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let run = store::load(&mut tx, cx.param("run")?).await?;
    let before = store::before(&mut tx, &run).await?;
    let progress = match run.committed_at {
        Some(_) => Some(store::progress(&mut tx, &run).await?),
        None => None,
    };
    tx.commit().await?;
    let page: usize = cx.query("page").parse().unwrap_or(0);
    let cases = by_key(&run);
    let may_commit = cx.actor().holds_in(Permission::Adopt, run.round) && run.committed_at.is_none();
    let body = html! {
        @if let Some(progress) = progress { (outcome_view::progress(&run, progress)) }
        (outcome_view::head(&run))
        @if may_commit { (outcome_view::commit_link(&run, me(cx.actor())?)) }
        (result_view::boundaries(&run, &cases))
        @if let Some((id, name, earlier)) = &before {
            (outcome_view::difference(*id, name, &differences(earlier, &run.result), &cases))
        }
        (result_view::shares(&run.result))
        (result_view::lines(&run, &cases, page, &cx.csrf()))
    };
    let way = vec![("採択シミュレーション".into(), "/runs".into())];
    let mut page = cx.page(format!("シミュレーション：{}", run.name), body).breadcrumb(way).wide();
    if let Some(banner) = common::done(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

/// The cases a run saw, by key.
pub fn by_key(run: &Run) -> BTreeMap<&str, &RunCase> {
    run.input.cases.iter().map(|c| (c.key.as_str(), c)).collect()
}
