//! 控え: a copy of the checkpoints outside the database, one JSON a line, only ever appended to. Whoever cuts the
//! tail off the logs would have to cut here as well.

use std::path::{Path, PathBuf};

use hojo_seal::Signed;
use tokio::io::AsyncWriteExt;

/// The file and its last line.
pub struct Witness {
    path: PathBuf,
    last: Option<Signed>,
}

impl Witness {
    /// Opens the copy; one that is not there yet is empty.
    ///
    /// # Errors
    /// What stands in the way, for the alarm.
    pub async fn open(path: &Path) -> Result<Self, String> {
        let last = match tokio::fs::metadata(path).await {
            Ok(meta) => last_line(path, meta.len()).await?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(trouble(path, &e)),
        };
        Ok(Self { path: path.to_owned(), last })
    }

    #[must_use]
    pub fn last(&self) -> Option<&Signed> {
        self.last.as_ref()
    }

    /// Leaves the last copied checkpoint is over.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.last.as_ref().map_or(0, |l| l.size)
    }

    /// Appends, and waits until the disk has it.
    ///
    /// # Errors
    /// What stands in the way, for the alarm.
    pub async fn append(&mut self, checkpoints: &[Signed]) -> Result<(), String> {
        let mut text = String::new();
        for c in checkpoints {
            text.push_str(&serde_json::to_string(c).map_err(|e| e.to_string())?);
            text.push('\n');
        }
        let trouble = |e: std::io::Error| trouble(&self.path, &e);
        let mut file =
            tokio::fs::OpenOptions::new().create(true).append(true).open(&self.path).await.map_err(trouble)?;
        file.write_all(text.as_bytes()).await.map_err(trouble)?;
        file.sync_data().await.map_err(trouble)?;
        self.last = checkpoints.last().cloned().or(self.last.take());
        Ok(())
    }

    /// Everything in a copy, in order. Lines that cannot be read are counted.
    #[must_use]
    pub fn read_all(text: &str) -> (Vec<Signed>, usize) {
        let mut broken = 0;
        let mut all = vec![];
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(c) => all.push(c),
                Err(_) => broken += 1,
            }
        }
        (all, broken)
    }
}

/// A checkpoint in JSON is a few hundred bytes.
const TAIL: u64 = 8 * 1024;

async fn last_line(path: &Path, length: u64) -> Result<Option<Signed>, String> {
    use tokio::io::{AsyncReadExt, AsyncSeekExt};
    let trouble = |e: std::io::Error| trouble(path, &e);
    let mut file = tokio::fs::File::open(path).await.map_err(trouble)?;
    file.seek(std::io::SeekFrom::Start(length.saturating_sub(TAIL))).await.map_err(trouble)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).await.map_err(trouble)?;
    let tail = String::from_utf8_lossy(&tail);
    let Some(line) = tail.lines().rfind(|l| !l.trim().is_empty()) else { return Ok(None) };
    let signed = serde_json::from_str(line).map_err(|_| {
        format!("封印の控え {} の最後の行を読めません。書きかけであれば、その行だけを消してください。", path.display())
    })?;
    Ok(Some(signed))
}

fn trouble(path: &Path, e: &std::io::Error) -> String {
    format!("封印の控え {} を読み書きできません（{e}）。", path.display())
}
