//! 効果: what each does, and what none may do.

use crate::edition::{edition, of, reading};
use hojo_case::{Case, Change, Channel, Event, Life, Outcome, Ruling, Terms, apply, consequences};
use hojo_programme::{Effect, Source};
use indexmap::IndexMap;
use time::OffsetDateTime;
use time::macros::date;

fn amounts(told: &[(&str, i64)]) -> Life {
    Life { amounts: told.iter().map(|(name, yen)| ((*name).to_owned(), *yen)).collect(), ..Life::default() }
}

fn decided(name: &str) -> Effect {
    Effect::Amount { name: name.into(), from: Source::Decided }
}

fn post(sum: &str) -> Effect {
    Effect::Post { sum: sum.into(), from: Source::Decided }
}

/// The life afterwards, or the code of the refusal.
fn after(life: &Life, effects: &[Effect], amount: Option<i64>, answers: &[(&str, &str)]) -> Result<Life, &'static str> {
    let edition = edition();
    let plan = edition.life.clone().unwrap();
    let answers: Vec<(&str, String)> = answers.iter().map(|(id, text)| (*id, (*text).to_owned())).collect();
    let reading = reading(&edition, "grant", &answers);
    let ruling = Ruling { amount, date: date!(2027 - 04 - 01), receipt: "R-1" };
    let changes = consequences(&plan, life, effects, edition.filed.get("grant"), ruling, &reading);
    let changes = changes.map_err(|refusal| refusal.code)?;
    Ok(told(life, changes))
}

fn told(life: &Life, changes: Vec<Change>) -> Life {
    let edition = edition();
    let never = OffsetDateTime::UNIX_EPOCH;
    let event = Event::TookEffect {
        procedure: "grant".into(),
        title: String::new(),
        receipt: "R-1".into(),
        outcome: Outcome::new("granted"),
        label: String::new(),
        changes,
    };
    let case = Case { life: life.clone(), ..Case::opened(Channel::Portal) };
    apply(case, &event, &Terms::of(&of(&edition, "application"), never, never)).life
}

#[test]
fn the_staircase_only_descends() {
    let life = amounts(&[("requested", 10), ("adopted", 8)]);
    assert_eq!(after(&life, &[decided("granted")], Some(8), &[]).unwrap().amounts.get("granted"), Some(&8));
    // Above the step before it, above itself, and below nothing.
    assert_eq!(after(&life, &[decided("granted")], Some(9), &[]).unwrap_err(), "AMOUNT-GROWS");
    assert_eq!(after(&life, &[decided("adopted")], Some(9), &[]).unwrap_err(), "AMOUNT-GROWS");
    assert!(after(&life, &[decided("granted")], Some(-1), &[]).is_err());
    // A step that goes below a later one takes it along.
    let settled = amounts(&[("requested", 10), ("granted", 8), ("settled", 7)]);
    let reduced = after(&settled, &[decided("granted")], Some(5), &[]).unwrap();
    assert_eq!((reduced.amounts.get("granted"), reduced.amounts.get("settled")), (Some(&5), Some(&5)));
    // Within one decision the second effect sees what the first did.
    let field = Effect::Amount { name: "settled".into(), from: Source::Field("other".into()) };
    let both = [decided("granted"), field];
    assert_eq!(after(&life, &both, Some(6), &[("other", "7")]).unwrap_err(), "AMOUNT-GROWS");
    assert_eq!(after(&life, &both, Some(6), &[("other", "6")]).unwrap().amounts.get("settled"), Some(&6));
}

