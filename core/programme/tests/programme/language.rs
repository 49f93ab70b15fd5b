//! Expressions: what they evaluate to, and what is refused before anything runs.

use crate::support::lines;
use hojo_programme::{Answers, Facts, Raw, SourceFiles, load_dir, read};
use hojo_words::Now;
use time::macros::datetime;

const EDITION: &str = r#"
edition: t/1
version: "1.0"
title: t
guidelines: { title: g, published: 2026-06-30 }
dates: { applications_open: 2026-09-30T17:00+09:00, applications_close: 2026-10-30T18:00+09:00 }
choices: { frame: { a: 甲, b: 乙 } }
settings: { share: { value: 2/3, type: ratio } }
facts: { applicant.suspended: yes_no }
tables:
  cap:
    given: { frame: choice frame, employees: count }
    yields: { normal: yen, special: yen }
    rows:
      - { frame: a, employees: 0..5, normal: 100, special: none }
      - { frame: a, employees: 6.., normal: 200, special: 300 }
      - { frame: b, employees: any, normal: 400, special: 500 }
"#;

fn files(ty: &str, expression: &str) -> SourceFiles {
    let mut files = SourceFiles::default();
    files.insert("edition.yaml", EDITION);
    let quoted = expression.replace('\\', "\\\\").replace('"', "\\\"");
    let form = format!(
        r#"
form: t
sections:
  - id: s
    title: s
    fields:
      - {{ id: money, label: m, type: signed yen }}
      - {{ id: blank, label: b, type: yen }}
      - {{ id: heads, label: h, type: integer }}
      - {{ id: part, label: p, type: percent }}
      - {{ id: frame, label: f, type: choice frame }}
      - {{ id: many, label: f, type: choices frame }}
      - {{ id: yes, label: y, type: yes_no }}
      - {{ id: day, label: d, type: date }}
      - {{ id: month_of, label: d, type: year_month }}
      - {{ id: word, label: w, type: text 50 }}
      - {{ id: hidden, label: x, type: yen, shown: yes == false }}
      - {{ id: doc, label: x, type: file pdf }}
      - id: lines
        label: l
        type: table 0..50
        columns:
          - {{ id: kind, label: k, type: choice frame, required: true }}
          - {{ id: sum_, label: a, type: yen, required: true }}
          - {{ id: maybe, label: a, type: yen }}
      - id: years
        label: t
        type: table years base,y1
        rows: {{ base: 基準, y1: 1年目 }}
        columns:
          - {{ id: sales, label: s, type: yen, required: true }}
      - {{ id: result, label: r, type: {ty}, value: "{quoted}" }}
"#
    );
    files.insert("procedures/p/form.yaml", &form);
    files
}

fn answers() -> Answers {
    let mut answers = Answers::default();
    for (key, value) in [
        ("money", "1000"),
        ("heads", "7"),
        ("part", "12.5"),
        ("frame", "a"),
        ("yes", "yes"),
        ("day", "2026-04-01"),
        ("month_of", "2026-04"),
        ("word", "ＡＢＣ 商事"),
        ("hidden", "5"),
    ] {
        answers.set(key, Raw::from(value));
    }
    answers.set("many", Raw::Many(vec!["a".to_owned()]));
    answers.set(
        "lines",
        Raw::Rows(vec![
            crate::support::row(&[("kind", "a"), ("sum_", "100"), ("maybe", "5")]),
            crate::support::row(&[("kind", ""), ("sum_", " ")]),
            crate::support::row(&[("kind", "b"), ("sum_", "200")]),
        ]),
    );
    answers
        .set("years", Raw::Rows(vec![crate::support::row(&[("sales", "10")]), crate::support::row(&[("sales", "")])]));
    answers
}

fn value(ty: &str, expression: &str) -> Result<String, String> {
    let edition = load_dir(&files(ty, expression)).map_err(|problems| lines(&problems))?;
    let procedure = edition.procedure("p").unwrap();
    let facts = Facts::new(Now::new(datetime!(2026-10-15 03:00 UTC)));
    let (reading, _) = read(&edition, procedure, &answers(), &facts);
    let shown = reading.display("result");
    Ok(if shown.is_empty() { "?".to_owned() } else { shown })
}

