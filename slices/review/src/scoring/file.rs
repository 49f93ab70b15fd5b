//! 添付を見る: files of the own assigned case, of what was handed in, and only once the declaration is made.

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_web::{Cx, Fault, Handed, Reply};
use hojo_words::ids::PublicId;

use super::seat::{Seat, State};

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
        "select f.state, (select s.state from file_scans s where s.sha256 = f.sha256) as scan from files f
         where f.public_id = $1 and f.case_id = $2
           and exists (select 1 from submissions s where s.filing_id = f.filing_id
                       and s.attachments @> jsonb_build_array(jsonb_build_object('sha256', f.sha256)))",
        id.uuid(),
        seat.row.id.0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let reply = cx.hand_over(&mut tx, Handed::File(id)).await?;
    tx.commit().await?;
    cx.log_access(&seat.row).await?;
    if found.state == "quarantined" || found.scan.as_deref().is_some_and(|s| s != "clean") {
        return Err(held_back(found.scan.as_deref() == Some("waiting")).into());
    }
    Ok(reply)
}

/// Nobody at the office opens a file before the virus scanner has passed it.
fn held_back(waiting: bool) -> Refusal {
    if waiting {
        return Refusal::new(
            "FILE-SCANNING",
            "このファイルはウイルス検査中です。",
            "検査が終わると開けます。長く続く場合は、事務局のIT担当者に稼働状況を確かめてもらってください。",
        );
    }
    Refusal::new(
        "FILE-QUARANTINED",
        "このファイルからウイルスが見つかったため、隔離しています。",
        "事業者に別のファイルを出してもらってください（差戻し）。ファイルは開けません。",
    )
}
