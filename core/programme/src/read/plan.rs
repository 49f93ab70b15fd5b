//! 計算の順: fields and columns in the order in which each has what it needs.

/// One step of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Decide whether a section is shown.
    Section(usize),
    /// Decide whether a field is shown, then read or compute it.
    Field(usize),
    /// Compute a column of every row: slot of the table, column.
    Column(usize, usize),
}
