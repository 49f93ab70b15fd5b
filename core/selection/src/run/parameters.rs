//! 実行条件: what a person chooses for a run.

use std::collections::BTreeMap;

use hojo_words::Number;
use serde::{Deserialize, Serialize};

/// 予算の使い方.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// The first case that does not fit draws the line.
    #[default]
    StrictCut,
    /// A case that does not fit is passed over; smaller ones below may still fit.
    SkipAndFill,
}

/// How reviewers' verdicts on eligibility are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassRule {
    /// More passes than fails.
    #[default]
    Majority,
    /// No fail at all.
    Unanimous,
    /// Verdicts do not count.
    Ignore,
}

/// 予算, yen. A missing limit limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    pub total: Option<i64>,
    /// Frame → limit.
    pub frames: BTreeMap<String, i64>,
}

/// 実行条件.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunParameters {
    pub budget: Budget,
    /// 基準点: fewer points are not adopted whatever the budget.
    pub floor: Option<Number>,
    pub fill: Fill,
    pub pass: PassRule,
    /// Cases shown on each side of the cut.
    pub boundary: u32,
    /// Lower ends of the amount bands, yen, rising.
    pub bands: Vec<i64>,
}

impl Fill {
    pub const ALL: [Self; 2] = [Self::StrictCut, Self::SkipAndFill];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StrictCut => "strict_cut",
            Self::SkipAndFill => "skip_and_fill",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.code() == code)
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::StrictCut => "順位で線を引く（収まらない案件が出たところで終わる）",
            Self::SkipAndFill => "飛ばして充てる（収まらない案件を飛ばし、下位の案件を充てる）",
        }
    }
}

impl PassRule {
    pub const ALL: [Self; 3] = [Self::Majority, Self::Unanimous, Self::Ignore];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Majority => "majority",
            Self::Unanimous => "unanimous",
            Self::Ignore => "ignore",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Majority => "審査員の過半数が「適」",
            Self::Unanimous => "審査員の全員が「適」",
            Self::Ignore => "適格性の評価を使わない",
        }
    }

    pub(super) const fn accepts(self, passes: u32, fails: u32) -> bool {
        match self {
            Self::Majority => passes > fails,
            Self::Unanimous => fails == 0,
            Self::Ignore => true,
        }
    }
}
