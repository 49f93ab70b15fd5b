//! `hojo audit`: the key, the proof and the export of the sealed logs.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use hojo_access::{Actor, Permission};
use hojo_db::{Audit, Db, Mode, Outcome, Tx, random, seal};
use hojo_operations::{SealPlaces, Sealing, Witness, seal_once};
use hojo_seal::{Frontier, Row, RowId, Signed, Signer, Trust, Verifier, from_hex, to_hex};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::config::Config;

#[derive(Subcommand)]
pub enum Command {
    /// Make the key that signs checkpoints; its public half is added to the keys that are believed.
    Key {
        /// Another key is there or was lost: lay it aside and go on with a new one.
        #[arg(long)]
        replace: bool,
    },
    /// Seal now what is certain, as the worker does every few seconds.
    Seal,
    /// Check every row, leaf and checkpoint of the database, or of an exported file.
    Verify(VerifyArgs),
    /// Write everything that was sealed to a file that can be checked without the database.
    Export { file: PathBuf },
    /// After a restore: lay the copy of the checkpoints aside and begin a new one, with the reason written down.
    AcceptGap {
        #[arg(long)]
        reason: String,
        #[arg(long)]
        by: String,
    },
}

#[derive(Args)]
pub struct VerifyArgs {
    /// An exported file instead of the database.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Do not compare with the copy of the checkpoints.
    #[arg(long)]
    without_copy: bool,
    /// The file was exported when so many rows were sealed: later lines of the copy say nothing against it.
    #[arg(long, requires = "file")]
    up_to: Option<u64>,
}

pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let places = config.seal();
    match command {
        Command::Key { replace } => make_key(&places, replace),
        Command::Seal => {
            let db = worker(config).await?;
            match seal_once(&db, &places).await? {
                Sealing::Sealed(n) => say(&format!("{n}件を封印しました。")),
                Sealing::Elsewhere => say("別のワーカーが封印しています。"),
                Sealing::Refused(why) => bail!(why),
            }
            Ok(())
        }
        Command::Verify(args) => verify(config, &places, &args).await,
        Command::Export { file } => {
            let db = worker(config).await?;
            let out = BufWriter::new(std::fs::File::create(&file)?);
            let (leaves, checkpoints) = export(&db, out).await?;
            say(&format!(
                "{leaves}件の記録と{checkpoints}個の封印を {} に書き出しました。hojo audit verify --file {} --up-to {leaves} で確かめられます。",
                file.display(),
                file.display()
            ));
            Ok(())
        }
        Command::AcceptGap { reason, by } => accept_gap(config, &places, &reason, &by).await,
    }
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
fn say(words: &str) {
    println!("{words}");
}

async fn worker(config: &Config) -> anyhow::Result<Db> {
    Db::connect_worker(&config.db(), config.clock()).await.context("the database cannot be reached")
}

/// Makes a key. One that is there is never written over: with `replace` it is laid aside.
pub fn make_key(places: &SealPlaces, replace: bool) -> anyhow::Result<()> {
    let known = places.trust.exists() || places.key.exists();
    ensure!(
        !known || replace,
        "{} か {} がすでにあります。作り直すには --replace を付けてください。",
        places.key.display(),
        places.trust.display()
    );
    let secret = to_hex(&random::bytes::<32>());
    let signer = Signer::read(&secret)?;
    for place in [&places.key, &places.trust] {
        if let Some(dir) = place.parent() {
            std::fs::create_dir_all(dir)?;
        }
    }
    if places.key.exists() {
        std::fs::rename(&places.key, places.key.with_extension(format!("old-{}", random::public_id())))?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&places.key)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    let mut trust = std::fs::OpenOptions::new().create(true).append(true).open(&places.trust)?;
    writeln!(trust, "{}", signer.public())?;
    trust.sync_all()?;
    say(&format!(
        "封印の鍵を作りました。公開鍵 {} を、このサーバーの外（紙または別の保管場所）にも控えてください。",
        signer.public()
    ));
    Ok(())
}

