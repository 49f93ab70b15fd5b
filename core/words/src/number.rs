//! 数: exact rational numbers. Money rules multiply by 2/3 and compare shares; a float would round silently.
//! Every operation is checked: too large is an error value, never a panic and never a wrong result.

use num_bigint::BigInt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// 数: a fraction in lowest terms over 128-bit integers; the denominator is positive.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    numerator: i128,
    denominator: i128,
}

/// Why a number could not be formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberProblem {
    #[error("the result does not fit in 128 bits")]
    TooLarge,
    #[error("division by zero")]
    DivisionByZero,
    #[error("not a number")]
    Unreadable,
}

type Result<T> = std::result::Result<T, NumberProblem>;

const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[expect(clippy::should_implement_trait, reason = "these can fail; the operators of the standard library cannot")]
impl Number {
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// The fraction `numerator / denominator`, reduced.
    ///
    /// # Errors
    /// `DivisionByZero`, or `TooLarge` at the very edge of 128 bits.
    pub fn ratio(numerator: i128, denominator: i128) -> Result<Self> {
        if denominator == 0 {
            return Err(NumberProblem::DivisionByZero);
        }
        let common = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let common = i128::try_from(common).map_err(|_| NumberProblem::TooLarge)?;
        let (mut n, mut d) = (numerator / common, denominator / common);
        if d < 0 {
            n = n.checked_neg().ok_or(NumberProblem::TooLarge)?;
            d = d.checked_neg().ok_or(NumberProblem::TooLarge)?;
        }
        Ok(Self { numerator: n, denominator: d })
    }

    pub const fn integer(value: i128) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// Always positive.
    pub const fn denominator(self) -> i128 {
        self.denominator
    }

    pub const fn is_integer(self) -> bool {
        self.denominator == 1
    }

    pub const fn is_negative(self) -> bool {
        self.numerator < 0
    }

    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The whole number, if there is no fraction.
    pub const fn as_integer(self) -> Option<i128> {
        if self.denominator == 1 { Some(self.numerator) } else { None }
    }

    /// Sum.
    ///
    /// # Errors
    /// `TooLarge` when the exact result does not fit.
    pub fn add(self, other: Self) -> Result<Self> {
        if self.denominator == other.denominator {
            let sum = self.numerator.checked_add(other.numerator).ok_or(NumberProblem::TooLarge)?;
            return Self::ratio(sum, self.denominator);
        }
        let left = self.numerator.checked_mul(other.denominator).ok_or(NumberProblem::TooLarge)?;
        let right = other.numerator.checked_mul(self.denominator).ok_or(NumberProblem::TooLarge)?;
        let bottom = self.denominator.checked_mul(other.denominator).ok_or(NumberProblem::TooLarge)?;
        Self::ratio(left.checked_add(right).ok_or(NumberProblem::TooLarge)?, bottom)
    }

    /// Difference.
    ///
    /// # Errors
    /// `TooLarge` when the exact result does not fit.
    pub fn sub(self, other: Self) -> Result<Self> {
        self.add(other.neg()?)
    }

    /// Product.
    ///
    /// # Errors
    /// `TooLarge` when the exact result does not fit.
    pub fn mul(self, other: Self) -> Result<Self> {
        // Reduce across first: 10^20/3 × 3/10^20 must not overflow on the way to 1.
        let left = Self::ratio(self.numerator, other.denominator)?;
        let right = Self::ratio(other.numerator, self.denominator)?;
        let top = left.numerator.checked_mul(right.numerator).ok_or(NumberProblem::TooLarge)?;
        let bottom = left.denominator.checked_mul(right.denominator).ok_or(NumberProblem::TooLarge)?;
        Self::ratio(top, bottom)
    }

    /// Quotient, exact.
    ///
    /// # Errors
    /// `DivisionByZero`, `TooLarge`.
    pub fn div(self, other: Self) -> Result<Self> {
        self.mul(Self::ratio(other.denominator, other.numerator)?)
    }

    /// Negation.
    ///
    /// # Errors
    /// `TooLarge` for the smallest 128-bit integer.
    pub fn neg(self) -> Result<Self> {
        let numerator = self.numerator.checked_neg().ok_or(NumberProblem::TooLarge)?;
        Ok(Self { numerator, denominator: self.denominator })
    }

    /// Absolute value.
    ///
    /// # Errors
    /// `TooLarge` for the smallest 128-bit integer.
    pub fn abs(self) -> Result<Self> {
        if self.is_negative() { self.neg() } else { Ok(self) }
    }

