//! 手続を足すには: one more procedure than the repository has, by data alone: the very files that the
//! manual shows. Nothing here knows what the others say.

use hojo_case::check;
use hojo_programme::{SourceFiles, load_dir};
use std::path::{Path, PathBuf};

const FOLDER: &str = "procedures/office-visit";

/// What the manual tells people to write: each file under its path.
const MANUAL: &str = include_str!("../../../../docs/manual/add-a-procedure.md");

/// Path and text of each file that the manual shows.
fn shown() -> Vec<(&'static str, &'static str)> {
    let file = |piece: &'static str| {
        let (path, rest) = piece.split_once("`\n")?;
        let (_, rest) = rest.split_once("```yaml\n")?;
        Some((path, rest.split_once("```")?.0))
    };
    MANUAL.split("\n### `").skip(1).filter_map(file).collect()
}

/// For an edition that ends with its application: the least of a life.
const LIFE: &str = "
life:
  standings: { applied: 応募中, adopted: 採択 }
";

fn collect(root: &Path, folder: &Path, files: &mut SourceFiles) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.insert(&name, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// The edition of the repository, with the files of one more procedure.
fn with_one_more() -> SourceFiles {
    let programmes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
    };
    let editions: Vec<PathBuf> = folders(&programmes).iter().flat_map(|programme| folders(programme)).collect();
    // A large one, whose cases live on after their application.
    let root = editions.into_iter().find(|path| path.join("procedures/application").is_dir()).unwrap();
    let mut files = SourceFiles::default();
    collect(&root, &root, &mut files);
    let programme = std::fs::read_to_string(root.parent().unwrap().join("programme.yaml")).unwrap();
    files.insert("programme.yaml", &programme);
    let edition = files.get("edition.yaml").unwrap().to_owned();
    if !edition.lines().any(|line| line.starts_with("life:")) {
        files.insert("edition.yaml", &format!("{edition}{LIFE}"));
    }
    // Rules name a clause of the index, whichever it has.
    let clauses = load_dir(&files).unwrap().clauses;
    let clause = clauses.keys().next().map_or("要領 1", String::as_str);
    let shown = shown();
    assert_eq!(shown.len(), 5);
    for (path, text) in shown {
        files.insert(path, &text.replace("CLAUSE", clause));
    }
    files
}

fn told(files: &SourceFiles) -> Vec<String> {
    let problems = match load_dir(files) {
        Ok(edition) => check(&edition).errors,
        Err(problems) => problems,
    };
    problems.iter().map(ToString::to_string).filter(|line| line.contains(FOLDER)).collect()
}

#[test]
fn one_more_procedure_is_data_alone() {
    let files = with_one_more();
    assert_eq!(told(&files), Vec::<String>::new());
    let edition = load_dir(&files).unwrap();
    let visit = edition.procedure("office-visit").unwrap();
    assert_eq!((visit.title.as_str(), visit.examples.len()), ("現地確認の申込み", 3));
    // Others read it as a fact by itself.
    assert!(edition.facts.contains_key("done.office_visit") && edition.facts.contains_key("open.office_visit"));
}

#[test]
fn its_courses_are_really_run() {
    let spoilt = [
        ("expect: { refused: START-NOT-NOW }", "expect: { refused: START-ENDED }"),
        ("position: closed }", "position: withdrawn }"),
        ("{ outcome: arranged, reason", "{ outcome: granted, reason"),
    ];
    for (old, new) in spoilt {
        let mut files = with_one_more();
        let path = format!("{FOLDER}/examples/all.yaml");
        let text = files.get(&path).unwrap().to_owned();
        assert!(text.contains(old));
        files.insert(&path, &text.replace(old, new));
        assert!(!told(&files).is_empty(), "{new} goes unnoticed");
    }
}
