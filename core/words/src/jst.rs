//! 日本時間・和暦・年度: dates as the office writes them. UTC is what is stored.

use time::macros::{date, offset};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Japan has had one offset and no summer time since 1951.
pub const OFFSET: UtcOffset = offset!(+9);

/// 元号, newest first. 明治 begins with the Gregorian calendar (1873-01-01) as far as law uses its days.
const ERAS: [(&str, Date); 5] = [
    ("令和", date!(2019 - 05 - 01)),
    ("平成", date!(1989 - 01 - 08)),
    ("昭和", date!(1926 - 12 - 25)),
    ("大正", date!(1912 - 07 - 30)),
    ("明治", date!(1868 - 01 - 25)),
];

/// 暦日 in Japan of a stored moment.
pub fn jst_date(moment: OffsetDateTime) -> Date {
    moment.checked_to_offset(OFFSET).unwrap_or(moment).date()
}

/// `2026/11/22 14:03:05` in Japan.
pub fn jst_text(moment: OffsetDateTime) -> String {
    let local = moment.checked_to_offset(OFFSET).unwrap_or(moment);
    let (hour, minute, second) = local.to_hms();
    format!("{} {hour:02}:{minute:02}:{second:02}", date_text(local.date()))
}

/// `2026/11/22`.
pub fn date_text(day: Date) -> String {
    format!("{:04}/{:02}/{:02}", day.year(), u8::from(day.month()), day.day())
}

/// `2026年11月22日`.
pub fn long_date(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), u8::from(day.month()), day.day())
}

/// 法令の日付: `令和8年11月22日`; the first year is 元年.
pub fn legal_date(day: Date) -> String {
    format!("{}{}月{}日", legal_year(day), u8::from(day.month()), day.day())
}

/// `令和8年`, `令和元年`; before 明治 the Gregorian year.
pub fn legal_year(day: Date) -> String {
    match era(day) {
        Some((name, 1)) => format!("{name}元年"),
        Some((name, year)) => format!("{name}{year}年"),
        None => format!("{}年", day.year()),
    }
}

/// 元号 and its year.
pub fn era(day: Date) -> Option<(&'static str, i32)> {
    ERAS.iter().find(|(_, from)| *from <= day).map(|(name, from)| (*name, day.year() - from.year() + 1))
}

/// The day written with an era: `from_era("令和", 8, 11, 22)`; `None` when the era had no such day.
pub fn from_era(name: &str, year: i32, month: u8, day: u8) -> Option<Date> {
    let letter = name.chars().next()?.to_ascii_uppercase();
    let (index, (full, from)) = ERAS
        .iter()
        .enumerate()
        .find(|(_, (full, _))| *full == name || full.starts_with(name) || roman(full) == letter)?;
    if year < 1 || name.is_empty() {
        return None;
    }
    let day = Date::from_calendar_date(from.year().checked_add(year)? - 1, Month::try_from(month).ok()?, day).ok()?;
    let ended = index.checked_sub(1).and_then(|newer| ERAS.get(newer)).is_some_and(|(_, next)| day >= *next);
    (day >= *from && !ended && !full.is_empty()).then_some(day)
}

fn roman(era: &str) -> char {
    match era {
        "令和" => 'R',
        "平成" => 'H',
        "昭和" => 'S',
        "大正" => 'T',
        _ => 'M',
    }
}

/// A day as people write it: `2026/11/22`, `2026-11-22`, `令和8年11月22日`, in any width.
pub fn read_date(text: &str) -> Option<Date> {
    let folded = crate::text::fold_width(text.trim());
    let digits = |part: &str| part.trim().parse::<i32>().ok();
    let plain: String = folded.chars().map(|c| if matches!(c, '年' | '月' | '-' | '.') { '/' } else { c }).collect();
    let parts: Vec<&str> = plain.trim_end_matches('日').split('/').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let (month, day) = (u8::try_from(digits(month)?).ok()?, u8::try_from(digits(day)?).ok()?);
    if let Some(year) = digits(year) {
        return Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok().filter(|_| year > 1_000);
    }
    let era: String = year.chars().take_while(|c| !c.is_ascii_digit() && *c != '元').collect();
    let rest = year.strip_prefix(era.as_str())?;
    let n = if rest == "元" { 1 } else { digits(rest)? };
    from_era(&era, n, month, day)
}

/// 年度: April starts it, so 2027-03-31 lies in 2026.
pub fn fiscal_year(day: Date) -> i32 {
    if u8::from(day.month()) >= 4 { day.year() } else { day.year() - 1 }
}

/// `令和8年度`.
pub fn fiscal_year_text(day: Date) -> String {
    let start = Date::from_calendar_date(fiscal_year(day), Month::April, 1).unwrap_or(day);
    // The fiscal year is called after the era of its first day, except 令和元年度 which began under 平成31.
    if fiscal_year(day) == 2019 {
        return "令和元年度".to_owned();
    }
    format!("{}度", legal_year(start))
}

/// 00:00 in Japan of that day, as a stored moment.
pub fn start_of_day(day: Date) -> OffsetDateTime {
    PrimitiveDateTime::new(day, Time::MIDNIGHT).assume_offset(OFFSET)
}

/// The same day `months` later; the last day of the month when that day does not exist (民法143条2項).
pub fn add_months(day: Date, months: i32) -> Option<Date> {
    let index = i32::from(u8::from(day.month())) - 1;
    let total = day.year().checked_mul(12)?.checked_add(index)?.checked_add(months)?;
    let month = Month::try_from(u8::try_from(total.rem_euclid(12)).ok()? + 1).ok()?;
    let year = total.div_euclid(12);
    Date::from_calendar_date(year, month, day.day().min(month.length(year))).ok()
}

/// Whole months from `from` to `to`; negative when `to` is earlier.
pub fn months_between(from: Date, to: Date) -> i32 {
    if to < from {
        return -months_between(to, from);
    }
    let month = |d: Date| d.year() * 12 + i32::from(u8::from(d.month()));
    let mut whole = month(to) - month(from);
    while whole > 0 && add_months(from, whole).is_none_or(|reached| reached > to) {
        whole -= 1;
    }
    whole
}

/// Whole years from `from` to `to`, as ages are counted.
pub fn years_between(from: Date, to: Date) -> i32 {
    months_between(from, to) / 12
}
