//! Looking at a file: one's own at the portal, what came on paper or by mail at the office. The files site hands it over.

use hojo_access::{Access, Site};
use hojo_case::Channel;
use hojo_db::{DbError, Mode, Tx};
use hojo_vault::VaultError;
use hojo_web::{Cx, Fault, Handed, Reply};
use hojo_words::ids::PublicId;

use super::{KeptFile, scan};

pub(crate) async fn serve<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("file")?;
    let mut tx = cx.tx().await?;
    let file = find(&mut tx, id).await?;
    let (_, row) = tx.case::<A>(file.case, Mode::Read).await?;
    let held = sqlx::query!("select state from file_scans where sha256 = $1", file.sha256)
        .fetch_optional(tx.sql())
        .await?
        .and_then(|r| scan::Held::of(&r.state));
    let reply = cx.hand_over(&mut tx, Handed::File(id)).await?;
    tx.commit().await?;
    if cx.site() == Site::Office {
        // What an applicant attached online is opened on the case desk, once it is handed in.
        if row.case.channel == Channel::Portal {
            return Err(Fault::NotFound);
        }
        cx.log_access(&row).await?;
    }
    if let Some(held) = held {
        return Err(scan::refusal(held).into());
    }
    // A file that was lost or changed is said here, on the page the person came from.
    match cx.vault().read(&file.sha256).await {
        Ok(_) => Ok(reply),
        Err(e @ VaultError::Corrupt(_)) => Err(Fault::Internal(format!("attachment {id}: {e}"))),
        Err(e) => {
            tracing::error!(file = %id, error = %e, "an attachment is not there");
            Err(Fault::Busy)
        }
    }
}

/// A file that was once accepted. Replaced and removed ones stay readable: submissions name them.
async fn find(tx: &mut Tx, id: PublicId) -> Result<KeptFile, Fault> {
    let r = sqlx::query!(
        "select f.sha256, c.public_id as case_public_id
         from files f join cases c on c.id = f.case_id where f.public_id = $1 and f.state <> 'refused'",
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(DbError::NotFound)?;
    Ok(KeptFile { sha256: r.sha256, case: PublicId::from_uuid(r.case_public_id) })
}
