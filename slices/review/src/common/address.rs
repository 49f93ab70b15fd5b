//! Addresses with a query: every list has a URL.

/// An address being put together; empty values are left out.
#[derive(Clone, Debug)]
pub struct Address {
    text: String,
    asked: bool,
}

impl Address {
    pub fn new(path: impl Into<String>) -> Self {
        Self { text: path.into(), asked: false }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            return self;
        }
        self.text.push(if self.asked { '&' } else { '?' });
        self.asked = true;
        encode(&mut self.text, name);
        self.text.push('=');
        encode(&mut self.text, value);
        self
    }

    pub fn text(self) -> String {
        self.text
    }
}

fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn values_stay_values() {
        let url = Address::new("/ranking").with("frame", "a&b=c#d").with("empty", "").with("page", "2").text();
        assert_eq!(url, "/ranking?frame=a%26b%3Dc%23d&page=2");
    }
}
