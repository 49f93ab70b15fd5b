//! Adoption runs: tiny matrices whose result is known, and what must hold for any.

use hojo_selection::{
    Budget, Fill, PassRule, Proposal, Reason, RunCase, RunInput, RunParameters, RunResult, canonical_json, differences,
    hash, simulate,
};
use proptest::prelude::*;

fn case(key: &str, score: &str, requested: i64) -> RunCase {
    RunCase {
        key: key.into(),
        number: format!("R1-{key}"),
        name: format!("株式会社{key}"),
        title: "計画".into(),
        frame: "甲枠".into(),
        prefecture: "東京都".into(),
        industry: "食料品製造業".into(),
        score: score.parse().unwrap(),
        bonus: "0".parse().unwrap(),
        deduction: "0".parse().unwrap(),
        first_criterion: "0".parse().unwrap(),
        requested,
        filed_at: "2026-10-01T00:00:00Z".into(),
        passes: 3,
        fails: 0,
        barred: None,
    }
}

fn total(budget: i64, fill: Fill) -> RunParameters {
    RunParameters {
        budget: Budget { total: Some(budget), frames: [].into() },
        fill,
        boundary: 2,
        ..RunParameters::default()
    }
}

fn run(cases: &[RunCase], parameters: &RunParameters) -> RunResult {
    simulate(&RunInput { cases: cases.to_vec() }, parameters).unwrap()
}

fn order(r: &RunResult) -> Vec<&str> {
    r.lines.iter().map(|l| l.key.as_str()).collect()
}

fn adopted(r: &RunResult) -> Vec<&str> {
    r.lines.iter().filter(|l| l.proposal == Proposal::Adopted).map(|l| l.key.as_str()).collect()
}

#[test]
fn strict_cut_and_skip_and_fill() {
    let cases = [case("a", "90", 6), case("b", "80", 5), case("c", "70", 4), case("d", "60", 1)];
    let strict = run(&cases, &total(10, Fill::StrictCut));
    assert_eq!(adopted(&strict), ["a"]);
    assert_eq!(strict.lines[1].reason, Reason::OverBudget { left: 4 });
    assert_eq!(strict.lines[2].reason, Reason::BelowCut);
    let skip = run(&cases, &total(10, Fill::SkipAndFill));
    assert_eq!(adopted(&skip), ["a", "c"]);
    assert_eq!(skip.lines.iter().map(|l| l.cumulative).collect::<Vec<_>>(), [6, 6, 10, 10]);
    assert_eq!((skip.spent, skip.adopted, skip.requested), (10, 2, 16));
}

#[test]
fn ties_fall_in_the_published_order() {
    let base = case("f", "50", 10);
    let bonus = RunCase { bonus: "5".parse().unwrap(), score: "45".parse().unwrap(), ..case("e", "45", 10) };
    let criterion = RunCase { first_criterion: "10/3".parse().unwrap(), ..case("d", "50", 99) };
    let cheap = case("z", "50", 9);
    let early = RunCase { filed_at: "2026-09-30T08:00:00Z".into(), ..case("g", "50", 10) };
    let deduced = RunCase { deduction: "1".parse().unwrap(), ..case("a", "50", 1) };
    let result = run(&[base, bonus, criterion, cheap, early, deduced], &RunParameters::default());
    assert_eq!(order(&result), ["d", "e", "z", "g", "f", "a"]);
    assert_eq!(result.lines[5].points.to_string(), "49");
}

