//! A second, simple account of the same life: numbers in two lists and a rule of thumb for each. It shares no code
//! with the engine, so that both being wrong in the same way is unlikely.

use std::collections::BTreeMap;
use time::{Date, Duration};

pub const STAIRS: [&str; 4] = ["requested", "adopted", "granted", "settled"];
pub const SUMS: [&str; 3] = ["paid", "claimed", "repaid"];
pub const DATES: [&str; 4] = ["adopted_on", "granted_on", "project_end", "completed_on"];
pub const STANDINGS: [&str; 6] = ["applied", "adopted", "granted", "paid", "finished", "cancelled"];

/// What a decision tries to do, in the model's words.
#[derive(Clone, Debug)]
pub enum Try {
    /// Index into [`STAIRS`].
    Amount(usize, Option<i64>),
    /// Index into [`SUMS`].
    Post(usize, Option<i64>),
    Standing(usize),
    Date(usize, Option<Date>),
    Clear(usize),
    Claim(Option<i64>, Option<Date>),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub standing: usize,
    pub stairs: [Option<i64>; 4],
    pub sums: [i64; 3],
    pub dates: [Option<Date>; 4],
    pub claims: usize,
    pub moved: BTreeMap<String, Date>,
}

impl Model {
    /// All or nothing; false when it may not be.
    pub fn attempt(&mut self, tries: &[Try]) -> bool {
        let mut next = self.clone();
        let fine = tries.iter().all(|one| next.one(one)) && next.covers(tries);
        if fine {
            *self = next;
        }
        fine
    }

    /// Nothing goes below what was paid and not asked back, unless this very decision asks.
    fn covers(&self, tries: &[Try]) -> bool {
        let is = |wanted: fn(&Try) -> bool| tries.iter().any(wanted);
        if is(|one| matches!(one, Try::Claim(..))) || !is(|one| matches!(one, Try::Amount(..))) {
            return true;
        }
        let kept = self.sums[0] - self.sums[1];
        self.stairs[2..].iter().flatten().all(|step| kept <= *step)
    }

    fn one(&mut self, what: &Try) -> bool {
        match what {
            Try::Amount(at, Some(to)) => {
                if *to < 0 || self.stairs[..=*at].iter().flatten().any(|step| step < to) {
                    return false;
                }
                self.stairs[*at] = Some(*to);
                for step in self.stairs[*at..].iter_mut().flatten() {
                    *step = (*step).min(*to);
                }
                true
            }
            Try::Post(at, Some(yen)) => self.post(*at, *yen),
            Try::Claim(Some(yen), Some(_)) => {
                self.claims += 1;
                self.post(1, *yen)
            }
            Try::Standing(at) => {
                self.standing = *at;
                true
            }
            Try::Date(at, Some(day)) => {
                self.dates[*at] = Some(*day);
                true
            }
            Try::Clear(at) => {
                self.dates[*at] = None;
                true
            }
            Try::Amount(_, None) | Try::Post(_, None) | Try::Claim(..) | Try::Date(_, None) => false,
        }
    }

    fn post(&mut self, at: usize, yen: i64) -> bool {
        let total = self.sums[at] + yen;
        let limit = match SUMS[at] {
            "paid" => self.stairs[2..].iter().flatten().min().copied(),
            "repaid" => Some(self.sums[1]),
            _ => None,
        };
        if yen < 0 || limit.is_some_and(|most| total > most) {
            return false;
        }
        self.sums[at] = total;
        true
    }

    /// What is owed: key → (due, met), from the three obligations of the edition.
    pub fn owes(&self, filed: &dyn Fn(&str) -> u32) -> BTreeMap<String, (Date, bool)> {
        let mut found = BTreeMap::new();
        let [adopted_on, _, project_end, completed_on] = self.dates;
        match STANDINGS[self.standing] {
            "adopted" => {
                if let Some(from) = adopted_on {
                    found.insert("grant".to_owned(), (two_months(from), filed("grant") > 0));
                }
            }
            "granted" => {
                let after = completed_on.map(ten_weekdays);
                if let Some(due) = project_end.into_iter().chain(after).min() {
                    found.insert("performance".to_owned(), (due, filed("performance") > 0));
                }
            }
            "paid" | "cancelled" => {
                if let Some(from) = completed_on {
                    let march = |year| Date::from_calendar_date(year, time::Month::March, 31).unwrap();
                    let first = if from <= march(from.year()) { from.year() } else { from.year() + 1 };
                    for n in 0..3u32 {
                        let end = march(first + i32::try_from(n).unwrap());
                        let met = filed("report") > n;
                        found.insert(format!("report#{}", n + 1), (end + Duration::days(60), met));
                    }
                }
            }
            _ => {}
        }
        for (key, (due, _)) in &mut found {
            if let Some(moved) = self.moved.get(key) {
                *due = *moved;
            }
        }
        found
    }
}

fn two_months(from: Date) -> Date {
    let (year, month) = (from.year(), u8::from(from.month()));
    let (year, month) = if month > 10 { (year + 1, month - 10) } else { (year, month + 2) };
    let month = time::Month::try_from(month).unwrap();
    (1..=from.day()).rev().find_map(|day| Date::from_calendar_date(year, month, day).ok()).unwrap()
}

/// The holidays of the edition are in spring 2027; everything here is later.
fn ten_weekdays(from: Date) -> Date {
    let weekday = |day: &Date| !matches!(day.weekday(), time::Weekday::Saturday | time::Weekday::Sunday);
    std::iter::successors(from.next_day(), |day| day.next_day()).filter(weekday).nth(9).unwrap()
}
