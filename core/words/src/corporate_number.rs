//! 法人番号: 13 digits, the first is a check digit (法人番号の指定等に関する省令 2条).

use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// 法人番号, 13 half-width digits with a right check digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CorporateNumber(String);

/// Why a text is no 法人番号.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CorporateNumberProblem {
    #[error("not 13 digits")]
    NotThirteenDigits,
    /// Most often one mistyped or two swapped digits. A 0↔9 swap cannot be noticed.
    #[error("the check digit does not match")]
    CheckDigit,
}

impl CorporateNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The check digit of a 12-digit base number: 9 − (Σ P·Q mod 9), Q = 1, 2, 1, 2 … from the right.
fn check_digit(base: &str) -> Option<u32> {
    let mut sum = 0;
    for (place, character) in base.chars().rev().enumerate() {
        sum += character.to_digit(10)? * if place % 2 == 0 { 1 } else { 2 };
    }
    Some(9 - sum % 9)
}

impl FromStr for CorporateNumber {
    type Err = CorporateNumberProblem;

    /// Accepts both widths, hyphens and spaces.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String =
            text::fold_width(text).chars().filter(|c| !c.is_whitespace() && !text::is_hyphen(*c)).collect();
        if digits.len() != 13 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(CorporateNumberProblem::NotThirteenDigits);
        }
        let (check, base) = digits.split_at(1);
        let expected = check_digit(base).ok_or(CorporateNumberProblem::NotThirteenDigits)?;
        if check.parse() == Ok(expected) { Ok(Self(digits)) } else { Err(CorporateNumberProblem::CheckDigit) }
    }
}

impl TryFrom<String> for CorporateNumber {
    type Error = CorporateNumberProblem;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CorporateNumber> for String {
    fn from(number: CorporateNumber) -> Self {
        number.0
    }
}

impl fmt::Display for CorporateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
