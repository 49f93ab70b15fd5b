//! 添付ファイルを見る: the stored bytes of one attachment, shown beside the answers.

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_db::{CaseRow, Mode, Tx};
use hojo_web::{Cx, Fault, Handed, Reply};
use hojo_words::ids::PublicId;

/// A file that may be looked at now.
pub(super) struct Found {
    pub row: CaseRow,
    pub id: PublicId,
    pub case: PublicId,
    pub name: String,
    pub sha256: String,
    pub media_type: String,
    pub pages: Option<i32>,
    /// Why it may not be opened yet, or any more.
    pub held: Option<Refusal>,
}

pub async fn file(cx: Cx<allow::ViewCase>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let found = find(&cx, &mut tx).await?;
    let reply = cx.hand_over(&mut tx, Handed::File(found.id)).await?;
    tx.commit().await?;
    cx.log_access(&found.row).await?;
    match found.held {
        Some(refusal) => Err(refusal.into()),
        None => Ok(reply),
    }
}

/// The file of the address, reached through its own case.
pub(super) async fn find(cx: &Cx<allow::ViewCase>, tx: &mut Tx) -> Result<Found, Fault> {
    let case: PublicId = cx.param("case")?;
    let id: PublicId = cx.param("file")?;
    let (_, row) = tx.case::<allow::ViewCase>(case, Mode::Read).await?;
    // Only what was handed in: a file of a draft is still the applicant's.
    let f = sqlx::query!(
        r#"select f.name, f.sha256, f.media_type, f.pages, f.state, (select s.state from file_scans s where s.sha256 = f.sha256) as scan from files f
           where f.public_id = $1 and f.case_id = $2
             and exists (select 1 from submissions s where s.filing_id = f.filing_id
                         and s.attachments @> jsonb_build_array(jsonb_build_object('sha256', f.sha256)))"#,
        id.uuid(),
        row.id.0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let is_held = f.state == "quarantined" || f.scan.as_deref().is_some_and(|s| s != "clean");
    let held = is_held.then(|| held_back(f.scan.as_deref() == Some("waiting")));
    Ok(Found { row, id, case, name: f.name, sha256: f.sha256, media_type: f.media_type, pages: f.pages, held })
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
