//! Drafts that move to another edition: nothing typed vanishes, and what changed is said.

use crate::support::{FORM, load, procedure, sources, whole, with};
use hojo_programme::upgrade::typed;
use hojo_programme::{Again, Answers, Edition, Raw, RawRow, Severity, Side, Touch, UpgradeMap, touch, upgrade};
use proptest::prelude::*;
use std::path::Path;

const CODE: &str = "application";

fn moved(old: &Edition, new: &Edition, answers: &Answers) -> UpgradeMap {
    upgrade(old, new, CODE, answers).unwrap()
}

/// Every text of a draft is found again, as often as it was there.
fn complete(answers: &Answers, map: &UpgradeMap) {
    let mut found = typed(&map.kept);
    for aside in map.asked_again.iter().chain(&map.dropped) {
        let one = Answers([("x".to_owned(), aside.old.clone())].into());
        for (text, times) in typed(&one) {
            *found.entry(text).or_default() += times;
        }
    }
    assert_eq!(found, typed(answers), "{map:?}");
}

fn edition(code: &str) -> Edition {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri");
    load(&whole(&beside.join(code)))
}

#[test]
fn the_same_edition_changes_nothing() {
    let edition = load(&sources());
    let answers = crate::support::good(&edition);
    let map = moved(&edition, &edition, &answers);
    assert!(map.is_plain(), "{map:?}");
    assert_eq!(map.kept, answers);
}

/// The predecessor's story: the form of the next round was renewed, and drafts of it could not be opened any more.
#[test]
fn a_renewed_form_never_kills_a_draft() {
    let (one, two) = (edition("2026-r1"), edition("2026-r2"));
    let base = |edition: &Edition| procedure(edition).examples.first().unwrap().answers.clone();
    let mut answers = base(&one);
    answers.set("tariff_affected", Raw::from("yes"));
    answers.set("text_tariff_effect", Raw::from("輸出の受注が3割減った。"));
    let map = moved(&one, &two, &answers);
    complete(&answers, &map);
    let dropped: Vec<&str> = map.dropped.iter().map(|aside| aside.field.as_str()).collect();
    assert_eq!(dropped, ["tariff_affected", "text_tariff_effect"]);
    assert_eq!(map.dropped[0].shown, "はい");
    assert_eq!(map.dropped[1].shown, "輸出の受注が3割減った。");
    let new: Vec<&str> = map.new.iter().map(|asked| asked.field.as_str()).collect();
    assert_eq!(new, ["partnership_declared", "partnership_url", "text_labour_saving"]);
    assert!(map.changed.iter().any(|one| one.field == "plan_summary" && one.what[0].contains("200文字")), "{map:?}");
    // What moved to another section is simply kept.
    for id in ["contact_email", "plan_title", "frame", "lines", "plan"] {
        assert_eq!(map.kept.get(id), answers.get(id), "{id}");
    }
    // And back: the answers that were set aside come with the draft, the new ones are set aside then.
    let back = moved(&two, &one, &base(&two));
    complete(&base(&two), &back);
    assert!(back.dropped.iter().any(|aside| aside.field == "text_labour_saving"));
}

fn touched(old: &Edition, new: &Edition, answers: &Answers, lowered: [&[&str]; 2]) -> Touch {
    let [was, is] = lowered.map(|codes| codes.iter().map(|code| (*code).to_owned()).collect());
    let facts = crate::support::facts();
    let (from, to) = (Side { edition: old, lowered: &was }, Side { edition: new, lowered: &is });
    touch(from, to, CODE, answers, &facts).unwrap()
}

/// What the applicant is told before and after a change: by name what is asked, by number what is found, nothing typed.
#[test]
fn a_touched_draft_is_told_in_lines_without_what_was_typed() {
    let (one, two) = (edition("2026-r1"), edition("2026-r2"));
    let mut answers = procedure(&one).examples.first().unwrap().answers.clone();
    answers.set("tariff_affected", Raw::from("yes"));
    answers.set("text_tariff_effect", Raw::from("輸出の受注が3割減った。"));
    answers.set("plan_summary", Raw::from("短い要約"));
    let told = touched(&one, &two, &answers, [&[], &[]]);
    assert!(!told.is_nothing());
    let lines = told.lines();
    for part in [
        "新しく入力していただく項目：",
        "「省力化・デジタル化の取組",
        "入力が要らなくなった項目：",
        "新しく、直していただく点：",
    ] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part}: {lines:#?}");
    }
    assert!(!lines.concat().contains("3割減った"), "{lines:#?}");
    assert!(told.comes.iter().any(|f| f.severity == Severity::Stop), "{:#?}", told.comes);
    // Under the same edition there is nothing to tell.
    let same = touched(&one, &one, &answers, [&[], &[]]);
    assert!(same.is_nothing() && same.lines().is_empty(), "{same:#?}");
}

