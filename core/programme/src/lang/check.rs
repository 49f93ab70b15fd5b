//! (being written)
pub(crate) struct Names;
pub(crate) struct Scope;
