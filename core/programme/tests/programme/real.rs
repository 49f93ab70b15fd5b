//! The programmes in the repository: clean, and every rule held by an example. Nothing here knows what they say.

use crate::support::{lines, whole};
use hojo_programme::{check, load_dir, manual, run_example};
use std::path::{Path, PathBuf};

fn editions() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir()).collect()
    };
    let inner = folders(&root).iter().flat_map(|programme| folders(programme)).collect::<Vec<_>>();
    inner.into_iter().filter(|path| path.join("edition.yaml").is_file()).collect()
}

#[test]
fn every_edition_is_clean_and_no_rule_idle() {
    let editions = editions();
    assert!(!editions.is_empty());
    for root in editions {
        let files = whole(&root);
        let edition = load_dir(&files).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
        assert_eq!(lines(&check(&edition).errors), "");
        for procedure in edition.procedures.values() {
            for rule in &procedure.rules.rules {
                let mut without = (**procedure).clone();
                without.rules.rules.retain(|other| other.code != rule.code);
                let speaks = |list: &Vec<String>| list.contains(&rule.code);
                let mut noticed = procedure.examples.iter().filter(|example| {
                    let expected = example.expect.findings.as_ref();
                    expected.is_some_and(|found| speaks(&found.stop) || speaks(&found.ask) || speaks(&found.note))
                });
                let noticed = noticed.any(|example| !run_example(&edition, &without, example).errors.is_empty());
                assert!(noticed, "{}: deleting {} would go unnoticed", procedure.code, rule.code);
            }
        }
    }
}

/// 手引き: one page for each edition that builds on no other. `UPDATE=1` writes them anew.
#[test]
fn the_manual_says_what_the_definitions_say() {
    for root in editions() {
        if std::fs::read_to_string(root.join("edition.yaml")).unwrap().contains("\nbased_on:") {
            continue;
        }
        let edition = load_dir(&whole(&root)).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
        let page = root.join("../../../docs/manual").join(format!("{}.md", edition.id.replace('/', "-")));
        let made = manual(&edition);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&page, &made).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&page).unwrap_or_default(), made, "{}: run with UPDATE=1", page.display());
    }
}
