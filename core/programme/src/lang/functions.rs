//! 関数.

/// 関数の一覧.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    Min,
}
