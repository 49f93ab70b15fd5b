//! 定義ファイル: the texts an edition is made of, and what is wrong with them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;

/// The files of one edition, path → text. Paths are relative to the edition's folder
/// (`edition.yaml`, `procedures/application/form.yaml`); the programme's own file, one folder
/// up, is given as `programme.yaml`. Core reads no disk: whoever calls fills this.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceFiles(pub BTreeMap<String, String>);

impl SourceFiles {
    /// Adds a file; line breaks are unified so that a checkout's settings cannot change the hash.
    pub fn insert(&mut self, path: impl Into<String>, text: &str) {
        self.0.insert(path.into(), hojo_words::text::unify_line_breaks(text));
    }

    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// 版のハッシュ: SHA-256 over paths and texts in path order, each preceded by its length, in hex.
    pub fn hash(&self) -> String {
        let mut digest = Sha256::new();
        for (path, text) in &self.0 {
            for part in [path.as_str(), text.as_str()] {
                digest.update(part.len().to_string().as_bytes());
                digest.update(b"\n");
                digest.update(part.as_bytes());
            }
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A place in a definition file; line and column count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// 定義の誤り: one thing wrong with a definition, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    pub column: usize,
    /// English, for the people who write definitions.
    pub message: String,
}

impl Problem {
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        Self { file: place.file.clone(), line: place.line, column: place.column, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}
