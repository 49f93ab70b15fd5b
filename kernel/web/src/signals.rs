//! Is this still the browser the session was started with? Tells apart what rarely changes in honest
//! use: the family of the browser and its system, and the network. A change is no proof of theft, so
//! it never ends a session: it asks for the factor again.

use std::net::IpAddr;

/// What differs from the start of the session.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Signal {
    Browser,
    Network,
    /// Nothing differs: the watch noticed something about the person.
    Asked,
}

impl Signal {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Browser => "other browser",
            Self::Network => "other network",
            Self::Asked => "asked by the watch",
        }
    }
}

/// Compares a request with the start of its session. What was not recorded then says nothing now.
pub(crate) fn signal(then: (&str, &str), now: (&str, &str), watch_network: bool) -> Option<Signal> {
    if !then.0.is_empty() && family(then.0) != family(now.0) {
        return Some(Signal::Browser);
    }
    let jumped = match (network(then.1), network(now.1)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    (watch_network && jumped).then_some(Signal::Network)
}

/// Browser and system, without versions: those change by themselves.
fn family(user_agent: &str) -> (&'static str, &'static str) {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("other", |(_, name)| name)
    };
    let browser = first(&[
        ("Edg", "edge"),
        ("OPR/", "opera"),
        ("SamsungBrowser", "samsung"),
        ("Firefox/", "firefox"),
        ("FxiOS", "firefox"),
        ("Chrome/", "chrome"),
        ("CriOS", "chrome"),
        ("Safari/", "safari"),
    ]);
    let system = first(&[
        ("Windows", "windows"),
        ("Android", "android"),
        ("iPhone", "ios"),
        ("iPad", "ios"),
        ("Mac OS X", "mac"),
        ("Linux", "linux"),
    ]);
    (browser, system)
}

/// The network an address lies in: the first 16 bits of IPv4, 32 of IPv6, which is about one provider.
fn network(address: &str) -> Option<u32> {
    match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(v4) => Some(v4.to_bits() >> 16),
        // Told apart from IPv4 by the first bits: 2000::/3 never fits into 16.
        IpAddr::V6(v6) => u32::try_from(v6.to_bits() >> 96).ok(),
    }
}

/// What a person reads about a browser: 「Chrome（Windows）」.
#[must_use]
pub fn browser_words(user_agent: &str) -> String {
    let (browser, system) = family(user_agent);
    let browser = match browser {
        "edge" => "Edge",
        "opera" => "Opera",
        "samsung" => "Samsung Internet",
        "firefox" => "Firefox",
        "chrome" => "Chrome",
        "safari" => "Safari",
        _ => "不明なブラウザー",
    };
    let system = match system {
        "windows" => "Windows",
        "android" => "Android",
        "ios" => "iPhone・iPad",
        "mac" => "Mac",
        "linux" => "Linux",
        _ => return browser.to_owned(),
    };
    format!("{browser}（{system}）")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36";
    const NEWER: &str = "Mozilla/5.0 (Windows NT 11.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36";
    const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15";

    #[test]
    fn an_update_is_no_signal_and_another_browser_is_one() {
        assert_eq!(signal((CHROME, ""), (NEWER, ""), true), None);
        assert_eq!(signal((CHROME, ""), (SAFARI, ""), true), Some(Signal::Browser));
        assert_eq!(signal((CHROME, ""), ("curl/8", ""), true), Some(Signal::Browser));
        assert_eq!(signal((CHROME, ""), ("", ""), true), Some(Signal::Browser));
        assert_eq!(signal(("", ""), (SAFARI, ""), true), None);
        assert_eq!(browser_words(CHROME), "Chrome（Windows）");
    }

    #[test]
    fn a_network_jump_counts_where_it_is_watched() {
        let at = |a: &'static str| (CHROME, a);
        assert_eq!(signal(at("203.0.113.5"), at("203.0.99.7"), true), None);
        assert_eq!(signal(at("203.0.113.5"), at("198.51.100.7"), true), Some(Signal::Network));
        assert_eq!(signal(at("203.0.113.5"), at("198.51.100.7"), false), None);
        assert_eq!(signal(at("2001:db8::1"), at("2001:db8:ffff::1"), true), None);
        assert_eq!(signal(at("2001:db8::1"), at("2400:cb00::1"), true), Some(Signal::Network));
        assert_eq!(signal(at("::ffff:203.0.113.5"), at("203.0.113.6"), true), None);
        assert_eq!(signal(at("203.0.113.5"), at("2001:db8::1"), true), Some(Signal::Network));
        assert_eq!(signal(at(""), at("2001:db8::1"), true), None);
    }
}
