//! The blob store. A blob's name is its SHA-256, so it can be proven to be what was handed in.

use std::path::Path as FsPath;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};

/// What can go wrong with the store or with what is sent to it.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the upload broke off: {0}")]
    BrokenOff(String),
    #[error("object store: {0}")]
    Store(#[from] object_store::Error),
    #[error("bytes of {0} are not what was stored")]
    Corrupt(String),
}

/// A file that arrived whole.
#[derive(Clone, Debug)]
pub struct Received {
    /// Lower-case hexadecimal SHA-256.
    pub sha256: String,
    pub size: u64,
    pub bytes: Bytes,
}

/// Content-addressed storage behind the `object_store` interface.
#[derive(Clone)]
pub struct Vault {
    store: Arc<dyn ObjectStore>,
    quarantine: bool,
}

const PART: usize = 5 * 1024 * 1024;

impl Vault {
    /// A vault in a local directory, made when missing. Written files are synced to disk before
    /// anybody is told that they were received.
    ///
    /// # Errors
    /// [`VaultError::Store`] when the directory cannot be made.
    pub fn local(dir: &FsPath) -> Result<Self, VaultError> {
        std::fs::create_dir_all(dir)
            .map_err(|e| object_store::Error::Generic { store: "local", source: Box::new(e) })?;
        let fs = LocalFileSystem::new_with_prefix(dir)?.with_fsync(true);
        Ok(Self { store: Arc::new(fs), quarantine: false })
    }

    /// A vault on any other store (tests use it to inject faults).
    #[must_use]
    pub fn on(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, quarantine: false }
    }

    /// What is taken in waits for a virus scanner before anybody is shown it.
    #[must_use]
    pub fn with_quarantine(mut self, on: bool) -> Self {
        self.quarantine = on;
        self
    }

    /// Does what is taken in wait for a virus scanner?
    #[must_use]
    pub fn quarantines(&self) -> bool {
        self.quarantine
    }

    /// Takes an upload to its end, counting and hashing; stores nothing yet.
    ///
    /// # Errors
    /// [`VaultError::TooLarge`] as soon as the limit is passed, [`VaultError::BrokenOff`] when the
    /// sender goes away. Nothing is left behind in either case.
    pub async fn receive<S, E>(&self, body: S, limit: u64) -> Result<Received, VaultError>
    where
        S: Stream<Item = Result<Bytes, E>>,
        E: std::fmt::Display,
    {
        let mut body = std::pin::pin!(body);
        let mut hash = Sha256::new();
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|e| VaultError::BrokenOff(e.to_string()))?;
            if bytes.len() as u64 + chunk.len() as u64 > limit {
                return Err(VaultError::TooLarge { limit });
            }
            hash.update(&chunk);
            bytes.extend_from_slice(&chunk);
        }
        Ok(Received { sha256: hex(&hash.finalize()), size: bytes.len() as u64, bytes: Bytes::from(bytes) })
    }

    /// Stores what was received (or made) under its hash. Storing the same bytes twice is one blob.
    ///
    /// # Errors
    /// [`VaultError::Store`] when it could not be written and synced.
    pub async fn keep(&self, bytes: Bytes) -> Result<String, VaultError> {
        let sha256 = hex(&Sha256::digest(&bytes));
        let path = place(&sha256);
        if self.is_whole(&sha256, bytes.len() as u64).await {
            return Ok(sha256);
        }
        if bytes.len() <= PART {
            self.store.put(&path, PutPayload::from_bytes(bytes)).await?;
        } else {
            let mut writer = WriteMultipart::new(self.store.put_multipart(&path).await?);
            writer.put(bytes);
            writer.finish().await?;
        }
        Ok(sha256)
    }

    async fn is_whole(&self, sha256: &str, size: u64) -> bool {
        self.store.head(&place(sha256)).await.is_ok_and(|m| m.size == size)
    }

    /// The bytes of a blob, proven against its hash.
    ///
    /// # Errors
    /// [`VaultError::Store`] when it is not there, [`VaultError::Corrupt`] when it changed.
    pub async fn read(&self, sha256: &str) -> Result<Bytes, VaultError> {
        let bytes = self.store.get(&place(sha256)).await?.bytes().await?;
        if hex(&Sha256::digest(&bytes)) != sha256 {
            return Err(VaultError::Corrupt(sha256.to_owned()));
        }
        Ok(bytes)
    }

    /// Something made from a blob (a picture of a page), kept under the blob's hash and a name. Losing it costs the
    /// making of it and nothing else.
    ///
    /// # Errors
    /// [`VaultError::Store`] when it could not be written.
    pub async fn keep_made(&self, sha256: &str, name: &str, bytes: Bytes) -> Result<(), VaultError> {
        self.store.put(&made(sha256, name), PutPayload::from_bytes(bytes)).await?;
        Ok(())
    }

    /// What [`Vault::keep_made`] kept, if it is there.
    pub async fn read_made(&self, sha256: &str, name: &str) -> Option<Bytes> {
        self.store.get(&made(sha256, name)).await.ok()?.bytes().await.ok()
    }

    /// Is this blob there now, and unchanged? Asked for every attachment inside a submission.
    pub async fn is_intact(&self, sha256: &str) -> bool {
        self.read(sha256).await.is_ok()
    }
}

