//! One registry of typed ids (識別子). A `CaseId` cannot be passed where a `FilingId` is meant.
//!
//! Row keys are UUIDv7 made by the application (sortable, never shown). What a person or a URL
//! sees is a [`PublicId`]: 128 random bits, so that nothing can be guessed or counted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

typed_ids! {
    /// 公募回
    RoundId,
    /// 事業者(申請者)
    ApplicantId,
    /// GビズIDアカウント
    AccountId,
    /// 事務局の職員・外部審査員
    StaffId,
    /// 案件
    CaseId,
    /// 申請・届出・報告(1件)
    FilingId,
    /// 添付ファイル
    FileId,
    /// 通知書
    LetterId,
    /// 審査員の割当て
    AssignmentId,
    /// 採択シミュレーションの実行
    RunId,
    /// 指摘
    RemarkId,
    /// ジョブ
    JobId,
    /// セッション
    SessionId,
}

/// An id for URLs and for people: 128 random bits, written as 22 characters of base 62.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PublicId(pub Uuid);

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const WIDTH: usize = 22;

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut n = self.0.as_u128();
        let mut out = [b'0'; WIDTH];
        for slot in out.iter_mut().rev() {
            let digit = usize::try_from(n % 62).unwrap_or_default();
            *slot = DIGITS.get(digit).copied().unwrap_or(b'0');
            n /= 62;
        }
        f.write_str(std::str::from_utf8(&out).unwrap_or_default())
    }
}

/// The text is not a public id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a public id")]
pub struct NotAnId;

impl FromStr for PublicId {
    type Err = NotAnId;

    fn from_str(s: &str) -> Result<Self, NotAnId> {
        if s.len() != WIDTH {
            return Err(NotAnId);
        }
        s.bytes()
            .try_fold(0u128, |n, c| {
                let digit = DIGITS.iter().position(|d| *d == c)?;
                n.checked_mul(62)?.checked_add(digit as u128)
            })
            .map(|n| Self(Uuid::from_u128(n)))
            .ok_or(NotAnId)
    }
}

impl From<PublicId> for String {
    fn from(id: PublicId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for PublicId {
    type Error = NotAnId;

    fn try_from(s: String) -> Result<Self, NotAnId> {
        s.parse()
    }
}

impl From<Uuid> for PublicId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_survives_the_way_through_a_url() {
        for n in [0, 1, 61, 62, u128::MAX, 0x0192_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0000] {
            let id = PublicId(Uuid::from_u128(n));
            assert_eq!(id.to_string().len(), 22);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for s in ["", "0", "../../etc/passwd", "zzzzzzzzzzzzzzzzzzzzzz", "あいうえおかき", "00000000000000000000000"] {
            assert_eq!(s.parse::<PublicId>(), Err(NotAnId), "{s}");
        }
    }
}
