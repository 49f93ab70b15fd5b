//! What people type into these forms: days, times, ranges.

use hojo_case::Refusal;
use hojo_web::{Posted, Range};
use hojo_words::{jst, text};
use time::{Date, Month, OffsetDateTime};

/// `2026/11/22`, also in full width.
pub fn day(typed: &str) -> Option<Date> {
    let folded = text::fold_width(typed.trim());
    let mut parts = folded.split(['/', '-', '.', '年', '月', '日']).filter(|p| !p.trim().is_empty());
    let mut next = || parts.next()?.trim().parse::<i32>().ok();
    let (y, m, d) = (next()?, next()?, next()?);
    Date::from_calendar_date(y, Month::try_from(u8::try_from(m).ok()?).ok()?, u8::try_from(d).ok()?).ok()
}

/// The first moment, and the one after the last: `from` empty means now, `to` empty means without end.
pub fn validity(posted: &Posted, now: OffsetDateTime) -> Result<(OffsetDateTime, Option<OffsetDateTime>), Refusal> {
    let wrong = |which: &str| {
        Refusal::new(
            "BOUNDARY-DATE",
            format!("{which}の日付を読み取れません。"),
            "「2026/11/22」のように入力してください。",
        )
    };
    let from = match posted.get("from").trim() {
        "" => now,
        typed => jst::start_of_day(day(typed).ok_or_else(|| wrong("使い始め"))?),
    };
    let to = match posted.get("to").trim() {
        "" => None,
        typed => {
            let last = day(typed).ok_or_else(|| wrong("最後の日"))?;
            Some(jst::start_of_day(last.next_day().unwrap_or(last)))
        }
    };
    if to.is_some_and(|to| to <= from || to <= now) {
        return Err(Refusal::new(
            "BOUNDARY-RANGE",
            "最後の日が、使い始めの日より前か、過ぎています。",
            "期間を確かめてください。",
        ));
    }
    Ok((from, to))
}

/// Minutes since midnight; `24:00` is the end of a day.
pub fn minute(typed: &str) -> Option<i32> {
    let folded = text::fold_width(typed.trim());
    let (h, m) = folded.trim_end_matches('分').split_once([':', '時'])?;
    let (h, m): (i32, i32) = (h.parse().ok()?, if m.is_empty() { 0 } else { m.parse().ok()? });
    let all = h * 60 + m;
    ((0..=24).contains(&h) && (0..60).contains(&m) && all <= 1_440).then_some(all)
}

/// `9:05`
pub fn clock(minute: i32) -> String {
    format!("{}:{:02}", minute / 60, minute % 60)
}

pub const DAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];

/// `月・火・水`
pub fn days(bits: i32) -> String {
    let on = DAYS.iter().enumerate().filter(|(n, _)| bits & (1 << n) != 0);
    on.map(|(_, d)| *d).collect::<Vec<_>>().join("・")
}

/// A range of addresses, v4 or v6.
pub fn range(typed: &str) -> Result<String, Refusal> {
    text::fold_width(typed.trim()).parse::<Range>().map(|r| r.to_string()).map_err(|_| {
        Refusal::new(
            "NETWORK-RANGE",
            "アドレスの範囲を読み取れません。",
            "「192.0.2.0/24」「2001:db8::/32」「203.0.113.9」のように、範囲の先頭のアドレスで入力してください。",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn times_and_days_are_read_as_people_write_them() {
        assert_eq!(minute("9:00"), Some(540));
        assert_eq!(minute("２２：３０"), Some(1_350));
        assert_eq!(minute("18時"), Some(1_080));
        assert_eq!(minute("24:00"), Some(1_440));
        for wrong in ["", "24:01", "25:00", "9:60", "-1:00", "朝"] {
            assert_eq!(minute(wrong), None, "{wrong}");
        }
        assert_eq!((days(31).as_str(), clock(545).as_str()), ("月・火・水・木・金", "9:05"));
        assert_eq!(range(" ２０３．０．１１３．９ ").expect("one"), "203.0.113.9/32");
        assert_eq!(range("192.0.2.7/24").expect_err("host bits").code, "NETWORK-RANGE");
    }

    #[test]
    fn validity_has_an_order() {
        let now = datetime!(2026-11-22 03:00 UTC);
        let typed = |from: &str, to: &str| Posted(vec![("from".into(), from.into()), ("to".into(), to.into())]);
        assert_eq!(validity(&typed("", ""), now).expect("empty"), (now, None));
        let (from, to) = validity(&typed("2026/12/1", "2026/12/31"), now).expect("period");
        assert_eq!((from, to), (datetime!(2026-11-30 15:00 UTC), Some(datetime!(2026-12-31 15:00 UTC))));
        assert_eq!(validity(&typed("2026/12/2", "2026/12/1"), now).expect_err("order").code, "BOUNDARY-RANGE");
        assert_eq!(validity(&typed("", "2026/11/21"), now).expect_err("past").code, "BOUNDARY-RANGE");
        assert_eq!(validity(&typed("soon", ""), now).expect_err("words").code, "BOUNDARY-DATE");
    }
}
