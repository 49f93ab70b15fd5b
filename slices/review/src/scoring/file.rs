//! 添付を見る: files of the own assigned case, of what was handed in, and only once the declaration is made.

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::ids::PublicId;

use super::seat::{Seat, State};

/// What browsers show safely by themselves; everything else is a download.
const INLINE: [&str; 3] = ["application/pdf", "image/png", "image/jpeg"];

pub async fn file(cx: Cx<allow::ReviewCase>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("file")?;
    let mut tx = cx.tx().await?;
    let seat = Seat::take(&cx, &mut tx).await?;
    if seat.state == State::Assigned {
        return Err(Refusal::new(
            "CONFLICT-NOT-DECLARED",
            "利益相反の申告がまだです。",
            "先に、利益相反の有無を申告してください。",
        )
        .into());
    }
    let found = sqlx::query!(
        "select f.name, f.sha256, f.media_type from files f
         where f.public_id = $1 and f.case_id = $2
           and exists (select 1 from submissions s where s.filing_id = f.filing_id
                       and s.attachments @> jsonb_build_array(jsonb_build_object('sha256', f.sha256)))",
        id.uuid(),
        seat.row.id.0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    tx.commit().await?;
    cx.log_access(&seat.row).await?;
    let bytes = cx.vault().read(&found.sha256).await?;
    Ok(if INLINE.contains(&found.media_type.as_str()) && cx.query("download").is_empty() {
        Reply::inline(bytes, &found.media_type, &found.name)
    } else {
        Reply::download(bytes, &found.media_type, &found.name)
    })
}
