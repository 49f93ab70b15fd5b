//! How amounts, counts, dates and time left are written on screen. Legal texts use the era dates of `hojo_words` instead.
use hojo_words::{Yen, jst};
use time::{Date, Duration, OffsetDateTime};

/// A whole number of yen or of anything, whatever type it lives in.
pub trait Whole {
    /// The number itself.
    fn whole(self) -> i128;
}

macro_rules! whole {
    ($($kind:ty),+) => { $(impl Whole for $kind { fn whole(self) -> i128 { i128::from(self) } })+ };
}
whole!(i32, i64, i128, u8, u16, u32, u64);

impl Whole for usize {
    fn whole(self) -> i128 {
        i128::try_from(self).unwrap_or(i128::MAX)
    }
}

impl Whole for Yen {
    fn whole(self) -> i128 {
        i128::from(self.get())
    }
}

/// Puts a comma before every third digit of a whole number written as text; text that is not a whole number stays as it is.
#[must_use]
pub fn group(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut out = String::with_capacity(number.len() + digits.len() / 3);
    out.push_str(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with separators: `1,234`.
#[must_use]
pub fn number(value: impl Whole) -> String {
    group(&value.whole().to_string())
}

/// An amount in whole yen: `1,234,567円`.
#[must_use]
pub fn yen(value: impl Whole) -> String {
    format!("{}円", number(value))
}

/// A date in a list: `2026/11/22`.
#[must_use]
pub fn date(day: Date) -> String {
    jst::date_text(day)
}

/// A moment in Japan in a list, 24 hours: `2026/11/22 14:03`.
#[must_use]
pub fn date_time(moment: OffsetDateTime) -> String {
    let local = in_japan(moment);
    format!("{} {:02}:{:02}", date(local.date()), local.hour(), local.minute())
}

/// A moment in Japan to the second, as receipts need it: `2026/11/22 14:03:09`.
#[must_use]
pub fn date_time_seconds(moment: OffsetDateTime) -> String {
    format!("{}:{:02}", date_time(moment), in_japan(moment).second())
}

/// The clock time in Japan: `14:03`.
#[must_use]
pub fn clock(moment: OffsetDateTime) -> String {
    let local = in_japan(moment);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// Time left in the two largest units: `あと3日4時間`, `あと2時間5分`, `あと4分`; `期限を過ぎています` when none is left.
#[must_use]
pub fn remaining(left: Duration) -> String {
    if left <= Duration::ZERO {
        return "期限を過ぎています".to_owned();
    }
    let (days, hours, minutes) = (left.whole_days(), left.whole_hours() % 24, left.whole_minutes() % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => "あと1分未満".to_owned(),
        (0, 0, m) => format!("あと{m}分"),
        (0, h, 0) => format!("あと{h}時間"),
        (0, h, m) => format!("あと{h}時間{m}分"),
        (d, 0, _) => format!("あと{d}日"),
        (d, h, _) => format!("あと{d}日{h}時間"),
    }
}

/// A file size for people: `812 B`, `34 KB`, `1.2 MB`.
#[must_use]
pub fn file_size(bytes: u64) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * KB;
    match bytes {
        0..KB => format!("{bytes} B"),
        KB..MB => format!("{} KB", bytes.div_ceil(KB)),
        _ => format!("{}.{} MB", bytes / MB, bytes % MB * 10 / MB),
    }
}

fn in_japan(moment: OffsetDateTime) -> OffsetDateTime {
    moment.to_offset(jst::OFFSET)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn amounts_are_grouped_by_three() {
        let cases =
            [(0_i64, "0円"), (999, "999円"), (1_000, "1,000円"), (1_234_567, "1,234,567円"), (-12_345, "-12,345円")];
        for (value, expected) in cases {
            assert_eq!(yen(value), expected);
        }
        assert_eq!(group("123４"), "123４", "text that is no number is left alone");
    }

    #[test]
    fn moments_are_shown_in_japan() {
        let moment = datetime!(2026-11-21 15:03:09 UTC);
        assert_eq!(date_time(moment), "2026/11/22 00:03");
        assert_eq!(date_time_seconds(moment), "2026/11/22 00:03:09");
        assert_eq!(clock(moment), "00:03");
    }

    #[test]
    fn time_left_uses_two_units() {
        let cases = [
            (Duration::seconds(-1), "期限を過ぎています"),
            (Duration::seconds(30), "あと1分未満"),
            (Duration::minutes(4), "あと4分"),
            (Duration::minutes(125), "あと2時間5分"),
            (Duration::hours(24 * 3 + 4), "あと3日4時間"),
            (Duration::hours(48), "あと2日"),
        ];
        for (left, expected) in cases {
            assert_eq!(remaining(left), expected);
        }
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(file_size(812), "812 B");
        assert_eq!(file_size(1025), "2 KB");
        assert_eq!(file_size(1_258_291), "1.1 MB");
    }
}
