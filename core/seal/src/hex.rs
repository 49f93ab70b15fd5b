//! Lower-case hexadecimal, as keys, hashes and signatures are written in files.

/// Two digits a byte.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Reads exactly `N` bytes; anything else is `None`.
#[must_use]
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N * 2 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut out = [0; N];
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_digits_are_read() {
        assert_eq!(from_hex::<2>("00ff"), Some([0, 255]));
        assert_eq!(to_hex(&[0, 255]), "00ff");
        for wrong in ["00f", "00fff", "00+f", "あ0", ""] {
            assert_eq!(from_hex::<2>(wrong), None, "{wrong}");
        }
    }
}