fn place(sha256: &str) -> Path {
    let (shard, _) = sha256.split_at_checked(2).unwrap_or((sha256, ""));
    Path::from_iter(["blobs", shard, sha256])
}

fn made(sha256: &str, name: &str) -> Path {
    let (shard, _) = sha256.split_at_checked(2).unwrap_or((sha256, ""));
    Path::from_iter(["made", shard, sha256, name])
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn chunks(parts: &[&'static str]) -> impl Stream<Item = Result<Bytes, String>> + use<> {
        let parts: Vec<_> = parts
            .iter()
            .map(|p| if *p == "!" { Err("gone".to_owned()) } else { Ok(Bytes::from_static(p.as_bytes())) })
            .collect();
        stream::iter(parts)
    }

    #[tokio::test]
    async fn what_goes_in_comes_out() {
        let dir = tempfile::tempdir().unwrap();
        let v = Vault::local(dir.path()).unwrap();
        let r = v.receive(chunks(&["ab", "c"]), 10).await.unwrap();
        assert_eq!(r.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(!v.is_intact(&r.sha256).await);
        assert_eq!(v.keep(r.bytes.clone()).await.unwrap(), r.sha256);
        assert_eq!(v.keep(r.bytes).await.unwrap(), r.sha256);
        assert_eq!(v.read(&r.sha256).await.unwrap(), "abc");
    }

    #[tokio::test]
    async fn too_large_and_broken_off_leave_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let v = Vault::local(dir.path()).unwrap();
        assert!(matches!(v.receive(chunks(&["abcdef", "g"]), 6).await, Err(VaultError::TooLarge { .. })));
        assert!(matches!(v.receive(chunks(&["ab", "!"]), 6).await, Err(VaultError::BrokenOff(_))));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_changed_blob_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let v = Vault::local(dir.path()).unwrap();
        let sha = v.keep(Bytes::from_static(b"contract")).await.unwrap();
        std::fs::write(dir.path().join("blobs").join(&sha[..2]).join(&sha), b"contracT").unwrap();
        assert!(!v.is_intact(&sha).await);
        assert!(matches!(v.read(&sha).await, Err(VaultError::Corrupt(_))));
    }

    #[tokio::test]
    async fn a_large_blob_is_kept_whole() {
        let dir = tempfile::tempdir().unwrap();
        let v = Vault::local(dir.path()).unwrap();
        let big = Bytes::from(vec![7u8; PART * 2 + 3]);
        let sha = v.keep(big.clone()).await.unwrap();
        assert_eq!(v.read(&sha).await.unwrap(), big);
    }
}
