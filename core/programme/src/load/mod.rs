//! 読み込み: files become an edition, or a list of everything that is wrong with them.

mod course;
mod edition;
mod examples;
mod expr;
mod flow;
mod form;
mod letters;
mod life;
mod procedure;
mod rules;
mod sheets;
mod tables;
mod types;
pub(crate) mod yaml;

pub(crate) use examples::expected_cell;

use crate::model::edition::Edition;
use crate::source::{Problem, SourceFiles};
use std::cell::RefCell;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use yaml::{File, Yaml};

/// Loads an edition from its files.
///
/// # Errors
/// Every problem that was found, sorted by place; each names file, line and column.
pub fn load_dir(files: &SourceFiles) -> Result<Edition, Vec<Problem>> {
    let problems = RefCell::new(Vec::new());
    let edition = edition::edition(files, &problems);
    let mut problems = problems.into_inner();
    problems.sort();
    problems.dedup();
    match edition {
        Some(edition) if problems.is_empty() => Ok(edition),
        _ => Err(problems),
    }
}

/// `2026-09-30T17:00+09:00`; seconds may be left out.
fn moment(file: &File<'_>, yaml: &Yaml) -> Option<OffsetDateTime> {
    let text = file.text(yaml)?;
    let full = match text.split_once('T') {
        Some((date, rest)) if rest.matches(':').count() == 2 && (rest.contains('+') || rest.contains('-')) => {
            let split = rest.find(['+', '-']).unwrap_or(rest.len());
            let (clock, offset) = rest.split_at(split);
            format!("{date}T{clock}:00{offset}")
        }
        _ => text.to_owned(),
    };
    let parsed = OffsetDateTime::parse(&full, &Rfc3339).ok();
    if parsed.is_none() {
        file.problem(yaml.mark, format!("expected a moment such as 2026-09-30T17:00+09:00, found {text}"));
    }
    parsed
}

/// Parses the files that are there.
fn parsed<'a>(files: &'a SourceFiles, paths: &[String], problems: &'a RefCell<Vec<Problem>>) -> Vec<(File<'a>, Yaml)> {
    let mut found = Vec::new();
    for path in paths {
        let Some((path, text)) = files.0.get_key_value(path) else { continue };
        let file = File::new(path, text, problems);
        if let Some(tree) = file.parse() {
            found.push((file, tree));
        }
    }
    found
}

/// `form.yaml` and `form/*.yaml`, in the order of their names.
fn split_paths(files: &SourceFiles, stem: &str) -> Vec<String> {
    let single = format!("{stem}.yaml");
    let folder = format!("{stem}/");
    files
        .0
        .keys()
        .filter(|path| {
            **path == single
                || path.strip_prefix(&folder).is_some_and(|rest| rest.ends_with(".yaml") && !rest.contains('/'))
        })
        .cloned()
        .collect()
}
