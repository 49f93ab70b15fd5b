//! Looking at a file: one's own at the portal, what came on paper or by mail at the office. The bytes are proven against their hash.

use hojo_access::{Access, Site};
use hojo_case::Channel;
use hojo_db::{DbError, Mode, Tx};
use hojo_vault::VaultError;
use hojo_web::{Cx, Fault, Reply};
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
    let bytes = match cx.vault().read(&file.sha256).await {
        Ok(bytes) => bytes,
        Err(e @ VaultError::Corrupt(_)) => return Err(Fault::Internal(format!("attachment {id}: {e}"))),
        Err(e) => {
            tracing::error!(file = %id, error = %e, "an attachment is not there");
            return Err(Fault::Busy);
        }
    };
    let shown = matches!(file.media_type.as_str(), "application/pdf" | "image/png" | "image/jpeg");
    if shown && cx.query("download").is_empty() {
        return Ok(Reply::inline(bytes, &file.media_type, &file.name));
    }
    Ok(Reply::download(bytes, &file.media_type, &file.name))
}

/// A file that was once accepted. Replaced and removed ones stay readable: submissions name them.
async fn find(tx: &mut Tx, id: PublicId) -> Result<KeptFile, Fault> {
    let r = sqlx::query!(
        "select f.name, f.sha256, f.media_type, c.public_id as case_public_id
         from files f join cases c on c.id = f.case_id where f.public_id = $1 and f.state <> 'refused'",
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(DbError::NotFound)?;
    Ok(KeptFile {
        name: r.name,
        sha256: r.sha256,
        media_type: r.media_type,
        case: PublicId::from_uuid(r.case_public_id),
    })
}
