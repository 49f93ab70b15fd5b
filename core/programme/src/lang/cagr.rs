//! 年平均成長率, as the official CAGR tool computes it, in whole numbers.
//!
//! The tool: `ROUNDDOWN(((final/base)^(1/years) − 1) × 100, 2)`, years 3 to 5; base 0 counts as 1; a negative
//! base multiplies the result by −1; a root that is no real number shows "-", which is unknown here.

use hojo_words::Number;
use num_bigint::{BigInt, BigUint, Sign};

/// Percent points with 2 decimals, or `None` where the tool shows "-".
pub(crate) fn cagr_percent2(base: Number, last: Number, years: i128) -> Option<Number> {
    let years = u32::try_from(years).ok().filter(|years| (3..=5).contains(years))?;
    let base = if base.is_zero() { Number::ONE } else { base };
    let negative_base = base.is_negative();
    // last/base as a fraction of big integers.
    let numerator = BigInt::from(last.numerator()) * BigInt::from(base.denominator());
    let denominator = BigInt::from(last.denominator()) * BigInt::from(base.numerator());
    let negative = (numerator.sign() == Sign::Minus) != (denominator.sign() == Sign::Minus);
    if negative && numerator.sign() != Sign::NoSign {
        // The tool raises a negative number to a broken power: no real number, whatever the number of years.
        return None;
    }
    let hundredths = growth(numerator.magnitude(), denominator.magnitude(), years)?;
    let hundredths = if negative_base { -hundredths } else { hundredths };
    Number::ratio(i128::try_from(hundredths).ok()?, 100).ok()
}

/// ((n/d)^(1/years) − 1) × 10 000, cut towards zero.
///
/// With r the exact root, 10⁴·r lies between the whole root of 10^(4·years)·n/d and the next number, so that the cut
/// is exact: below 1 the value is negative and is cut upwards, towards zero.
fn growth(numerator: &BigUint, denominator: &BigUint, years: u32) -> Option<BigInt> {
    if denominator.bits() == 0 {
        return None;
    }
    let scaled = numerator * BigUint::from(10u32).pow(4 * years);
    let quotient = &scaled / denominator;
    let floor = quotient.nth_root(years);
    let exact = &floor.pow(years) * denominator == scaled;
    let floor = BigInt::from(floor);
    let one = BigInt::from(10_000);
    if floor >= one || exact { Some(floor - one) } else { Some(floor + 1 - one) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(base: i64, last: i64, years: i128) -> Option<String> {
        cagr_percent2(Number::from(base), Number::from(last), years).map(|n| n.fixed(2))
    }

    #[test]
    fn agrees_with_the_tool() {
        let table: &[(i64, i64, i128, Option<&str>)] = &[
            (100, 100, 5, Some("0.00")),
            (1_000_000, 1_216_652, 5, Some("3.99")),
            (1_000_000, 1_216_653, 5, Some("4.00")),
            (1_000, 1_331, 3, Some("10.00")),
            (10_000, 14_641, 4, Some("10.00")),
            (100, 90, 3, Some("-3.45")),
            (100, 0, 3, Some("-100.00")),
            (0, 8, 3, Some("100.00")),
            (-100, -90, 3, Some("3.45")),
            (-100, 50, 3, None),
            (100, -50, 3, None),
            (100, 110, 2, None),
            (100, 110, 6, None),
        ];
        for (base, last, years, expected) in table {
            assert_eq!(case(*base, *last, *years).as_deref(), *expected, "{base} {last} {years}");
        }
    }
}
