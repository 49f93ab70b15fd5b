//! Letters: what is printed, and that none leaves with a hole.

use crate::support::{facts, fixture, good, procedure};
use hojo_programme::{ComposeProblem, LetterContext, RemarkLine, application_sections, compose, read};
use hojo_words::Yen;
use std::collections::BTreeMap;
use time::macros::{date, datetime};

#[test]
fn an_adoption_notice() {
    let edition = fixture();
    let procedure = procedure(&edition);
    let facts = facts();
    let (reading, _) = read(&edition, &procedure, &good(&edition), &facts);
    let mut context = LetterContext {
        procedure: &procedure,
        reading: &reading,
        facts: &facts,
        case_number: "R1-000123".to_owned(),
        filed_at: Some(datetime!(2026-10-30 08:59:59 UTC)),
        serial: 12,
        date: date!(2027 - 02 - 26),
        decision_date: Some(date!(2027 - 02 - 26)),
        decision_reason: None,
        decision_amount: None,
        conditions: vec![],
        filing_number: String::new(),
        round_title: String::new(),
        obligation: None,
        replaces: None,
        outcome: Some("adopted".to_owned()),
        amounts: BTreeMap::from([("adopted".to_owned(), Yen::new(10_000_000))]),
        remarks: Vec::new(),
        due: None,
        addressee: BTreeMap::from([
            ("name".to_owned(), "株式会社見本".to_owned()),
            ("representative".to_owned(), "代表取締役 見本太郎".to_owned()),
        ]),
        doc_id: "letter-1".to_owned(),
    };
    let letter = procedure.letters.get("adoption-notice").unwrap();
    let model = compose(&edition, letter, &context).unwrap();
    assert_eq!(model.number, "令和8年度 見本第12号");
    assert_eq!(model.date_legal, "令和9年2月26日");
    assert_eq!(model.addressee, ["株式会社見本", "代表取締役 見本太郎　様"]);
    assert_eq!(model.body, ["令和8年10月30日付けで申請のあった補助事業を、下記のとおり採択したので通知します。"]);
    let items: Vec<(&str, &str, Option<&str>)> =
        model.items.iter().map(|i| (i.label.as_str(), i.text.as_str(), i.amount.as_deref())).collect();
    assert_eq!(items, [("採択金額", "", Some("10,000,000円")), ("枠", "通常枠", None)]);
    assert_eq!((model.geometry.body_y.as_str(), model.geometry.title_y.as_str()), ("100.0", "72.6"));
    assert_eq!(model, compose(&edition, letter, &context).unwrap());

    context.amounts.clear();
    let missing = compose(&edition, letter, &context).unwrap_err();
    assert_eq!(
        missing,
        ComposeProblem::Missing { letter: "adoption-notice".to_owned(), placeholder: "amounts.adopted".to_owned() }
    );

    context.due = Some(date!(2026 - 11 - 30));
    context.remarks = vec![
        RemarkLine { place: "決算書".to_owned(), text: "最後のページがありません。".to_owned() },
        RemarkLine {
            place: "経費明細表 2行目".to_owned(), text: "単価を確かめてください。".to_owned()
        },
    ];
    let model = compose(&edition, procedure.letters.get("return-notice").unwrap(), &context).unwrap();
    assert_eq!(model.body, ["下記の不備がありました。令和8年11月30日までに再提出してください。"]);
    let items: Vec<(&str, &str)> = model.items.iter().map(|i| (i.label.as_str(), i.text.as_str())).collect();
    assert_eq!(
        items,
        [("指摘1", "決算書：最後のページがありません。"), ("指摘2", "経費明細表 2行目：単価を確かめてください。")]
    );
}

#[test]
fn the_copy_prints_every_shown_answer() {
    let edition = fixture();
    let (reading, _) = read(&edition, &procedure(&edition), &good(&edition), &facts());
    let sections = application_sections(&reading);
    let titles: Vec<&str> = sections.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(titles, ["申請者の概要", "計画", "経費"]);
    let rows = &sections[0].rows;
    assert!(rows.contains(&("資本金".to_owned(), "300,000,000円".to_owned())), "{rows:?}");
    assert!(rows.contains(&("要件の確認".to_owned(), "同意する".to_owned())));
    assert!(rows.contains(&("フリガナ".to_owned(), "（未入力）".to_owned())));
    assert!(!sections[1].rows.iter().any(|(label, _)| label == "海外展開の内容"));
    let plan = &sections[1].tables[0];
    assert_eq!(plan.head, ["項目", "基準年度", "1年目", "2年目", "3年目"]);
    assert!(plan.rows.iter().all(|row| row.len() == plan.head.len()));
    let lines = &sections[2].tables[0];
    assert_eq!(lines.rows[0][..2], ["1".to_owned(), "機械装置費".to_owned()]);
    assert!(sections[2].rows.contains(&("決算書".to_owned(), "見本.pdf".to_owned())));
}

/// What a step or a reminder sends is not issued by hand, and what nothing sends is; copies and forms to take away are neither.
#[test]
fn every_letter_has_one_way_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri/2026-r1");
    let edition = crate::support::load(&crate::support::whole(&folder));
    let by_hand = |code: &str| -> Vec<&str> {
        edition.sent_by_hand(edition.procedure(code).unwrap()).map(|letter| letter.id.as_str()).collect()
    };
    for (code, letter) in [
        ("application", "oral-invitation"),
        ("application", "adoption-request"),
        ("repayment", "dunning-notice"),
        ("inspection", "inspection-notice"),
        ("status-report", "demand-notice"),
    ] {
        assert!(by_hand(code).contains(&letter), "{code}/{letter}: {:?}", by_hand(code));
    }
    for (code, letter) in [
        ("application", "adoption-notice"),
        ("application", "return-notice"),
        ("performance-report", "overdue-notice"),
        ("performance-report", "filing-copy"),
        ("performance-report", "wage-sheet"),
    ] {
        assert!(edition.procedure(code).unwrap().letters.contains_key(letter), "{code}/{letter} is gone");
        assert!(!by_hand(code).contains(&letter), "{code}/{letter}");
    }
}
