//! 形式確認: the answers at the left, checklist, findings, remarks and files at the right; finished by one
//! person and looked at again by another, who sees what the first one saw.

pub mod afterthought;
pub mod checklist;
mod compare;
mod findings;
mod finish;
mod library;
mod pane;
mod remarking;
pub mod remarks;
mod save;
mod second;
pub mod sheet;
pub mod show;
mod tools;

use hojo_access::Site;
use hojo_web::Routes;

/// The examination pages.
pub fn routes() -> Routes {
    Routes::on(Site::Office)
        .get("/cases/{case}/examine", show::show)
        .post("/cases/{case}/examine/checklist", save::post)
        .post("/cases/{case}/examine/autosave", save::autosave)
        .post("/cases/{case}/examine/remarks", remarks::add)
        .post("/cases/{case}/examine/remarks/{remark}/drop", remarks::drop)
        .post("/cases/{case}/examine/remarks/{remark}/allow", afterthought::allow)
        .get("/cases/{case}/examine/finish", finish::show)
        .post("/cases/{case}/examine/finish", finish::post)
        .get("/cases/{case}/examine/second", second::show)
        .post("/cases/{case}/examine/second", second::post)
}

/// The first round's edition, read from the repository's own definitions.
#[cfg(test)]
pub mod tests {
    use std::path::{Path, PathBuf};
    use std::sync::{Arc, OnceLock};

    use hojo_programme::{Answers, Edition, Facts, Reading, SourceFiles, load_dir, read};
    use hojo_words::Now;
    use time::macros::datetime;

    fn files(dir: &Path, base: &Path, into: &mut SourceFiles) {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                files(&path, base, into);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                let name = path.strip_prefix(base).expect("inside").to_string_lossy().into_owned();
                into.insert(name, &std::fs::read_to_string(&path).expect("text"));
            }
        }
    }

    pub fn edition() -> Arc<Edition> {
        static LOADED: OnceLock<Arc<Edition>> = OnceLock::new();
        Arc::clone(LOADED.get_or_init(|| {
            let programme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri");
            let base = programme.join("2026-r1");
            let mut source = SourceFiles::default();
            files(&base, &base, &mut source);
            source.insert("programme.yaml", &std::fs::read_to_string(programme.join("programme.yaml")).expect("text"));
            Arc::new(load_dir(&source).unwrap_or_else(|p| panic!("{p:#?}")))
        }))
    }

    pub fn facts() -> Facts {
        Facts::new(Now::new(datetime!(2026-10-20 00:00 UTC)))
    }

    pub fn read_with(edition: &Edition, answers: &Answers) -> Reading {
        let procedure = edition.procedure("application").expect("application");
        read(edition, procedure, answers, &facts()).0
    }

    pub fn reading(edition: &Edition) -> Reading {
        read_with(edition, &Answers::default())
    }
}