#[test]
fn floor_eligibility_and_bars() {
    let out = RunCase { barred: Some("他の公募で採択済み".into()), ..case("x", "99", 1) };
    let failed = RunCase { passes: 1, fails: 2, ..case("y", "98", 1) };
    let cases = [case("a", "60", 5), case("b", "59.99", 5), out, failed];
    let with = |pass| RunParameters { floor: Some("60".parse().unwrap()), pass, ..total(100, Fill::StrictCut) };
    let majority = run(&cases, &with(PassRule::Majority));
    assert_eq!(order(&majority), ["a", "b", "x", "y"]);
    assert_eq!(adopted(&majority), ["a"]);
    assert_eq!(majority.lines[1].reason.sentence(), "基準点（60点）未満");
    assert_eq!(majority.lines[3].reason.sentence(), "適格性を満たさない（適1名・否2名）");
    assert_eq!(majority.lines[3].rank, None);
    assert_eq!(order(&run(&cases, &with(PassRule::Ignore))), ["y", "a", "b", "x"]);
    let one_fail = [RunCase { passes: 2, fails: 1, ..case("a", "60", 5) }];
    assert_eq!(adopted(&run(&one_fail, &with(PassRule::Unanimous))), [""; 0]);
    assert_eq!(adopted(&run(&one_fail, &with(PassRule::Majority))), ["a"]);
}

#[test]
fn frames_have_their_own_cut_and_boundary() {
    let other = |key: &str, score: &str, yen| RunCase { frame: "乙枠".into(), ..case(key, score, yen) };
    let cases =
        [case("a1", "90", 10), case("a2", "80", 10), case("a3", "70", 5), other("b1", "60", 10), other("b2", "50", 10)];
    let frames = [("甲枠".to_owned(), 15), ("乙枠".to_owned(), 100)].into();
    let parameters = RunParameters { budget: Budget { total: Some(25), frames }, ..total(0, Fill::StrictCut) };
    let result = run(&cases, &parameters);
    assert_eq!(adopted(&result), ["a1", "b1"]);
    let boundary = result.boundaries.iter().find(|b| b.frame.as_deref() == Some("甲枠")).unwrap();
    assert_eq!(
        (boundary.above.as_slice(), boundary.below.as_slice()),
        (&["a1".to_owned()][..], &["a2".to_owned(), "a3".to_owned()][..])
    );
    assert_eq!(result.lines[4].reason, Reason::OverBudget { left: 5 }, "the round's money, not the frame's");
}

#[test]
fn distributions_add_up() {
    let mut cases = vec![case("a", "90", 4_000_000), case("b", "80", 5_000_000), case("c", "70", 12_345_678)];
    cases[2].prefecture = "大阪府".into();
    let result =
        run(&cases, &RunParameters { bands: vec![5_000_000, 10_000_000], ..total(9_000_000, Fill::StrictCut) });
    let by = |name: &str| &result.shares.iter().find(|s| s.by == name).unwrap().groups;
    let bands: Vec<_> = by("band").iter().map(|g| (g.label.as_str(), g.cases, g.adopted, g.spent)).collect();
    assert_eq!(
        bands,
        [("500万円未満", 1, 1, 4_000_000), ("500万円以上1,000万円未満", 1, 1, 5_000_000), ("1,000万円以上", 1, 0, 0)]
    );
    for shares in &result.shares {
        assert_eq!(shares.groups.iter().map(|g| g.spent).sum::<i64>(), result.spent, "{}", shares.by);
        assert_eq!(shares.groups.iter().map(|g| g.cases).sum::<u32>(), 3);
    }
}

#[test]
fn differences_name_what_turned() {
    let cases = [case("a", "90", 6), case("b", "80", 5)];
    let (before, after) = (run(&cases, &total(6, Fill::StrictCut)), run(&cases[..1], &total(5, Fill::StrictCut)));
    let changed = differences(&before, &after);
    let seen: Vec<_> = changed.iter().map(|c| (c.key.as_str(), c.before, c.after)).collect();
    assert_eq!(
        seen,
        [("a", Some(Proposal::Adopted), Some(Proposal::NotAdopted)), ("b", Some(Proposal::NotAdopted), None)]
    );
    assert_eq!(differences(&after, &after), []);
}

