//! Addresses with a query, written by hand: every list of the office has a URL.

/// An address being put together; empty values are left out, so that addresses stay short.
#[derive(Clone, Debug)]
pub struct Address(String, bool);

impl Address {
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into(), false)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            return self;
        }
        self.0.push(if self.1 { '&' } else { '?' });
        self.1 = true;
        self.0.push_str(&encode(name));
        self.0.push('=');
        self.0.push_str(&encode(value));
        self
    }

    #[must_use]
    pub fn anchor(mut self, id: &str) -> Self {
        self.0.push('#');
        self.0.push_str(&encode(id));
        self
    }

    pub fn text(self) -> String {
        self.0
    }
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn values_cannot_break_out() {
        let url = Address::new("/queue").with("q", "株 &a=b#c").with("none", "").with("x", "1").text();
        assert_eq!(url, "/queue?q=%E6%A0%AA%20%26a%3Db%23c&x=1");
    }
}
