//! Was this request made by one of our own pages? Two independent answers are needed: what the
//! browser says about its origin, and a token only our pages know.

use axum::http::{HeaderMap, Uri};
use hmac::{Hmac, Mac};
use hojo_access::Actor;
use sha2::Sha256;

use crate::kernel::Settings;

/// The token of this person's pages. It belongs to the person, not to the session, so that a
/// page left open keeps working after signing in again in another tab.
#[must_use]
pub(crate) fn token(settings: &Settings, actor: &Actor) -> String {
    let who = actor.id().map(|id| id.to_string()).unwrap_or_default();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&settings.secret) else { return String::new() };
    mac.update(settings.site.code().as_bytes());
    mac.update(b"\0csrf\0");
    mac.update(who.as_bytes());
    mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

/// Compares without telling by time how much was right.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// The browser's own word. A request that says nothing at all is refused.
pub(crate) fn same_origin(headers: &HeaderMap, base_url: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site")
        && site != "same-origin"
    {
        return false;
    }
    match text("origin") {
        Some(origin) => {
            let ours = base_url.parse::<Uri>().ok();
            let theirs = origin.parse::<Uri>().ok();
            match (ours, theirs) {
                (Some(o), Some(t)) => o.scheme() == t.scheme() && o.authority() == t.authority(),
                _ => false,
            }
        }
        None => text("sec-fetch-site") == Some("same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&'static str, &str)]) -> bool {
        let mut h = HeaderMap::new();
        for (k, v) in pairs {
            h.insert(*k, v.parse().unwrap());
        }
        same_origin(&h, "https://portal.example")
    }

    #[test]
    fn only_our_own_pages() {
        assert!(asked(&[("origin", "https://portal.example")]));
        assert!(asked(&[("origin", "https://portal.example"), ("sec-fetch-site", "same-origin")]));
        assert!(asked(&[("sec-fetch-site", "same-origin")]));
        assert!(!asked(&[]));
        assert!(!asked(&[("origin", "null")]));
        assert!(!asked(&[("origin", "https://evil.example")]));
        assert!(!asked(&[("origin", "http://portal.example")]));
        assert!(!asked(&[("origin", "https://portal.example:8443")]));
        assert!(!asked(&[("origin", "https://portal.example.evil.example")]));
        assert!(!asked(&[("origin", "https://portal.example"), ("sec-fetch-site", "same-site")]));
        assert!(!asked(&[("sec-fetch-site", "cross-site")]));
    }
}
