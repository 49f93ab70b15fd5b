//! 表示: a value in words, by its type.

use super::types::{Type, Unit};
use crate::value::Value;
use hojo_words::jst;

/// 日付の書き方.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dates {
    /// 2026年11月22日.
    Plain,
    /// 令和8年11月22日.
    Legal,
}

/// The value in words, unit included: `12,000,000円`, `66.67％`, `新事業進出枠`. Unknown is `未入力`.
pub(crate) fn words(value: &Value, ty: &Type, dates: Dates) -> String {
    match value {
        Value::Unknown => "未入力".to_owned(),
        Value::Nothing => "なし".to_owned(),
        Value::Bool(value) => if *value { "はい" } else { "いいえ" }.to_owned(),
        Value::Number(number) => match ty {
            Type::Number(Unit::Yen) => format!("{}円", number.grouped(2)),
            Type::Number(Unit::Percent) => format!("{}％", number.fixed(2)),
            Type::Number(Unit::Year) => number.to_decimal(0),
            Type::Number(Unit::Ratio) if !number.is_integer() => number_as_fraction(*number),
            _ => number.grouped(2),
        },
        Value::Text(text) => match ty {
            Type::Choice(list) => list.options.get(text.as_ref()).cloned().unwrap_or_else(|| text.to_string()),
            Type::Code(table) => table.code_label(text).map_or_else(|| text.to_string(), str::to_owned),
            _ => text.to_string(),
        },
        Value::Date(day) => match (ty, dates) {
            (Type::YearMonth, Dates::Plain) => format!("{}年{}月", day.year(), u8::from(day.month())),
            (Type::YearMonth, Dates::Legal) => format!("{}{}月", jst::legal_year(*day), u8::from(day.month())),
            (_, Dates::Plain) => jst::long_date(*day),
            (_, Dates::Legal) => jst::legal_date(*day),
        },
        Value::Many(keys) => {
            let label = |key: &str| match ty {
                Type::Many(list) => list.options.get(key).cloned().unwrap_or_else(|| key.to_owned()),
                _ => key.to_owned(),
            };
            keys.iter().map(|key| label(key)).collect::<Vec<_>>().join("、")
        }
        Value::Files(files) => format!("{}件", files.len()),
        Value::Rows(rows) => format!("{}行", rows.cells.len()),
    }
}

/// Rates are written as fractions; a denominator nobody writes becomes a decimal.
fn number_as_fraction(number: hojo_words::Number) -> String {
    if number.denominator() <= 100 {
        format!("{}/{}", number.numerator(), number.denominator())
    } else {
        number.grouped(4)
    }
}

/// Cuts a unit that the sentence writes again right behind: `{excess}円`.
pub(crate) fn without_doubled_unit(words: String, following: &str) -> String {
    for (unit, forms) in [("円", ["円", "円"]), ("％", ["％", "%"])] {
        if words.ends_with(unit) && forms.iter().any(|form| following.starts_with(form)) {
            return words.strip_suffix(unit).map(str::to_owned).unwrap_or(words);
        }
    }
    words
}
