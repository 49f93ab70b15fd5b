//! ウイルス検査 as the applicant meets it: a file is received, is being looked at, and may be used or not. Handing in
//! never waits for the scanner: a deadline must not depend on it.

use std::collections::BTreeMap;

use hojo_case::Refusal;
use hojo_db::Tx;
use hojo_programme::Answers;
use hojo_web::Fault;

/// What is known of a file that may not be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    Waiting,
    Infected,
}

impl Held {
    pub(crate) fn of(state: &str) -> Option<Self> {
        match state {
            "waiting" => Some(Self::Waiting),
            "infected" => Some(Self::Infected),
            _ => None,
        }
    }
}

pub(crate) const INFECTED: &str = "ウイルスが見つかったため、このファイルは使えません。パソコンのウイルス検査をしてから、別のファイルを添付してください。";

/// Leaves a file to the scanner. Bytes that were scanned before keep their verdict.
pub(crate) async fn queue(tx: &mut Tx, sha256: &str, waits: bool) -> Result<(), Fault> {
    if waits {
        let at = tx.now().await?.utc();
        sqlx::query!(
            "insert into file_scans (sha256, state, queued_at) values ($1, 'waiting', $2) on conflict (sha256) do nothing",
            sha256,
            at
        )
        .execute(tx.sql())
        .await?;
    }
    Ok(())
}

/// Those of the given files, by hash, that may not be used or shown.
pub(crate) async fn held(tx: &mut Tx, answers: &Answers) -> Result<BTreeMap<String, Held>, Fault> {
    let hashes: Vec<String> = answers.files().map(|(_, f)| f.sha256.clone()).collect();
    if hashes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows =
        sqlx::query!("select sha256, state from file_scans where sha256 = any($1) and state <> 'clean'", &hashes)
            .fetch_all(tx.sql())
            .await?;
    Ok(rows.into_iter().filter_map(|r| Some((r.sha256, Held::of(&r.state)?))).collect())
}

/// The sentence for somebody who wants to open a file that is held back.
pub(crate) fn refusal(held: Held) -> Refusal {
    match held {
        Held::Waiting => Refusal::new(
            "FILE-SCANNING",
            "このファイルはウイルス検査中です。",
            "検査が終わると開けます。しばらくしてから、もう一度お試しください。",
        ),
        Held::Infected => Refusal::new("FILE-QUARANTINED", "このファイルからウイルスが見つかりました。", INFECTED),
    }
}
