//! Editions that build on another: one whole edition comes out, and every mistake has its place.

use crate::support::{FLOW, FORM, lines, sources};
use hojo_programme::{Joined, Problem, SourceFiles, join, load_dir};
use std::collections::BTreeMap;

type Shelf = BTreeMap<String, SourceFiles>;

fn shelf(editions: &[(&str, &[(&str, &str)])]) -> Shelf {
    let made = editions.iter().map(|(code, files)| {
        let mut own = SourceFiles::default();
        for (path, text) in *files {
            own.insert(*path, text);
        }
        ((*code).to_owned(), own)
    });
    let mut shelf: Shelf = made.collect();
    shelf.insert("base".to_owned(), sources());
    shelf
}

fn whole(shelf: &Shelf, code: &str) -> Result<Joined, Vec<Problem>> {
    join(code, &mut |code| shelf.get(code).cloned().ok_or_else(|| "there is no such edition".to_owned()))
}

fn refused(shelf: &Shelf, code: &str) -> String {
    lines(&whole(shelf, code).unwrap_err())
}

/// The second edition: a new name, one setting, one table row changed; all else is the base's.
const NEXT: &str = "edition: fixture/next\nversion: \"1.0\"\ntitle: 次の公募\nbased_on: base\n";

#[test]
fn what_an_edition_does_not_say_is_what_its_base_says() {
    let base = load_dir(&sources()).unwrap();
    let (name, setting) = base.settings.iter().next().unwrap();
    let own = format!("{NEXT}settings:\n  {name}: {{ value: 7, type: {}, title: 別の値 }}\n", setting.ty);
    let joined = whole(&shelf(&[("next", &[("edition.yaml", &own)])]), "next").unwrap();
    let next = load_dir(&joined.files).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
    assert_eq!((next.id.as_str(), next.title.as_str()), ("fixture/next", "次の公募"));
    assert_eq!(next.settings.len(), base.settings.len());
    assert_eq!(next.settings.get(name).unwrap().title, "別の値");
    assert_eq!(next.dates, base.dates);
    assert_eq!(next.tables.keys().collect::<Vec<_>>().len(), base.tables.len());
    assert_eq!(next.procedures.keys().collect::<Vec<_>>(), base.procedures.keys().collect::<Vec<_>>());
    assert_ne!(next.hash, base.hash);
}

#[test]
fn a_published_edition_is_whole_and_needs_no_base() {
    let joined = whole(&shelf(&[("next", &[("edition.yaml", NEXT)])]), "next").unwrap();
    let stored = serde_json::to_string(&joined.files).unwrap();
    let again: SourceFiles = serde_json::from_str(&stored).unwrap();
    assert_eq!(load_dir(&again).unwrap().hash, load_dir(&joined.files).unwrap().hash);
    // Without the base it is no edition, and says so.
    let mut alone = SourceFiles::default();
    alone.insert("edition.yaml", NEXT);
    assert!(lines(&load_dir(&alone).unwrap_err()).contains("edition.yaml:4:11: the base was not joined"));
}

#[test]
fn own_files_replace_and_without_drops() {
    let own = format!("{NEXT}without: [procedures/application/letters, clauses.yaml]\n");
    let mut shelf = shelf(&[("next", &[("edition.yaml", &own), (FLOW, "flow: {}\n")])]);
    let base = shelf.get_mut("base").unwrap();
    base.insert("clauses.yaml", "clauses: { 要領 1: 目的 }\n");
    let joined = whole(&shelf, "next").unwrap();
    assert_eq!(joined.files.get(FLOW), Some("flow: {}\n"));
    assert_eq!(joined.files.get(FORM), sources().get(FORM));
    assert!(!joined.files.0.keys().any(|path| path.contains("/letters/") || path == "clauses.yaml"));
}

#[test]
fn a_chain_reads_the_nearest_first() {
    let third = "edition: fixture/third\nversion: \"1.0\"\ntitle: 第3回\nbased_on: next\n";
    let next = format!("{NEXT}guidelines: {{ title: 次の要領, issue: 第9版, published: 2027-01-01 }}\n");
    let shelf = shelf(&[("next", &[("edition.yaml", &next)]), ("third", &[("edition.yaml", third)])]);
    let joined = whole(&shelf, "third").unwrap();
    let found: Vec<&str> = joined.files.0.keys().map(String::as_str).filter(|p| p.starts_with("based-on/")).collect();
    assert_eq!(found, ["based-on/1-next.yaml", "based-on/2-base.yaml"]);
    assert_eq!(load_dir(&joined.files).unwrap().guidelines.issue, "第9版");
}

#[test]
fn mistakes_are_named_where_they_stand() {
    let edition = |rest: &str| format!("edition: fixture/next\nversion: \"1.0\"\ntitle: 次\n{rest}");
    let cases = [
        ("based_on: bace\n", "edition.yaml:4:11: based_on bace: there is no such edition"),
        ("based_on: ../base\n", "edition.yaml:4:11: based_on names the folder"),
        ("based_on: base\nwithout: [procedures/x]\n", "edition.yaml:5:11: without: base has no procedures/x"),
        ("without: [tables]\n", "edition.yaml:4:1: without drops files of a base"),
        ("based_on: next\n", "edition.yaml:4:11: the editions build on each other in a circle: next → next"),
    ];
    for (rest, expected) in cases {
        let said = refused(&shelf(&[("next", &[("edition.yaml", &edition(rest))])]), "next");
        assert!(said.contains(expected), "{said}");
    }
    let (next, other) = (edition("based_on: other\n"), edition("based_on: next\n"));
    let round = shelf(&[("next", &[("edition.yaml", &next)]), ("other", &[("edition.yaml", &other)])]);
    assert!(refused(&round, "next").contains("../other/edition.yaml:4:11: the editions build on each other"));
    let made = shelf(&[("next", &[("edition.yaml", NEXT), ("based-on/1-x.yaml", "title: x\n")])]);
    assert!(refused(&made, "next").contains("based-on/1-x.yaml:1:1: based-on/ is made"));
}

#[test]
fn a_mistake_in_a_taken_file_is_shown_in_the_base() {
    let mut shelf = shelf(&[("next", &[("edition.yaml", NEXT)])]);
    shelf.get_mut("base").unwrap().insert(FLOW, "flow: [\n");
    let joined = whole(&shelf, "next").unwrap();
    let problems: Vec<Problem> =
        load_dir(&joined.files).unwrap_err().into_iter().map(|problem| joined.shown(problem)).collect();
    assert!(lines(&problems).contains("../base/procedures/application/flow.yaml:"), "{}", lines(&problems));
}
