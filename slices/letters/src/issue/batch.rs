//! How far a batch has come: a page that is true each time it is opened, with or without scripts.

use hojo_access::allow;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::ids::PublicId;

use super::{rows, view};

pub(crate) async fn show(cx: Cx<allow::SendLetters>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("batch")?;
    let mut tx = cx.tx().await?;
    let batch = rows::batch(&mut tx, id).await?.ok_or(Fault::NotFound)?;
    let failures = rows::failures(&mut tx, id).await?;
    tx.commit().await?;
    let way =
        vec![("通知書".to_owned(), "/letters".to_owned()), ("まとめて発行".to_owned(), "/letters/issue".to_owned())];
    let page = cx.page(format!("{}の発行状況", batch.title), view::batch(&batch, &failures, &cx.csrf()));
    Ok(Reply::page(&page.breadcrumb(way)))
}
