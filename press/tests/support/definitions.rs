//! Every letter and form of the programmes' editions, filled from the examples that stand beside it.

use std::fs;
use std::path::{Path, PathBuf};

use hojo_programme::{Edition, SourceFiles, join, load_dir, sample_letter};
use hojo_words::letter::LetterModel;

/// Where the programmes lie.
const PROGRAMMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../programmes");

/// A letter with the name it is known by: `grant-application/grant-decision`.
pub struct Defined {
    pub name: String,
    /// `notice`, `copy` or `sheet`, and whether it is a reference form.
    pub layout: &'static str,
    pub model: LetterModel,
}

/// The editions' folders in the order of their names.
pub fn editions() -> Vec<PathBuf> {
    folders(Path::new(PROGRAMMES)).iter().flat_map(|programme| folders(programme)).collect()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).expect("a folder of programmes").flatten().map(|entry| entry.path());
    let mut all: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

/// Every letter of the edition in this folder.
pub fn letters(folder: &Path) -> Vec<Defined> {
    let edition = edition(folder);
    let (mut all, mut holes) = (Vec::new(), Vec::new());
    for procedure in edition.procedures.values() {
        for letter in procedure.letters.values() {
            let name = format!("{}/{}", procedure.code, letter.id);
            let model = match sample_letter(&edition, procedure, letter) {
                Ok(model) => model,
                Err(hole) => {
                    holes.push(format!("{name}: {hole}"));
                    continue;
                }
            };
            let layout = match (letter.is_copy(), letter.sheet.is_some()) {
                (true, _) => "copy",
                (false, true) => "sheet",
                (false, false) => "notice",
            };
            all.push(Defined { name, layout, model });
        }
    }
    assert!(holes.is_empty(), "{}", holes.join("\n"));
    all
}

fn edition(folder: &Path) -> Edition {
    let code = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = folder.parent().expect("a programme").to_owned();
    let joined = join(&code, &mut |code| {
        let mut files = SourceFiles::default();
        let folder = beside.join(code);
        collect(&folder, &folder, &mut files);
        if let Ok(text) = fs::read_to_string(beside.join("programme.yaml")) {
            files.insert("programme.yaml", &text);
        }
        Ok(files)
    });
    load_dir(&joined.expect("the edition joins").files).expect("the edition loads")
}

fn collect(root: &Path, folder: &Path, files: &mut SourceFiles) {
    for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            files.insert(name, &fs::read_to_string(&path).expect("a definition"));
        }
    }
}
