//! Every letter and form of the programmes, printed from its examples and held against PDF/UA-1 and PDF/A-2a.
//!
//! The rules are those of the checker `page-validation` (`press/tests/check_pdf.py`), which `./test` installs;
//! without it (`HOJO_PDF_CHECKER`) the files are still read by `qpdf`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::definitions::{Defined, editions, letters};
use crate::support::{MOMENT, press};

/// Letters every edition of the two kinds of programme has at least, all together.
const LEAST: usize = 190;

#[test]
fn every_letter_of_every_programme_meets_its_standards() {
    let dir = tempfile::tempdir().unwrap();
    let all: Vec<Defined> = first_of_each(editions().iter().flat_map(|edition| letters(edition)));
    assert!(all.len() >= LEAST, "{} letters", all.len());
    let press = press();
    let mut layouts: BTreeMap<&str, usize> = BTreeMap::new();
    for letter in &all {
        let sheet = press.print(&letter.model, MOMENT).unwrap_or_else(|p| panic!("{}: {}", letter.name, p.message));
        let per_page = sheet.pdf.len() / usize::try_from(sheet.pages).unwrap();
        assert!(per_page <= 60 * 1024, "{}: {per_page} bytes a page", letter.name);
        fs::write(dir.path().join(format!("{}.pdf", letter.name.replace('/', "_"))), &sheet.pdf).unwrap();
        *layouts.entry(letter.layout).or_default() += 1;
    }
    assert!(["copy", "notice", "sheet"].iter().all(|layout| layouts.contains_key(layout)), "{layouts:?}");
    sound(dir.path(), &all);
    conforming(dir.path(), all.len());
}

/// An edition that builds on another has most of its letters: each is printed once unless it says something else.
fn first_of_each(all: impl Iterator<Item = Defined>) -> Vec<Defined> {
    let mut seen = BTreeMap::new();
    for letter in all {
        seen.entry((letter.name.clone(), letter.model.body.clone())).or_insert(letter);
    }
    let mut kept: BTreeMap<String, Defined> = BTreeMap::new();
    for ((name, _), letter) in seen {
        kept.entry(name).or_insert(letter);
    }
    kept.into_values().collect()
}

/// `qpdf` finds nothing wrong with any of them.
fn sound(dir: &Path, all: &[Defined]) {
    for letter in all {
        let file = dir.join(format!("{}.pdf", letter.name.replace('/', "_")));
        let check = Command::new("qpdf").arg("--check").arg(&file).output().expect("qpdf");
        assert!(check.status.success(), "{}: {}", letter.name, String::from_utf8_lossy(&check.stdout));
    }
}

/// The checker finds every rule met. It says how many files it looked at, so that one that looks at none is noticed.
fn conforming(dir: &Path, files: usize) {
    let Ok(python) = std::env::var("HOJO_PDF_CHECKER") else {
        return;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check_pdf.py");
    let output = Command::new(&python).arg(script).arg(dir).output().expect("the Python of HOJO_PDF_CHECKER");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.trim_end().ends_with(&format!("{files} files meet ua1 and 2a")), "{said}");
}
