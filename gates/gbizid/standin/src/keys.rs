//! The signing key: RS256, made at first start, kept in the state directory, changed on demand.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey;
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rsa::sha2::{Digest as _, Sha256};
use rsa::signature::{SignatureEncoding as _, Signer as _};
use rsa::traits::PublicKeyParts as _;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

const BITS: usize = 2048;

/// Why there is no signing key.
#[derive(Debug, thiserror::Error)]
pub enum KeyProblem {
    #[error("the key file: {0}")]
    Io(#[from] std::io::Error),
    #[error("the key file holds no RSA key; delete it and a new one is made: {0}")]
    Broken(#[from] rsa::pkcs8::Error),
    #[error("making a key: {0}")]
    Make(#[from] rsa::Error),
}

/// How a token shall be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signing {
    Right,
    /// Names a key that is not published.
    UnknownKey,
    /// The signature belongs to other bytes.
    Broken,
    /// `alg: none`, no signature.
    Unsigned,
}

/// The provider's key. Only the newest name (`kid`) is published.
pub struct Keys {
    private: RsaPrivateKey,
    signer: SigningKey<Sha256>,
    generation: AtomicU32,
}

impl Keys {
    /// The key in `directory`, made there (readable by its owner only) if there is none.
    ///
    /// # Errors
    /// The directory cannot be written, or the file in it is no key.
    pub fn load_or_make(directory: &Path) -> Result<Self, KeyProblem> {
        let path = directory.join("signing-key.pem");
        if path.exists() {
            return Ok(Self::from_private(RsaPrivateKey::from_pkcs8_pem(&std::fs::read_to_string(&path)?)?));
        }
        let keys = Self::make()?;
        std::fs::create_dir_all(directory)?;
        let pem = keys.private.to_pkcs8_pem(LineEnding::LF)?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(pem.as_bytes())?;
        Ok(keys)
    }

    /// A key that lives as long as the process.
    ///
    /// # Errors
    /// The random source failing.
    pub fn make() -> Result<Self, KeyProblem> {
        Ok(Self::from_private(RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS)?))
    }

    fn from_private(private: RsaPrivateKey) -> Self {
        Self { signer: SigningKey::new(private.clone()), private, generation: AtomicU32::new(1) }
    }

    /// Derived from the key, so that a new key never goes by an old name.
    fn kid(&self) -> String {
        let digest = Sha256::digest(self.private.n().to_bytes_be());
        let name = URL_SAFE_NO_PAD.encode(digest.get(..9).unwrap_or_default());
        format!("{name}-{}", self.generation.load(Ordering::Relaxed))
    }

    /// From now on the key goes by another name, and only by that: to a relying party this is a rotation.
    pub(crate) fn rotate(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The published set.
    pub(crate) fn published(&self) -> Value {
        let number = |n: &rsa::BigUint| URL_SAFE_NO_PAD.encode(n.to_bytes_be());
        json!({"keys": [{
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid(),
            "n": number(self.private.n()), "e": number(self.private.e()),
        }]})
    }

    /// A compact JWS over these claims.
    pub(crate) fn sign(&self, claims: &Value, how: Signing) -> String {
        let header = match how {
            Signing::Unsigned => json!({"alg": "none", "typ": "JWT"}),
            Signing::UnknownKey => json!({"alg": "RS256", "typ": "JWT", "kid": "never-published"}),
            Signing::Right | Signing::Broken => json!({"alg": "RS256", "typ": "JWT", "kid": self.kid()}),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        if how == Signing::Unsigned {
            return format!("{signed}.");
        }
        let over = if how == Signing::Broken { "something else".to_owned() } else { signed.clone() };
        let signature = self.signer.sign(over.as_bytes()).to_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_found_again() {
        let directory = tempfile::tempdir().unwrap();
        let made = Keys::load_or_make(directory.path()).unwrap();
        let found = Keys::load_or_make(directory.path()).unwrap();
        assert_eq!(made.published(), found.published());
        made.rotate();
        assert_ne!(made.published(), found.published());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(directory.path().join("signing-key.pem")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(directory.path().join("signing-key.pem"), "garbage").unwrap();
        assert!(matches!(Keys::load_or_make(directory.path()), Err(KeyProblem::Broken(_))));
    }
}