#[test]
fn a_result_survives_its_own_json() {
    let input =
        RunInput { cases: vec![case("a", "100/3", 6), RunCase { barred: Some("辞退".into()), ..case("b", "1", 1) }] };
    let parameters = RunParameters { floor: Some("1/3".parse().unwrap()), ..total(10, Fill::SkipAndFill) };
    let result = simulate(&input, &parameters).unwrap();
    let again: RunResult = serde_json::from_str(&canonical_json(&result).unwrap()).unwrap();
    assert_eq!(again, result);
    let input_again: RunInput = serde_json::from_str(&serde_json::to_string(&input).unwrap()).unwrap();
    let parameters_again: RunParameters = serde_json::from_str(&serde_json::to_string(&parameters).unwrap()).unwrap();
    assert_eq!(hash(&input_again, &parameters_again).unwrap(), hash(&input, &parameters).unwrap());
    assert_ne!(hash(&input, &total(11, Fill::SkipAndFill)).unwrap(), hash(&input, &parameters).unwrap());
}

fn cases() -> impl Strategy<Value = Vec<RunCase>> {
    let one = (0i64..400, 1i64..4, 1i64..50, 0u32..3, 0i64..6, prop::bool::weighted(0.1));
    prop::collection::vec(one, 0..25).prop_map(|list| {
        list.into_iter()
            .enumerate()
            .map(|(i, (top, bottom, yen, frame, bonus, barred))| RunCase {
                frame: format!("枠{frame}"),
                bonus: hojo_words::Number::from(bonus),
                barred: barred.then(|| "取下げ".to_owned()),
                fails: u32::from(yen % 7 == 0) * 2,
                passes: 1,
                ..case(&format!("{i:02}"), &format!("{top}/{bottom}"), yen)
            })
            .collect()
    })
}

fn fills() -> impl Strategy<Value = Fill> {
    prop::sample::select(Fill::ALL.to_vec())
}

proptest! {
    #[test]
    fn budgets_are_never_exceeded(cases in cases(), budget in 0i64..300, frame in 0i64..150, fill in fills()) {
        let frames: std::collections::BTreeMap<String, i64> = [("枠0".to_owned(), frame)].into();
        let parameters = RunParameters { budget: Budget { total: Some(budget), frames }, ..total(0, fill) };
        let result = run(&cases, &parameters);
        prop_assert!(result.spent <= budget);
        let yen = |key: &str| cases.iter().find(|c| c.key == key).unwrap();
        let (mut sum, mut in_frame) = (0, 0);
        for key in adopted(&result) {
            let c = yen(key);
            prop_assert!(c.barred.is_none() && c.passes > c.fails);
            sum += c.requested;
            in_frame += if c.frame == "枠0" { c.requested } else { 0 };
        }
        prop_assert_eq!(sum, result.spent);
        prop_assert!(in_frame <= frame);
        prop_assert_eq!(result.lines.len(), cases.len());
    }

    #[test]
    fn more_money_never_adopts_less(cases in cases(), budget in 0i64..300, more in 0i64..100, fill in fills()) {
        let (less, greater) = (run(&cases, &total(budget, fill)), run(&cases, &total(budget + more, fill)));
        // Filling gaps may swap small cases for a large one, but never spends less.
        prop_assert!(less.spent <= greater.spent);
        if fill == Fill::StrictCut {
            let kept = adopted(&greater);
            prop_assert!(adopted(&less).iter().all(|key| kept.contains(key)));
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(cases in cases(), turn in 0usize..25, fill in fills(), budget in 0i64..300) {
        let parameters = total(budget, fill);
        let mut turned = cases.clone();
        turned.reverse();
        if !turned.is_empty() { let by = turn % turned.len(); turned.rotate_left(by); }
        let (a, b) = (RunInput { cases }, RunInput { cases: turned });
        prop_assert_eq!(canonical_json(&simulate(&a, &parameters).unwrap()).unwrap(), canonical_json(&simulate(&b, &parameters).unwrap()).unwrap());
        prop_assert_eq!(hash(&a, &parameters).unwrap(), hash(&b, &parameters).unwrap());
    }

    #[test]
    fn better_cases_are_never_passed_over_by_a_strict_cut(cases in cases(), budget in 0i64..300) {
        let result = run(&cases, &total(budget, Fill::StrictCut));
        let ranked: Vec<_> = result.lines.iter().filter(|l| l.rank.is_some()).map(|l| l.proposal).collect();
        prop_assert!(ranked.is_sorted(), "adopted first, then none");
    }
}
