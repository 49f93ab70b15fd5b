//! Sheets of known result: exact thirds, verdicts, missing comments, spread.

use hojo_selection::{CriterionSpec, Lack, Mark, Marks, SheetSpec, combine};

fn criterion(id: &str, weight: &str, pass_fail: bool) -> CriterionSpec {
    CriterionSpec {
        id: id.into(),
        title: format!("項目{id}"),
        pass_fail,
        min: 0,
        max: 5,
        weight: weight.parse().unwrap(),
        comment: 4,
    }
}

fn sheet() -> SheetSpec {
    SheetSpec {
        criteria: vec![criterion("ok", "1", true), criterion("a", "3", false), criterion("b", "2", false)],
        overall: 5,
    }
}

fn marks(ok: &str, a: &str, b: &str) -> Marks {
    let mark = |points: &str| Mark { points: points.into(), comment: "根拠あり".into() };
    Marks {
        criteria: [("ok", ok), ("a", a), ("b", b)].map(|(id, p)| (id.to_owned(), mark(p))).into(),
        overall: "総合評価。".into(),
    }
}

#[test]
fn total_is_weight_times_points() {
    let total = sheet().total(&marks("pass", "4", "1")).unwrap();
    assert_eq!(total.points.to_string(), "14");
    assert!(total.passed);
    assert_eq!(total.by_criterion.get("a").unwrap().to_string(), "12");
    assert!(!total.by_criterion.contains_key("ok"), "a verdict is no point");
    assert_eq!(sheet().maximum().unwrap().to_string(), "25");
}

#[test]
fn mean_is_an_exact_fraction_and_spread_is_highest_minus_lowest() {
    let totals: Vec<_> = [("pass", "4", "1"), ("pass", "5", "5"), ("fail", "0", "1")]
        .map(|(ok, a, b)| sheet().total(&marks(ok, a, b)).unwrap())
        .into();
    let score = combine(&totals).unwrap().unwrap();
    assert_eq!(score.mean.to_string(), "41/3", "14 + 25 + 2 over 3, no rounding");
    assert_eq!(score.spread.to_string(), "23");
    assert_eq!((score.passes, score.fails), (2, 1));
    assert_eq!(score.by_criterion.get("b").unwrap().to_string(), "14/3");
    assert_eq!(combine(&[]).unwrap(), None);
}

#[test]
fn every_lack_is_named() {
    let sheet = sheet();
    assert_eq!(sheet.lacks(&marks("pass", "0", "5")), []);
    assert_eq!(sheet.lacks(&Marks::default()).len(), 3 + 3 + 1, "points, comments, overall");
    let off = sheet.lacks(&marks("maybe", "6", "-1"));
    assert!(off.iter().all(|l| matches!(l, Lack::OffScale { .. })), "{off:?}");
    assert_eq!(off.len(), 3);
    let mut short = marks("pass", "1", "1");
    short.criteria.get_mut("b").unwrap().comment = "  短い  ".into();
    assert_eq!(
        sheet.lacks(&short).iter().map(Lack::sentence).collect::<Vec<_>>(),
        ["「項目b」のコメントを4文字以上で入力してください（現在2文字）。"]
    );
    assert_eq!(sheet.progress(&marks("pass", "9", "")), (1, 3));
}

#[test]
fn sheets_of_different_length_compare_by_their_own_maximum() {
    let long = SheetSpec {
        criteria: sheet().criteria.into_iter().chain([criterion("overseas", "3", false)]).collect(),
        ..sheet()
    };
    let scale = &long.criteria;
    let short_total = sheet().total(&marks("pass", "4", "4")).unwrap();
    let mut with_overseas = marks("pass", "4", "4");
    with_overseas.criteria.insert("overseas".into(), Mark { points: "2".into(), comment: "根拠あり".into() });
    let long_total = long.total(&with_overseas).unwrap();
    // As given, the longer sheet wins with a weaker plan; by its own maximum it does not.
    assert!(long_total.points > short_total.points);
    assert_eq!(short_total.of_hundred(scale).unwrap().points.to_string(), "80");
    assert_eq!(long_total.of_hundred(scale).unwrap().points.to_string(), "65");
    // Full marks are a hundred on every sheet, and what each criterion got is kept.
    let full = sheet().total(&marks("fail", "5", "5")).unwrap();
    let scaled = full.of_hundred(scale).unwrap();
    assert_eq!(
        (scaled.points.to_string().as_str(), scaled.passed, &scaled.by_criterion),
        ("100", false, &full.by_criterion)
    );
    // Thirds stay exact, and a sheet without points stays as it is.
    assert_eq!(sheet().total(&marks("pass", "1", "2")).unwrap().of_hundred(&[]).unwrap().points.to_string(), "7");
}
