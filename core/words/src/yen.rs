//! 円: whole yen, checked. No rounding happens here: a `Number` is rounded by a named function first.

use crate::number::{Number, group_digits};
use serde::{Deserialize, Serialize};
use std::fmt;

/// 金額 in whole yen; may be negative (a loss).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(i64);

/// Why an amount could not be formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum YenProblem {
    /// Beyond ±9.2 × 10^18 yen.
    #[error("the amount does not fit")]
    TooLarge,
    /// A fraction of a yen; round it by name first.
    #[error("the amount is not whole yen")]
    NotWhole,
}

impl Yen {
    pub const ZERO: Self = Self(0);

    pub const fn new(yen: i64) -> Self {
        Self(yen)
    }

    pub const fn get(self) -> i64 {
        self.0
    }

    /// Sum.
    ///
    /// # Errors
    /// `TooLarge` on overflow.
    pub fn plus(self, other: Self) -> Result<Self, YenProblem> {
        self.0.checked_add(other.0).map(Self).ok_or(YenProblem::TooLarge)
    }

    /// Difference.
    ///
    /// # Errors
    /// `TooLarge` on overflow.
    pub fn minus(self, other: Self) -> Result<Self, YenProblem> {
        self.0.checked_sub(other.0).map(Self).ok_or(YenProblem::TooLarge)
    }

    /// Product with an exact ratio; the result must be whole or the caller rounds by name.
    pub fn times(self, ratio: Number) -> Result<Number, crate::NumberProblem> {
        Number::from(self).mul(ratio)
    }

    /// The exact number as an amount.
    ///
    /// # Errors
    /// `NotWhole` when a fraction remains, `TooLarge` beyond 64 bits.
    pub fn from_number(number: Number) -> Result<Self, YenProblem> {
        let whole = number.as_integer().ok_or(YenProblem::NotWhole)?;
        i64::try_from(whole).map(Self).map_err(|_| YenProblem::TooLarge)
    }
}

impl fmt::Display for Yen {
    /// Digits with separators, no unit: `1,234,000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&group_digits(&self.0.to_string()))
    }
}

impl From<Yen> for Number {
    fn from(yen: Yen) -> Self {
        Self::from(yen.0)
    }
}
