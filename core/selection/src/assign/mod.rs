//! 審査員の割当て: reviewers to cases, never across a conflict, never above a capacity.
//!
//! Three passes, each deterministic: the hardest cases first, to whoever has least; then handing
//! over along a chain where somebody who could take a case is full; then evening out the load.

mod board;
mod ties;

use std::collections::BTreeMap;

use board::Board;
use serde::{Deserialize, Serialize};
pub use ties::{Conflict, Supporter, Tie, TieKind, conflict};

/// 審査員 as the assignment sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    pub key: String,
    /// Most cases at a time; `None` when nobody set a limit.
    pub capacity: Option<u32>,
    /// Cases held already.
    pub load: u32,
    pub ties: Vec<Tie>,
}

/// A case that needs reviewers, with everything a tie may touch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseNeed {
    pub key: String,
    /// 申請者の商号と代表者.
    pub names: Vec<String>,
    /// 法人番号.
    pub number: Option<String>,
    /// 都道府県コード.
    pub prefecture: String,
    pub supporters: Vec<Supporter>,
    /// Places still free.
    pub missing: u32,
    /// Reviewers who hold it, were recused from it or were taken off it: not again.
    pub seen_by: Vec<String>,
}

/// One place filled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Placement {
    pub case: String,
    pub reviewer: String,
}

/// Why a reviewer could not take a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Barrier {
    Conflict(Conflict),
    /// Holds it, or was recused or withdrawn.
    Seen,
    /// At capacity.
    Full,
}

/// A case with places left over, and what stood in the way of each reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Short {
    pub case: String,
    pub missing: u32,
    /// Reviewer key → barrier, for every reviewer not placed on it.
    pub barriers: BTreeMap<String, Barrier>,
}

/// The result: sorted, so that it does not depend on the order of the input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignment {
    pub placements: Vec<Placement>,
    pub short: Vec<Short>,
}

/// Fills as many places as can be filled at all, and evens out the load.
#[must_use]
pub fn assign(cases: &[CaseNeed], reviewers: &[Reviewer]) -> Assignment {
    let mut cases: Vec<&CaseNeed> = cases.iter().collect();
    cases.sort_by(|a, b| a.key.cmp(&b.key));
    let mut reviewers: Vec<&Reviewer> = reviewers.iter().collect();
    reviewers.sort_by(|a, b| a.key.cmp(&b.key));
    let mut board = Board::new(&cases, &reviewers);
    board.fill();
    board.even_out();
    result(&cases, &reviewers, &board)
}

fn result(cases: &[&CaseNeed], reviewers: &[&Reviewer], board: &Board) -> Assignment {
    let mut out = Assignment::default();
    for (at, case) in cases.iter().enumerate() {
        for r in board.placed(at) {
            if let Some(reviewer) = reviewers.get(r) {
                out.placements.push(Placement { case: case.key.clone(), reviewer: reviewer.key.clone() });
            }
        }
        let missing = board.missing(at);
        if missing > 0 {
            let barriers = reviewers
                .iter()
                .enumerate()
                .filter(|(r, _)| !board.is_placed(at, *r))
                .map(|(_, r)| (r.key.clone(), barrier(case, r)))
                .collect();
            out.short.push(Short { case: case.key.clone(), missing, barriers });
        }
    }
    out.placements.sort();
    out
}

fn barrier(case: &CaseNeed, reviewer: &Reviewer) -> Barrier {
    if case.seen_by.contains(&reviewer.key) {
        return Barrier::Seen;
    }
    conflict(case, &reviewer.ties).map_or(Barrier::Full, Barrier::Conflict)
}

impl Barrier {
    /// For the office.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Conflict(c) => c.sentence(),
            Self::Seen => "割当て済み、忌避又は割当て解除の記録があります。".to_owned(),
            Self::Full => "担当件数の上限に達しています。".to_owned(),
        }
    }
}

impl Short {
    /// 「利益相反 3名、上限 2名」: how many reviewers each barrier kept away.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |wanted: fn(&Barrier) -> bool| self.barriers.values().filter(|b| wanted(b)).count();
        let parts = [
            ("利益相反", count(|b| matches!(b, Barrier::Conflict(_)))),
            ("担当件数の上限", count(|b| matches!(b, Barrier::Full))),
            ("割当て済み・忌避・解除", count(|b| matches!(b, Barrier::Seen))),
        ];
        let words: Vec<String> =
            parts.iter().filter(|(_, n)| *n > 0).map(|(label, n)| format!("{label} {n}名")).collect();
        if words.is_empty() {
            "割り当てられる審査員が登録されていません".to_owned()
        } else {
            words.join("、")
        }
    }
}