    /// 切捨て to `places` decimals, towards zero (ROUNDDOWN).
    ///
    /// # Errors
    /// `TooLarge` when the scaled value does not fit.
    pub fn round_down(self, places: u32) -> Result<Self> {
        let scale = power_of_ten(places)?;
        let scaled = self.mul(Self::integer(scale))?;
        Self::ratio(scaled.numerator / scaled.denominator, scale)
    }

    /// 切上げ to `places` decimals, away from zero (ROUNDUP).
    ///
    /// # Errors
    /// `TooLarge` when the scaled value does not fit.
    pub fn round_up(self, places: u32) -> Result<Self> {
        let scale = power_of_ten(places)?;
        let scaled = self.mul(Self::integer(scale))?;
        let mut whole = scaled.numerator / scaled.denominator;
        if scaled.numerator % scaled.denominator != 0 {
            whole = whole.checked_add(scaled.numerator.signum()).ok_or(NumberProblem::TooLarge)?;
        }
        Self::ratio(whole, scale)
    }

    /// Decimal text with at most `places` decimals, cut off towards zero, trailing zeros dropped.
    pub fn to_decimal(self, places: u32) -> String {
        let Ok(cut) = self.round_down(places) else {
            return self.to_string();
        };
        let text = cut.fixed(places);
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }

    /// Decimal text with exactly `places` decimals, cut off towards zero: `4.07`, `50.00`.
    pub fn fixed(self, places: u32) -> String {
        let scaled = power_of_ten(places).and_then(|scale| self.mul(Self::integer(scale)));
        let Ok(scaled) = scaled else {
            return self.to_string();
        };
        let whole = scaled.numerator / scaled.denominator;
        let sign = if whole < 0 { "-" } else { "" };
        let places = usize::try_from(places).unwrap_or(0);
        let digits = format!("{:0>width$}", whole.unsigned_abs(), width = places + 1);
        let (head, tail) = digits.split_at(digits.len().saturating_sub(places));
        if tail.is_empty() { format!("{sign}{head}") } else { format!("{sign}{head}.{tail}") }
    }

    /// Decimal text with thousands separators, at most `places` decimals.
    pub fn grouped(self, places: u32) -> String {
        group_digits(&self.to_decimal(places))
    }
}

fn power_of_ten(places: u32) -> Result<i128> {
    10i128.checked_pow(places).ok_or(NumberProblem::TooLarge)
}

/// Puts a comma before every third digit of the whole part.
pub(crate) fn group_digits(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, tail) = rest.find('.').map_or((rest, ""), |dot| rest.split_at(dot));
    let mut out = String::with_capacity(text.len() + text.len() / 3);
    out.push_str(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(tail);
    out
}

impl Default for Number {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        let left = self.numerator.checked_mul(other.denominator);
        let right = other.numerator.checked_mul(self.denominator);
        if let (Some(left), Some(right)) = (left, right) {
            return left.cmp(&right);
        }
        let left = BigInt::from(self.numerator) * BigInt::from(other.denominator);
        let right = BigInt::from(other.numerator) * BigInt::from(self.denominator);
        left.cmp(&right)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::integer(i128::from(value))
    }
}

impl FromStr for Number {
    type Err = NumberProblem;

    /// `12`, `-1_000_000`, `0.05`, `1/2`. People's input is cleaned by the reader first.
    fn from_str(text: &str) -> Result<Self> {
        if let Some((top, bottom)) = text.split_once('/') {
            return top.trim().parse::<Self>()?.div(bottom.trim().parse()?);
        }
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = whole.replace('_', "");
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !plain(&whole) || !plain(fraction) || digits.ends_with('.') {
            return Err(NumberProblem::Unreadable);
        }
        let places = u32::try_from(fraction.len()).map_err(|_| NumberProblem::TooLarge)?;
        let top: i128 = format!("{whole}{fraction}").parse().map_err(|_| NumberProblem::TooLarge)?;
        Self::ratio(top.checked_mul(sign).ok_or(NumberProblem::TooLarge)?, power_of_ten(places)?)
    }
}

impl fmt::Display for Number {
    /// Exact: `12`, `0.05` or, when the decimals never end, `1/3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            return write!(f, "{}", self.numerator);
        }
        for places in [1, 2, 3, 4, 6, 9] {
            if self.round_down(places) == Ok(*self) {
                let text = self.fixed(places);
                return f.write_str(text.trim_end_matches('0'));
            }
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
