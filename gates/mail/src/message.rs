//! メール1通: checked before anything is sent.

use hojo_words::Now;
use lettre::Address;
use sha2::{Digest as _, Sha256};

/// Longest subject, in characters. Longer ones are a mistake in a template.
const SUBJECT_MOST: usize = 200;
/// Longest text in bytes.
const TEXT_MOST: usize = 256 * 1024;

/// One plain text to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Idempotency key of the job, e.g. `case/…/returned/2`. Stays the same when the job runs again.
    pub key: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    /// When the job was made, not when it runs: a repetition carries the same date.
    pub date: Now,
}

/// Why a message is not sent at all. Trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    #[error("the address {0:?} is not one")]
    Address(String),
    /// A line break here would smuggle in headers.
    #[error("the {field} contains the control character U+{codepoint:04X}")]
    ControlCharacter { field: &'static str, codepoint: u32 },
    #[error("the {0} is empty")]
    Empty(&'static str),
    #[error("the {0} is too long")]
    TooLong(&'static str),
}

impl Message {
    /// The recipient, if every part of the message may go out.
    pub(crate) fn checked_recipient(&self) -> Result<Address, BadMessage> {
        no_control("address", &self.to, &[])?;
        no_control("subject", &self.subject, &[])?;
        no_control("text", &self.text, &['\n', '\r', '\t'])?;
        for (field, text) in [("key", &self.key), ("subject", &self.subject), ("text", &self.text)] {
            if text.trim().is_empty() {
                return Err(BadMessage::Empty(field));
            }
        }
        if self.subject.chars().count() > SUBJECT_MOST {
            return Err(BadMessage::TooLong("subject"));
        }
        if self.text.len() > TEXT_MOST {
            return Err(BadMessage::TooLong("text"));
        }
        self.to.trim().parse().map_err(|_| BadMessage::Address(self.to.clone()))
    }

    /// The text with CR LF line ends, as it travels.
    pub(crate) fn text_lines(&self) -> String {
        hojo_words::text::unify_line_breaks(&self.text).replace('\n', "\r\n")
    }
}

fn no_control(field: &'static str, text: &str, allowed: &[char]) -> Result<(), BadMessage> {
    match text.chars().find(|c| is_break(*c) && !allowed.contains(c)) {
        None => Ok(()),
        Some(c) => Err(BadMessage::ControlCharacter { field, codepoint: u32::from(c) }),
    }
}

/// Control characters and the two Unicode line ends, which some mail programs treat as line breaks.
fn is_break(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// The Message-ID for a key under a sender domain: the same key gives the same id, and tells nothing of the key.
pub fn message_id(key: &str, domain: &str) -> String {
    let digest = Sha256::digest(key.as_bytes());
    let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("<{name}@{domain}>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str, subject: &str, text: &str) -> Message {
        Message {
            key: "k".to_owned(),
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            date: Now::new(time::OffsetDateTime::UNIX_EPOCH),
        }
    }

    #[test]
    fn header_injection_is_refused_wherever_it_is_tried() {
        for to in ["a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@b.example\0", "a\u{2028}@b.example"] {
            let refused = message(to, "件名", "本文").checked_recipient();
            assert!(matches!(refused, Err(BadMessage::ControlCharacter { field: "address", .. })), "{to:?}");
        }
        for subject in ["件名\r\nBcc: c@d.example", "件名\n", "件名\r", "a\u{85}b", "a\u{2029}b", "a\0"] {
            let refused = message("a@b.example", subject, "本文").checked_recipient();
            assert!(matches!(refused, Err(BadMessage::ControlCharacter { field: "subject", .. })), "{subject:?}");
        }
        let refused = message("a@b.example", "件名", "本文\0").checked_recipient();
        assert_eq!(refused, Err(BadMessage::ControlCharacter { field: "text", codepoint: 0 }));
    }

    #[test]
    fn addresses_and_lengths() {
        for to in ["", "a", "a@", "@b.example", "a b@c.example", "a@b.example, c@d.example", "<a@b.example>"] {
            assert_eq!(
                message(to, "件名", "本文").checked_recipient(),
                Err(BadMessage::Address(to.to_owned())),
                "{to:?}"
            );
        }
        assert_eq!(message("a@b.example", " ", "本文").checked_recipient(), Err(BadMessage::Empty("subject")));
        assert!(message("a@b.example", &"件".repeat(200), "本文").checked_recipient().is_ok());
        let long = message("a@b.example", &"件".repeat(201), "本文").checked_recipient();
        assert_eq!(long, Err(BadMessage::TooLong("subject")));
        let long = message("a@b.example", "件名", &"あ".repeat(90_000)).checked_recipient();
        assert_eq!(long, Err(BadMessage::TooLong("text")));
    }

    #[test]
    fn the_same_key_gives_the_same_id() {
        let id = message_id("case/1/returned/2", "hojo.example");
        assert_eq!(id, message_id("case/1/returned/2", "hojo.example"));
        assert_ne!(id, message_id("case/1/returned/3", "hojo.example"));
        assert!(id.starts_with('<') && id.ends_with("@hojo.example>") && id.len() == 32 + 15);
    }
}
