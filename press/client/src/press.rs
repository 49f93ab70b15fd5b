//! Starts the press, asks it for letters, ends it when it hangs and starts it again when it died.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use hojo_words::letter::LetterModel;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;

use crate::wire::{LONGEST_LINE, Note, Outcome, Problem, Reply, Request};

/// How to run the press.
#[derive(Debug, Clone)]
pub struct PressSettings {
    /// The `hojo-press` binary.
    pub program: PathBuf,
    /// Its arguments; normally `serve --fonts DIR`.
    pub arguments: Vec<OsString>,
    /// Longest wait for one letter, start of the process included.
    pub time_limit: Duration,
    /// How many presses may run side by side (each prints one letter at a time).
    pub processes: usize,
}

impl PressSettings {
    /// The usual press: this binary with this font directory, one process, 60 seconds for a letter.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, fonts: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: vec!["serve".into(), "--fonts".into(), fonts.into()],
            time_limit: Duration::from_secs(60),
            processes: 1,
        }
    }
}

/// A printed letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The PDF file.
    pub pdf: Vec<u8>,
    /// Its SHA-256, lower-case hexadecimal, as the press computed it.
    pub sha256: String,
    /// Number of pages.
    pub pages: u32,
    /// What was printed a little differently from what was typed.
    pub notes: Vec<Note>,
}

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub enum PressFault {
    /// The press says this letter cannot be printed as it is: trying again changes nothing, a person must look.
    #[error("the letter cannot be printed: {}", .0.message)]
    Letter(Problem),
    /// The press could not be started: wrong path or not executable.
    #[error("the press {program} cannot be started: {source}")]
    CannotStart {
        /// The binary that was to run.
        program: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// No answer in time; that press was ended. Worth another try.
    #[error("the press gave no answer within {0:?}")]
    TimedOut(Duration),
    /// The press ended twice on this letter.
    #[error("the press ended while printing: {0}")]
    Died(String),
    /// The press answered something that is not a reply to this request.
    #[error("the press answered nonsense: {0}")]
    Garbled(String),
    /// The request itself could not be written as JSON or names an impossible date.
    #[error("the request cannot be written: {0}")]
    Request(String),
}

impl PressFault {
    /// Whether the same letter may succeed later without anybody changing anything.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::Letter(_) | Self::Request(_))
    }
}

/// The press as its users see it. Cheap to share; processes start with the first letter and stay warm.
pub struct PressClient {
    settings: PressSettings,
    places: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

/// One running press. Dropping it ends the process.
struct Worker {
    _child: Child,
    into: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u64,
}

impl PressClient {
    /// Remembers how to run the press; nothing is started yet.
    #[must_use]
    pub fn new(settings: PressSettings) -> Self {
        let places = Semaphore::new(settings.processes.max(1));
        Self { settings, places, idle: Mutex::new(Vec::new()) }
    }

    /// Prints one letter. `issued_at` becomes the creation date inside the file.
    ///
    /// # Errors
    /// [`PressFault::Letter`] when this letter cannot be printed; the others when the press is unwell. A press
    /// that was found dead is started again once before [`PressFault::Died`] is reported.
    pub async fn print(&self, model: &LetterModel, issued_at: OffsetDateTime) -> Result<Sheet, PressFault> {
        let issued_at = issued_at.format(&Rfc3339).map_err(|e| PressFault::Request(e.to_string()))?;
        let _place = self.places.acquire().await.map_err(|e| PressFault::Died(e.to_string()))?;
        let limit = self.settings.time_limit;
        let work = self.print_in_place(model, &issued_at);
        tokio::time::timeout(limit, work).await.unwrap_or(Err(PressFault::TimedOut(limit)))
    }

    async fn print_in_place(&self, model: &LetterModel, issued_at: &str) -> Result<Sheet, PressFault> {
        let first = self.take_idle();
        let was_warm = first.is_some();
        match self.ask(first, model, issued_at).await {
            // It may have died while idle; a fresh one deserves the letter once.
            Err(PressFault::Died(reason)) => {
                tracing::warn!(reason, was_warm, "the press ended; starting another");
                self.ask(None, model, issued_at).await
            }
            other => other,
        }
    }

    async fn ask(&self, worker: Option<Worker>, model: &LetterModel, issued_at: &str) -> Result<Sheet, PressFault> {
        let mut worker = match worker {
            Some(worker) => worker,
            None => self.start()?,
        };
        worker.asked += 1;
        let id = worker.asked.to_string();
        let request = Request { id: id.clone(), issued_at: issued_at.to_owned(), model: model.clone() };
        let line = serde_json::to_string(&request).map_err(|e| PressFault::Request(e.to_string()))?;
        if line.len() >= LONGEST_LINE {
            return Err(PressFault::Request(format!("the letter has {} bytes", line.len())));
        }
        let answer = worker.exchange(&line).await.map_err(|e| PressFault::Died(e.to_string()))?;
        let reply: Reply = serde_json::from_str(&answer).map_err(|e| PressFault::Garbled(e.to_string()))?;
        if reply.id != id {
            return Err(PressFault::Garbled(format!("reply to {:?} instead of {id:?}", reply.id)));
        }
        self.put_back(worker);
        match reply.outcome {
            Outcome::Err(problem) => Err(PressFault::Letter(problem)),
            Outcome::Ok(printed) => {
                let pdf = base64::engine::general_purpose::STANDARD
                    .decode(&printed.pdf_base64)
                    .map_err(|e| PressFault::Garbled(e.to_string()))?;
                Ok(Sheet { pdf, sha256: printed.sha256, pages: printed.pages, notes: printed.notes })
            }
        }
    }

    fn start(&self) -> Result<Worker, PressFault> {
        let cannot = |source| PressFault::CannotStart { program: self.settings.program.clone(), source };
        let mut child = Command::new(&self.settings.program)
            .args(&self.settings.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .map_err(cannot)?;
        let no_pipe = || cannot(io::Error::other("no pipe to the process"));
        let into = child.stdin.take().ok_or_else(no_pipe)?;
        let from = BufReader::new(child.stdout.take().ok_or_else(no_pipe)?);
        Ok(Worker { _child: child, into, from, asked: 0 })
    }

    fn take_idle(&self) -> Option<Worker> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}

impl Worker {
    async fn exchange(&mut self, line: &str) -> io::Result<String> {
        self.into.write_all(line.as_bytes()).await?;
        self.into.write_all(b"\n").await?;
        self.into.flush().await?;
        let mut answer = String::new();
        if self.from.read_line(&mut answer).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        Ok(answer)
    }
}
