//! The fixture edition, and small editions made of one expression.

use hojo_programme::{Answers, Edition, Facts, Problem, Procedure, Raw, RawRow, SourceFiles, join, load_dir};
use hojo_words::Now;
use std::path::Path;
use std::sync::Arc;
use time::macros::datetime;

/// Every YAML file below a folder, by its path from `root`.
pub fn collect(root: &Path, folder: &Path, files: &mut SourceFiles) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(name, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

pub fn sources() -> SourceFiles {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let mut files = SourceFiles::default();
    collect(&root, &root, &mut files);
    files
}

/// An edition of the repository with the ones it builds on, which lie beside it.
pub fn whole(folder: &Path) -> SourceFiles {
    let beside = folder.parent().unwrap();
    let joined = join(&folder.file_name().unwrap().to_string_lossy(), &mut |code| {
        let (mut files, folder) = (SourceFiles::default(), beside.join(code));
        collect(&folder, &folder, &mut files);
        files.insert("programme.yaml", &std::fs::read_to_string(beside.join("programme.yaml")).unwrap());
        Ok(files)
    });
    joined.unwrap_or_else(|problems| panic!("{}", lines(&problems))).files
}

pub fn load(files: &SourceFiles) -> Edition {
    load_dir(files).unwrap_or_else(|problems| panic!("{}", lines(&problems)))
}

pub fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

pub fn fixture() -> Edition {
    load(&sources())
}

/// The fixture with one text replaced in one file; the text must be there.
pub fn with(path: &str, old: &str, new: &str) -> SourceFiles {
    let mut files = sources();
    let text = files.get(path).unwrap().to_owned();
    assert!(text.contains(old), "{path} has no {old}");
    files.insert(path, &text.replacen(old, new, 1));
    files
}

pub const FORM: &str = "procedures/application/form.yaml";
pub const RULES: &str = "procedures/application/rules.yaml";
pub const PROCEDURE: &str = "procedures/application/procedure.yaml";
pub const FLOW: &str = "procedures/application/flow.yaml";
pub const EXAMPLES: &str = "procedures/application/examples/all.yaml";

pub fn procedure(edition: &Edition) -> Arc<Procedure> {
    Arc::clone(edition.procedure("application").unwrap())
}

pub fn now() -> Now {
    Now::new(datetime!(2026-10-15 03:00 UTC))
}

pub fn facts() -> Facts {
    Facts::new(now())
        .with("account.kind", "corporation")
        .with("account.name", "株式会社見本")
        .with("applicant.suspended", "no")
}

/// Answers of the fixture's good example.
pub fn good(edition: &Edition) -> Answers {
    procedure(edition).examples.first().unwrap().answers.clone()
}

pub fn row(cells: &[(&str, &str)]) -> RawRow {
    cells.iter().map(|(key, value)| ((*key).to_owned(), Raw::from(*value))).collect()
}
