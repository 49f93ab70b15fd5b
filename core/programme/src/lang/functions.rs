//! 関数: what each does to known values. An unknown argument makes the result unknown before we get here,
//! except for `answered` and `or`, which the evaluator handles itself.

use super::cagr::cagr_percent2;
use crate::value::Value;
use hojo_words::{Number, jst, text};
use time::{Date, Duration};

/// 関数の一覧.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    Min,
    Max,
    Abs,
    DownYen,
    UpYen,
    DownPercent2,
    /// Of percent points that are percent already.
    CutPercent2,
    Down,
    Up,
    CagrPercent2,
    Answered,
    CountChosen,
    CountFiles,
    Length,
    Contains,
    StartsWith,
    AddDays,
    AddMonths,
    AddYears,
    DaysBetween,
    MonthsBetween,
    YearsBetween,
    FiscalYear,
    Year,
    MonthOf,
    ToYearMonth,
    EndOfMonth,
}

/// Applies a function; anything that cannot be computed is unknown.
pub(crate) fn apply(function: Function, arguments: &[Value]) -> Value {
    compute(function, arguments).unwrap_or(Value::Unknown)
}

fn number(arguments: &[Value], index: usize) -> Option<Number> {
    arguments.get(index).and_then(Value::as_number)
}

fn date(arguments: &[Value], index: usize) -> Option<Date> {
    arguments.get(index).and_then(Value::as_date)
}

fn word(arguments: &[Value], index: usize) -> Option<&str> {
    arguments.get(index).and_then(Value::as_text)
}

fn whole(arguments: &[Value], index: usize) -> Option<i128> {
    number(arguments, index)?.as_integer()
}

fn integer(value: impl Into<i64>) -> Option<Value> {
    Some(Value::integer(value.into()))
}

fn size(value: usize) -> Option<Value> {
    i64::try_from(value).ok().map(Value::integer)
}

fn compute(function: Function, arguments: &[Value]) -> Option<Value> {
    use Function as F;
    let value = match function {
        F::Min | F::Max => extreme(function, arguments)?,
        F::Abs => number(arguments, 0)?.abs().ok()?,
        F::DownYen => number(arguments, 0)?.round_down(0).ok()?,
        F::UpYen => number(arguments, 0)?.round_up(0).ok()?,
        F::DownPercent2 => number(arguments, 0)?.mul(Number::integer(100)).ok()?.round_down(2).ok()?,
        F::CutPercent2 => number(arguments, 0)?.round_down(2).ok()?,
        F::Down => number(arguments, 0)?.round_down(places(arguments)?).ok()?,
        F::Up => number(arguments, 0)?.round_up(places(arguments)?).ok()?,
        F::CagrPercent2 => cagr_percent2(number(arguments, 0)?, number(arguments, 1)?, whole(arguments, 2)?)?,
        F::Answered => return Some(Value::Bool(answered(arguments.first()?))),
        F::CountChosen | F::CountFiles => return count(arguments.first()?),
        F::Length => return size(text::count_chars(word(arguments, 0)?)),
        F::Contains => {
            let (a, b) = (text::comparison_key(word(arguments, 0)?), text::comparison_key(word(arguments, 1)?));
            return Some(Value::Bool(a.contains(&b)));
        }
        F::StartsWith => {
            let (a, b) = (text::comparison_key(word(arguments, 0)?), text::comparison_key(word(arguments, 1)?));
            return Some(Value::Bool(a.starts_with(&b)));
        }
        _ => return dates(function, arguments),
    };
    Some(Value::Number(value))
}

/// Something was answered: an empty table or choice is no answer.
fn answered(value: &Value) -> bool {
    match value {
        Value::Unknown | Value::Nothing => false,
        Value::Many(keys) => !keys.is_empty(),
        Value::Files(files) => !files.is_empty(),
        Value::Rows(rows) => !rows.cells.is_empty(),
        _ => true,
    }
}

fn places(arguments: &[Value]) -> Option<u32> {
    u32::try_from(whole(arguments, 1)?).ok().filter(|places| *places <= 9)
}

fn extreme(function: Function, arguments: &[Value]) -> Option<Number> {
    let mut numbers = arguments.iter().map(Value::as_number);
    let first = numbers.next()??;
    numbers.try_fold(first, |best, next| {
        let next = next?;
        Some(if function == Function::Min { best.min(next) } else { best.max(next) })
    })
}

fn count(value: &Value) -> Option<Value> {
    match value {
        Value::Many(keys) => size(keys.len()),
        Value::Files(files) => size(files.len()),
        _ => None,
    }
}

fn dates(function: Function, arguments: &[Value]) -> Option<Value> {
    use Function as F;
    let day = date(arguments, 0)?;
    let shifted = match function {
        F::AddDays => day.checked_add(Duration::days(small(arguments)?.into())),
        F::AddMonths => jst::add_months(day, small(arguments)?),
        F::AddYears => jst::add_months(day, small(arguments)?.checked_mul(12)?),
        F::ToYearMonth => day.replace_day(1).ok(),
        F::EndOfMonth => day.replace_day(day.month().length(day.year())).ok(),
        F::DaysBetween => return integer((date(arguments, 1)? - day).whole_days()),
        F::MonthsBetween => return integer(jst::months_between(day, date(arguments, 1)?)),
        F::YearsBetween => return integer(jst::years_between(day, date(arguments, 1)?)),
        F::FiscalYear => return integer(jst::fiscal_year(day)),
        F::Year => return integer(day.year()),
        F::MonthOf => return integer(u8::from(day.month())),
        _ => None,
    };
    shifted.map(Value::Date)
}

/// Shifts beyond this many units leave any calendar.
fn small(arguments: &[Value]) -> Option<i32> {
    i32::try_from(whole(arguments, 1)?).ok().filter(|shift| shift.abs() <= 100_000)
}
