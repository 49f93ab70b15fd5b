//! What machines may read without a key: the rounds and their dates.

use hojo_access::allow;
use hojo_web::{Cx, Fault, Reply};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use crate::texts;

#[derive(Serialize)]
struct RoundOut {
    id: String,
    title: String,
    edition: String,
    opens_at: String,
    closes_at: String,
    open: bool,
}

/// `GET /v1/rounds`: newest first, deadlines with every move applied.
pub(crate) async fn rounds(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let rounds = texts::rounds(&mut tx).await?;
    tx.commit().await?;
    let text = |at: time::OffsetDateTime| at.format(&Rfc3339).map_err(|e| Fault::Internal(e.to_string()));
    let out = rounds
        .iter()
        .map(|r| {
            Ok(RoundOut {
                id: r.public_id.to_string(),
                title: r.title.clone(),
                edition: r.edition.clone(),
                opens_at: text(r.opens)?,
                closes_at: text(r.closes)?,
                open: r.is_open(now),
            })
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    Reply::json(&out)
}
