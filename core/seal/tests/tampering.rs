//! A thousand random changes to a sealed log, each by somebody who can write everything but the key and the
//! copy kept elsewhere: each is found.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on stops here")]

use hojo_seal::{Checkpoint, Finding, Frontier, Hash, Outcome, Row, RowId, Signed, Signer, Trust, Verifier, to_hex};

const SECRET: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

/// What an attacker may write.
#[derive(Clone)]
struct Book {
    rows: Vec<Row>,
    leaves: Vec<(RowId, Hash)>,
    checkpoints: Vec<Signed>,
}

fn row(n: usize, words: &str) -> Row {
    let log = ["operation", "access", "statement"][n % 3];
    let key = RowId { log: log.into(), at: 1_000_000 + n as i64, id: format!("{n:08}") };
    Row { key, fields: vec![Some("office".into()), None, Some(words.into())] }
}

fn seal(rows: Vec<Row>, every: usize, signer: &Signer) -> Book {
    let (mut tree, mut leaves, mut checkpoints, mut previous) = (Frontier::default(), vec![], vec![], [0; 32]);
    for (n, row) in rows.iter().enumerate() {
        leaves.push((row.key.clone(), row.leaf()));
        tree.push(row.leaf());
        if (n + 1) % every == 0 || n + 1 == rows.len() {
            let c = Checkpoint { origin: "test".into(), size: tree.size(), root: tree.root(), at: n as i64, previous };
            previous = c.hash();
            checkpoints.push(signer.sign(&c));
        }
    }
    Book { rows, leaves, checkpoints }
}

fn check(book: &Book, witness: &[Signed]) -> Outcome {
    let signer = Signer::read(SECRET).unwrap();
    let trust = Trust::read(&signer.public()).unwrap();
    let mut v = Verifier::new(&trust, Frontier::default(), &book.checkpoints, Some(witness));
    for (n, (key, hash)) in book.leaves.iter().enumerate() {
        v.leaf(n as u64, key.clone(), *hash, book.rows.iter().find(|r| r.key == *key));
    }
    for row in book.rows.iter().filter(|r| !book.leaves.iter().any(|(k, _)| *k == r.key)) {
        v.stray(row.key.clone());
    }
    v.finish(!book.rows.is_empty())
}

/// SplitMix64: the same changes at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// One change; the name of what was done.
fn tamper(book: &mut Book, dice: &mut Dice, thief: &Signer) -> &'static str {
    let n = dice.below(book.rows.len());
    let c = dice.below(book.checkpoints.len());
    match dice.below(14) {
        0 => {
            book.rows[n].fields[2] = Some("別の内容".into());
            "a row changed"
        }
        1 => {
            book.rows[n].fields[2] = Some("別の内容".into());
            let leaf = book.rows[n].leaf();
            let key = book.rows[n].key.clone();
            book.leaves.iter_mut().find(|(k, _)| *k == key).unwrap().1 = leaf;
            "a row and its leaf changed"
        }
        2 => {
            book.rows.remove(n);
            "a row deleted"
        }
        3 => {
            let key = book.rows.remove(n).key;
            book.leaves.retain(|(k, _)| *k != key);
            "a row and its leaf deleted"
        }
        4 => {
            let mut new = row(dice.below(3), "後から");
            new.key.id = "zzzz".into();
            book.rows.push(new);
            "a row inserted"
        }
        5 => {
            let mut new = row(dice.below(3), "後から");
            new.key.id = "zzzz".into();
            book.leaves.insert(n, (new.key.clone(), new.leaf()));
            book.rows.push(new);
            "a row inserted with a leaf"
        }
        6 => {
            let m = (n + 1 + dice.below(book.rows.len() - 1)) % book.rows.len();
            book.leaves.swap(n, m);
            "two leaves swapped"
        }
        7 => {
            let (a, b) = (book.rows[n].fields.clone(), (n + 1) % book.rows.len());
            book.rows[n].fields = book.rows[b].fields.clone();
            book.rows[b].fields = a;
            if book.rows[n].fields == book.rows[b].fields {
                book.rows[n].fields.push(None);
            }
            "the contents of two rows swapped"
        }
        8 => {
            let c = c.min(book.checkpoints.len() - 2);
            let size = usize::try_from(book.checkpoints[c].size).unwrap();
            book.leaves.truncate(size);
            book.checkpoints.truncate(c + 1);
            let kept = book.leaves.clone();
            book.rows.retain(|r| kept.iter().any(|(k, _)| *k == r.key));
            "the tail cut off at an older checkpoint"
        }
        9 => {
            let d = (c + 1 + dice.below(book.checkpoints.len() - 1)) % book.checkpoints.len();
            book.checkpoints.swap(c, d);
            "two checkpoints swapped"
        }
        10 => {
            book.checkpoints.remove(c);
            "a checkpoint deleted"
        }
        11 => {
            let rows = std::mem::take(&mut book.rows);
            *book = seal(rows, 7, thief);
            "everything sealed anew with another key"
        }
        12 => {
            book.checkpoints[c].at += 1;
            "the moment of a checkpoint changed"
        }
        _ => {
            let d = (c + 1 + dice.below(book.checkpoints.len() - 1)) % book.checkpoints.len();
            book.checkpoints[c] = book.checkpoints[d].clone();
            "a checkpoint put in another's place"
        }
    }
}

