//! Reading: what people type, what it means, and the slip they get.

use crate::support::{facts, fixture, good, procedure, row};
use hojo_programme::{Answers, FieldPath, FileRef, Raw, SlipCode, Value, read};

fn one(field: &str, typed: &str) -> (String, Option<SlipCode>) {
    let edition = fixture();
    let mut answers = good(&edition);
    answers.set("frame", Raw::from("global"));
    answers.set("overseas", Raw::from("海外"));
    answers.set(field, Raw::from(typed));
    let (reading, slips) = read(&edition, &procedure(&edition), &answers, &facts());
    let slip = slips.iter().find(|slip| slip.path.field == field).map(|slip| slip.code);
    (reading.display(field), slip)
}

#[test]
fn reads_what_people_type() {
    let table: &[(&str, &str, &str)] = &[
        ("capital", "３００，０００，０００円", "300,000,000円"),
        ("capital", "¥ 1,000", "1,000円"),
        ("capital", "1 000", "1,000円"),
        ("employees", "２０人", "20人"),
        ("employees", " 20 ", "20人"),
        ("founded", "2026/4/1", "2026年4月1日"),
        ("founded", "令和8年4月1日", "2026年4月1日"),
        ("founded", "20260401", "2026年4月1日"),
        ("founded", "２０２６年４月１日", "2026年4月1日"),
        ("founded", "R8.4.1", "2026年4月1日"),
        ("founded", "平成元年1月8日", "1989年1月8日"),
        ("founded", "昭和64年1月7日", "1989年1月7日"),
        ("number", "７０００−０１２０−５０００２", "7000012050002"),
        ("kana", "ｶﾌﾞｼｷｶﾞｲｼｬ みほん", "カブシキガイシャ ミホン"),
        ("phone", "０３（１２３４）５６７８", "03-1234-5678"),
        ("postal", "〒105－0001", "105-0001"),
        ("email", "ｔａｒｏ@example.jp", "taro@example.jp"),
        ("site", "https://example.jp/a?b=c", "https://example.jp/a?b=c"),
        ("industry", "その他の小売業", "その他の小売業"),
        ("industry", "６０", "その他の小売業"),
        ("frame", "グローバル枠", "グローバル枠"),
        ("support", "1234-5678-9012", "123456789012"),
        ("special", "はい", "はい"),
        ("summary", "一行目\r\n二行目", "一行目\n二行目"),
        ("topics", "export, digital", "輸出、デジタル化"),
    ];
    for (field, typed, expected) in table {
        assert_eq!(one(field, typed), ((*expected).to_owned(), None), "{field}: {typed}");
    }
}

#[test]
fn slips_have_a_code_and_say_what_to_do() {
    let table: &[(&str, &str, SlipCode)] = &[
        ("capital", "三億円", SlipCode::NotANumber),
        ("capital", "1.5", SlipCode::NotWhole),
        ("capital", "-1", SlipCode::OutOfRange),
        ("capital", "9999999999999999", SlipCode::OutOfRange),
        ("capital", "1\u{0}2", SlipCode::Unprintable),
        ("employees", "100001", SlipCode::OutOfRange),
        ("founded", "2026/2/30", SlipCode::NotADate),
        ("founded", "平成32年1月1日", SlipCode::NotADate),
        ("founded", "きのう", SlipCode::NotADate),
        ("number", "7000012050001", SlipCode::CheckDigit),
        ("number", "700001205000", SlipCode::BadFormat),
        ("kana", "見本", SlipCode::NotKana),
        ("phone", "1234", SlipCode::BadFormat),
        ("email", "taro@", SlipCode::BadFormat),
        ("postal", "105", SlipCode::BadFormat),
        ("site", "ftp://example.jp", SlipCode::BadFormat),
        ("industry", "99", SlipCode::NotACode),
        ("frame", "other", SlipCode::NotAChoice),
        ("topics", "export,digital,green", SlipCode::TooManyChoices),
        ("topics", "nothing", SlipCode::NotAChoice),
        ("support", "12", SlipCode::BadFormat),
        ("special", "たぶん", SlipCode::BadFormat),
        ("summary", "一二三四五六七八九十一二三四五六七八九十一", SlipCode::TooLong),
        ("summary", "外字\u{E000}", SlipCode::Unprintable),
        ("summary", " ", SlipCode::Required),
        ("consent", "no", SlipCode::ConsentMissing),
        ("evidence", "", SlipCode::Required),
        ("lines", "text", SlipCode::WrongShape),
    ];
    for (field, typed, expected) in table {
        assert_eq!(one(field, typed).1, Some(*expected), "{field}: {typed}");
    }
}

