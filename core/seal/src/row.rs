//! One row of a log as bytes that can be written in one way only.

use sha2::{Digest, Sha256};

use crate::tree::{Hash, leaf_hash};

/// What a row is found by: its log, its moment in microseconds since 1970, its key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct RowId {
    pub log: String,
    pub at: i64,
    pub id: String,
}

/// A row with the text of every further column, in the order the log has them.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Row {
    #[serde(flatten)]
    pub key: RowId,
    pub fields: Vec<Option<String>>,
}

impl Row {
    /// The hash of this row in the tree.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        leaf_hash(&self.canonical())
    }

    /// Each part with its length in front, so that nothing can move from one column to the next; an
    /// absent value differs from an empty one.
    fn canonical(&self) -> Vec<u8> {
        let mut out = b"hojo row 1\n".to_vec();
        part(&mut out, Some(&self.key.log));
        part(&mut out, Some(&self.key.at.to_string()));
        part(&mut out, Some(&self.key.id));
        for field in &self.fields {
            part(&mut out, field.as_deref());
        }
        out
    }
}

fn part(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => out.extend_from_slice(b"-;"),
        Some(text) => {
            out.extend_from_slice(text.len().to_string().as_bytes());
            out.push(b':');
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// SHA-256 of bytes, for what stands beside the tree.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[Option<&str>]) -> Row {
        let key = RowId { log: "operation".into(), at: 1, id: "a".into() };
        Row { key, fields: fields.iter().map(|f| f.map(str::to_owned)).collect() }
    }

    #[test]
    fn no_two_rows_share_their_bytes() {
        let all = [
            row(&[]),
            row(&[None]),
            row(&[Some("")]),
            row(&[None, None]),
            row(&[Some("ab"), Some("c")]),
            row(&[Some("a"), Some("bc")]),
            row(&[Some("a1:b")]),
            row(&[Some("a"), Some("b")]),
            row(&[Some("-;")]),
        ];
        for (n, a) in all.iter().enumerate() {
            for b in &all[n + 1..] {
                assert_ne!(a.leaf(), b.leaf(), "{a:?} {b:?}");
            }
        }
    }
}