async fn verify(config: &Config, places: &SealPlaces, args: &VerifyArgs) -> anyhow::Result<()> {
    let trust = std::fs::read_to_string(&places.trust)
        .with_context(|| format!("公開鍵の一覧 {} を読めません", places.trust.display()))?;
    let trust = Trust::read(&trust)?;
    let mut witness = if args.without_copy { None } else { Some(copy(&places.witness)?) };
    if let (Some(witness), Some(size)) = (&mut witness, args.up_to) {
        witness.retain(|c| c.size <= size);
    }
    let outcome = match &args.file {
        Some(file) => {
            let file = std::fs::File::open(file).with_context(|| format!("{} を開けません", file.display()))?;
            verify_file(BufReader::new(file), &trust, witness.as_deref())?
        }
        None => verify_database(&worker(config).await?, &trust, witness.as_deref()).await?,
    };
    for aside in laid_aside(&places.witness) {
        say(&format!("お知らせ: 以前の控えが別に置かれています: {}", aside.display()));
    }
    for finding in outcome.findings.iter().take(100) {
        say(&finding.to_string());
    }
    let (leaves, checkpoints) = (outcome.leaves, outcome.checkpoints);
    ensure!(
        outcome.findings.is_empty(),
        "{}件の異常が見つかりました（記録{leaves}件、封印{checkpoints}個）。docs/security/incident.md に従ってください。",
        outcome.findings.len()
    );
    say(&format!(
        "記録{leaves}件、封印{checkpoints}個のすべてを確かめました。書き換え、削除、挿入は見つかりませんでした。"
    ));
    if let Some(last) = outcome.last {
        say(&format!("最後の封印: {}件、根 {}", last.size, to_hex(&last.root)));
    }
    Ok(())
}

/// The copy of the checkpoints. A missing file is a finding of its own.
fn copy(path: &Path) -> anyhow::Result<Vec<Signed>> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("封印の控え {} を読めません（--without-copy で控えなしに確かめられます）", path.display())
    })?;
    let (all, broken) = Witness::read_all(&text);
    ensure!(broken == 0, "封印の控え {} に読めない行が{broken}行あります", path.display());
    Ok(all)
}

fn laid_aside(witness: &Path) -> Vec<PathBuf> {
    let Some(dir) = witness.parent() else { return vec![] };
    let name = witness.file_name().unwrap_or_default().to_string_lossy().into_owned() + ".until-";
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|e| e.path())
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&name)))
        .collect()
}

/// Rows of one round trip.
const PAGE: i64 = 5_000;

/// Checks the database as it is now.
pub async fn verify_database(db: &Db, trust: &Trust, witness: Option<&[Signed]>) -> anyhow::Result<hojo_seal::Outcome> {
    let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
    let loose = seal::loose(&mut tx).await?;
    let checkpoints = all_checkpoints(&mut tx).await?;
    let end = checkpoints.last().map_or(0, |c| c.size);
    let mut verifier = begin(trust, &checkpoints, witness);
    let mut from = 0;
    // What was sealed while this runs belongs to checkpoints that were not read; leaves no checkpoint stands for
    // at all are looked at as well.
    let wanted = if seal::unsigned_leaves(&mut tx).await? { u64::MAX } else { end };
    while from < wanted {
        let leaves = seal::leaves(&mut tx, from, PAGE).await?;
        let Some(last) = leaves.last() else { break };
        from = last.number.saturating_add(1);
        for leaf in leaves.into_iter().filter(|l| l.number < wanted) {
            verifier.leaf(leaf.number, leaf.key, hash(&leaf.hash), leaf.row.as_ref());
        }
    }
    for key in loose.inserted {
        verifier.stray(key);
    }
    tx.commit().await?;
    Ok(verifier.finish(loose.waiting > 0))
}

fn hash(bytes: &[u8]) -> hojo_seal::Hash {
    bytes.try_into().unwrap_or_default()
}

async fn all_checkpoints(tx: &mut Tx) -> anyhow::Result<Vec<Signed>> {
    let mut all: Vec<Signed> = vec![];
    loop {
        let next = seal::checkpoints(tx, all.last().map_or(0, |c| c.size), PAGE).await?;
        if next.is_empty() {
            return Ok(all);
        }
        all.extend(next);
    }
}

