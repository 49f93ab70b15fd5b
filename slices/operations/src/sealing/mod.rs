//! 封印: the logs are sealed every few seconds, whichever worker comes first; partitions are made ahead, and
//! rows that found no room in their log are taken in.
//! What is wrong is said by an alarm, never sealed over.

mod overflow;
mod partitions;
mod witness;

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use hojo_access::Actor;
use hojo_db::seal::{self, BATCH, SealError};
use hojo_db::{Db, DbError, Mode};
use hojo_seal::{Signer, Trust};

pub use overflow::{TakenIn, take_in};
pub use partitions::{Made, make_partitions};
pub use witness::Witness;

/// Between two turns: a checkpoint is at most five seconds behind.
const EVERY: Duration = Duration::from_secs(4);
/// Partitions are looked after so often.
const PARTITIONS_EVERY: Duration = Duration::from_secs(600);

/// Where the key, the keys that are believed and the copy of the checkpoints are.
#[derive(Clone, Debug)]
pub struct SealPlaces {
    pub key: PathBuf,
    pub trust: PathBuf,
    pub witness: PathBuf,
}

/// Why sealing stands still, as the alarm says it.
pub const ALARM: &str = "log.seal";

/// One turn's result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sealing {
    /// Rows sealed, which may be none.
    Sealed(usize),
    /// Another worker is at it.
    Elsewhere,
    /// Nothing was sealed, and why.
    Refused(String),
}

/// Seals and looks after the partitions until `stop` resolves. Any number of workers may run this.
pub async fn keep_sealing(db: Db, places: SealPlaces, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut moves = db.clock().moves();
    let mut partitions_at: Option<tokio::time::Instant> = None;
    loop {
        if partitions_at.is_none_or(|at| at.elapsed() >= PARTITIONS_EVERY) {
            match make_partitions(&db).await {
                Ok(made) if made.moved > 0 => {
                    tracing::warn!(?made, "log rows had no partition; they were kept and moved")
                }
                Ok(_) => {}
                Err(e) => tracing::error!(error = %e, "log partitions cannot be made; rows go to the default one"),
            }
            partitions_at = Some(tokio::time::Instant::now());
        }
        if let Err(e) = take_in(&db).await {
            tracing::warn!(error = %e, "log rows that wait for room were not looked after; trying again");
        }
        let behind = match seal_once(&db, &places).await {
            Ok(Sealing::Sealed(n)) => n >= BATCH,
            Ok(Sealing::Elsewhere) => false,
            Ok(Sealing::Refused(why)) => {
                tracing::error!(why, "the logs are not being sealed");
                false
            }
            Err(e) => {
                tracing::warn!(error = %e, "sealing failed; trying again");
                false
            }
        };
        tokio::select! {
            () = tokio::time::sleep(if behind { Duration::ZERO } else { EVERY }) => {}
            () = moves.next() => partitions_at = None,
            () = &mut stop => return,
        }
    }
}

/// One turn: seals, copies the checkpoints out, keeps the alarm up to date.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn seal_once(db: &Db, places: &SealPlaces) -> Result<Sealing, DbError> {
    let result = attempt(db, places).await;
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let sealing = match result {
        Ok(sealing) => {
            tx.clear_alarm(ALARM).await?;
            sealing
        }
        Err(Stop::Db(e)) => return Err(e),
        Err(Stop::Refused(why)) => {
            tx.raise_alarm(ALARM, &why).await?;
            Sealing::Refused(why)
        }
    };
    tx.commit().await?;
    Ok(sealing)
}

enum Stop {
    Db(DbError),
    Refused(String),
}

impl From<DbError> for Stop {
    fn from(e: DbError) -> Self {
        Self::Db(e)
    }
}

async fn attempt(db: &Db, places: &SealPlaces) -> Result<Sealing, Stop> {
    let (signer, trust) = keys(places).await.map_err(Stop::Refused)?;
    let mut witness = Witness::open(&places.witness).await.map_err(Stop::Refused)?;
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let turn = match seal::turn(&mut tx, &signer, &trust, witness.last()).await {
        Ok(turn) => turn,
        Err(SealError::Db(e)) => return Err(Stop::Db(e)),
        Err(e) => return Err(Stop::Refused(words(&e).to_owned())),
    };
    tx.commit().await?;
    // Copied after the commit: a checkpoint the copy knows must be in the database.
    let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
    loop {
        let next = seal::checkpoints(&mut tx, witness.size(), 1_000).await?;
        if next.is_empty() {
            break;
        }
        witness.append(&next).await.map_err(Stop::Refused)?;
    }
    tx.commit().await?;
    Ok(if turn.mine { Sealing::Sealed(turn.rows) } else { Sealing::Elsewhere })
}

async fn keys(places: &SealPlaces) -> Result<(Signer, Trust), String> {
    let lost = "鍵を作り直しても、失われた鍵で封印した記録は元の公開鍵で確かめられます。";
    let secret = tokio::fs::read_to_string(&places.key).await.map_err(|e| {
        format!("封印の鍵 {} を読めません（{e}）。初めてなら hojo audit key で作り、失ったなら hojo audit key --replace で作り直してください。{lost}", places.key.display())
    })?;
    let signer =
        Signer::read(&secret).map_err(|e| format!("封印の鍵 {} が正しくありません（{e}）。", places.key.display()))?;
    let trust = tokio::fs::read_to_string(&places.trust)
        .await
        .map_err(|e| format!("公開鍵の一覧 {} を読めません（{e}）。", places.trust.display()))?;
    let trust = Trust::read(&trust)
        .map_err(|e| format!("公開鍵の一覧 {} が正しくありません（{e}）。", places.trust.display()))?;
    Ok((signer, trust))
}

fn words(e: &SealError) -> &'static str {
    match e {
        SealError::Db(_) => "データベースに接続できません。",
        SealError::Key => {
            "最後の封印または今の鍵が、公開鍵の一覧にない鍵のものです。鍵を取り違えていないか確かめ、鍵を失ったのなら hojo audit key --replace を使ってください。"
        }
        SealError::Tree => {
            "保存された封印の途中経過が、最後の署名と合いません。記録が書き換えられた可能性があります。hojo audit verify で確かめてください。"
        }
        SealError::RolledBack => {
            "データベースの封印が控えより古いか、控えと違います。記録が巻き戻されたか書き換えられています。hojo audit verify で確かめ、バックアップからの復元によるものなら hojo audit accept-gap を使ってください。"
        }
        SealError::Restored => {
            "データベースが別のサーバーに移され、取引の番号が戻っています。docs/security/incident.md の「復元のあと」に従ってください。"
        }
    }
}