#[test]
fn postings_stay_within_their_limit() {
    let life = amounts(&[("granted", 8), ("settled", 7)]);
    let paid = after(&life, &[post("paid")], Some(4), &[]).unwrap();
    assert_eq!(after(&paid, &[post("paid")], Some(4), &[]).unwrap_err(), "SUM-EXCEEDED");
    assert_eq!(after(&paid, &[post("paid")], Some(3), &[]).unwrap().sums.get("paid"), Some(&7));
    assert!(after(&paid, &[post("paid")], Some(-1), &[]).is_err());
    // Repaid is at most what was claimed, and a claim is posted by itself.
    assert_eq!(after(&paid, &[post("repaid")], Some(1), &[]).unwrap_err(), "SUM-EXCEEDED");
    let claim = Effect::Claim { kind: "refund".into(), due: Some("day".into()) };
    let claimed = after(&paid, std::slice::from_ref(&claim), Some(2), &[("day", "2028-01-31")]).unwrap();
    assert_eq!(claimed.sums.get("claimed"), Some(&2));
    let kept = claimed.claims.first().unwrap();
    assert_eq!((kept.amount, kept.due, kept.receipt.as_str()), (2, Some(date!(2028 - 01 - 31)), "R-1"));
    assert_eq!(after(&claimed, &[post("repaid")], Some(2), &[]).unwrap().sums.get("repaid"), Some(&2));
    // Without its date the claim is not made.
    assert_eq!(after(&paid, &[claim], Some(2), &[]).unwrap_err(), "EFFECT-UNKNOWN");
}

#[test]
fn no_amount_falls_below_what_was_paid_unless_the_rest_is_asked_back() {
    let life = amounts(&[("granted", 8)]);
    let paid = after(&life, &[post("paid")], Some(6), &[]).unwrap();
    for step in ["granted", "settled"] {
        assert!(after(&paid, &[decided(step)], Some(6), &[]).is_ok());
        assert_eq!(after(&paid, &[decided(step)], Some(5), &[]).unwrap_err(), "AMOUNT-BELOW-PAID");
        // With the procedure that asks for it, or the claim itself.
        let claim = Effect::Claim { kind: "refund".into(), due: None };
        for comes_back in [Effect::Opens("lapse".into()), claim] {
            assert!(after(&paid, &[decided(step), comes_back], Some(5), &[]).is_ok());
        }
    }
    // What was claimed already stands for itself.
    let claimed = after(&paid, &[Effect::Claim { kind: "refund".into(), due: None }], Some(2), &[]).unwrap();
    assert!(after(&claimed, &[decided("granted")], Some(4), &[]).is_ok());
    assert_eq!(after(&claimed, &[decided("granted")], Some(3), &[]).unwrap_err(), "AMOUNT-BELOW-PAID");
}

#[test]
fn a_holder_and_an_account_are_told_in_the_words_of_people() {
    let told = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let holder = [
        ("corporate_number", "9234567890123"),
        ("date", "2027年1月1日"),
        ("kind", "corporation"),
        ("name", "見本工業株式会社"),
    ];
    assert_eq!(
        Change::Holder { told: told(&holder) }.sentence(),
        "補助事業者の地位を承継（見本工業株式会社、法人番号 9234567890123）"
    );
    let payee =
        [("bank", "0001"), ("branch", "123"), ("kind", "ordinary"), ("name", "カ）ミホン"), ("number", "7654321")];
    assert_eq!(
        Change::Payee { told: told(&payee) }.sentence(),
        "受取口座（カ）ミホン、金融機関コード 0001、支店コード 123）"
    );
}

