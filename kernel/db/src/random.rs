//! The one source of randomness. Everywhere else it is banned by lint.

use hojo_words::ids::PublicId;
use uuid::Uuid;

/// A row key: UUIDv7, sortable by time of making.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that draws keys")]
pub fn key() -> Uuid {
    Uuid::now_v7()
}

/// An id for URLs: 128 random bits.
///
/// # Panics
/// When the operating system has no randomness: nothing safe can be done then.
#[must_use]
pub fn public_id() -> PublicId {
    PublicId::from_bits(u128::from_be_bytes(bytes()))
}

/// A secret for a cookie or a link: 256 random bits in 64 hexadecimal digits.
#[must_use]
pub fn token() -> String {
    let raw: [u8; 32] = bytes();
    raw.iter().map(|b| format!("{b:02x}")).collect()
}

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness.
#[must_use]
#[expect(clippy::expect_used, reason = "without randomness no key, token or nonce is safe")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0u8; N];
    getrandom::fill(&mut out).expect("the operating system gives randomness");
    out
}
