//! 営業日: weekdays that are no holiday. The holidays are data, because the Diet can move them.

use std::collections::BTreeMap;
use time::{Date, Weekday};

/// 営業日カレンダー: holidays and office closures with their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusinessCalendar {
    holidays: BTreeMap<Date, String>,
}

impl BusinessCalendar {
    pub const fn new(holidays: BTreeMap<Date, String>) -> Self {
        Self { holidays }
    }

    /// The same calendar with more days off; a day both know keeps the name it has here.
    #[must_use]
    pub fn and(mut self, more: impl IntoIterator<Item = (Date, String)>) -> Self {
        for (day, name) in more {
            self.holidays.entry(day).or_insert(name);
        }
        self
    }

    /// Name of the holiday, if that day is one.
    pub fn holiday(&self, day: Date) -> Option<&str> {
        self.holidays.get(&day).map(String::as_str)
    }

    pub fn is_business_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains_key(&day)
    }

    /// The day `count` business days after `from`; the first day is not counted (初日不算入, 民法140条).
    /// `None` at the end of the calendar that dates can express.
    pub fn add_business_days(&self, from: Date, count: u32) -> Option<Date> {
        let mut day = from;
        let mut left = count;
        while left > 0 {
            day = day.next_day()?;
            if self.is_business_day(day) {
                left -= 1;
            }
        }
        Some(day)
    }

    /// The day `count` business days before `from`; that day is not counted.
    /// `None` at the beginning of the calendar that dates can express.
    pub fn sub_business_days(&self, from: Date, count: u32) -> Option<Date> {
        let mut day = from;
        let mut left = count;
        while left > 0 {
            day = day.previous_day()?;
            if self.is_business_day(day) {
                left -= 1;
            }
        }
        Some(day)
    }

    /// Business days after `from` up to and including `to`.
    pub fn business_days_between(&self, from: Date, to: Date) -> u32 {
        let mut day = from;
        let mut count = 0;
        while day < to {
            let Some(next) = day.next_day() else { break };
            day = next;
            if self.is_business_day(day) {
                count += 1;
            }
        }
        count
    }
}
