//! ウイルス検査: files that were taken in wait here for the scanner's verdict. While the scanner is away they go on
//! waiting, nobody is shown them, and an alarm is open; whoever hands in is not held up.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hojo_access::Actor;
use hojo_clamav::{NoVerdict, Scanner, Verdict};
use hojo_db::{Audit, Db, DbError, Mode, Outcome};
use hojo_vault::Vault;
use serde_json::json;

/// Raised while no verdict can be had.
const ALARM: &str = "file.scan";
const EVERY: Duration = Duration::from_secs(2);
/// Files of one turn.
const BATCH: i64 = 20;

/// What one turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Scanned {
    pub clean: usize,
    pub infected: usize,
    /// Still waiting, because there was no verdict.
    pub waiting: usize,
}

/// Scans whatever waits until `stop` resolves. Any number of workers may run this.
pub async fn keep_scanning(db: Db, vault: Vault, scanner: Arc<dyn Scanner>, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    loop {
        let again = match scan_once(&db, &vault, scanner.as_ref()).await {
            Ok(s) => s.waiting == 0 && s.clean + s.infected > 0,
            Err(e) => {
                tracing::warn!(error = %e, "files that wait cannot be read; trying again");
                false
            }
        };
        tokio::select! {
            () = tokio::time::sleep(if again { Duration::ZERO } else { EVERY }) => {}
            () = &mut stop => return,
        }
    }
}

/// One turn over the files that wait.
///
/// # Errors
/// [`DbError`]; verdicts that were written until then stay.
pub async fn scan_once(db: &Db, vault: &Vault, scanner: &dyn Scanner) -> Result<Scanned, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
    let waiting =
        sqlx::query!("select sha256 from file_scans where state = 'waiting' order by queued_at limit $1", BATCH)
            .fetch_all(tx.sql())
            .await?;
    tx.commit().await?;
    let mut done = Scanned::default();
    let mut trouble = None;
    for file in waiting {
        // No transaction is open while bytes are read and scanned.
        let verdict = match vault.read(&file.sha256).await {
            Ok(bytes) => scanner.scan(&bytes).await,
            Err(e) => Err(NoVerdict::Away(format!("the file cannot be read: {e}"))),
        };
        match verdict {
            Ok(verdict) => {
                match verdict {
                    Verdict::Clean => done.clean += 1,
                    Verdict::Infected(_) => done.infected += 1,
                }
                write(db, &file.sha256, verdict).await?;
            }
            Err(why) => {
                done.waiting += 1;
                // The first one says what is the matter; a scanner that is away need not be asked for each file.
                let away = matches!(why, NoVerdict::Away(_));
                trouble.get_or_insert(why);
                if away {
                    break;
                }
            }
        }
    }
    tell(db, trouble.as_ref(), done).await?;
    Ok(done)
}

async fn tell(db: &Db, trouble: Option<&NoVerdict>, done: Scanned) -> Result<(), DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    match trouble {
        Some(why) => {
            let advice = match why {
                NoVerdict::TooLarge => {
                    "検査できる大きさを超えたファイルがあります。clamdのStreamMaxLengthを、受け付ける大きさより大きくしてください。"
                }
                _ => {
                    "ウイルス検査ができないため、ファイルが検査待ちになっています。clamdが動いているか確かめてください。動き出すと自動で検査します。"
                }
            };
            if tx.raise_alarm(ALARM, advice).await? {
                tracing::error!(%why, "files cannot be scanned; they wait");
            }
        }
        None if done.clean + done.infected > 0 => {
            tx.clear_alarm(ALARM).await?;
        }
        None => {}
    }
    tx.commit().await
}

async fn write(db: &Db, sha256: &str, verdict: Verdict) -> Result<(), DbError> {
    let (state, found) = match verdict {
        Verdict::Clean => ("clean", None),
        Verdict::Infected(name) => ("infected", Some(name)),
    };
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let at = tx.now().await?.utc();
    let mine = sqlx::query!(
        "update file_scans set state = $2, found = $3, scanned_at = $4 where sha256 = $1 and state = 'waiting'",
        sha256,
        state,
        found,
        at
    )
    .execute(tx.sql())
    .await?;
    if let (Some(found), 1) = (&found, mine.rows_affected()) {
        sqlx::query!(
            "update files set state = 'quarantined', reason = 'ウイルスが見つかりました' where sha256 = $1 and state <> 'refused'",
            sha256
        )
        .execute(tx.sql())
        .await?;
        let detail = json!({ "what": "file-quarantined", "sha256": sha256, "problem": found });
        let audit = Audit::system("scan");
        tx.log_operation(&audit, hojo_access::Permission::Anyone, &format!("file:{sha256}"), Outcome::Done, detail)
            .await?;
    }
    tx.commit().await
}
