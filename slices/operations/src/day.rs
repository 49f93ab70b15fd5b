//! Days as people type them into a filter.

use hojo_words::{jst, text};
use time::{Date, Month};

/// `2026/11/22`, `2026-11-22`, `2026年11月22日`, `令和8年11月22日`, also in full width.
pub fn read(typed: &str) -> Option<Date> {
    let folded = text::fold_width(typed.trim());
    let start = folded.find(|c: char| c.is_ascii_digit() || c == '元')?;
    let (era, rest) = folded.split_at(start);
    let rest = rest.replace('元', "1");
    let mut parts = rest.trim_end_matches('日').split(['/', '-', '.', '年', '月']).map(str::trim);
    let (year, month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    if parts.next().is_some() {
        return None;
    }
    match era.trim() {
        "" => Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok(),
        era => jst::from_era(era, year, month, day),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use time::macros::date;

    #[test]
    fn days_are_read_as_people_write_them() {
        let day = Some(date!(2026 - 11 - 22));
        for typed in
            ["2026/11/22", "2026-11-22", " 2026年11月22日 ", "令和8年11月22日", "R8.11.22", "２０２６／１１／２２"]
        {
            assert_eq!(read(typed), day, "{typed}");
        }
        assert_eq!(read("令和元年5月1日"), Some(date!(2019 - 05 - 01)));
        for typed in ["", "きのう", "2026/13/1", "2026/2/30", "2026/11", "2026/11/22/1", "99999999999/1/1"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
