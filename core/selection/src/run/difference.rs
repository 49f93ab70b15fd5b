//! 前回との差: which proposals another run turned.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Proposal, Ranked, RunResult};

/// A case whose proposal differs, or that only one of the runs knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub key: String,
    pub before: Option<Proposal>,
    pub after: Option<Proposal>,
    pub rank_before: Option<u32>,
    pub rank_after: Option<u32>,
}

/// Changes from one result to another, in the order of the newer ranking, vanished cases last.
#[must_use]
pub fn differences(before: &RunResult, after: &RunResult) -> Vec<Changed> {
    let old: BTreeMap<&str, &Ranked> = before.lines.iter().map(|l| (l.key.as_str(), l)).collect();
    let new: BTreeMap<&str, &Ranked> = after.lines.iter().map(|l| (l.key.as_str(), l)).collect();
    let change = |key: &str| {
        let (b, a) = (old.get(key), new.get(key));
        Changed {
            key: key.to_owned(),
            before: b.map(|l| l.proposal),
            after: a.map(|l| l.proposal),
            rank_before: b.and_then(|l| l.rank),
            rank_after: a.and_then(|l| l.rank),
        }
    };
    let here = after.lines.iter().map(|l| l.key.as_str());
    let gone = before.lines.iter().map(|l| l.key.as_str()).filter(|key| !new.contains_key(key));
    here.chain(gone).map(change).filter(|c| c.before != c.after).collect()
}