#[test]
fn the_limit_counts_every_character_and_line_break_once() {
    let nineteen = format!("{}\r\n{}", "あ".repeat(9), "い".repeat(10));
    assert_eq!(one("summary", &nineteen).1, None);
    assert_eq!(one("summary", &format!("{nineteen} ")).1, Some(SlipCode::TooLong));
    assert_eq!(one("summary", &"𠮷".repeat(20)).1, None);
}

#[test]
fn the_account_fills_and_locks_its_fields() {
    let edition = fixture();
    let mut answers = good(&edition);
    answers.set("name", Raw::from("別の名"));
    let (reading, _) = read(&edition, &procedure(&edition), &answers, &facts());
    assert_eq!(reading.display("name"), "株式会社見本");
    assert!(reading.is_prefilled("name"));
    let mut without = facts();
    without.values.remove("account.name");
    let (reading, _) = read(&edition, &procedure(&edition), &answers, &without);
    assert_eq!((reading.display("name").as_str(), reading.is_prefilled("name")), ("別の名", false));
}

#[test]
fn hidden_answers_are_kept_but_not_judged() {
    let edition = fixture();
    let mut answers = good(&edition);
    answers.set("overseas", Raw::from("消さない"));
    let (reading, slips) = read(&edition, &procedure(&edition), &answers, &facts());
    assert!(!reading.is_shown("overseas"));
    assert_eq!(reading.value("overseas"), &Value::Unknown);
    assert!(slips.is_empty(), "{slips:?}");
    answers.set("frame", Raw::from("global"));
    let (reading, _) = read(&edition, &procedure(&edition), &answers, &facts());
    assert_eq!(reading.display("overseas"), "消さない");
    answers.0.remove("overseas");
    let (_, slips) = read(&edition, &procedure(&edition), &answers, &facts());
    assert_eq!(
        slips.iter().map(|s| (s.path.to_string(), s.code)).collect::<Vec<_>>(),
        [("overseas".to_owned(), SlipCode::Required)]
    );
}

#[test]
fn rows_point_at_their_place_in_the_answers() {
    let edition = fixture();
    let mut answers = good(&edition);
    let rows = vec![
        row(&[("category", "machinery"), ("eligible", "100")]),
        row(&[("category", ""), ("eligible", "")]),
        row(&[("category", "machinery"), ("eligible", "百円")]),
        row(&[("item", "だけ")]),
    ];
    answers.set("lines", Raw::Rows(rows));
    let (reading, slips) = read(&edition, &procedure(&edition), &answers, &facts());
    let told: Vec<(String, SlipCode, &str)> =
        slips.iter().map(|s| (s.path.to_string(), s.code, s.label.as_str())).collect();
    assert_eq!(
        told,
        [
            ("lines[2].eligible".to_owned(), SlipCode::NotANumber, "経費明細表 3行目 補助対象経費"),
            ("lines[3].category".to_owned(), SlipCode::Required, "経費明細表 4行目 費目"),
            ("lines[3].eligible".to_owned(), SlipCode::Required, "経費明細表 4行目 補助対象経費"),
        ]
    );
    assert_eq!(reading.display_cell("lines", 0, "eligible"), "100円");
    assert_eq!(reading.cell("lines", 1, "eligible"), &Value::Unknown);
    assert_eq!(reading.display("total"), "", "a total with an unreadable row is not known");
}

#[test]
fn a_fold_skips_blanks_but_not_what_it_cannot_read() {
    let files = crate::support::with(
        crate::support::FORM,
        "sum(lines, eligible)\" }\n      - { id: outs",
        "sum(lines, extra)\" }\n      - { id: outs",
    );
    let mut files = files;
    files.0.remove(crate::support::EXAMPLES);
    let edition = crate::support::load(&files);
    let mut answers = good(&fixture());
    for (typed, expected) in [("", "5円"), ("百円", "")] {
        let rows = vec![
            row(&[("category", "machinery"), ("extra", "5")]),
            row(&[("category", "machinery"), ("extra", typed)]),
        ];
        answers.set("lines", Raw::Rows(rows));
        let (reading, _) = read(&edition, &procedure(&edition), &answers, &facts());
        assert_eq!(reading.display("total"), expected, "{typed}");
    }
}

