//! A folder of messages: `000001.eml`, `000002.eml`, … in the order they came.

use mail_parser::{Address, MessageParser};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreProblem {
    #[error("the mail folder {folder}: {cause}")]
    Folder { folder: String, cause: std::io::Error },
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub number: u32,
    pub from: String,
    pub to: String,
    pub subject: String,
    /// As the Date header says, RFC 3339.
    pub date: String,
    pub message_id: String,
}

/// One message, read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    #[serde(flatten)]
    pub summary: Summary,
    pub text: String,
}

/// The folder.
pub struct Store {
    folder: PathBuf,
    next: Mutex<u32>,
}

impl Store {
    /// Opens the folder, making it if needed; numbering goes on after what is there.
    ///
    /// # Errors
    /// A folder that cannot be made or read.
    pub fn open(folder: &Path) -> Result<Self, StoreProblem> {
        let problem = |cause| StoreProblem::Folder { folder: folder.display().to_string(), cause };
        std::fs::create_dir_all(folder).map_err(problem)?;
        let last = numbers(folder).map_err(problem)?.last().copied().unwrap_or(0);
        Ok(Self { folder: folder.to_owned(), next: Mutex::new(last.saturating_add(1)) })
    }

    fn path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number:06}.eml"))
    }

    /// Keeps a message. Written aside and renamed, so that nobody reads half of one.
    pub(crate) fn put(&self, recipients: &[String], data: &[u8]) -> std::io::Result<u32> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *next;
        let aside = self.folder.join(format!("{number:06}.part"));
        let mut bytes = Vec::with_capacity(data.len() + 64);
        for recipient in recipients {
            bytes.extend_from_slice(format!("Delivered-To: {recipient}\r\n").as_bytes());
        }
        bytes.extend_from_slice(data);
        std::fs::write(&aside, &bytes)?;
        std::fs::rename(&aside, self.path(number))?;
        *next = number.saturating_add(1);
        Ok(number)
    }

    /// Newest first. With `to`, only messages whose recipient contains it.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self, to: &str, skip: usize, most: usize) -> std::io::Result<Vec<Summary>> {
        let mut found = numbers(&self.folder)?;
        found.reverse();
        let read = found.into_iter().filter_map(|number| self.read(number).ok().flatten());
        let wanted = read.map(|letter| letter.summary).filter(|summary| summary.to.contains(to));
        Ok(wanted.skip(skip).take(most).collect())
    }

    /// One message, or `None` if there is no such number.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self, number: u32) -> std::io::Result<Option<Letter>> {
        let Some(bytes) = self.source(number)? else { return Ok(None) };
        Ok(MessageParser::default().parse(&bytes).map(|message| {
            let first = |address: Option<&Address<'_>>| {
                let first = address.and_then(|list| list.first());
                first.and_then(|one| one.address()).unwrap_or_default().to_owned()
            };
            Letter {
                summary: Summary {
                    number,
                    from: first(message.from()),
                    to: first(message.to()),
                    subject: message.subject().unwrap_or_default().to_owned(),
                    date: message.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default(),
                    message_id: message.message_id().unwrap_or_default().to_owned(),
                },
                text: message.body_text(0).map(std::borrow::Cow::into_owned).unwrap_or_default(),
            }
        }))
    }

    /// The bytes as they came, below the added `Delivered-To` lines.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn source(&self, number: u32) -> std::io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.path(number)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Numbers of the messages in the folder, ascending.
fn numbers(folder: &Path) -> std::io::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number: Option<u32> = name.to_str().and_then(|name| name.strip_suffix(".eml")).and_then(|n| n.parse().ok());
        found.extend(number);
    }
    found.sort_unstable();
    Ok(found)
}
