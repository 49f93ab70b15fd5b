//! Whatever is typed, reading and judging give an answer; whatever is written, loading gives problems, not a crash.

use crate::support::{facts, fixture, good, procedure, sources};
use hojo_programme::{Answers, Edition, FileRef, Raw, RawRow, application_sections, load_dir, read, stand};
use proptest::prelude::*;
use std::sync::LazyLock;

static EDITION: LazyLock<Edition> = LazyLock::new(fixture);

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9０-９,.−△円%/年月日令和 -]{0,40}",
        prop::sample::select(vec![
            "",
            " ",
            "\u{0}",
            "\u{E000}",
            "𠮷",
            "yes",
            "no",
            "global",
            "standard",
            "machinery",
            "9999999999999999999999999999999999999999",
            "-0",
            "1e400",
            "1/0",
            "はい",
            "2026-02-30",
            "令和0年0月0日",
            "㍻元年"
        ])
        .prop_map(str::to_owned),
    ]
}

fn file() -> impl Strategy<Value = FileRef> {
    (text(), any::<u64>(), any::<Option<u32>>()).prop_map(|(name, size, pages)| FileRef {
        file: name.clone(),
        name,
        size,
        sha256: String::new(),
        media_type: "application/pdf".to_owned(),
        pages,
    })
}

fn cells(columns: Vec<&'static str>) -> impl Strategy<Value = RawRow> {
    prop::collection::btree_map(prop::sample::select(columns).prop_map(str::to_owned), simple(), 0..6)
}

fn simple() -> impl Strategy<Value = Raw> {
    prop_oneof![
        6 => text().prop_map(Raw::Text),
        1 => prop::collection::vec(text(), 0..3).prop_map(Raw::Many),
        1 => prop::collection::vec(file(), 0..3).prop_map(Raw::Files),
    ]
}

fn raw() -> impl Strategy<Value = Raw> {
    let columns =
        vec!["category", "item", "eligible", "extra", "profit", "labour", "heads", "closing", "value_added", "x"];
    prop_oneof![4 => simple(), 1 => prop::collection::vec(cells(columns), 0..70).prop_map(Raw::Rows)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn reading_and_judging_are_total(changes in prop::collection::vec((0usize..40, raw()), 0..12)) {
        let procedure = procedure(&EDITION);
        let mut answers = good(&EDITION);
        for (slot, raw) in changes {
            let field = &procedure.form.fields[slot % procedure.form.fields.len()];
            answers.set(field.id.clone(), raw);
        }
        let before = answers.clone();
        let (reading, slips) = read(&EDITION, &procedure, &answers, &facts());
        let judgement = stand(&EDITION, &procedure, &reading, &facts());
        prop_assert_eq!(&answers, &before);
        prop_assert!(slips.iter().all(|slip| slip.message.ends_with('。') || slip.message.contains("例：")));
        prop_assert_eq!(judgement.standings.len(), procedure.rules.rules.len());
        application_sections(&reading);
        // The same answers give the same reading: nothing depends on order or chance.
        let (again, slips_again) = read(&EDITION, &procedure, &answers, &facts());
        prop_assert_eq!(slips, slips_again);
        prop_assert_eq!(stand(&EDITION, &procedure, &again, &facts()), judgement);
    }

    #[test]
    fn answers_survive_json(raws in prop::collection::btree_map("[a-z]{1,8}", raw(), 0..6)) {
        // An empty list has no kind of its own; it comes back as an empty list of texts.
        let answers = Answers(raws.into_iter().filter(|(_, raw)| !matches!(raw, Raw::Rows(r) if r.is_empty()) && !matches!(raw, Raw::Files(f) if f.is_empty())).collect());
        let text = serde_json::to_string(&answers).unwrap();
        let _: Answers = serde_json::from_str(&text).unwrap();
    }

}

// Loading compiles every expression; fewer cases keep the suite quick.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_definition_loads_or_is_refused(junk in "[ -~あ-ん\n:{}\\[\\]'\"|>-]{0,80}", at in 0usize..4000) {
        let mut files = sources();
        let text = files.get(crate::support::RULES).unwrap().to_owned();
        let at = text.char_indices().map(|(i, _)| i).nth(at % text.chars().count()).unwrap();
        let (head, tail) = text.split_at(at);
        files.insert(crate::support::RULES, &format!("{head}{junk}{tail}"));
        if let Err(problems) = load_dir(&files) {
            prop_assert!(!problems.is_empty());
            prop_assert!(problems.iter().all(|p| p.line >= 1 && p.column >= 1 && !p.message.is_empty()));
        }
    }

    #[test]
    fn any_expression_parses_or_is_refused(text in "[a-z0-9 .()!&|<>=+*/?:'\\[\\],%-]{0,60}") {
        let mut files = sources();
        let rules = files.get(crate::support::RULES).unwrap().replace("must: growth >= 4%", &format!("must: '{}'", text.replace('\'', "''")));
        files.insert(crate::support::RULES, &rules);
        let _ = load_dir(&files);
    }
}
