//! Where a request comes from. Only a proxy of ours is believed about whom it passes on; what anybody else writes
//! into `X-Forwarded-For` has no effect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use axum::http::HeaderMap;

/// A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    first: IpAddr,
    bits: u8,
}

/// The text names no range of addresses.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0} is no address and no range of addresses (10.0.0.0/8, 2001:db8::/32)")]
pub struct NoRange(pub String);

fn masked(ip: IpAddr, bits: u8) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => {
            let keep = u32::MAX.checked_shl(32u32.saturating_sub(bits.into())).unwrap_or(0);
            Ipv4Addr::from_bits(v4.to_bits() & keep).into()
        }
        IpAddr::V6(v6) => {
            let keep = u128::MAX.checked_shl(128u32.saturating_sub(bits.into())).unwrap_or(0);
            Ipv6Addr::from_bits(v6.to_bits() & keep).into()
        }
    }
}

impl FromStr for Range {
    type Err = NoRange;

    /// Bits behind the prefix must be zero, so that a slip of the pen is not read as a wider range than was meant.
    fn from_str(text: &str) -> Result<Self, NoRange> {
        let wrong = || NoRange(text.to_owned());
        let (ip, bits) = match text.trim().split_once('/') {
            Some((ip, bits)) => (ip, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text.trim(), None),
        };
        let first: IpAddr = ip.parse().map_err(|_| wrong())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most || masked(first, bits) != first {
            return Err(wrong());
        }
        Ok(Self { first, bits })
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

impl Range {
    /// Does the range hold this address? An IPv4 address written as IPv6 counts as IPv4.
    #[must_use]
    pub fn holds(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        ip.is_ipv4() == self.first.is_ipv4() && masked(ip, self.bits) == self.first
    }
}

/// The proxies in front of the sites. None unless they are named.
#[derive(Clone, Default, Debug)]
pub struct Proxies(Vec<Range>);

impl FromStr for Proxies {
    type Err = NoRange;

    /// Ranges separated by commas.
    fn from_str(text: &str) -> Result<Self, NoRange> {
        text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl Proxies {
    fn ours(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|r| r.holds(ip))
    }

    /// The address a request comes from: the peer, unless the peer is a proxy of ours. Then it is the last address in
    /// `X-Forwarded-For` that is not a proxy of ours: what stands before that one was written by strangers.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut from = peer.to_canonical();
        let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
        let mut hops = lines.iter().flat_map(|l| l.split(',')).map(str::trim).rev();
        while self.ours(from) {
            match hops.next().map(str::parse::<IpAddr>) {
                Some(Ok(hop)) => from = hop.to_canonical(),
                // Nothing more, or nonsense: whoever said so is as far as we can see.
                Some(Err(_)) | None => break,
            }
        }
        from
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(proxies: &str, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for l in lines {
            headers.append("x-forwarded-for", l.parse().unwrap());
        }
        proxies.parse::<Proxies>().unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_forged_header_has_no_effect() {
        assert_eq!(from("", "203.0.113.9", &["10.0.0.1"]), "203.0.113.9");
        assert_eq!(from("10.0.0.0/8", "203.0.113.9", &["10.0.0.1"]), "203.0.113.9");
        // The stranger wrote the first one; our proxy added the second.
        assert_eq!(from("10.0.0.0/8", "10.0.0.5", &["192.0.2.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(from("10.0.0.0/8", "10.0.0.5", &["192.0.2.1", "203.0.113.9"]), "203.0.113.9");
        // Two proxies of ours, one behind the other.
        assert_eq!(from("10.0.0.0/8,2001:db8::1", "2001:db8::1", &["192.0.2.1, 203.0.113.9, 10.1.1.1"]), "203.0.113.9");
        assert_eq!(from("10.0.0.0/8", "10.0.0.5", &[]), "10.0.0.5");
        assert_eq!(from("10.0.0.0/8", "10.0.0.5", &["203.0.113.9, unknown"]), "10.0.0.5");
        assert_eq!(from("10.0.0.0/8", "::ffff:10.0.0.5", &["203.0.113.9"]), "203.0.113.9");
        // Somebody pretends to be a proxy of ours behind one of ours.
        assert_eq!(from("10.0.0.0/8", "10.0.0.5", &["10.9.9.9, 203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn ranges_hold_what_they_say() {
        let holds = |range: &str, ip: &str| range.parse::<Range>().unwrap().holds(ip.parse().unwrap());
        assert!(holds("192.0.2.0/24", "192.0.2.255") && !holds("192.0.2.0/24", "192.0.3.0"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1") && holds("::/0", "::1"));
        assert!(holds("203.0.113.9", "203.0.113.9") && !holds("203.0.113.9", "203.0.113.8"));
        for wrong in ["", "192.0.2.1/24", "192.0.2.0/33", "2001:db8::1/32", "10.0.0.0/x", "office", "::/129"] {
            assert!(wrong.parse::<Range>().is_err(), "{wrong}");
        }
    }
}
