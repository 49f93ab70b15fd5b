//! 添付ファイルを見る: the stored bytes of one attachment, shown beside the answers.

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_db::Mode;
use hojo_web::{Cx, Fault, Handed, Reply};
use hojo_words::ids::PublicId;

pub async fn file(cx: Cx<allow::ViewCase>) -> Result<Reply, Fault> {
    let case: PublicId = cx.param("case")?;
    let file: PublicId = cx.param("file")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::ViewCase>(case, Mode::Read).await?;
    // Only what was handed in: a file of a draft is still the applicant's.
    let found = sqlx::query!(
        r#"select f.state, (select s.state from file_scans s where s.sha256 = f.sha256) as scan from files f
           where f.public_id = $1 and f.case_id = $2
             and exists (select 1 from submissions s where s.filing_id = f.filing_id
                         and s.attachments @> jsonb_build_array(jsonb_build_object('sha256', f.sha256)))"#,
        file.uuid(),
        row.id.0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let reply = cx.hand_over(&mut tx, Handed::File(file)).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
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
