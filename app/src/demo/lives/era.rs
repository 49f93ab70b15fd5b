//! The rounds of the lives, and how far the calendar of the examples is moved for each.

use hojo_words::ids::{PublicId, RoundId};
use hojo_words::jst;
use time::macros::date;
use time::{Date, Duration, Month};

/// A round whose cases were adopted long enough ago.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Era {
    /// Six reports ago.
    Old,
    /// In the years of the reports.
    Mid,
    /// The project is being carried out.
    Recent,
}

/// A round of the lives, opened.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    pub era: Era,
    pub public_id: PublicId,
    pub id: RoundId,
}

impl Era {
    pub const ALL: [Self; 3] = [Self::Old, Self::Mid, Self::Recent];

    /// Months the calendar of the examples is moved by, so that today is where the era says. Whole years where reports
    /// follow the fiscal year.
    #[must_use]
    pub fn shift(self, today: Date) -> i32 {
        // `told`: the day of the tale that today has just reached.
        match self {
            Self::Old => -whole_years(behind(today, date!(2033 - 08 - 01))),
            Self::Mid => -whole_years(behind(today, date!(2029 - 08 - 20))),
            Self::Recent => -behind(today, date!(2027 - 11 - 20)),
        }
    }

    /// A day of the tale, as it was in the world.
    #[must_use]
    pub fn moved(self, today: Date, told: Date) -> Date {
        jst::add_months(told, self.shift(today)).unwrap_or(told)
    }

    /// (code, title, first day, last day) of the round.
    #[must_use]
    pub fn round(self, today: Date) -> (String, String, Date, Date) {
        let (opens, closes) = (self.moved(today, date!(2026 - 09 - 30)), self.moved(today, date!(2026 - 10 - 30)));
        let year = jst::fiscal_year(closes);
        let first = Date::from_calendar_date(year, Month::April, 1).unwrap_or(closes);
        (format!("fy{year}"), format!("{}度公募", jst::legal_year(first + Duration::days(30))), opens, closes)
    }
}

/// The fewest months by which `told` must go back to lie no later than `today`.
fn behind(today: Date, told: Date) -> i32 {
    let count = |d: Date| d.year() * 12 + i32::from(u8::from(d.month()));
    let months = count(told) - count(today);
    let fits = jst::add_months(told, -months).is_some_and(|day| day <= today);
    if fits { months } else { months + 1 }
}

/// Up to whole years.
fn whole_years(months: i32) -> i32 {
    -(-months).div_euclid(12) * 12
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any day may be the day a world is made.
    fn days() -> impl Iterator<Item = Date> {
        (0..800).map(|n| date!(2026 - 07 - 01) + Duration::days(n))
    }

    #[test]
    fn six_reports_lie_behind_the_old_ones_and_none_in_the_future() {
        for today in days() {
            assert!(Era::Old.moved(today, date!(2033 - 08 - 01)) <= today, "{today}");
            assert!(Era::Old.moved(today, date!(2034 - 08 - 01)) > today, "{today}");
            assert_eq!(Era::Old.shift(today) % 12, 0);
        }
    }

    #[test]
    fn two_reports_lie_behind_the_middle_ones() {
        for today in days() {
            assert!(Era::Mid.moved(today, date!(2029 - 08 - 20)) <= today, "{today}");
            assert!(Era::Mid.moved(today, date!(2030 - 08 - 20)) > today, "{today}");
        }
    }

    #[test]
    fn recent_projects_are_not_over() {
        for today in days() {
            let (granted, end) = (date!(2027 - 04 - 16), date!(2027 - 12 - 31));
            assert!(Era::Recent.moved(today, granted) < today && today < Era::Recent.moved(today, end), "{today}");
        }
    }

    #[test]
    fn rounds_are_called_by_their_fiscal_year() {
        let (code, title, opens, closes) = Era::Old.round(date!(2026 - 11 - 23));
        assert_eq!((code.as_str(), title.as_str()), ("fy2019", "令和元年度公募"));
        assert_eq!((opens, closes), (date!(2019 - 09 - 30), date!(2019 - 10 - 30)));
        let codes: std::collections::BTreeSet<_> =
            Era::ALL.iter().map(|era| era.round(date!(2026 - 11 - 23)).0).collect();
        assert_eq!(codes.len(), 3);
    }
}
