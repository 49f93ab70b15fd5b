//! Everything that can go wrong at sign-in: a stable code, what happened, what to do.

use serde::{Deserialize, Serialize};

/// サインインできなかった理由. The wording is for the person at the sign-in page; details go to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[error("{}", self.code())]
#[serde(rename_all = "snake_case")]
pub enum SignInProblem {
    /// The person pressed cancel at GビズID (`access_denied`).
    Cancelled,
    /// Our authorization request was refused (`invalid_request`, `invalid_scope`, …): a matter for us.
    RequestRefused,
    /// The answer does not belong to an attempt of this browser (or carries neither code nor error).
    WrongState,
    /// The attempt was begun more than 30 minutes ago.
    AttemptTooOld,
    /// The code is older than 5 minutes or was used before (`invalid_grant`).
    CodeExpired,
    /// The provider does not accept our client id and secret.
    ClientRefused,
    WrongIssuer,
    WrongAudience,
    WrongNonce,
    /// Past its end, or issued in the future by our clock.
    TokenExpired,
    /// Signed with a key that is not in the published set, also after fetching the set again.
    UnknownKey,
    /// Bad signature, wrong algorithm, missing or unreadable ID token.
    TokenInvalid,
    /// userinfo answered 401 or 403. Older attributes are never used instead.
    UserinfoRefused,
    /// userinfo is about another account than the ID token.
    UserinfoMismatch,
    /// userinfo cannot be read or lacks the kind of account.
    UserinfoUnreadable,
    /// No connection, a server error, or the circuit breaker is open.
    ProviderDown,
    /// No answer within the time-out.
    ProviderSlow,
    /// Discovery contradicts our configuration (issuer, algorithms, addresses).
    ProviderMisconfigured,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Trying again helps.
    Retry,
    /// Waiting helps.
    Wait,
    /// Our own people have to look: the page says so and shows the reference number.
    Office,
}

const RETRY: &str =
    "お手数ですが、もう一度「GビズIDでサインイン」からやり直してください。入力して保存した内容は失われません。";
const WAIT: &str = "時間をおいて、もう一度お試しください。すでにサインインしている方は、そのまま作業を続けられます。";
const OFFICE: &str =
    "もう一度お試しいただき、同じ表示になるときは、画面の受付番号を添えて事務局へお問い合わせください。";

impl SignInProblem {
    /// All of them, for the error catalogue.
    pub const ALL: [Self; 18] = [
        Self::Cancelled,
        Self::RequestRefused,
        Self::WrongState,
        Self::AttemptTooOld,
        Self::CodeExpired,
        Self::ClientRefused,
        Self::WrongIssuer,
        Self::WrongAudience,
        Self::WrongNonce,
        Self::TokenExpired,
        Self::UnknownKey,
        Self::TokenInvalid,
        Self::UserinfoRefused,
        Self::UserinfoMismatch,
        Self::UserinfoUnreadable,
        Self::ProviderDown,
        Self::ProviderSlow,
        Self::ProviderMisconfigured,
    ];

    /// Stable: shown on the page, quoted on the phone, counted in metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cancelled => "signin-cancelled",
            Self::RequestRefused => "signin-request-refused",
            Self::WrongState => "signin-wrong-state",
            Self::AttemptTooOld => "signin-attempt-too-old",
            Self::CodeExpired => "signin-code-expired",
            Self::ClientRefused => "signin-client-refused",
            Self::WrongIssuer => "signin-wrong-issuer",
            Self::WrongAudience => "signin-wrong-audience",
            Self::WrongNonce => "signin-wrong-nonce",
            Self::TokenExpired => "signin-token-expired",
            Self::UnknownKey => "signin-unknown-key",
            Self::TokenInvalid => "signin-token-invalid",
            Self::UserinfoRefused => "signin-userinfo-refused",
            Self::UserinfoMismatch => "signin-userinfo-mismatch",
            Self::UserinfoUnreadable => "signin-userinfo-unreadable",
            Self::ProviderDown => "signin-provider-down",
            Self::ProviderSlow => "signin-provider-slow",
            Self::ProviderMisconfigured => "signin-provider-misconfigured",
        }
    }

    /// What happened, one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Cancelled => "GビズIDでのサインインが取り消されました。",
            Self::RequestRefused => "GビズIDがサインインの求めを受け付けませんでした。",
            Self::WrongState => "サインインの手続きが途中で切れたか、別の画面で始めたものでした。",
            Self::AttemptTooOld => "サインインを始めてから30分を過ぎたため、手続きを終えられませんでした。",
            Self::CodeExpired => "GビズIDから受け取った引換番号の期限（5分）が切れたか、すでに使われていました。",
            Self::ClientRefused => "このサイトがGビズIDに接続する設定が受け付けられませんでした。",
            Self::WrongIssuer => "GビズIDからの応答の発行元が正しくないため、安全のため受け付けませんでした。",
            Self::WrongAudience => {
                "GビズIDからの応答がこのサイトに宛てたものではないため、安全のため受け付けませんでした。"
            }
            Self::WrongNonce => {
                "GビズIDからの応答が今回のサインインのものではないため、安全のため受け付けませんでした。"
            }
            Self::TokenExpired => "GビズIDからの応答の期限が切れているか、日時が正しくありませんでした。",
            Self::UnknownKey => "GビズIDからの応答の署名を確かめるための鍵が見つかりませんでした。",
            Self::TokenInvalid => "GビズIDからの応答の署名を確かめられないため、安全のため受け付けませんでした。",
            Self::UserinfoRefused => "GビズIDから事業者の情報を受け取ることを断られました。",
            Self::UserinfoMismatch => "GビズIDから別のアカウントの情報が届いたため、安全のため受け付けませんでした。",
            Self::UserinfoUnreadable => {
                "GビズIDから受け取った情報に、アカウントの種別など必要なものがありませんでした。"
            }
            Self::ProviderDown => "GビズIDにつながらないため、いまはサインインできません。",
            Self::ProviderSlow => "GビズIDからの応答がないため、サインインできませんでした。",
            Self::ProviderMisconfigured => "GビズIDとの接続の設定が合っていないため、サインインできません。",
        }
    }

    /// What to do now, one or two sentences.
    pub const fn what_to_do(self) -> &'static str {
        match self.remedy() {
            Remedy::Retry => RETRY,
            Remedy::Wait => WAIT,
            Remedy::Office => OFFICE,
        }
    }

    pub const fn remedy(self) -> Remedy {
        match self {
            Self::Cancelled
            | Self::WrongState
            | Self::AttemptTooOld
            | Self::CodeExpired
            | Self::WrongNonce
            | Self::TokenExpired => Remedy::Retry,
            Self::ProviderDown | Self::ProviderSlow => Remedy::Wait,
            Self::RequestRefused
            | Self::ClientRefused
            | Self::WrongIssuer
            | Self::WrongAudience
            | Self::UnknownKey
            | Self::TokenInvalid
            | Self::UserinfoRefused
            | Self::UserinfoMismatch
            | Self::UserinfoUnreadable
            | Self::ProviderMisconfigured => Remedy::Office,
        }
    }
}
