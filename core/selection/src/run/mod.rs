//! 採択シミュレーション: scores, a budget and a rule in; a proposal for every case out.
//!
//! A run is a function of its input and parameters alone. Both are hashed, so that anybody can run
//! it again and see the same bytes.

mod difference;
mod parameters;
mod rank;
mod shares;
mod spend;

use hojo_words::{Number, NumberProblem};
use serde::{Deserialize, Serialize};

pub use difference::{Changed, differences};
pub use parameters::{Budget, Fill, PassRule, RunParameters};
pub use shares::{Share, Shares};

/// A case as a run sees it. Everything in here is fixed before the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCase {
    /// Unique; never shown.
    pub key: String,
    /// 受付番号.
    pub number: String,
    pub name: String,
    pub title: String,
    pub frame: String,
    pub prefecture: String,
    pub industry: String,
    /// 審査員の平均点.
    pub score: Number,
    pub bonus: Number,
    /// Positive; subtracted.
    pub deduction: Number,
    /// Mean of the criterion that decides between equals.
    pub first_criterion: Number,
    /// 申請額, yen.
    pub requested: i64,
    /// Moment of the first complete application, so written that text order is time order.
    pub filed_at: String,
    /// Reviewers who passed and failed its eligibility.
    pub passes: u32,
    pub fails: u32,
    /// Left out of the ranking, with the reason (withdrawn, chosen elsewhere, …).
    pub barred: Option<String>,
}

/// What a run is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunInput {
    pub cases: Vec<RunCase>,
}

/// 採否案.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    Adopted,
    NotAdopted,
}

/// Why a case is where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    WithinBudget,
    /// Does not fit what is left.
    OverBudget {
        left: i64,
    },
    /// An earlier case did not fit, and the cut is strict.
    BelowCut,
    BelowFloor {
        floor: Number,
    },
    /// Reviewers found it not eligible.
    NotEligible {
        passes: u32,
        fails: u32,
    },
    Barred {
        reason: String,
    },
}

/// One line of the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// From 1; none for cases that are not ranked.
    pub rank: Option<u32>,
    pub key: String,
    /// score + bonus − deduction.
    pub points: Number,
    pub proposal: Proposal,
    pub reason: Reason,
    /// Yen adopted so far, this line included.
    pub cumulative: i64,
}

/// Cases on both sides of the cut, nearest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boundary {
    /// The frame with a budget of its own; none for the whole round.
    pub frame: Option<String>,
    pub above: Vec<String>,
    pub below: Vec<String>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunResult {
    /// Ranked cases in order, then the others by number.
    pub lines: Vec<Ranked>,
    pub adopted: u32,
    /// Yen adopted.
    pub spent: i64,
    /// Yen asked for by all cases of the run.
    pub requested: i64,
    pub boundaries: Vec<Boundary>,
    pub shares: Vec<Shares>,
}

/// Runs it.
///
/// # Errors
/// [`NumberProblem::TooLarge`] when points or yen do not fit; nothing real comes near.
pub fn simulate(input: &RunInput, parameters: &RunParameters) -> Result<RunResult, NumberProblem> {
    let (standing, out) = rank::rank(input, parameters)?;
    let mut result = RunResult::default();
    let mut spending = spend::Spending::new(parameters);
    for (place, (case, points)) in standing.iter().enumerate() {
        let (proposal, reason) = spending.take(case, *points)?;
        if proposal == Proposal::Adopted {
            result.adopted = result.adopted.saturating_add(1);
        }
        result.lines.push(Ranked {
            rank: u32::try_from(place.saturating_add(1)).ok(),
            key: case.key.clone(),
            points: *points,
            proposal,
            reason,
            cumulative: spending.spent(),
        });
    }
    for (case, points, reason) in out {
        let cumulative = spending.spent();
        let proposal = Proposal::NotAdopted;
        result.lines.push(Ranked { rank: None, key: case.key.clone(), points, proposal, reason, cumulative });
    }
    result.spent = spending.spent();
    result.requested =
        input.cases.iter().try_fold(0i64, |sum, c| sum.checked_add(c.requested)).ok_or(NumberProblem::TooLarge)?;
    result.boundaries = rank::boundaries(&standing, &result.lines, parameters);
    result.shares = shares::shares(input, &result, parameters);
    Ok(result)
}

/// The hash of a run: SHA-256 over input (cases by key) and parameters in canonical JSON.
///
/// # Errors
/// When they cannot be written as JSON.
pub fn hash(input: &RunInput, parameters: &RunParameters) -> Result<String, serde_json::Error> {
    let mut cases: Vec<&RunCase> = input.cases.iter().collect();
    cases.sort_by(|a, b| a.key.cmp(&b.key));
    crate::canonical::sha256_of(&serde_json::json!({ "cases": cases, "parameters": parameters }))
}

impl RunCase {
    /// score + bonus − deduction.
    ///
    /// # Errors
    /// [`NumberProblem::TooLarge`].
    pub fn points(&self) -> Result<Number, NumberProblem> {
        self.score.add(self.bonus)?.sub(self.deduction)
    }
}

impl Proposal {
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Adopted => "採択",
            Self::NotAdopted => "不採択",
        }
    }
}

impl Reason {
    /// For the office; never for an applicant.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::WithinBudget => "予算の範囲内".to_owned(),
            Self::OverBudget { left } => {
                format!("予算の残額（{}円）を超える", hojo_words::Yen::new(*left))
            }
            Self::BelowCut => "採択の線より下位".to_owned(),
            Self::BelowFloor { floor } => format!("基準点（{}点）未満", floor.to_decimal(2)),
            Self::NotEligible { passes, fails } => format!("適格性を満たさない（適{passes}名・否{fails}名）"),
            Self::Barred { reason } => format!("対象外：{reason}"),
        }
    }
}