#[test]
fn evaluates() {
    let table: &[(&str, &str, &str)] = &[
        ("yen", "money + 1", "1,001円"),
        ("yen", "down_yen(money * 2 / 3)", "666円"),
        ("yen", "up_yen(money * 2 / 3)", "667円"),
        ("signed yen", "down_yen(-money * 2 / 3)", "-666円"),
        ("signed yen", "up_yen(0 - money * 2 / 3)", "-667円"),
        ("yen", "down_yen(money * settings.share)", "666円"),
        ("yen", "down_yen(money * part)", "125円"),
        ("yen", "500万円 + 1_000", "5,001,000円"),
        ("yen", "15億", "1,500,000,000円"),
        ("yen", "min(money, 300, 500)", "300円"),
        ("yen", "max(money, 300)", "1,000円"),
        ("decimal 2", "0.1 + 0.2", "0.3"),
        ("yes_no", "0.1 + 0.2 == 0.3", "はい"),
        ("yes_no", "1 / 3 * 3 == 1", "はい"),
        ("percent", "down_percent2(heads / 9)", "77.77％"),
        ("percent", "part + 50%", "62.50％"),
        ("yes_no", "part >= 12.5", "はい"),
        ("percent", "cagr_percent2(1000000, 1216653, 5)", "4.00％"),
        ("percent", "cagr_percent2(money, 1331, 2)", "?"),
        ("ratio", "heads / 21", "1/3"),
        ("integer", "count(lines)", "2"),
        ("integer", "count(lines, kind == 'b')", "1"),
        ("integer", "lines.count(l, l.sum_ > 100)", "1"),
        ("yen", "sum(lines, sum_)", "300円"),
        ("yen", "sum(lines, sum_ * 2)", "600円"),
        ("yen", "sum(lines, maybe)", "5円"),
        ("yen", "sum(lines.filter(l, l.kind == 'a'), sum_)", "100円"),
        ("yen", "sum(filter(lines, l, l.kind == 'a'), sum_)", "100円"),
        ("yen", "greatest(lines, sum_)", "200円"),
        ("yen", "least(lines.filter(l, l.sum_ > 900), sum_)", "?"),
        ("yes_no", "all(lines, l, l.sum_ <= 200)", "はい"),
        ("yes_no", "any(lines, kind == 'b')", "はい"),
        ("yes_no", "distinct(lines, kind)", "はい"),
        ("yes_no", "all(lines, a, all(lines, b, a.number == b.number || a.kind != b.kind))", "はい"),
        ("integer", "greatest(lines, l, l.number)", "3"),
        ("yen", "years.base.sales", "10円"),
        ("yen", "years.y1.sales", "?"),
        ("yen", "sum(years, sales)", "?"),
        ("yes_no", "any(years, y, y.key == 'base' && y.sales == 10)", "はい"),
        ("yen", "cap(frame, heads).normal", "200円"),
        ("yes_no", "cap(frame, 3).special == none", "はい"),
        ("yes_no", "cap(frame, heads).special != none", "はい"),
        ("yen", "cap(frame, 3).special + 1", "?"),
        ("yen", "cap(frame, 0 - 1).normal", "?"),
        ("yen", "blank + 1", "?"),
        ("yen", "or(blank, 7)", "7円"),
        ("yes_no", "answered(blank)", "いいえ"),
        ("yes_no", "answered(hidden) || answered(doc)", "いいえ"),
        ("yen", "hidden", "?"),
        ("yes_no", "yes || blank > 1", "はい"),
        ("yes_no", "blank > 1 || yes", "はい"),
        ("yes_no", "yes && blank > 1", "?"),
        ("yes_no", "!yes && blank > 1", "いいえ"),
        ("yes_no", "blank > 1 && !yes", "いいえ"),
        ("yes_no", "applicant.suspended", "?"),
        ("yen", "yes ? 1 : blank", "1円"),
        ("yen", "down_yen(money / 0) + 1", "?"),
        ("yes_no", "frame in ['a', 'b']", "はい"),
        ("yes_no", "'b' in many", "いいえ"),
        ("integer", "count(many)", "1"),
        ("yes_no", "word == 'abc商事'", "はい"),
        ("yes_no", "starts_with(word, 'ABC') && contains(word, '商事')", "はい"),
        ("integer", "length(word)", "6"),
        ("date", "add_months(date('2026-01-31'), 1)", "2026年2月28日"),
        ("date", "add_days(day, 30)", "2026年5月1日"),
        ("date", "add_years(date('2024-02-29'), 1)", "2025年2月28日"),
        ("date", "end_of_month(month_of)", "2026年4月30日"),
        ("year_month", "add_months(month_of, 12)", "2027年4月"),
        ("yes_no", "year_month(day) == month_of", "はい"),
        ("integer", "days_between(day, date('2026-05-01'))", "30"),
        ("integer", "months_between(date('2026-01-31'), date('2026-02-28'))", "1"),
        ("integer", "years_between(date('2000-10-16'), now.date)", "25"),
        ("fiscal_year", "fiscal_year(date('2027-03-31'))", "2026年度"),
        ("yes_no", "day < round.applications_close", "はい"),
        ("yes_no", "now.date == date('2026-10-15')", "はい"),
        ("yes_no", "!(money < 500) && (heads == 7)", "はい"),
        ("decimal 2", "2 + 3 * 4 - 10 / 4", "11.5"),
    ];
    for (ty, expression, expected) in table {
        let found = value(ty, expression);
        assert_eq!(found.as_deref(), Ok(*expected), "{expression}");
    }
}

