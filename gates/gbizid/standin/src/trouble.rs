//! The ways to fail: chosen on the page or by `&trouble=…`, carried by the code to where it happens.

use serde::{Deserialize, Serialize};

/// What shall go wrong with this sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    #[default]
    None,
    /// The person cancels.
    AccessDenied,
    InvalidRequest,
    InvalidScope,
    UnsupportedResponseType,
    /// The authorize endpoint answers with `server_error`.
    AuthorizeServerError,
    /// The answer carries another state than was sent.
    WrongState,
    /// The answer names another issuer (`iss` parameter).
    WrongIssParameter,
    ExpiredCode,
    /// Token endpoint: HTTP 500.
    TokenServerError,
    /// Token endpoint: no answer for a long time.
    Slow,
    /// Token endpoint: something that is no JSON.
    TokenGarbage,
    WrongNonce,
    WrongAud,
    WrongIss,
    ExpiredIdToken,
    /// Issued an hour in the future.
    FutureIdToken,
    /// Signed with a key that is never published.
    UnknownKid,
    /// The provider changes its key just now; the new one is published.
    RotatedKey,
    BadSignature,
    /// `alg: none`.
    UnsignedIdToken,
    NoIdToken,
    UserinfoUnauthorized,
    UserinfoForbidden,
    UserinfoServerError,
    UserinfoOtherSub,
    UserinfoGarbage,
    UserinfoWithoutKind,
}

impl Trouble {
    /// All, with what the chooser says about each.
    pub const ALL: [(Self, &'static str); 28] = [
        (Self::None, "正常に進める"),
        (Self::AccessDenied, "利用者が取り消す（access_denied）"),
        (Self::InvalidRequest, "認可の求めが不正（invalid_request）"),
        (Self::InvalidScope, "スコープが不正（invalid_scope）"),
        (Self::UnsupportedResponseType, "応答の種類に対応しない（unsupported_response_type）"),
        (Self::AuthorizeServerError, "認可でサーバーエラー（server_error）"),
        (Self::WrongState, "state が違う"),
        (Self::WrongIssParameter, "iss パラメーターが違う"),
        (Self::ExpiredCode, "認可コードの期限切れ"),
        (Self::TokenServerError, "トークンでサーバーエラー（500）"),
        (Self::Slow, "トークンの応答が遅い"),
        (Self::TokenGarbage, "トークンの応答が読めない"),
        (Self::WrongNonce, "nonce が違う"),
        (Self::WrongAud, "aud が違う"),
        (Self::WrongIss, "iss が違う"),
        (Self::ExpiredIdToken, "IDトークンの期限切れ"),
        (Self::FutureIdToken, "IDトークンの発行日時が未来"),
        (Self::UnknownKid, "公開していない鍵で署名（kid が不明）"),
        (Self::RotatedKey, "鍵を取り替える（新しい鍵は公開する）"),
        (Self::BadSignature, "署名が正しくない"),
        (Self::UnsignedIdToken, "署名がない（alg: none）"),
        (Self::NoIdToken, "IDトークンがない"),
        (Self::UserinfoUnauthorized, "userinfo が401"),
        (Self::UserinfoForbidden, "userinfo が403"),
        (Self::UserinfoServerError, "userinfo が500"),
        (Self::UserinfoOtherSub, "userinfo が別の人（sub が違う）"),
        (Self::UserinfoGarbage, "userinfo が読めない"),
        (Self::UserinfoWithoutKind, "userinfo にアカウント種別がない"),
    ];

    /// The value in forms and addresses, e.g. `wrong_nonce`.
    pub fn id(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The error that goes back from the authorize endpoint, if this is one of those.
    pub(crate) const fn authorize_error(self) -> Option<&'static str> {
        match self {
            Self::AccessDenied => Some("access_denied"),
            Self::InvalidRequest => Some("invalid_request"),
            Self::InvalidScope => Some("invalid_scope"),
            Self::UnsupportedResponseType => Some("unsupported_response_type"),
            Self::AuthorizeServerError => Some("server_error"),
            _ => None,
        }
    }
}