/// A line of an exported file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Checkpoint(Signed),
    Leaf { number: u64, key: RowId, hash: String, fields: Option<Vec<Option<String>>> },
    Inserted(RowId),
}

/// Writes checkpoints, then leaves with their rows, one JSON a line.
pub async fn export(db: &Db, mut out: impl Write) -> anyhow::Result<(u64, usize)> {
    let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
    let loose = seal::loose(&mut tx).await?;
    let checkpoints = all_checkpoints(&mut tx).await?;
    let mut write = |line: &Line| -> anyhow::Result<()> {
        serde_json::to_writer(&mut out, line)?;
        Ok(out.write_all(b"\n")?)
    };
    let end = checkpoints.last().map_or(0, |c| c.size);
    let n = checkpoints.len();
    for c in checkpoints {
        write(&Line::Checkpoint(c))?;
    }
    let mut from = 0;
    while from < end {
        let leaves = seal::leaves(&mut tx, from, PAGE).await?;
        let Some(last) = leaves.last() else { break };
        from = last.number.saturating_add(1);
        for l in leaves.into_iter().filter(|l| l.number < end) {
            let fields = l.row.map(|r| r.fields);
            write(&Line::Leaf { number: l.number, key: l.key, hash: to_hex(&l.hash), fields })?;
        }
    }
    for key in loose.inserted {
        write(&Line::Inserted(key))?;
    }
    tx.commit().await?;
    out.flush()?;
    Ok((end, n))
}

/// Checks an exported file, which needs nothing but the public key and the copy of the checkpoints.
pub fn verify_file(
    file: impl BufRead,
    trust: &Trust,
    witness: Option<&[Signed]>,
) -> anyhow::Result<hojo_seal::Outcome> {
    let mut checkpoints = vec![];
    let mut verifier: Option<Verifier> = None;
    for (n, line) in file.lines().enumerate() {
        let line: Line = serde_json::from_str(&line?).with_context(|| format!("{}行目を読めません", n + 1))?;
        match line {
            Line::Checkpoint(c) => {
                ensure!(verifier.is_none(), "{}行目: 封印は記録より前になければなりません", n + 1);
                checkpoints.push(c);
            }
            Line::Leaf { number, key, hash, fields } => {
                let v = verifier.get_or_insert_with(|| begin(trust, &checkpoints, witness));
                let hash = from_hex(&hash).with_context(|| format!("{}行目: 照合値が正しくありません", n + 1))?;
                let row = fields.map(|fields| Row { key: key.clone(), fields });
                v.leaf(number, key, hash, row.as_ref());
            }
            Line::Inserted(key) => verifier.get_or_insert_with(|| begin(trust, &checkpoints, witness)).stray(key),
        }
    }
    let verifier = verifier.unwrap_or_else(|| begin(trust, &checkpoints, witness));
    Ok(verifier.finish(false))
}

fn begin(trust: &Trust, checkpoints: &[Signed], witness: Option<&[Signed]>) -> Verifier {
    Verifier::new(trust, Frontier::default(), checkpoints, witness)
}

/// Lays the copy aside and writes down who said why.
async fn accept_gap(config: &Config, places: &SealPlaces, reason: &str, by: &str) -> anyhow::Result<()> {
    ensure!(!reason.trim().is_empty() && !by.trim().is_empty(), "理由と名前を書いてください。");
    ensure!(places.witness.exists(), "控え {} がありません。", places.witness.display());
    let db = worker(config).await?;
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let size = seal::last_checkpoint(&mut tx).await?.map_or(0, |c| c.size);
    let detail = json!({ "what": "log-gap-accepted", "reason": reason, "by": by, "number": size });
    tx.log_operation(&Audit::system("hojo audit"), Permission::Anyone, "log", Outcome::Done, detail).await?;
    tx.commit().await?;
    let mut aside = places.witness.clone().into_os_string();
    aside.push(format!(".until-{}", random::key().simple()));
    std::fs::rename(&places.witness, &aside)?;
    say(&format!("控えを {} に移しました。次の封印から新しい控えを始めます。", PathBuf::from(aside).display()));
    Ok(())
}
