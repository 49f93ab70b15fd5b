//! Why a message did not go out, and whether trying again helps.

use crate::BadMessage;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendProblem {
    /// Never sent: the message itself is wrong.
    #[error("bad message: {0}")]
    Bad(#[from] BadMessage),
    /// The server refused for good (5xx): no such mailbox, not allowed.
    #[error("refused for good ({code}): {text}")]
    Refused { code: u16, text: String },
    /// The server asks to come back later (4xx).
    #[error("not now ({code}): {text}")]
    Deferred { code: u16, text: String },
    /// No server there, connection cut, TLS failing.
    #[error("no connection: {0}")]
    Unreachable(String),
    /// No answer in time. The message may have gone out; the Message-ID makes a repetition recognisable.
    #[error("no answer in time")]
    Slow,
}

impl SendProblem {
    /// Whether the job shall try again later; otherwise it waits for a person.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Deferred { .. } | Self::Unreachable(_) | Self::Slow)
    }

    /// Stable, for metrics and the operations page.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Bad(_) => "mail-bad-message",
            Self::Refused { .. } => "mail-refused",
            Self::Deferred { .. } => "mail-deferred",
            Self::Unreachable(_) => "mail-unreachable",
            Self::Slow => "mail-slow",
        }
    }

    /// For the operations page: what happened and what to do, in Japanese.
    pub const fn sentence(&self) -> &'static str {
        match self {
            Self::Bad(_) => "宛先か本文に誤りがあり、送っていません。宛先と文面を確かめてください。",
            Self::Refused { .. } => {
                "相手のメールサーバーが受け取りを断りました。宛先を確かめ、別の方法で連絡してください。"
            }
            Self::Deferred { .. } => "メールサーバーが混み合っています。しばらくして自動で送り直します。",
            Self::Unreachable(_) => {
                "メールサーバーにつながりません。自動で送り直します。続くときは接続の設定を確かめてください。"
            }
            Self::Slow => "メールサーバーの応答がありません。自動で送り直します（同じ通が2回届くことがあります）。",
        }
    }
}
