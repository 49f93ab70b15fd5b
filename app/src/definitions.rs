//! `hojo definitions`: what policy officers and CI ask of the programme files.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use hojo_case::check;
use hojo_programme::{Edition, Joined, Problem, SourceFiles, diagram, diff, join, load_dir, manual};

use crate::config::Config;
use crate::publish;

#[derive(Subcommand)]
pub enum Command {
    /// Lint an edition and run all its examples.
    Check(CheckArgs),
    /// Say in words what changed between two editions.
    Diff { from: PathBuf, to: PathBuf },
    /// Draw the flow of each procedure as Mermaid.
    Diagram { edition: PathBuf },
    /// Write the manual of its procedures as Markdown.
    Manual { edition: PathBuf },
    /// Store an edition that no round runs on yet; the office puts it in force on its rules desk.
    Store(publish::StoreArgs),
    /// Store an edition and open a round under it.
    Publish(publish::Args),
}

#[derive(Args)]
pub struct CheckArgs {
    /// Edition folders; all under programmes/ when none is given.
    editions: Vec<PathBuf>,
    /// Print counts and errors as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Check(args) => check_all(&args),
        Command::Diff { from, to } => print_diff(&load(&from)?, &load(&to)?),
        Command::Diagram { edition } => print_diagrams(&load(&edition)?),
        Command::Manual { edition } => print_manual(&load(&edition)?),
        Command::Store(args) => publish::store(config, args).await,
        Command::Publish(args) => publish::run(config, args).await,
    }
}

/// Reads an edition's folder, with the folders of the editions it builds on and the programme's own file one up.
pub fn read_source(dir: &Path) -> anyhow::Result<SourceFiles> {
    match joined(dir)? {
        Ok(joined) => Ok(joined.files),
        Err(problems) => bail!("{}", lines(dir, &problems)),
    }
}

/// The edition as a whole, or what stands in the way of putting it together.
fn joined(dir: &Path) -> anyhow::Result<Result<Joined, Vec<Problem>>> {
    let code = dir.file_name().context("name the folder of an edition")?.to_string_lossy().into_owned();
    let beside = dir.parent().context("name the folder of an edition")?.to_owned();
    Ok(join(&code, &mut |code| own_files(&beside.join(code)).map_err(|e| format!("{e:#}"))))
}

fn own_files(dir: &Path) -> anyhow::Result<SourceFiles> {
    let mut files = SourceFiles::default();
    let programme = dir.parent().map(|p| p.join("programme.yaml")).filter(|p| p.exists());
    if let Some(path) = programme {
        files.insert("programme.yaml", &read(&path)?);
    }
    collect(dir, dir, &mut files)?;
    Ok(files)
}

fn lines(dir: &Path, problems: &[Problem]) -> String {
    problems.iter().map(|p| format!("{}/{p}", dir.display())).collect::<Vec<_>>().join("\n")
}

fn collect(root: &Path, dir: &Path, files: &mut SourceFiles) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.insert(name, &read(&path)?);
        }
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read as UTF-8", path.display()))
}

/// Loads an edition; every problem is printed with file, line and column.
pub fn load(dir: &Path) -> anyhow::Result<Edition> {
    let loaded = joined(dir)?.and_then(|joined| {
        load_dir(&joined.files).map_err(|problems| problems.into_iter().map(|p| joined.shown(p)).collect())
    });
    loaded.map_err(|problems: Vec<Problem>| anyhow::anyhow!("{}", lines(dir, &problems)))
}

/// Every edition under `programmes/`.
fn editions_under(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for programme in std::fs::read_dir(root).with_context(|| format!("{} cannot be read", root.display()))? {
        let programme = programme?.path();
        if !programme.is_dir() {
            continue;
        }
        for edition in std::fs::read_dir(&programme)? {
            let edition = edition?.path();
            if edition.join("edition.yaml").exists() {
                found.push(edition);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[derive(serde::Serialize)]
struct Totals {
    editions: Vec<serde_json::Value>,
    errors: Vec<String>,
}

fn check_all(args: &CheckArgs) -> anyhow::Result<()> {
    let dirs = if args.editions.is_empty() { editions_under(Path::new("programmes"))? } else { args.editions.clone() };
    let mut totals = Totals { editions: vec![], errors: vec![] };
    for dir in &dirs {
        let (report, problems) = match joined(dir)? {
            Err(problems) => (None, problems),
            Ok(joined) => match load_dir(&joined.files) {
                Err(problems) => (None, problems.into_iter().map(|p| joined.shown(p)).collect()),
                Ok(edition) => {
                    let report = check(&edition);
                    let problems = report.errors.iter().cloned().map(|p| joined.shown(p)).collect();
                    (Some(report), problems)
                }
            },
        };
        totals.errors.extend(problems.iter().map(|p: &Problem| format!("{}/{p}", dir.display())));
        totals.editions.extend(report.map(serde_json::to_value).transpose()?);
    }
    say(args, &totals)?;
    if totals.errors.is_empty() { Ok(()) } else { bail!("{} problems", totals.errors.len()) }
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
fn say(args: &CheckArgs, totals: &Totals) -> anyhow::Result<()> {
    if args.json {
        // One edition: its counts at the top, as callers expect; several: a list.
        let mut out = serde_json::json!({ "errors": totals.errors });
        match totals.editions.as_slice() {
            [serde_json::Value::Object(one)] => {
                if let Some(object) = out.as_object_mut() {
                    for (k, v) in one {
                        object.entry(k.clone()).or_insert_with(|| v.clone());
                    }
                }
            }
            many => {
                if let Some(object) = out.as_object_mut() {
                    object.insert("editions".into(), many.into());
                }
            }
        }
        println!("{}", serde_json::to_string_pretty(&out)?);
        return Ok(());
    }
    for edition in &totals.editions {
        println!("{edition}");
    }
    for error in &totals.errors {
        println!("{error}");
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
fn print_diff(from: &Edition, to: &Edition) -> anyhow::Result<()> {
    let changes = diff(from, to);
    if changes.is_empty() {
        println!("変更はありません。");
    }
    for change in changes {
        println!("{}", change.text);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
fn print_diagrams(edition: &Edition) -> anyhow::Result<()> {
    for procedure in edition.procedures.values() {
        println!("## {} {}\n\n```mermaid\n{}```\n", procedure.number, procedure.title, diagram(&procedure.flow));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
fn print_manual(edition: &Edition) -> anyhow::Result<()> {
    print!("{}", manual(edition));
    Ok(())
}
