//! 結果: a code of the flow's data. Three of them are known by name because the selection deals in them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// 採否・可否: what was decided, by its code in `flow.yaml`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outcome(Cow<'static, str>);

impl Outcome {
    /// 採択
    pub const ADOPTED: Self = Self(Cow::Borrowed("adopted"));
    /// 不採択
    pub const NOT_ADOPTED: Self = Self(Cow::Borrowed("not_adopted"));
    /// 審査対象外
    pub const EXCLUDED: Self = Self(Cow::Borrowed("excluded"));

    #[must_use]
    pub fn new(code: impl Into<String>) -> Self {
        Self(Cow::Owned(code.into()))
    }

    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// 日本語の名 of the three; the code for others, whose words are in the flow.
    #[must_use]
    pub fn label(&self) -> &str {
        match self.code() {
            "adopted" => "採択",
            "not_adopted" => "不採択",
            "excluded" => "審査対象外",
            other => other,
        }
    }
}
