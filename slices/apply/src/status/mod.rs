//! 申請の状況: where it stands in the applicant's words, what is owed by when, what happened, what was sent.

mod history;
mod load;
mod version;
mod view;

use hojo_access::allow;
use hojo_web::{Cx, Fault, Reply};

use crate::way::procedures;

pub(crate) use load::filing;
pub(crate) use version::{ReadOnly, answers, changes, show as version};

pub(crate) async fn show(cx: Cx<allow::BeApplicant>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let status = load::status(&cx, &mut tx).await?;
    tx.commit().await?;
    let title = format!("{}の状況", status.procedure);
    let mut way = vec![("マイページ".to_owned(), "/me".to_owned())];
    way.extend(status.way.root.map(|root| ("手続".to_owned(), procedures(root))));
    let page = cx.page(title, view::view(&status)).breadcrumb(way);
    Ok(Reply::page(&page))
}
