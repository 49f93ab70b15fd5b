//! The edition of the tree, as the tests of this room use it.

use std::path::Path;

use hojo_programme::{Edition, SourceFiles};

/// The first round's edition, loaded from its folder.
pub fn edition() -> Edition {
    let programme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri");
    let mut files = SourceFiles::default();
    let text = std::fs::read_to_string(programme.join("programme.yaml")).expect("programme.yaml");
    files.insert("programme.yaml", &text);
    collect(&programme.join("2026-r1"), "", &mut files);
    hojo_programme::load_dir(&files).expect("the edition loads")
}

fn collect(dir: &Path, prefix: &str, files: &mut SourceFiles) {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let entry = entry.expect("an entry");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a type").is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if path.ends_with(".yaml") {
            files.insert(path, &std::fs::read_to_string(entry.path()).expect("a text"));
        }
    }
}
