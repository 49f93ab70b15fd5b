//! Look-ups while one types: addresses, banks and branches, codes of the newest edition. Public data, no account needed.

pub(crate) mod banks;
pub(crate) mod codes;
pub(crate) mod postal;
