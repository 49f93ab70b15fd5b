//! A checkpoint: how long the log was, the root over it, when, and what came before; signed.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::hex::{from_hex, to_hex};
use crate::row::sha256;
use crate::tree::Hash;

/// What a signature is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Which installation's logs: a checkpoint of another installation is worth nothing here.
    pub origin: String,
    /// Leaves the root is over.
    pub size: u64,
    pub root: Hash,
    /// Microseconds since 1970.
    pub at: i64,
    /// The hash of the checkpoint before; zeroes for the first one.
    pub previous: Hash,
}

impl Checkpoint {
    fn text(&self) -> String {
        let Self { origin, size, root, at, previous } = self;
        format!("hojo checkpoint 1\n{origin}\n{size}\n{}\n{at}\n{}\n", to_hex(root), to_hex(previous))
    }

    /// What the next checkpoint names as `previous`.
    #[must_use]
    pub fn hash(&self) -> Hash {
        sha256(self.text().as_bytes())
    }
}

/// A checkpoint with its signature, as it is stored and exported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Signed {
    pub origin: String,
    pub size: u64,
    pub root: String,
    pub at: i64,
    pub previous: String,
    /// The public key, in hexadecimal.
    pub key: String,
    pub signature: String,
}

impl Signed {
    /// The checkpoint, believing nothing; `None` when a hash is no hash.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        Some(Checkpoint {
            origin: self.origin.clone(),
            size: self.size,
            root: from_hex(&self.root)?,
            at: self.at,
            previous: from_hex(&self.previous)?,
        })
    }

    /// The checkpoint, when one of the trusted keys signed exactly this.
    #[must_use]
    pub fn verified(&self, trust: &Trust) -> Option<Checkpoint> {
        let checkpoint = self.checkpoint()?;
        let key = trust.keys.iter().find(|k| to_hex(k.0.as_bytes()) == self.key)?;
        let signature = Signature::from_bytes(&from_hex(&self.signature)?);
        key.0.verify_strict(checkpoint.text().as_bytes(), &signature).ok()?;
        Some(checkpoint)
    }
}

/// A key that cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyProblem {
    #[error("a secret key is one line of 64 hexadecimal digits")]
    Secret,
    #[error("a public key is one line of 64 hexadecimal digits, the point of a key")]
    Public,
    #[error("no public key is given: without one nothing can be believed")]
    None,
}

/// Signs checkpoints.
pub struct Signer(SigningKey);

impl Signer {
    /// From the text of a key file.
    ///
    /// # Errors
    /// [`KeyProblem::Secret`].
    pub fn read(text: &str) -> Result<Self, KeyProblem> {
        let seed = from_hex(text.trim()).ok_or(KeyProblem::Secret)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// The public key, as it stands in [`Signed::key`].
    #[must_use]
    pub fn public(&self) -> String {
        to_hex(self.0.verifying_key().as_bytes())
    }

    #[must_use]
    pub fn sign(&self, c: &Checkpoint) -> Signed {
        Signed {
            origin: c.origin.clone(),
            size: c.size,
            root: to_hex(&c.root),
            at: c.at,
            previous: to_hex(&c.previous),
            key: self.public(),
            signature: to_hex(&self.0.sign(c.text().as_bytes()).to_bytes()),
        }
    }
}

/// A key whose signatures are believed.
#[derive(Clone, Debug)]
pub struct PublicKey(VerifyingKey);

/// The keys a person who checks believes: kept apart from what is checked.
#[derive(Clone, Debug)]
pub struct Trust {
    keys: Vec<PublicKey>,
}

impl Trust {
    /// Is this one of the keys, as it stands in [`Signed::key`]?
    #[must_use]
    pub fn holds(&self, key: &str) -> bool {
        self.keys.iter().any(|k| to_hex(k.0.as_bytes()) == key)
    }

    /// From the text of a file: a key a line; lines that begin with `#` say what a person wants to say.
    ///
    /// # Errors
    /// [`KeyProblem`]: a line that is no key, or no key at all.
    pub fn read(text: &str) -> Result<Self, KeyProblem> {
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let keys = lines
            .map(|line| {
                let bytes = from_hex(line).ok_or(KeyProblem::Public)?;
                VerifyingKey::from_bytes(&bytes).map(PublicKey).map_err(|_| KeyProblem::Public)
            })
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(KeyProblem::None) } else { Ok(Self { keys }) }
    }
}