/// A rule that two people lowered speaks up again where the newer edition does not lower it.
#[test]
fn a_rule_lowered_before_and_not_after_is_a_change_for_the_draft() {
    let edition = load(&sources());
    let mut broken = crate::support::good(&edition);
    broken.set("capital", Raw::from("90,000,000,000"));
    broken.set("employees", Raw::from("90000"));
    let stop = "SME".to_owned();
    let told = touched(&edition, &edition, &broken, [&[&stop], &[]]);
    assert_eq!(told.comes.iter().map(|f| (&f.code, f.severity)).collect::<Vec<_>>(), [(&stop, Severity::Stop)]);
    assert_eq!(told.lines(), ["新しく、直していただく点：1件"]);
    let softer = touched(&edition, &edition, &broken, [&[], &[&stop]]);
    assert_eq!(softer.lines(), ["新しく、確かめていただく点：1件"]);
}

#[test]
fn what_does_not_fit_is_asked_again_with_the_old_answer_beside_it() {
    let old = load(&sources());
    let choice =
        |f: &&std::sync::Arc<hojo_programme::Field>| matches!(f.kind, hojo_programme::FieldType::Choice { .. });
    let id = procedure(&old).form.fields.iter().find(choice).unwrap().id.clone();
    let answers = Answers([(id.clone(), Raw::from("gone"))].into());
    let map = moved(&old, &old, &answers);
    assert_eq!((map.asked_again[0].field.as_str(), map.asked_again[0].why), (id.as_str(), Some(Again::NotOffered)));
    assert!(map.kept.get(&id).is_none());
    complete(&answers, &map);
    // An unknown field is nobody's, and is kept readable all the same.
    let stray = Answers([("who_knows".to_owned(), Raw::from("古い答え"))].into());
    assert_eq!(moved(&old, &old, &stray).dropped[0].shown, "古い答え");
}

#[test]
fn a_procedure_that_is_gone_leaves_its_drafts_alone() {
    let old = load(&sources());
    assert_eq!(upgrade(&old, &old, "nothing", &Answers::default()), None);
}

#[test]
fn a_consent_to_other_words_is_given_again() {
    let old = load(&sources());
    let Some(consent) = procedure(&old).form.fields.iter().find(|f| !f.statement.is_empty()).cloned() else {
        return;
    };
    let new = load(&with(FORM, &consent.statement, &format!("{}あわせて公表に同意します。", consent.statement)));
    let answers = Answers([(consent.id.clone(), Raw::from("yes"))].into());
    let map = moved(&old, &new, &answers);
    assert_eq!(map.asked_again[0].why, Some(Again::OtherWording));
    complete(&answers, &map);
}

fn raw() -> impl Strategy<Value = Raw> {
    let text = "[a-zあ-ん0-9]{0,6}";
    let cells = prop::collection::btree_map(cell_id(), text.prop_map(Raw::Text), 0..4);
    prop_oneof![
        4 => text.prop_map(Raw::Text),
        1 => prop::collection::vec("[a-z]{1,5}", 0..4).prop_map(Raw::Many),
        3 => prop::collection::vec(cells.prop_map(|row: RawRow| row), 0..6).prop_map(Raw::Rows),
    ]
}

fn ids(edition: &Edition) -> Vec<String> {
    let form = &procedure(edition).form;
    form.fields.iter().map(|field| field.id.clone()).chain(["who_knows".to_owned()]).collect()
}

fn cell_id() -> impl Strategy<Value = String> {
    let edition = edition_cached();
    let form = &procedure(edition).form;
    let columns = form.fields.iter().filter_map(|field| field.table()).flat_map(|table| table.columns.iter());
    let mut all: Vec<String> = columns.map(|column| column.id.clone()).collect();
    all.push("stray".to_owned());
    prop::sample::select(all)
}

fn edition_cached() -> &'static Edition {
    static ONE: std::sync::OnceLock<Edition> = std::sync::OnceLock::new();
    ONE.get_or_init(|| edition("2026-r1"))
}

fn second_cached() -> &'static Edition {
    static TWO: std::sync::OnceLock<Edition> = std::sync::OnceLock::new();
    TWO.get_or_init(|| edition("2026-r2"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_typed_answer_vanishes(
        typed_in in prop::collection::btree_map(prop::sample::select(ids(edition_cached())), raw(), 0..12),
        forward in any::<bool>(),
    ) {
        let (one, two) = (edition_cached(), second_cached());
        let (old, new) = if forward { (one, two) } else { (two, one) };
        let answers = Answers(typed_in);
        complete(&answers, &moved(old, new, &answers));
    }
}