#[test]
fn fixed_rows_follow_their_condition() {
    let edition = fixture();
    let mut answers = good(&edition);
    answers.set("span", Raw::from("three"));
    let (reading, slips) = read(&edition, &procedure(&edition), &answers, &facts());
    assert!(slips.is_empty(), "{slips:?}");
    assert_eq!(reading.value("plan").as_rows().unwrap().cells.len(), 3);
    assert_eq!(reading.display("growth"), "");
    answers.set("plan", Raw::Rows(vec![row(&[("profit", "△１，０００"), ("labour", "5000"), ("heads", "0.42")])]));
    let (reading, slips) = read(&edition, &procedure(&edition), &answers, &facts());
    assert_eq!(reading.display_cell("plan", 0, "value_added"), "4,000円");
    assert_eq!(reading.display_cell("plan", 0, "per_head"), "11,904円");
    assert_eq!(slips.iter().filter(|s| s.code == SlipCode::Required).count(), 4);
    assert_eq!(slips.first().unwrap().label, "事業計画 1年目 営業利益");
}

#[test]
fn files_are_held_to_their_slot() {
    let edition = fixture();
    let good_file = |name: &str| FileRef {
        file: "f".to_owned(),
        name: name.to_owned(),
        size: 1000,
        sha256: "0".repeat(64),
        media_type: "application/pdf".to_owned(),
        pages: Some(3),
    };
    let cases: Vec<(Vec<FileRef>, Option<SlipCode>)> = vec![
        (vec![good_file("a.pdf")], None),
        (vec![], Some(SlipCode::Required)),
        (vec![good_file("a.pdf"), good_file("b.pdf")], Some(SlipCode::FilePages)),
        (vec![good_file("a.pdf"), good_file("b.pdf"), good_file("c.pdf")], Some(SlipCode::FileCount)),
        (vec![FileRef { media_type: "image/png".to_owned(), ..good_file("a.pdf") }], Some(SlipCode::FileKind)),
        (vec![FileRef { size: (1 << 20) + 1, ..good_file("a.pdf") }], Some(SlipCode::FileSize)),
        (vec![FileRef { size: 0, ..good_file("a.pdf") }], Some(SlipCode::FileSize)),
    ];
    for (files, expected) in cases {
        let mut answers = good(&edition);
        answers.set("evidence", Raw::Files(files));
        let (_, slips) = read(&edition, &procedure(&edition), &answers, &facts());
        assert_eq!(slips.first().map(|slip| slip.code), expected);
    }
}

#[test]
fn answers_are_natural_json() {
    let text = r#"{"a":"x","b":["x","y"],"c":[{"item":"q","n":3}],"d":[{"file":"id","name":"a.pdf","size":9,"sha256":"ab","media_type":"application/pdf"}],"e":null,"f":true,"g":12,"h":[]}"#;
    let answers: Answers = serde_json::from_str(text).unwrap();
    assert!(matches!(answers.get("b"), Some(Raw::Many(_))));
    assert!(matches!(answers.get("c"), Some(Raw::Rows(rows)) if rows[0]["n"] == Raw::from("3")));
    assert!(matches!(answers.get("d"), Some(Raw::Files(files)) if files[0].size == 9));
    assert_eq!((answers.text("e"), answers.text("f"), answers.text("g")), ("", "yes", "12"));
    let again: Answers = serde_json::from_str(&serde_json::to_string(&answers).unwrap()).unwrap();
    assert_eq!(again, answers);
}

#[test]
fn field_paths_parse_and_print() {
    for text in ["name", "lines[3]", "lines[3].category", "lines.category"] {
        assert_eq!(text.parse::<FieldPath>().unwrap().to_string(), text);
    }
    for text in ["", "a b", "lines[x]", "lines[3", "lines[3].", "a.b.c", "a[1][2]"] {
        assert!(text.parse::<FieldPath>().is_err(), "{text}");
    }
}