/// (type, expression, column within the expression from 1, part of the message)
#[test]
fn refuses() {
    let table: &[(&str, &str, usize, &str)] = &[
        ("yen", "money + heads", 1, "yen + count makes no sense"),
        ("yen", "money * money", 1, "yen * yen makes no sense"),
        ("yes_no", "part > money", 1, "percent and yen do not go together"),
        ("yen", "money + moneey", 9, "there is no moneey (did you mean money?)"),
        ("yen", "sum(lines, sume)", 12, "there is no sume"),
        ("yen", "sum(line, sum_)", 5, "there is no line (did you mean lines?)"),
        ("yes_no", "all(lines, l, l.knd == 'a')", 15, "lines has no column knd (did you mean kind?)"),
        ("yes_no", "frame == 'c'", 10, "'c' is no choice of frame"),
        ("yes_no", "frame in ['a', 'x']", 16, "'x' is no choice of frame"),
        ("yes_no", "frame < 'a'", 1, "has no order"),
        ("yes_no", "1 < heads < 5", 11, "comparisons do not chain"),
        ("yes_no", "heads", 1, "the field is yes_no, the value is count"),
        ("yes_no", "yes && heads", 8, "expected yes or no, this is count"),
        ("yes_no", "yes = true", 5, "write == to compare"),
        ("yes_no", "(yes", 5, "expected ')'"),
        ("yen", "money * 2 / 3", 1, "round it with down_yen or up_yen"),
        ("yen", "cap(frame).normal", 1, "cap is given (frame, employees), 1 here"),
        ("yen", "cap(frame, money).normal", 12, "cap wants count for employees"),
        ("yen", "cap(frame, heads)", 1, "name an output"),
        ("yen", "cap(frame, heads).normel", 1, "cap yields no normel (did you mean normal?)"),
        ("yen", "capp(frame, heads).normal", 1, "there is no function or table capp (did you mean cap?)"),
        ("yen", "settings.shares", 1, "there is no setting shares (did you mean share?)"),
        ("yes_no", "applicant.suspendd", 1, "there is no applicant.suspendd"),
        ("text 10", "case.number", 1, "known to letters only"),
        ("yen", "years.y9.sales", 1, "years has no row y9"),
        ("yen", "lines.base.sum_", 1, "lines has no fixed rows"),
        ("date", "day + 1", 1, "use add_days"),
        ("yes_no", "day == '2026-04-01'", 1, "do not go together"),
        ("yen", "１", 1, "full-width"),
        ("text 9", "'abc", 1, "not closed"),
        ("yen", "result + 1", 1, "circle"),
        ("yes_no", "", 1, "expected a value"),
    ];
    for (ty, expression, column, message) in table {
        let problems = load_dir(&files(ty, expression)).expect_err(expression);
        let found = problems.iter().find(|problem| problem.message.contains(message));
        let found = found.unwrap_or_else(|| panic!("{expression}: {}", lines(&problems)));
        if !message.contains("circle") && !expression.is_empty() {
            // The expression is the quoted value at the end of the field's line.
            let text = files(ty, expression);
            let line = text.get("procedures/p/form.yaml").unwrap().lines().nth(found.line - 1).unwrap().to_owned();
            let start = line.find("value: \"").unwrap() + "value: \"".len();
            let start = line.get(..start).unwrap().chars().count();
            assert_eq!(found.column, start + column, "{expression}: {found}");
        }
    }
}

#[test]
fn deep_nesting_is_refused_not_a_crash() {
    let deep = format!("{}1{}", "(".repeat(3_000), ")".repeat(3_000));
    let problems = load_dir(&files("yen", &deep)).unwrap_err();
    assert!(lines(&problems).contains("nested too deeply"), "{}", lines(&problems));
    let not = format!("{}yes", "!".repeat(5_000));
    assert!(load_dir(&files("yes_no", &not)).is_err());
}

#[test]
fn overflow_is_unknown() {
    let nines = "9".repeat(30);
    assert_eq!(value("yes_no", &format!("{nines} * {nines} > 0")).as_deref(), Ok("?"));
}
