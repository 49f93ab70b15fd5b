//! 差戻しのあと: which fields are open, and what changed since the last submission.

pub(crate) mod compare;
mod page;
pub(crate) mod remarks;

pub(crate) use page::show as comparison;
