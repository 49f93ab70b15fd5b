//! Why a command is not possible, in words for the person who asked. Never a fault of ours.

use serde::Serialize;

/// A refusal: stable code, what is the matter, what to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
    pub advice: String,
}

impl Refusal {
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { code, message: message.into(), advice: advice.into() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.message, self.advice)
    }
}