#[test]
fn a_thousand_random_tamperings_are_all_found() {
    let signer = Signer::read(SECRET).unwrap();
    let thief = Signer::read(&to_hex(&[7; 32])).unwrap();
    let whole = seal((0..120).map(|n| row(n, &format!("内容{n}"))).collect(), 9, &signer);
    let untouched = check(&whole, &whole.checkpoints);
    assert_eq!(untouched.findings, vec![]);
    assert_eq!((untouched.leaves, untouched.checkpoints), (120, 14));
    let mut dice = Dice(1);
    let mut kinds = std::collections::BTreeMap::new();
    for n in 0..1_000 {
        let mut book = whole.clone();
        let what = tamper(&mut book, &mut dice, &thief);
        let found = check(&book, &whole.checkpoints).findings;
        assert!(!found.is_empty(), "{n}: {what} was not found");
        *kinds.entry(what).or_insert(0) += 1;
    }
    assert_eq!(kinds.len(), 14, "{kinds:?}");
}

#[test]
fn what_was_done_is_named() {
    let signer = Signer::read(SECRET).unwrap();
    let whole = seal((0..20).map(|n| row(n, "x")).collect(), 5, &signer);
    let mut book = whole.clone();
    book.rows[6].fields[2] = Some("y".into());
    let key = book.rows[6].key.clone();
    assert_eq!(check(&book, &whole.checkpoints).findings, [Finding::Changed { leaf: 6, key }]);
    let mut book = whole.clone();
    book.leaves[6].1[0] ^= 1;
    book.rows.remove(6);
    assert!(check(&book, &whole.checkpoints).findings.contains(&Finding::Root { size: 10, sound: 5 }));
    let mut book = whole.clone();
    book.checkpoints.truncate(2);
    book.leaves.truncate(10);
    book.rows.truncate(10);
    // Within itself the short log is sound: only the copy kept elsewhere tells.
    assert_eq!(check(&book, &book.checkpoints).findings, vec![]);
    let found = check(&book, &whole.checkpoints).findings;
    assert_eq!(found, [Finding::Witness { size: 15 }, Finding::Witness { size: 20 }]);
    let mut book = whole;
    let last = book.checkpoints.clone();
    book.leaves.clear();
    book.checkpoints.clear();
    assert!(check(&book, &last).findings.contains(&Finding::Unsealed));
}

#[test]
fn an_excerpt_begins_at_a_signed_checkpoint() {
    let signer = Signer::read(SECRET).unwrap();
    let trust = Trust::read(&format!("# the office\n{}\n", signer.public())).unwrap();
    let whole = seal((0..20).map(|n| row(n, "x")).collect(), 5, &signer);
    let mut start = Frontier::default();
    for (_, hash) in &whole.leaves[..10] {
        start.push(*hash);
    }
    let later = &whole.checkpoints[1..];
    let run = |start: Frontier, skip: usize| {
        let mut v = Verifier::new(&trust, start, later, None);
        for (n, (key, hash)) in whole.leaves.iter().enumerate().skip(skip) {
            v.leaf(n as u64, key.clone(), *hash, whole.rows.get(n));
        }
        v.finish(true).findings
    };
    assert_eq!(run(start.clone(), 10), vec![]);
    let mut other = start.peaks().to_vec();
    other[0][0] ^= 1;
    assert!(!run(Frontier::restore(10, other).unwrap(), 10).is_empty());
    start.push([0; 32]);
    assert!(!run(start, 11).is_empty());
    assert!(Trust::read("# nothing\n").is_err() && Trust::read("xyz").is_err() && Signer::read("short").is_err());
}
