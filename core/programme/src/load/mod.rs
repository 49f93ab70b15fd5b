//! 読み込み: files become an edition, or a list of everything that is wrong with them.

use crate::model::edition::Edition;
use crate::source::{Problem, SourceFiles};

/// Loads an edition from its files.
///
/// # Errors
/// Every problem that was found, sorted by place; each names file, line and column.
pub fn load_dir(files: &SourceFiles) -> Result<Edition, Vec<Problem>> {
    let _ = files;
    Err(Vec::new())
}
