//! Passwords (argon2id) and one-time codes (TOTP, RFC 6238: SHA-1, six digits, thirty seconds).

use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use hojo_db::random;
use totp_rs::{Builder, Secret};

/// NIST SP 800-63B-4 asks for no composition rules; with a second factor, eight characters or more.
const SHORTEST: usize = 8;

/// A password cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct Unusable;

/// A secret for an authenticator app, as stored.
pub struct Totp {
    inner: totp_rs::Totp,
}

/// The time step a code belongs to. Each is accepted once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Accepted(pub i64);

impl Totp {
    /// Reads a stored secret.
    #[must_use]
    pub fn from_base32(secret: &str) -> Option<Self> {
        let secret = Secret::try_from_base32(secret).ok()?;
        let inner = Builder::new().with_secret(secret).with_skew(1).build().ok()?;
        Some(Self { inner })
    }

    /// The code for a moment, in seconds since 1970. Demo worlds and tests.
    #[must_use]
    pub fn code(&self, at: i64) -> String {
        self.inner.generate(u64::try_from(at).unwrap_or(0)).to_string()
    }

    /// Is this the code of now, or of the step before or after? Spaces are forgiven.
    #[must_use]
    pub fn accept(&self, code: &str, at: i64) -> Option<Accepted> {
        let digits: String = hojo_words::text::fold_width(code).chars().filter(char::is_ascii_digit).collect();
        let step = self.inner.check(&digits, u64::try_from(at).ok()?)?;
        i64::try_from(step).ok().map(Accepted)
    }
}

/// Hashes a password with argon2id.
///
/// # Errors
/// [`Unusable`] when it is too short.
pub fn hash_password(password: &str) -> Result<String, Unusable> {
    if password.chars().count() < SHORTEST {
        return Err(Unusable);
    }
    let salt = SaltString::encode_b64(&random::bytes::<16>()).map_err(|_| Unusable)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|_| Unusable)?.to_string())
}

/// Checks a password. Takes about as long for a wrong hash as for a right one.
pub(super) fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|h| Argon2::default().verify_password(password.as_bytes(), &h).is_ok())
}

/// A secret of 160 bits as authenticator apps read it.
pub(crate) fn base32(bytes: [u8; 20]) -> String {
    Secret::new_stack(bytes).to_base32()
}

/// A new secret, 160 bits, base 32.
#[must_use]
pub fn totp_secret() -> String {
    base32(random::bytes())
}

/// The address an authenticator app reads from a QR code.
#[must_use]
pub fn totp_uri(login: &str, secret: &str) -> String {
    format!("otpauth://totp/Hojo:{login}?secret={secret}&issuer=Hojo")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_found_by_its_hash_only() {
        let hash = hash_password("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify("correct horse", &hash));
        assert!(!verify("correct horsf", &hash));
        assert!(!verify("", &hash));
        assert!(!verify("x", "not a hash"));
        assert!(hash_password("short").is_err());
    }

    #[test]
    fn codes_of_rfc_6238_are_accepted_around_their_time() {
        // The RFC's SHA-1 test secret "12345678901234567890"; at 59 s its 8 digits are 94287082.
        let totp = Totp::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(totp.code(59), "287082");
        assert_eq!(totp.accept("287082", 59), Some(Accepted(1)));
        assert_eq!(totp.accept("２８７ ０８２", 89), Some(Accepted(1)));
        assert_eq!(totp.accept("287082", 120), None);
        assert_eq!(totp.accept("", 59), None);
        assert!(Totp::from_base32(&totp_secret()).is_some());
    }
}
