//! Assignment: known small cases, and what must hold for any.

use std::collections::{BTreeMap, BTreeSet};

use hojo_selection::{CaseNeed, Reviewer, Tie, TieKind, assign, conflict};
use proptest::prelude::*;

fn reviewer(key: &str, capacity: Option<u32>, load: u32, ties: &[(TieKind, &str)]) -> Reviewer {
    let ties = ties.iter().map(|(kind, value)| Tie { kind: *kind, value: (*value).to_owned() }).collect();
    Reviewer { key: key.into(), capacity, load, ties }
}

fn case(key: &str, name: &str, missing: u32) -> CaseNeed {
    CaseNeed { key: key.into(), names: vec![name.into()], missing, ..CaseNeed::default() }
}

fn placed(a: &hojo_selection::Assignment) -> Vec<(String, String)> {
    a.placements.iter().map(|p| (p.case.clone(), p.reviewer.clone())).collect()
}

#[test]
fn a_chain_of_hand_overs_fills_what_greed_left_open() {
    // Greed gives c1 to r1 (lowest key); c2 can only be reviewed by r1, so c1 must move to r2.
    let reviewers = [
        reviewer("r1", Some(1), 0, &[]),
        reviewer("r2", Some(1), 0, &[(TieKind::Employer, "乙社")]),
        reviewer("r3", Some(0), 0, &[]),
    ];
    let cases = [case("c1", "甲社", 1), case("c2", "乙社", 1)];
    let result = assign(&cases, &reviewers);
    assert!(result.short.is_empty(), "{result:?}");
    assert_eq!(placed(&result), [("c1".into(), "r2".into()), ("c2".into(), "r1".into())]);
}

#[test]
fn what_cannot_be_filled_says_why() {
    let reviewers = [
        reviewer("r1", None, 0, &[(TieKind::Client, "甲社")]),
        reviewer("r2", Some(3), 3, &[]),
        reviewer("r3", None, 0, &[]),
    ];
    let need = CaseNeed { seen_by: vec!["r3".into()], ..case("c1", "甲社", 2) };
    let result = assign(&[need], &reviewers);
    assert!(result.placements.is_empty());
    let short = result.short.first().unwrap();
    assert_eq!(short.missing, 2);
    assert_eq!(short.summary(), "利益相反 1名、担当件数の上限 1名、割当て済み・忌避・解除 1名");
    assert_eq!(
        assign(&[case("c", "甲社", 1)], &[]).short.first().unwrap().summary(),
        "割り当てられる審査員が登録されていません"
    );
}

#[test]
fn load_is_evened_out() {
    let reviewers: Vec<Reviewer> =
        (0..6).map(|i| reviewer(&format!("r{i}"), None, u32::from(i == 0) * 4, &[])).collect();
    let cases: Vec<CaseNeed> = (0..10).map(|i| case(&format!("c{i}"), "甲", 3)).collect();
    let result = assign(&cases, &reviewers);
    let mut load: BTreeMap<&str, u32> = reviewers.iter().map(|r| (r.key.as_str(), r.load)).collect();
    for p in &result.placements {
        *load.get_mut(p.reviewer.as_str()).unwrap() += 1;
    }
    let (least, most) = (load.values().min().unwrap(), load.values().max().unwrap());
    assert!(most - least <= 1, "{load:?}");
}

