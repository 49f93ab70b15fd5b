//! Files people hand in and letters we make: kept by the hash of their bytes, inspected before use.
//! Never knows whose a file is (the database does) and never believes a name or a declared type.
//! Start at [`Vault::receive`] and [`inspect::inspect`].
//! Kept honest by `tests/hostile.rs`, a corpus of files that must not get in.

pub mod inspect;
mod store;

pub use inspect::{Format, Inspection, Refused};
pub use store::{Received, Vault, VaultError};
