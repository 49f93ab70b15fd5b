//! 差戻しのあと: which fields are open, and what changed since the last submission.

pub(crate) mod remarks;