#[test]
fn what_takes_hold_later_waits_for_its_day() {
    let holder = Effect::Holder([("name".to_owned(), "name".to_owned())].into_iter().collect());
    let later = [Effect::Later { on: "day".into(), effects: vec![holder] }];
    let answers = |day| [("name", "株式会社つぎ"), ("day", day)];
    // Come already: at once.
    let now = after(&Life::default(), &later, None, &answers("2027-04-01")).unwrap();
    assert_eq!((now.holder.len(), now.awaited.len()), (1, 0));
    let waiting = after(&Life::default(), &later, None, &answers("2027-10-01")).unwrap();
    assert_eq!((waiting.holder.len(), waiting.awaits_on()), (0, Some(date!(2027 - 10 - 01))));
    assert_eq!(waiting.done.get("grant"), Some(&1));
    // On the day, once.
    let awaited = waiting.awaited.first().unwrap().clone();
    let event = Event::CameTrue { receipt: awaited.receipt, on: awaited.on, changes: awaited.changes };
    assert!(event.sentence().contains("株式会社つぎ"));
    let case = Case { life: waiting, ..Case::opened(Channel::Portal) };
    let never = OffsetDateTime::UNIX_EPOCH;
    let then = apply(case, &event, &Terms::of(&of(&edition(), "application"), never, never)).life;
    assert_eq!((then.holder.get("name").map(String::as_str), then.awaits_on()), (Some("株式会社つぎ"), None));
    assert_eq!(after(&Life::default(), &later, None, &[("name", "株式会社つぎ")]).unwrap_err(), "EFFECT-UNKNOWN");
}

#[test]
fn each_effect_leaves_its_trace() {
    let map = |pairs: &[(&str, &str)]| -> IndexMap<String, String> {
        pairs.iter().map(|(key, field)| ((*key).to_owned(), (*field).to_owned())).collect()
    };
    let start = Life { dates: [("completed_on".to_owned(), date!(2027 - 03 - 01))].into(), ..Life::default() };
    let effects = [
        Effect::Standing("granted".into()),
        Effect::Date { name: "granted_on".into(), from: Source::Decided },
        Effect::Date { name: "project_end".into(), from: Source::Field("day".into()) },
        Effect::Clear(vec!["completed_on".into(), "adopted_on".into()]),
        Effect::Plan(vec!["total".into()]),
        Effect::Holder(map(&[("name", "name")])),
        // What was left blank is not told.
        Effect::Applicant(map(&[("name", "name"), ("address", "other")])),
        Effect::Payee(map(&[("name", "name")])),
        Effect::Opens("lapse".into()),
        Effect::Ends(vec!["report".into()]),
    ];
    let answers = [("name", "株式会社つぎ"), ("day", "2027-12-31"), ("total", "1000")];
    let life = after(&start, &effects, None, &answers).unwrap();
    assert_eq!(life.standing, "granted");
    assert_eq!(life.dates.get("granted_on"), Some(&date!(2027 - 04 - 01)));
    assert_eq!(life.dates.get("project_end"), Some(&date!(2027 - 12 - 31)));
    assert_eq!(life.dates.get("completed_on"), None);
    assert_eq!(life.plan.get("total").map(String::as_str), Some("R-1"));
    let named = |told: &std::collections::BTreeMap<String, String>| told.get("name").cloned();
    let next = Some("株式会社つぎ".to_owned());
    assert_eq!((named(&life.holder), named(&life.applicant), named(&life.payee)), (next.clone(), next.clone(), next));
    assert_eq!(life.applicant.len(), 1);
    assert_eq!((life.asked.as_slice(), life.done.get("grant")), (["lapse".to_owned()].as_slice(), Some(&1)));
    // What later procedures read is kept as it was decided, whatever the form says next year.
    assert_eq!(life.filed.get("grant.total").map(String::as_str), Some("1000"));
    assert_eq!(life.filed.get("grant.day").map(String::as_str), Some("2027-12-31"));
}

#[test]
fn before_the_first_decision_a_case_has_its_first_standing_and_what_was_asked_for() {
    let edition = edition();
    let plan = edition.life.clone().unwrap();
    let seen = Life::default().seen(&plan, Some(500));
    assert_eq!((seen.standing.as_str(), seen.amounts.get("requested")), ("applied", Some(&500)));
    // What was decided is not overwritten.
    let later = Life { standing: "granted".into(), ..amounts(&[("requested", 400)]) };
    assert_eq!(later.seen(&plan, Some(500)), later);
    assert!(!seen.has_ended(&plan) && Life { standing: "cancelled".into(), ..seen.clone() }.has_ended(&plan));
}
