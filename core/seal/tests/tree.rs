//! The tree against the definition in the RFC and against its own proofs.
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on stops here")]

use hojo_seal::{
    Frontier, Hash, consistency_proof, from_hex, inclusion_proof, leaf_hash, node_hash, root_of, to_hex,
    verify_consistency, verify_inclusion,
};
use proptest::prelude::*;

fn leaves(n: usize) -> Vec<Hash> {
    (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
}

/// MTH as RFC 6962 §2.1 writes it.
fn by_definition(leaves: &[Hash]) -> Hash {
    match leaves.len() {
        1 => leaves[0],
        n => {
            let k = n.next_power_of_two() / 2;
            node_hash(&by_definition(&leaves[..k]), &by_definition(&leaves[k..]))
        }
    }
}

#[test]
fn known_roots_of_certificate_transparency() {
    // The test vectors every implementation of RFC 6962 shares.
    let entries: [&[u8]; 8] = [
        &[],
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let hashes: Vec<Hash> = entries.iter().map(|e| leaf_hash(e)).collect();
    assert_eq!(to_hex(&root_of(&[])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(to_hex(&root_of(&hashes[..1])), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_eq!(to_hex(&root_of(&hashes)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

#[test]
fn a_frontier_is_taken_up_where_it_was_left() {
    let all = leaves(37);
    let mut tree = Frontier::default();
    for leaf in &all {
        tree = Frontier::restore(tree.size(), tree.peaks().to_vec()).unwrap();
        tree.push(*leaf);
    }
    assert_eq!(tree.root(), by_definition(&all));
    assert!(Frontier::restore(37, vec![[0; 32]; 2]).is_none());
    assert_eq!(from_hex::<32>(&to_hex(&tree.root())), Some(tree.root()));
}

proptest! {
    #[test]
    fn every_proof_holds_and_no_other_does(n in 1usize..200, i in 0usize..200, m in 1usize..200, flip in 0usize..32) {
        let all = leaves(n);
        let root = root_of(&all);
        prop_assert_eq!(root, by_definition(&all));
        let i = i % n;
        let (size, index) = (n as u64, i as u64);
        let proof = inclusion_proof(&all, i).unwrap();
        prop_assert!(verify_inclusion(&all[i], index, size, &proof, &root));
        let mut other = all[i];
        other[flip] ^= 1;
        prop_assert!(!verify_inclusion(&other, index, size, &proof, &root));
        if n > 1 {
            prop_assert!(!verify_inclusion(&all[i], (index + 1) % size, size, &proof, &root));
        }
        let m = 1 + m % n;
        let old = root_of(&all[..m]);
        let proof = consistency_proof(&all, m).unwrap();
        prop_assert!(verify_consistency(m as u64, &old, size, &root, &proof));
        let mut wrong = old;
        wrong[flip] ^= 1;
        prop_assert!(!verify_consistency(m as u64, &wrong, size, &root, &proof));
        if m < n {
            prop_assert!(!verify_consistency(m as u64, &old, size, &wrong, &proof));
        }
    }
}
