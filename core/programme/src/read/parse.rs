//! 文字から値へ: what people type, in both widths and the ways they write numbers and dates.

use hojo_words::{Number, jst, text};
use time::{Date, Month};

/// Longest text that can still be a number or a date; anything longer is neither.
const LONGEST: usize = 64;

/// `yes` / `no` and what forms and people write for them.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match text::fold_width(text).trim().to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" | "1" | "はい" | "同意する" | "有" | "○" => Some(true),
        "no" | "false" | "off" | "0" | "いいえ" | "無" | "×" => Some(false),
        _ => None,
    }
}

/// A number: both widths, separators, spaces, a leading ¥, the field's unit, 円 or ％ behind, △ and ▲ for minus.
pub(crate) fn number(text: &str, unit: &str) -> Option<Number> {
    if text.len() > LONGEST * 4 {
        return None;
    }
    let folded = text::fold_width(text);
    let mut body = folded.trim();
    for suffix in [unit, "円", "%"] {
        body = body.strip_suffix(suffix).unwrap_or(body).trim_end();
    }
    body = body.strip_prefix(['¥', '\\', '￥']).unwrap_or(body).trim_start();
    let mut negative = false;
    if let Some(rest) = body.strip_prefix(|c| matches!(c, '△' | '▲') || (c != 'ー' && text::is_hyphen(c))) {
        negative = true;
        body = rest.trim_start();
    } else if let Some(rest) = body.strip_prefix('+') {
        body = rest.trim_start();
    }
    let digits: String = body.chars().filter(|c| !matches!(c, ',' | '、' | '，') && !c.is_whitespace()).collect();
    let plain =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !plain || digits.len() > 30 {
        return None;
    }
    let number: Number = digits.parse().ok()?;
    if negative { number.neg().ok() } else { Some(number) }
}

/// Only the digits of a code: both widths, hyphens and spaces dropped. `None` when anything else is in it.
pub(crate) fn digits(text: &str) -> Option<String> {
    let kept: String =
        text::fold_width(text).chars().filter(|c| !c.is_whitespace() && !text::is_hyphen(*c)).take(LONGEST).collect();
    (!kept.is_empty() && kept.bytes().all(|b| b.is_ascii_digit())).then_some(kept)
}

/// `2026-04-01`, as definitions write dates.
pub(crate) fn iso_date(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    civil(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn civil(year: i32, month: u8, day: u8) -> Option<Date> {
    if !(1868..=2999).contains(&year) {
        return None;
    }
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

/// An era or nothing, then the numbers of a date.
fn parts(text: &str) -> Option<(String, Vec<u32>)> {
    if text.len() > LONGEST * 4 {
        return None;
    }
    let folded = text::fold_width(text).replace("元年", "1年");
    let folded = folded.trim();
    let start = folded.find(|c: char| c.is_ascii_digit())?;
    let (era, rest) = folded.split_at_checked(start)?;
    let mut numbers = Vec::new();
    let mut current = String::new();
    for character in rest.chars().chain(std::iter::once(' ')) {
        if character.is_ascii_digit() {
            current.push(character);
        } else if matches!(character, '年' | '月' | '日' | '期' | '度' | '/' | '.' | ' ') || text::is_hyphen(character)
        {
            if !current.is_empty() {
                numbers.push(current.parse().ok()?);
                current.clear();
            }
        } else {
            return None;
        }
    }
    Some((era.trim().to_owned(), numbers))
}

fn small(number: u32) -> Option<u8> {
    u8::try_from(number).ok()
}

/// `2026/4/1`, `2026年4月1日`, `20260401`, `令和8年4月1日`, `R8.4.1`.
pub(crate) fn date(text: &str) -> Option<Date> {
    let (era, numbers) = parts(text)?;
    match (era.as_str(), numbers.as_slice()) {
        ("", [whole]) if (18_680_101..=29_991_231).contains(whole) => {
            civil(i32::try_from(whole / 10_000).ok()?, small(whole / 100 % 100)?, small(whole % 100)?)
        }
        ("", [year, month, day]) => civil(i32::try_from(*year).ok()?, small(*month)?, small(*day)?),
        ("", _) => None,
        (era, [year, month, day]) => jst::from_era(era, i32::try_from(*year).ok()?, small(*month)?, small(*day)?),
        _ => None,
    }
}

/// `2026/4`, `2026年4月`, `202604`, `令和8年4月`; the first day of the month. `2026-04-01` is read too.
pub(crate) fn year_month(text: &str) -> Option<Date> {
    let (era, numbers) = parts(text)?;
    match (era.as_str(), numbers.as_slice()) {
        ("", [whole]) if (186_801..=299_912).contains(whole) => {
            civil(i32::try_from(whole / 100).ok()?, small(whole % 100)?, 1)
        }
        ("", [year, month] | [year, month, 1]) => civil(i32::try_from(*year).ok()?, small(*month)?, 1),
        ("", _) => None,
        (era, [year, month]) => {
            // An era may begin within the month: its last day decides.
            let year = i32::try_from(*year).ok()?;
            let last = (1..=31u8).rev().find_map(|day| jst::from_era(era, year, small(*month)?, day))?;
            last.replace_day(1).ok()
        }
        _ => None,
    }
}

/// `2026`, `2026年度`, `令和8年度`.
pub(crate) fn fiscal_year(text: &str) -> Option<i32> {
    let (era, numbers) = parts(text)?;
    match (era.as_str(), numbers.as_slice()) {
        ("", [year]) => i32::try_from(*year).ok().filter(|year| (1868..=2999).contains(year)),
        (era, [year]) if !era.is_empty() => {
            let year = i32::try_from(*year).ok()?;
            // The year's last day lies in the era even when the era began during it.
            jst::from_era(era, year, 12, 31).or_else(|| jst::from_era(era, year, 4, 1)).map(Date::year)
        }
        _ => None,
    }
}
