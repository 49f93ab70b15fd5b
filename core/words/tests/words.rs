//! Tables and property tests for the shared words.

use hojo_words::{
    BusinessCalendar, Clause, CorporateNumber, CorporateNumberProblem, Now, Number, NumberProblem, PublicId, Yen,
    YenProblem, jst, text,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use time::macros::{date, datetime};

#[cfg(test)]
fn n(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn numbers_are_exact() {
    assert_eq!(n("0.1").add(n("0.2")), Ok(n("0.3")));
    assert_eq!(n("1/3").mul(n("3")), Ok(Number::ONE));
    assert_eq!(n("10000000").mul(n("2/3")).unwrap().round_down(0), Ok(n("6666666")));
    assert_eq!(n("10000000").mul(n("2/3")).unwrap().round_up(0), Ok(n("6666667")));
    assert_eq!(n("-7").div(n("2")).unwrap().round_down(0), Ok(n("-3")));
    assert_eq!(n("-7").div(n("2")).unwrap().round_up(0), Ok(n("-4")));
    assert_eq!(n("1").div(Number::ZERO), Err(NumberProblem::DivisionByZero));
    assert_eq!(Number::integer(i128::MAX).add(Number::ONE), Err(NumberProblem::TooLarge));
    assert_eq!(Number::integer(i128::MAX).mul(n("2")), Err(NumberProblem::TooLarge));
    assert!(Number::ratio(1, i128::MAX).unwrap() < Number::ratio(1, i128::MAX - 1).unwrap());
}

#[test]
fn numbers_parse_and_print() {
    for (typed, shown) in [
        ("12", "12"),
        ("-1_000", "-1000"),
        ("0.50", "0.5"),
        ("2/4", "0.5"),
        ("1/3", "1/3"),
        ("007", "7"),
        ("-0.25", "-0.25"),
    ] {
        assert_eq!(n(typed).to_string(), shown, "{typed}");
    }
    for typed in ["", "-", ".5", "5.", "1e3", "1,000", "１", "1/0", "--1", "0x1", " 1"] {
        assert!(typed.parse::<Number>().is_err(), "{typed}");
    }
    assert_eq!(n("4.079").fixed(2), "4.07");
    assert_eq!(n("-0.005").fixed(2), "0.00");
    assert_eq!(n("50").fixed(2), "50.00");
    assert_eq!(n("-1234567.5").grouped(2), "-1,234,567.5");
    assert_eq!(n("999").grouped(0), "999");
}

#[test]
fn yen_is_whole_and_checked() {
    assert_eq!(Yen::new(12_345_678).to_string(), "12,345,678");
    assert_eq!(Yen::new(-1_000).to_string(), "-1,000");
    assert_eq!(Yen::new(i64::MAX).plus(Yen::new(1)), Err(YenProblem::TooLarge));
    assert_eq!(Yen::from_number(n("1/2")), Err(YenProblem::NotWhole));
    assert_eq!(Yen::from_number(n("99999999999999999999")), Err(YenProblem::TooLarge));
    assert_eq!(Yen::new(10).minus(Yen::new(30)), Ok(Yen::new(-20)));
}

#[test]
fn six_real_corporate_numbers() {
    for real in ["1180301018771", "4011001098993", "2120901007402", "7123456789012", "6120001039879", "7000012050002"] {
        assert_eq!(real.parse::<CorporateNumber>().unwrap().as_str(), real);
        let mut wrong: Vec<char> = real.chars().collect();
        wrong[5] = if wrong[5] == '4' { '5' } else { '4' };
        let wrong: String = wrong.into_iter().collect();
        assert_eq!(wrong.parse::<CorporateNumber>(), Err(CorporateNumberProblem::CheckDigit));
    }
    assert_eq!("７０００-０１２０-５０００２".parse::<CorporateNumber>().unwrap().as_str(), "7000012050002");
    assert_eq!("700001205000".parse::<CorporateNumber>(), Err(CorporateNumberProblem::NotThirteenDigits));
    assert_eq!("70000120５000a".parse::<CorporateNumber>(), Err(CorporateNumberProblem::NotThirteenDigits));
}

#[test]
fn dates_as_people_write_them() {
    assert_eq!(jst::jst_text(datetime!(2026-11-22 05:03:05 UTC)), "2026/11/22 14:03:05");
    assert_eq!(jst::jst_date(datetime!(2026-10-30 15:00 UTC)), date!(2026 - 10 - 31));
    assert_eq!(Now::new(datetime!(2026-10-30 14:59:59 UTC)).date(), date!(2026 - 10 - 30));
    for (day, legal) in [
        (date!(2026 - 11 - 22), "令和8年11月22日"),
        (date!(2019 - 05 - 01), "令和元年5月1日"),
        (date!(2019 - 04 - 30), "平成31年4月30日"),
        (date!(1989 - 01 - 08), "平成元年1月8日"),
        (date!(1989 - 01 - 07), "昭和64年1月7日"),
        (date!(1926 - 12 - 25), "昭和元年12月25日"),
        (date!(1912 - 07 - 30), "大正元年7月30日"),
        (date!(1900 - 01 - 01), "明治33年1月1日"),
    ] {
        assert_eq!(jst::legal_date(day), legal);
    }
    assert_eq!(jst::from_era("令和", 1, 5, 1), Some(date!(2019 - 05 - 01)));
    assert_eq!(jst::from_era("令和", 1, 4, 30), None);
    assert_eq!(jst::from_era("平成", 31, 5, 1), None);
    assert_eq!(jst::from_era("h", 31, 4, 30), Some(date!(2019 - 04 - 30)));
    assert_eq!(jst::from_era("", 1, 1, 1), None);
    assert_eq!(jst::from_era("令和", i32::MAX, 1, 1), None);
    assert_eq!((jst::fiscal_year(date!(2027 - 03 - 31)), jst::fiscal_year(date!(2027 - 04 - 01))), (2026, 2027));
    assert_eq!(jst::fiscal_year_text(date!(2027 - 03 - 31)), "令和8年度");
    assert_eq!(jst::fiscal_year_text(date!(2019 - 04 - 01)), "令和元年度");
    assert_eq!(jst::add_months(date!(2026 - 01 - 31), 1), Some(date!(2026 - 02 - 28)));
    assert_eq!(jst::add_months(date!(2026 - 03 - 31), -13), Some(date!(2025 - 02 - 28)));
    assert_eq!(jst::years_between(date!(2000 - 02 - 29), date!(2026 - 02 - 28)), 26);
    assert_eq!(jst::months_between(date!(2026 - 02 - 28), date!(2026 - 01 - 31)), -1);
}

#[test]
fn business_days_skip_weekends_and_holidays() {
    let calendar = BusinessCalendar::new(BTreeMap::from([
        (date!(2026 - 11 - 03), "文化の日".to_owned()),
        (date!(2026 - 11 - 23), "勤労感謝の日".to_owned()),
    ]));
    assert_eq!(calendar.add_business_days(date!(2026 - 11 - 02), 1), Some(date!(2026 - 11 - 04)));
    assert_eq!(calendar.add_business_days(date!(2026 - 11 - 20), 1), Some(date!(2026 - 11 - 24)));
    assert_eq!(calendar.business_days_between(date!(2026 - 11 - 20), date!(2026 - 11 - 24)), 1);
    assert_eq!(calendar.holiday(date!(2026 - 11 - 03)), Some("文化の日"));
    assert_eq!(calendar.add_business_days(time::Date::MAX, 1), None);
}

#[test]
fn characters_count_as_the_guidelines_count() {
    for (typed, count) in [("", 0), ("あ い", 3), ("a\r\nb", 3), ("a\nb", 3), ("a\r\rb", 4), ("𠮷野家", 3), ("　", 1)]
    {
        assert_eq!(text::count_chars(typed), count, "{typed:?}");
        assert_eq!(text::count_chars(typed), text::unify_line_breaks(typed).chars().count());
    }
}

#[test]
fn widths_and_kana() {
    assert_eq!(text::fold_width("ＡＢＣ１２３　ｶﾞｷﾞ"), "ABC123 ガギ");
    assert_eq!(text::fold_width("髙橋 \u{FA19}社"), "髙橋 \u{FA19}社", "kanji stay as typed");
    assert_eq!(text::normal_kana("みほん ｼｮｳｼﾞ"), "ミホン ショウジ");
    assert_eq!(text::comparison_key("株式会社 ＡＢＣ－みほん"), text::comparison_key("株式会社abc-ミホン"));
    assert_ne!(text::comparison_key("サーバ"), text::comparison_key("サバ"));
}

#[test]
fn what_cannot_be_printed_is_named() {
    for (typed, place, name) in [
        ("a\u{0}", 2, "U+0000"),
        ("\u{E000}", 1, "「\u{E000}」（U+E000）"),
        ("あ\u{10DE92}", 2, "「\u{10DE92}」（U+10DE92）"),
        ("\u{202E}x", 1, "U+202E"),
    ] {
        let (found, what) = text::check_printable(typed).unwrap_err();
        assert_eq!((found, what.name().as_str()), (place, name));
    }
    assert_eq!(text::check_printable("髙﨑\n葛\u{E0100}𠮷 emoji 😀"), Ok(()));
}

#[test]
fn public_ids_are_read_aloud() {
    let id = PublicId::from_bits(u128::MAX);
    assert_eq!(id.to_string().len(), 26);
    assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
    for wrong in [
        "",
        "8zzzzzzzzzzzzzzzzzzzzzzzzz",
        "ilouilouilouilouilouilouil",
        "あああああああああああああああああああああああああ",
    ] {
        assert!(wrong.parse::<PublicId>().is_err(), "{wrong}");
    }
    assert_eq!(Clause::new("  "), None);
    assert_eq!(Clause::new(" 要領 2-3 ").unwrap().as_str(), "要領 2-3");
}

proptest! {
    #[test]
    fn public_ids_round_trip(bits: u128) {
        let id = PublicId::from_bits(bits);
        prop_assert_eq!(id.to_string().parse::<PublicId>(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<PublicId>(&json).unwrap(), id);
    }

    #[test]
    fn rounding_brackets_the_value(top in -10_i128.pow(20)..10_i128.pow(20), bottom in 1_i128..1_000_000, places in 0_u32..5) {
        let value = Number::ratio(top, bottom).unwrap();
        let (down, up) = (value.round_down(places).unwrap(), value.round_up(places).unwrap());
        prop_assert!(down.abs().unwrap() <= value.abs().unwrap() && value.abs().unwrap() <= up.abs().unwrap());
        let step = Number::ratio(1, 10_i128.pow(places)).unwrap();
        prop_assert!(up.sub(down).unwrap().abs().unwrap() <= step);
        prop_assert_eq!(up == down, down == value);
    }

    #[test]
    fn arithmetic_agrees_with_fractions(a in -1_000_000_i128..1_000_000, b in 1_i128..1000, c in -1_000_000_i128..1_000_000, d in 1_i128..1000) {
        let (x, y) = (Number::ratio(a, b).unwrap(), Number::ratio(c, d).unwrap());
        prop_assert_eq!(x.add(y).unwrap(), Number::ratio(a * d + c * b, b * d).unwrap());
        prop_assert_eq!(x.mul(y).unwrap(), Number::ratio(a * c, b * d).unwrap());
        prop_assert_eq!(x.sub(y).unwrap().add(y).unwrap(), x);
        prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
        if c != 0 {
            prop_assert_eq!(x.div(y).unwrap().mul(y).unwrap(), x);
        }
    }

    #[test]
    fn numbers_print_what_they_parse(top: i64, bottom in 1_i128..100_000) {
        let value = Number::ratio(i128::from(top), bottom).unwrap();
        prop_assert_eq!(value.to_string().parse::<Number>().unwrap(), value);
    }

    #[test]
    fn extremes_never_panic(a: i128, b: i128, c: i128, d: i128) {
        if let (Ok(x), Ok(y)) = (Number::ratio(a, b), Number::ratio(c, d)) {
            let _ = (x.add(y), x.sub(y), x.mul(y), x.div(y), x.cmp(&y), x.round_up(3), x.round_down(9), x.fixed(4), x.grouped(2), x.to_string());
        }
    }

    #[test]
    fn texts_never_panic(typed: String) {
        let _ = (text::fold_width(&typed), text::normal_kana(&typed), text::comparison_key(&typed), text::check_printable(&typed), typed.parse::<CorporateNumber>(), typed.parse::<Number>(), typed.parse::<PublicId>());
        prop_assert_eq!(text::fold_width(&text::fold_width(&typed)), text::fold_width(&typed));
    }

    #[test]
    fn eras_round_trip(days in 0_i32..60_000) {
        let day = date!(1873 - 01 - 01).checked_add(time::Duration::days(days.into())).unwrap();
        let (name, year) = jst::era(day).unwrap();
        prop_assert_eq!(jst::from_era(name, year, u8::from(day.month()), day.day()), Some(day));
    }

    #[test]
    fn months_add_up(days in 0_i32..50_000, months in -600_i32..600) {
        let day = date!(1950 - 01 - 01).checked_add(time::Duration::days(days.into())).unwrap();
        let moved = jst::add_months(day, months).unwrap();
        let back = jst::months_between(day, moved);
        prop_assert!((months - back).abs() <= 1 && back.abs() <= months.abs(), "{day} {months} {back}");
    }
}
