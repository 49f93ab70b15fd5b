//! 義務: what is owed by when. Derived from facts and the edition at every look; nothing about it is stored but moved dates.

use std::collections::BTreeMap;

use hojo_programme::{Due, Edition, Facts, FirstPeriod, ObligationRule, Remind, Repeats};
use hojo_words::{BusinessCalendar, jst};
use time::{Date, Month};

use crate::life::Life;

/// 義務の一つ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Obligation {
    pub id: String,
    pub title: String,
    pub procedure: String,
    pub clause: Option<String>,
    /// 第n回, when it repeats; counted from 1.
    pub period: Option<u32>,
    /// From this day it may be met; none when at once.
    pub opens: Option<Date>,
    pub due: Date,
    /// The date the edition gives, when it was moved.
    pub moved_from: Option<Date>,
    pub state: ObligationState,
    pub says: String,
    /// 手続 the office is asked to begin when it stays unmet.
    pub otherwise: Option<String>,
    /// Days on which the holder is reminded, with which of the three kinds.
    pub reminders: Vec<(Date, Reminder)>,
    /// What is sent on a day besides the usual mail.
    pub sends: BTreeMap<(Date, Reminder), Sends>,
}

/// 督促で送るもの.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sends {
    /// 通知書: procedure and letter.
    pub letter: Option<(String, String)>,
    /// Words of the mail, when not those of the kind.
    pub mail: Option<String>,
}

/// 義務の状態.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ObligationState {
    /// 期限超過
    Overdue,
    /// 提出できます
    Due,
    /// まだ提出できません
    Upcoming,
    /// 提出済み
    Met,
}

/// 督促の種類.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reminder {
    Before,
    After,
    /// 最終
    Last,
}

impl Reminder {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Last => "last",
        }
    }
}

impl Obligation {
    /// Names this obligation within its case, for moved dates and reminders sent once.
    #[must_use]
    pub fn key(&self) -> String {
        key(&self.id, self.period)
    }
}

fn key(id: &str, period: Option<u32>) -> String {
    period.map_or_else(|| id.to_owned(), |n| format!("{id}#{n}"))
}

/// What a case owes today, the most urgent first.
///
/// `filed` tells how many runs of a procedure were handed in and are under way, or ended with effects.
#[must_use]
pub fn obligations(
    edition: &Edition,
    life: &Life,
    facts: &Facts,
    filed: &dyn Fn(&str) -> u32,
    calendar: &BusinessCalendar,
) -> Vec<Obligation> {
    let today = facts.now.date();
    let mut found = Vec::new();
    for rule in &edition.obligations {
        if edition.holds(&rule.holds, facts) != Some(true) {
            continue;
        }
        let handed_in = filed(&rule.procedure);
        let maker = Maker { rule, life, calendar, today };
        match &rule.repeats {
            None => found.extend(maker.one(None, None, handed_in > 0)),
            Some(repeats) => {
                for (at, end) in period_ends(repeats, life).enumerate() {
                    let n = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
                    found.extend(maker.one(Some(n), Some(end), handed_in >= n));
                }
            }
        }
    }
    found.sort_by(|a, b| (a.state, a.due, &a.id, a.period).cmp(&(b.state, b.due, &b.id, b.period)));
    found
}

/// The last days of the periods; none while the date they count from is unknown.
fn period_ends(repeats: &Repeats, life: &Life) -> impl Iterator<Item = Date> {
    let first = match &repeats.first {
        FirstPeriod::On(date) => life.dates.get(date).copied(),
        FirstPeriod::FiscalYearEndAfter(date) => life.dates.get(date).copied().and_then(fiscal_year_end),
    };
    let every = i32::try_from(repeats.every_months).unwrap_or(12);
    let times = i32::try_from(repeats.times).unwrap_or(0);
    (0..times).filter_map(move |n| jst::add_months(first?, every.saturating_mul(n)))
}

/// 31 March on or after a day.
fn fiscal_year_end(day: Date) -> Option<Date> {
    Date::from_calendar_date(jst::fiscal_year(day).saturating_add(1), Month::March, 31).ok()
}

struct Maker<'a> {
    rule: &'a ObligationRule,
    life: &'a Life,
    calendar: &'a BusinessCalendar,
    today: Date,
}

impl Maker<'_> {
    /// None while a date it counts from is unknown.
    fn one(&self, period: Option<u32>, end: Option<Date>, met: bool) -> Option<Obligation> {
        let rule = self.rule;
        let given = rule.due.iter().filter_map(|due| self.due(due, end)).min()?;
        let due = self.life.moved.get(&key(&rule.id, period)).copied().unwrap_or(given);
        let opens = end.and_then(Date::next_day);
        let state = match () {
            () if met => ObligationState::Met,
            () if opens.is_some_and(|opens| opens > self.today) => ObligationState::Upcoming,
            () if due < self.today => ObligationState::Overdue,
            () => ObligationState::Due,
        };
        Some(Obligation {
            id: rule.id.clone(),
            title: rule.title.clone(),
            procedure: rule.procedure.clone(),
            clause: rule.clause.as_ref().map(|clause| clause.as_str().to_owned()),
            period,
            opens,
            due,
            moved_from: (due != given).then_some(given),
            state,
            says: rule.says.clone(),
            otherwise: rule.otherwise.clone(),
            reminders: self.reminders(due),
            sends: self.sends(due),
        })
    }

    fn due(&self, due: &Due, end: Option<Date>) -> Option<Date> {
        match due {
            Due::On(date) => self.life.dates.get(date).copied(),
            Due::After { date: Some(date), within } => within.end(*self.life.dates.get(date)?, self.calendar),
            Due::After { date: None, within } => within.end(end?, self.calendar),
        }
    }

    fn reminders(&self, due: Date) -> Vec<(Date, Reminder)> {
        let mut days: Vec<(Date, Reminder)> = self.days(due).map(|(day, kind, _)| (day, kind)).collect();
        days.sort();
        days.dedup();
        days
    }

    fn sends(&self, due: Date) -> BTreeMap<(Date, Reminder), Sends> {
        let named = self.days(due).filter(|(_, _, remind)| remind.letter.is_some() || remind.mail.is_some());
        let sends = |remind: &Remind| Sends { letter: remind.letter.clone(), mail: remind.mail.clone() };
        named.map(|(day, kind, remind)| ((day, kind), sends(remind))).collect()
    }

    /// Every reminder of the rule with its day.
    fn days(&self, due: Date) -> impl Iterator<Item = (Date, Reminder, &Remind)> {
        let plan = &self.rule.reminders;
        let kinds = [
            (Reminder::Before, plan.before.as_slice()),
            (Reminder::After, plan.after.as_slice()),
            (Reminder::Last, plan.last.as_slice()),
        ];
        kinds.into_iter().flat_map(move |(kind, all)| {
            all.iter().filter_map(move |remind| {
                let day = match kind {
                    Reminder::Before => remind.term.start(due, self.calendar),
                    Reminder::After | Reminder::Last => remind.term.end(due, self.calendar),
                };
                Some((day?, kind, remind))
            })
        })
    }
}
