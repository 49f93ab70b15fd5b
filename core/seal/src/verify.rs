//! The check of a whole log: every row against its leaf, the leaves against every checkpoint, the checkpoints
//! against their signatures, their chain and the copy kept elsewhere. Reads in one pass, in little memory.

use std::collections::{BTreeMap, BTreeSet};

use crate::checkpoint::{Checkpoint, Signed, Trust};
use crate::row::{Row, RowId};
use crate::tree::{Frontier, Hash};

/// One thing that is not as it was sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The row is there and says something else than what was sealed.
    Changed { leaf: u64, key: RowId },
    /// What was sealed is not there any more.
    Missing { leaf: u64, key: RowId },
    /// A row that was put in later, behind the seal.
    Inserted { key: RowId },
    /// The numbers of the leaves have a gap or repeat.
    Gap { expected: u64, found: u64 },
    /// The leaves up to here do not give the signed root; up to `sound` they did.
    Root { size: u64, sound: u64 },
    /// A checkpoint no trusted key signed, or whose text was changed.
    Signature { size: u64 },
    /// A checkpoint that does not follow the one before it.
    Chain { size: u64 },
    /// There are fewer leaves than the log had when this was signed.
    Truncated { size: u64, leaves: u64 },
    /// Leaves after the last checkpoint: sealing writes both at once.
    Unsigned { size: u64, leaves: u64 },
    /// The copy kept elsewhere knows a checkpoint that is not, or not so, in the log.
    Witness { size: u64 },
    /// The log has checkpoints the copy kept elsewhere does not know, between ones it knows.
    Unwitnessed { size: u64 },
    /// Rows, and not one checkpoint.
    Unsealed,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed { leaf, key } => write!(f, "書き換え: {leaf}番 {key}"),
            Self::Missing { leaf, key } => write!(f, "削除: {leaf}番 {key}"),
            Self::Inserted { key } => write!(f, "後からの挿入: {key}"),
            Self::Gap { expected, found } => write!(f, "並びの乱れ: {expected}番のはずが{found}番"),
            Self::Root { size, sound } => write!(f, "封印の不一致: {sound}番より後、{size}番までのどこか"),
            Self::Signature { size } => write!(f, "署名の不一致: {size}件時点の封印"),
            Self::Chain { size } => write!(f, "封印の欠落または入れ替え: {size}件時点の封印の前"),
            Self::Truncated { size, leaves } => write!(f, "末尾の切り捨て: {size}件あったはずが{leaves}件"),
            Self::Unsigned { size, leaves } => write!(f, "封印のない行: {size}件より後、{leaves}件まで"),
            Self::Witness { size } => write!(f, "控えとの不一致: {size}件時点の封印"),
            Self::Unwitnessed { size } => write!(f, "控えにない封印: {size}件時点の封印"),
            Self::Unsealed => write!(f, "封印が1つもありません"),
        }
    }
}

impl std::fmt::Display for RowId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.log, self.at, self.id)
    }
}

/// What a check comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    pub findings: Vec<Finding>,
    /// Rows that were proven.
    pub leaves: u64,
    pub checkpoints: u64,
    /// The last checkpoint that was signed, if any.
    pub last: Option<Checkpoint>,
}

/// A check under way: feed the leaves in order, then the rows that are in no leaf, then finish.
pub struct Verifier {
    tree: Frontier,
    expected: BTreeMap<u64, Hash>,
    checkpoints: u64,
    last: Option<Checkpoint>,
    /// Up to here the leaves gave every signed root.
    sound: u64,
    broken: bool,
    findings: Vec<Finding>,
}