fn worlds() -> impl Strategy<Value = (Vec<CaseNeed>, Vec<Reviewer>)> {
    let names = prop::sample::select(vec!["甲社", "乙社", "丙社", "丁社", "戊社"]);
    let tie = (prop::sample::select(TieKind::ALL.to_vec()), names.clone(), 1u32..5).prop_map(|(kind, name, code)| {
        Tie { kind, value: if kind == TieKind::Prefecture { code.to_string() } else { name.to_owned() } }
    });
    let reviewers = prop::collection::vec((prop::option::of(0u32..4), 0u32..3, prop::collection::vec(tie, 0..3)), 0..8);
    let cases = prop::collection::vec((names, 1u32..5, 0u32..4, prop::collection::vec(0usize..8, 0..2)), 0..10);
    (cases, reviewers).prop_map(|(cases, reviewers)| {
        let reviewers = reviewers.into_iter().enumerate();
        let cases = cases.into_iter().enumerate();
        (
            cases
                .map(|(i, (name, prefecture, missing, seen))| CaseNeed {
                    prefecture: prefecture.to_string(),
                    seen_by: seen.into_iter().map(|r| format!("r{r}")).collect(),
                    ..case(&format!("c{i}"), name, missing)
                })
                .collect(),
            reviewers
                .map(|(i, (capacity, load, ties))| Reviewer { key: format!("r{i}"), capacity, load, ties })
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn never_across_a_conflict_never_above_capacity_never_twice((cases, reviewers) in worlds()) {
        let result = assign(&cases, &reviewers);
        let mut load: BTreeMap<&str, u32> = BTreeMap::new();
        let mut pairs = BTreeSet::new();
        for p in &result.placements {
            let c = cases.iter().find(|c| c.key == p.case).unwrap();
            let r = reviewers.iter().find(|r| r.key == p.reviewer).unwrap();
            prop_assert_eq!(conflict(c, &r.ties), None);
            prop_assert!(!c.seen_by.contains(&r.key));
            prop_assert!(pairs.insert((&p.case, &p.reviewer)));
            *load.entry(&r.key).or_insert(r.load) += 1;
        }
        for r in &reviewers {
            if let (Some(cap), Some(load)) = (r.capacity, load.get(r.key.as_str())) {
                prop_assert!(*load <= cap);
            }
        }
        for c in &cases {
            let got = result.placements.iter().filter(|p| p.case == c.key).count();
            let short = result.short.iter().find(|s| s.case == c.key).map_or(0, |s| s.missing);
            prop_assert_eq!(u32::try_from(got).unwrap() + short, c.missing);
        }
    }

    /// As many places as a plain maximum flow fills.
    #[test]
    fn as_many_places_as_possible((cases, reviewers) in worlds()) {
        let result = assign(&cases, &reviewers);
        prop_assert_eq!(result.placements.len(), maximum(&cases, &reviewers));
    }

    #[test]
    fn the_order_of_the_input_does_not_matter((cases, reviewers) in worlds(), turn in 0usize..9) {
        let result = assign(&cases, &reviewers);
        let (mut c, mut r) = (cases, reviewers);
        if !c.is_empty() { let by = turn % c.len(); c.rotate_left(by); }
        r.reverse();
        prop_assert_eq!(result, assign(&c, &r));
    }
}

/// The most places anybody could fill: depth-first augmenting paths over (case place, reviewer).
fn maximum(cases: &[CaseNeed], reviewers: &[Reviewer]) -> usize {
    let places: Vec<usize> =
        cases.iter().enumerate().flat_map(|(i, c)| std::iter::repeat_n(i, c.missing as usize)).collect();
    let may = |c: &CaseNeed, r: &Reviewer| !c.seen_by.contains(&r.key) && conflict(c, &r.ties).is_none();
    // A node per (reviewer) with room; a case may use a reviewer once: keep pairs distinct.
    let room: Vec<usize> =
        reviewers.iter().map(|r| r.capacity.map_or(usize::MAX, |c| c.saturating_sub(r.load) as usize)).collect();
    let mut held: Vec<Vec<usize>> = vec![Vec::new(); reviewers.len()];
    #[expect(clippy::too_many_arguments, reason = "a small matrix is clearer spelled out")]
    fn seat(
        place: usize,
        places: &[usize],
        cases: &[CaseNeed],
        reviewers: &[Reviewer],
        room: &[usize],
        held: &mut Vec<Vec<usize>>,
        seen: &mut BTreeSet<usize>,
        may: &dyn Fn(&CaseNeed, &Reviewer) -> bool,
    ) -> bool {
        let c = places[place];
        for r in 0..reviewers.len() {
            if seen.contains(&r) || !may(&cases[c], &reviewers[r]) || held[r].iter().any(|p| places[*p] == c) {
                continue;
            }
            seen.insert(r);
            if held[r].len() < room[r] {
                held[r].push(place);
                return true;
            }
            for at in 0..held[r].len() {
                let other = held[r][at];
                held[r].remove(at);
                if seat(other, places, cases, reviewers, room, held, seen, may) {
                    held[r].push(place);
                    return true;
                }
                held[r].insert(at, other);
            }
        }
        false
    }
    (0..places.len())
        .filter(|p| seat(*p, &places, cases, reviewers, &room, &mut held, &mut BTreeSet::new(), &may))
        .count()
}
