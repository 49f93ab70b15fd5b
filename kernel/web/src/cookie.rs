//! The session cookie: host-bound, never readable by scripts.

use axum::http::{HeaderMap, header};
use hmac::{Hmac, Mac};
use hojo_access::Site;
use sha2::{Digest, Sha256};

/// The name differs by site, so that a portal session is never mistaken for an office one.
pub(crate) fn name(site: Site) -> &'static str {
    match site {
        Site::Portal => "__Host-hojo-portal",
        Site::Office => "__Host-hojo-office",
        Site::Api => "__Host-hojo-api",
        // Never set and never read.
        Site::Files => "__Host-hojo-files",
    }
}

/// The token the browser sent for this site.
pub(crate) fn read(headers: &HeaderMap, site: Site) -> Option<String> {
    let wanted = name(site);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(k, v)| *k == wanted && !v.is_empty())
        .map(|(_, v)| v.to_owned())
}

pub(crate) fn set(site: Site, token: &str) -> String {
    format!("{}={token}; Path=/; Secure; HttpOnly; SameSite=Lax", name(site))
}

pub(crate) fn clear(site: Site) -> String {
    format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", name(site))
}

/// Only the hash is stored: a copy of the table opens no session.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The token that follows this one. Every request with the old token works out the same, so that
/// pages that load together agree, and a lost answer is simply given again. Neither a copy of the
/// database nor a copy of the old token alone is enough to work it out.
pub(crate) fn following(secret: &[u8], token: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(b"hojo following token\0");
    mac.update(token.as_bytes());
    mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::following;

    #[test]
    fn the_following_token_needs_both_the_token_and_the_secret() {
        let next = following(b"secret", "token");
        assert_eq!(next, following(b"secret", "token"));
        assert_eq!(next.len(), 64);
        assert_ne!(next, following(b"secret", "tokem"));
        assert_ne!(next, following(b"secreu", "token"));
        assert_ne!(next, "token");
    }
}