impl Verifier {
    /// `checkpoints` as stored, in their order; `witness`: the copy kept elsewhere, if there is one; `start`: an
    /// empty frontier, or where an excerpt begins, which must itself be a signed checkpoint.
    #[must_use]
    pub fn new(trust: &Trust, start: Frontier, checkpoints: &[Signed], witness: Option<&[Signed]>) -> Self {
        let mut me = Self {
            sound: start.size(),
            tree: start,
            expected: BTreeMap::new(),
            checkpoints: 0,
            last: None,
            broken: false,
            findings: vec![],
        };
        me.take_checkpoints(trust, checkpoints);
        if let Some(witness) = witness {
            me.compare(trust, checkpoints, witness);
        }
        // The beginning of an excerpt is believed only because it is signed.
        if me.tree.size() > 0 && me.expected.get(&me.tree.size()) != Some(&me.tree.root()) {
            me.findings.push(Finding::Root { size: me.tree.size(), sound: 0 });
            me.broken = true;
        }
        me
    }

    fn take_checkpoints(&mut self, trust: &Trust, checkpoints: &[Signed]) {
        let excerpt = self.tree.size() > 0;
        for (n, signed) in checkpoints.iter().enumerate() {
            self.checkpoints += 1;
            let Some(c) = signed.verified(trust) else {
                self.findings.push(Finding::Signature { size: signed.size });
                continue;
            };
            let follows = match (&self.last, n) {
                (Some(before), _) => {
                    c.previous == before.hash()
                        && c.size > before.size
                        && c.origin == before.origin
                        && c.at >= before.at
                }
                (None, 0) => excerpt || c.previous == [0; 32],
                (None, _) => false,
            };
            if !follows {
                self.findings.push(Finding::Chain { size: c.size });
            }
            self.expected.insert(c.size, c.root);
            self.last = Some(c);
        }
    }

    fn compare(&mut self, trust: &Trust, checkpoints: &[Signed], witness: &[Signed]) {
        let stored: BTreeMap<u64, &Signed> = checkpoints.iter().map(|c| (c.size, c)).collect();
        let start = self.tree.size();
        let mut known = BTreeSet::new();
        for w in witness.iter().filter(|w| w.size >= start) {
            known.insert(w.size);
            // A line of the copy nobody signed says nothing against the log, but it was changed.
            if w.verified(trust).is_none() || stored.get(&w.size) != Some(&w) {
                self.findings.push(Finding::Witness { size: w.size });
            }
        }
        let Some(last) = known.iter().next_back() else { return };
        for size in stored.keys().filter(|s| **s < *last && !known.contains(s)) {
            self.findings.push(Finding::Unwitnessed { size: *size });
        }
    }

    /// One leaf as stored, with the row it stands for if that is there. In the order of `number`.
    pub fn leaf(&mut self, number: u64, key: RowId, stored: Hash, row: Option<&Row>) {
        let expected = self.tree.size();
        if number != expected {
            self.findings.push(Finding::Gap { expected, found: number });
        }
        match row {
            None => self.findings.push(Finding::Missing { leaf: number, key }),
            Some(row) if row.key != key || row.leaf() != stored => {
                self.findings.push(Finding::Changed { leaf: number, key });
            }
            Some(_) => {}
        }
        self.tree.push(stored);
        let size = self.tree.size();
        if let Some(root) = self.expected.get(&size) {
            if *root == self.tree.root() {
                if !self.broken {
                    self.sound = size;
                }
            } else if !self.broken {
                // Every later root differs as well; the first one says where.
                self.broken = true;
                self.findings.push(Finding::Root { size, sound: self.sound });
            }
        }
    }

    /// A row in no leaf although everything of its time is sealed.
    pub fn stray(&mut self, key: RowId) {
        self.findings.push(Finding::Inserted { key });
    }

    /// `rows`: is there anything that should have been sealed by now?
    #[must_use]
    pub fn finish(mut self, rows: bool) -> Outcome {
        let leaves = self.tree.size();
        match &self.last {
            None if rows || leaves > 0 => self.findings.push(Finding::Unsealed),
            None => {}
            Some(last) if last.size > leaves => {
                self.findings.push(Finding::Truncated { size: last.size, leaves });
            }
            Some(last) if last.size < leaves => {
                self.findings.push(Finding::Unsigned { size: last.size, leaves });
            }
            Some(_) => {}
        }
        Outcome { findings: self.findings, leaves, checkpoints: self.checkpoints, last: self.last }
    }
}
