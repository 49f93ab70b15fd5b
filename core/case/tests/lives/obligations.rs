//! 義務: due dates by the calendar, periods, moved dates and the days of reminders.

use crate::edition::{edition, noon, sources};
use hojo_case::{Life, Obligation, ObligationState, Reminder, obligations};
use hojo_programme::{Facts, load_dir};
use hojo_words::BusinessCalendar;
use std::collections::BTreeMap;
use time::Date;
use time::macros::date;

fn life(standing: &str, dates: &[(&str, Date)]) -> Life {
    let dates = dates.iter().map(|(name, day)| ((*name).to_owned(), *day)).collect();
    Life { standing: standing.into(), dates, ..Life::default() }
}

/// What is owed on a day, so many runs of the procedure being filed.
fn owed(life: &Life, today: Date, filed: u32) -> Vec<Obligation> {
    let edition = edition();
    let codes: Vec<&str> = edition.procedures.keys().map(String::as_str).collect();
    let facts = life.facts(edition.life.as_ref().unwrap(), &codes, &BTreeMap::new(), Facts::new(noon(today)));
    obligations(&edition, life, &facts, &|_| filed, &edition.calendar)
}

fn one(life: &Life, today: Date, filed: u32) -> Obligation {
    let mut found = owed(life, today, filed);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn owed_while_it_holds_and_its_date_is_known() {
    let adopted = life("adopted", &[("adopted_on", date!(2027 - 02 - 26))]);
    let due = one(&adopted, date!(2027 - 03 - 01), 0);
    assert_eq!((due.id.as_str(), due.key().as_str()), ("grant", "grant"));
    assert_eq!((due.due, due.state), (date!(2027 - 04 - 26), ObligationState::Due));
    assert_eq!(due.otherwise.as_deref(), Some("lapse"));
    // The whole of the last day is in time.
    assert_eq!(one(&adopted, date!(2027 - 04 - 26), 0).state, ObligationState::Due);
    assert_eq!(one(&adopted, date!(2027 - 04 - 27), 0).state, ObligationState::Overdue);
    // Filed is met, however late.
    assert_eq!(one(&adopted, date!(2027 - 04 - 27), 1).state, ObligationState::Met);
    assert!(owed(&life("adopted", &[]), date!(2027 - 03 - 01), 0).is_empty());
    assert!(owed(&life("granted", &[("adopted_on", date!(2027 - 02 - 26))]), date!(2027 - 03 - 01), 0).is_empty());
}

#[test]
fn the_earliest_of_several_dates_counts() {
    let mut granted = life("granted", &[("project_end", date!(2027 - 06 - 30))]);
    assert_eq!(one(&granted, date!(2027 - 03 - 01), 0).due, date!(2027 - 06 - 30));
    // Ten business days over the holidays of early May.
    granted.dates.insert("completed_on".into(), date!(2027 - 04 - 28));
    assert_eq!(one(&granted, date!(2027 - 05 - 01), 0).due, date!(2027 - 05 - 18));
    granted.dates.insert("completed_on".into(), date!(2027 - 06 - 29));
    assert_eq!(one(&granted, date!(2027 - 05 - 01), 0).due, date!(2027 - 06 - 30));
}

#[test]
fn business_days_follow_the_calendar_that_is_given() {
    let edition = edition();
    let granted = life("granted", &[("completed_on", date!(2027 - 04 - 28))]);
    let codes: Vec<&str> = edition.procedures.keys().map(String::as_str).collect();
    let today = Facts::new(noon(date!(2027 - 05 - 01)));
    let facts = granted.facts(edition.life.as_ref().unwrap(), &codes, &BTreeMap::new(), today);
    let due = |calendar: &BusinessCalendar| {
        obligations(&edition, &granted, &facts, &|_| 0, calendar).first().map(|owed| owed.due)
    };
    assert_eq!(due(&BusinessCalendar::default()), Some(date!(2027 - 05 - 12)));
    // The office's own closure counts with the holidays of the edition.
    let closed = edition.calendar.clone().and([(date!(2027 - 05 - 06), "休業日".to_owned())]);
    assert_eq!(due(&closed), Some(date!(2027 - 05 - 19)));
}

#[test]
fn periods_end_on_31_march() {
    let paid = life("paid", &[("completed_on", date!(2027 - 11 - 10))]);
    let found = owed(&paid, date!(2029 - 04 - 01), 1);
    let by_period: BTreeMap<u32, &Obligation> = found.iter().map(|owed| (owed.period.unwrap(), owed)).collect();
    let told: Vec<_> = by_period.values().map(|owed| (owed.key(), owed.opens.unwrap(), owed.due, owed.state)).collect();
    assert_eq!(
        told,
        [
            ("report#1".to_owned(), date!(2028 - 04 - 01), date!(2028 - 05 - 30), ObligationState::Met),
            ("report#2".to_owned(), date!(2029 - 04 - 01), date!(2029 - 05 - 30), ObligationState::Due),
            ("report#3".to_owned(), date!(2030 - 04 - 01), date!(2030 - 05 - 30), ObligationState::Upcoming),
        ]
    );
    // The most urgent first.
    assert_eq!(found.first().unwrap().key(), "report#2");
    // 31 March itself ends its own year; 1 April the next.
    let ends = |day| {
        let found = owed(&life("paid", &[("completed_on", day)]), date!(2027 - 01 - 01), 0);
        found.iter().map(|owed| owed.opens.unwrap()).min().unwrap()
    };
    assert_eq!(ends(date!(2028 - 03 - 31)), date!(2028 - 04 - 01));
    assert_eq!(ends(date!(2028 - 04 - 01)), date!(2029 - 04 - 01));
    // The day before it opens nobody can be late.
    assert_eq!(owed(&paid, date!(2028 - 03 - 31), 0).first().unwrap().state, ObligationState::Upcoming);
}

#[test]
fn a_moved_date_takes_its_reminders_along() {
    let mut adopted = life("adopted", &[("adopted_on", date!(2027 - 02 - 26))]);
    adopted.moved.insert("grant".into(), date!(2027 - 05 - 31));
    let due = one(&adopted, date!(2027 - 05 - 01), 0);
    assert_eq!((due.due, due.moved_from), (date!(2027 - 05 - 31), Some(date!(2027 - 04 - 26))));
    assert!(due.reminders.contains(&(date!(2027 - 05 - 01), Reminder::Before)));
    // A period is moved by itself.
    let mut paid = life("paid", &[("completed_on", date!(2027 - 11 - 10))]);
    paid.moved.insert("report#2".into(), date!(2029 - 08 - 31));
    let dues: BTreeMap<String, Date> =
        owed(&paid, date!(2028 - 04 - 01), 0).into_iter().map(|owed| (owed.key(), owed.due)).collect();
    assert_eq!(dues.get("report#1"), Some(&date!(2028 - 05 - 30)));
    assert_eq!(dues.get("report#2"), Some(&date!(2029 - 08 - 31)));
}

#[test]
fn reminders_go_before_after_and_last_in_order() {
    let adopted = life("adopted", &[("adopted_on", date!(2027 - 03 - 06))]);
    let due = one(&adopted, date!(2027 - 03 - 10), 0);
    assert_eq!(due.due, date!(2027 - 05 - 06));
    assert_eq!(
        due.reminders,
        [
            // 30 days and a month before are one day; 3 business days before reach over the holidays.
            (date!(2027 - 04 - 06), Reminder::Before),
            (date!(2027 - 04 - 27), Reminder::Before),
            (date!(2027 - 05 - 07), Reminder::After),
            (date!(2027 - 05 - 10), Reminder::After),
            (date!(2027 - 05 - 20), Reminder::Last),
        ]
    );
}

#[test]
fn without_a_period_or_a_date_nothing_can_be_due() {
    let mut files = sources();
    let text = files
        .get("obligations.yaml")
        .unwrap()
        .replace("{ after: adopted_on, within: 2 months }", "{ within: 2 months }");
    files.insert("obligations.yaml", &text);
    let problems = load_dir(&files).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(
        told.iter().any(|line| line.starts_with("obligations.yaml:2:") && line.contains("due needs after")),
        "{told:?}"
    );
}
