//! 版の違い in words an officer reads.

use crate::model::edition::Edition;
use serde::Serialize;

/// 変更点.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// 部分: 日程, 選択肢, 判定表, 様式, 規則, 通知書, 流れ, …
    pub area: String,
    /// The procedure it belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<String>,
    /// One sentence.
    pub text: String,
}

/// What changed from `old` to `new`.
pub fn diff(old: &Edition, new: &Edition) -> Vec<Change> {
    let _ = (old, new);
    Vec::new()
}
