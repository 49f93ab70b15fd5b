//! The session cookie: host-bound, never readable by scripts.

use axum::http::{HeaderMap, header};
use hojo_access::Site;
use sha2::{Digest, Sha256};

/// The name differs by site, so that a portal session is never mistaken for an office one.
pub(crate) fn name(site: Site) -> &'static str {
    match site {
        Site::Portal => "__Host-hojo-portal",
        Site::Office => "__Host-hojo-office",
        Site::Api => "__Host-hojo-api",
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
