//! 添付ファイル: taken in, inspected, stored by hash, replaced with history, looked at.

mod change;
mod receive;
pub(crate) mod scan;
mod serve;
pub(crate) mod slot;

pub(crate) use change::{KeptFile, SCAN, accept, keep_scan, refuse, remove};
pub(crate) use receive::upload;
pub(crate) use serve::serve;
