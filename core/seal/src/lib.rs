//! Seals over the logs: a Merkle tree over canonical rows, signed checkpoints, and the check of both.
//! Never reads a database, a file or a clock, and never makes a key: it is given all of these.
//! Start at [`Row::leaf`], [`Frontier`] and [`Verifier`].
//! Kept honest by `tests/tampering.rs` (a thousand random changes) and the properties in `tests/tree.rs`.

mod checkpoint;
mod hex;
mod row;
mod tree;
mod verify;

pub use checkpoint::{Checkpoint, KeyProblem, PublicKey, Signed, Signer, Trust};
pub use hex::{from_hex, to_hex};
pub use row::{Row, RowId};
pub use tree::{
    Frontier, Hash, consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of, verify_consistency,
    verify_inclusion,
};
pub use verify::{Finding, Outcome, Verifier};
