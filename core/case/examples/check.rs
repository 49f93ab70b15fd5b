//! Checks an edition's folder: `cargo run -p hojo-case --example check -- programmes/<p>/<edition> [--json] [--time]`.
//! The product's own command is `hojo definitions check`; this one builds in seconds.

use hojo_case::check;
use hojo_programme::{Edition, Facts, Joined, Problem, SourceFiles, join, load_dir, read, stand};
use hojo_words::Now;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

/// The edition with the ones it builds on, which lie beside it.
fn whole(root: &Path) -> Result<Joined, Vec<Problem>> {
    let code = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = root.parent().unwrap_or(Path::new(".")).to_owned();
    join(&code, &mut |code| {
        let mut files = SourceFiles::default();
        let folder = beside.join(code);
        collect(&folder, &folder, &mut files).map_err(|error| format!("{}: {error}", folder.display()))?;
        if let Ok(text) = std::fs::read_to_string(beside.join("programme.yaml")) {
            files.insert("programme.yaml", &text);
        }
        Ok(files)
    })
}

fn collect(root: &Path, folder: &Path, files: &mut SourceFiles) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, &std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Mean time of one full evaluation per procedure, over every example.
fn time(edition: &Edition) {
    for procedure in edition.procedures.values().filter(|procedure| !procedure.examples.is_empty()) {
        let mut runs = 0u32;
        let start = Instant::now();
        while start.elapsed().as_millis() < 2_000 {
            for example in &procedure.examples {
                let mut facts = Facts::new(Now::new(
                    example
                        .now
                        .or_else(|| edition.date("applications_open"))
                        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH),
                ));
                facts.values.clone_from(&example.facts);
                let (reading, _) = read(edition, procedure, &example.answers, &facts);
                stand(edition, procedure, &reading, &facts);
                runs += 1;
            }
        }
        let each = start.elapsed() / runs;
        eprintln!("{}: {each:?} for reading and {} rules", procedure.code, procedure.rules.rules.len());
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|a| a == "--json");
    let Some(root) = arguments.iter().find(|a| !a.starts_with("--")) else {
        eprintln!("name the folder of an edition");
        return ExitCode::from(2);
    };
    let root = Path::new(root);
    let (report, errors) = match whole(root) {
        Ok(joined) => match load_dir(&joined.files) {
            Ok(edition) => {
                if arguments.iter().any(|a| a == "--time") {
                    time(&edition);
                }
                let report = check(&edition);
                let errors = report.errors.iter().cloned().map(|p| joined.shown(p)).collect();
                (serde_json::to_value(&report).unwrap_or_default(), errors)
            }
            Err(errors) => {
                let errors: Vec<Problem> = errors.into_iter().map(|p| joined.shown(p)).collect();
                (serde_json::json!({ "errors": errors }), errors)
            }
        },
        Err(errors) => (serde_json::json!({ "errors": errors }), errors),
    };
    #[expect(clippy::print_stdout, reason = "this is a command")]
    if json {
        println!("{report:#}");
    } else {
        for error in &errors {
            println!("{error}");
        }
        println!("{} errors", errors.len());
        for key in ["procedures", "fields", "rules", "letters", "examples"] {
            println!("{key}: {}", report.get(key).unwrap_or(&serde_json::Value::Null));
        }
    }
    if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
