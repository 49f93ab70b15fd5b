//! Invariants of the tree that no compiler sees: who imports whom, file lengths, what must never
//! stand in the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

const LONGEST: usize = 600;
const ERRORS: &str = "docs/errors.md";

#[derive(Deserialize)]
struct Edges {
    crates: BTreeMap<String, Room>,
}

#[derive(Deserialize)]
struct Room {
    room: String,
    edges: BTreeMap<String, String>,
}

/// The folder of the workspace.
pub fn root() -> anyhow::Result<PathBuf> {
    let mut dir = std::env::current_dir()?;
    while !dir.join("edges.toml").exists() {
        ensure!(dir.pop(), "not inside the workspace");
    }
    Ok(dir)
}

pub fn run(root: &Path) -> anyhow::Result<()> {
    let mut problems = Vec::new();
    let files = tracked(root)?;
    edges(root, &files, &mut problems)?;
    for file in &files {
        let Ok(text) = fs::read_to_string(root.join(file)) else { continue };
        source(file, &text, &mut problems);
        forbidden(file, &text, &mut problems);
    }
    promises(root, &files, &mut problems)?;
    let written = fs::read_to_string(root.join(ERRORS)).unwrap_or_default();
    if written != crate::errors::catalogue(root, &files)? {
        problems.push(format!("{ERRORS} is not up to date: run `cargo xtask errors`"));
    }
    if fs::read_to_string(root.join(crate::it_views::FILE)).unwrap_or_default() != crate::it_views::made(root)? {
        problems.push(format!("{} is not up to date: run `cargo xtask it-views`", crate::it_views::FILE));
    }
    evidence(root, &files, &mut problems)?;
    decisions(&files, &mut problems);
    if problems.is_empty() {
        return Ok(());
    }
    for p in &problems {
        eprintln!("{p}");
    }
    bail!("{} things are not tidy", problems.len())
}

/// Writes the error catalogue anew.
pub fn write_errors(root: &Path) -> anyhow::Result<()> {
    fs::write(root.join(ERRORS), crate::errors::catalogue(root, &tracked(root)?)?)?;
    Ok(())
}

fn tracked(root: &Path) -> anyhow::Result<Vec<String>> {
    let out = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git is needed to know which files belong to the tree")?;
    ensure!(out.status.success(), "git ls-files failed");
    let names = String::from_utf8(out.stdout)?;
    Ok(names.split('\0').filter(|n| !n.is_empty()).map(str::to_owned).collect())
}

/// Every dependency between our crates is in edges.toml with its reason, and nothing more is.
fn edges(root: &Path, files: &[String], problems: &mut Vec<String>) -> anyhow::Result<()> {
    let allowed: Edges = toml::from_str(&fs::read_to_string(root.join("edges.toml"))?)?;
    let mut seen = BTreeSet::new();
    for manifest in files.iter().filter(|f| f.ends_with("Cargo.toml") && f.as_str() != "Cargo.toml") {
        let table: toml::Table = fs::read_to_string(root.join(manifest))?.parse()?;
        let Some(name) = table.get("package").and_then(|p| p.get("name")).and_then(|n| n.as_str()) else { continue };
        seen.insert(name.to_owned());
        let Some(room) = allowed.crates.get(name) else {
            problems.push(format!("edges.toml: {name} is not listed"));
            continue;
        };
        let deps = table.get("dependencies").and_then(|d| d.as_table()).cloned().unwrap_or_default();
        let ours: BTreeSet<&str> = deps.keys().map(String::as_str).filter(|d| d.starts_with("hojo-")).collect();
        for dep in &ours {
            match room.edges.get(*dep) {
                None => problems.push(format!("{manifest}: {name} -> {dep} is no allowed edge (edges.toml)")),
                Some(why) if why.trim().is_empty() => {
                    problems.push(format!("edges.toml: {name} -> {dep} says no reason"));
                }
                Some(_) => {}
            }
            if let Some(target) = allowed.crates.get(*dep)
                && !may(&room.room, &target.room, name, dep)
            {
                problems.push(format!(
                    "{manifest}: a {} crate may not import a {} crate ({name} -> {dep})",
                    room.room, target.room
                ));
            }
        }
        for edge in room.edges.keys().filter(|e| !ours.contains(e.as_str())) {
            problems.push(format!("edges.toml: {name} -> {edge} is not used; take it out"));
        }
        if room.room == "core" {
            for banned in ["tokio", "sqlx", "axum", "getrandom", "object_store"] {
                if deps.contains_key(banned) {
                    problems.push(format!("{manifest}: core is pure and has no {banned}"));
                }
            }
        }
    }
    for name in allowed.crates.keys().filter(|n| !seen.contains(*n)) {
        problems.push(format!("edges.toml: there is no crate {name}"));
    }
    Ok(())
}

/// Tests and files that docs/requirements.md names as proof must exist.
fn promises(root: &Path, files: &[String], problems: &mut Vec<String>) -> anyhow::Result<()> {
    let text = fs::read_to_string(root.join("docs/requirements.md"))?;
    let mut code = String::new();
    for file in files.iter().filter(|f| f.ends_with(".rs")) {
        code.push_str(&fs::read_to_string(root.join(file)).unwrap_or_default());
    }
    for word in text.split('`').skip(1).step_by(2) {
        let is_test =
            word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') && word.contains('_');
        let is_path = word.contains('/') && !word.starts_with('.') && !word.contains(' ');
        if is_test && !code.contains(&format!("fn {word}(")) {
            problems.push(format!("docs/requirements.md: there is no test {word}"));
        }
        if is_path && !root.join(word).exists() {
            problems.push(format!("docs/requirements.md: there is no {word}"));
        }
    }
    Ok(())
}

/// Every row of docs/security/asvs.csv that says it holds names a test or a file that is there; every other has a reason.
fn evidence(root: &Path, files: &[String], problems: &mut Vec<String>) -> anyhow::Result<()> {
    const FILE: &str = "docs/security/asvs.csv";
    let mut code = String::new();
    for file in files.iter().filter(|f| f.ends_with(".rs")) {
        code.push_str(&fs::read_to_string(root.join(file)).unwrap_or_default());
    }
    let text = fs::read_to_string(root.join(FILE)).unwrap_or_default();
    for line in text.lines().skip(1) {
        let mut cells = line.splitn(5, ',');
        let [Some(id), Some(_level), Some(applies), Some(evidence)] = std::array::from_fn(|_| cells.next()) else {
            problems.push(format!("{FILE}: {line:?} has not four cells"));
            continue;
        };
        match applies {
            "yes" => {}
            "no" | "open" if cells.next().is_none_or(|why| why.trim().is_empty()) => {
                problems.push(format!("{FILE}: {id} is {applies} and gives no reason"));
                continue;
            }
            "no" | "open" => continue,
            other => problems.push(format!("{FILE}: {id} applies {other:?}; yes, no or open")),
        }
        let there = evidence.split(' ').filter(|e| !e.is_empty()).map(|name| {
            let found =
                if name.contains('/') { root.join(name).exists() } else { code.contains(&format!("fn {name}(")) };
            (name, found)
        });
        let there: Vec<_> = there.collect();
        if there.is_empty() {
            problems.push(format!("{FILE}: {id} names no evidence"));
        }
        for (name, _) in there.iter().filter(|(_, found)| !found) {
            problems.push(format!("{FILE}: {id}: there is no {name}"));
        }
    }
    Ok(())
}

/// The order of the rooms: core, kernel, gates and press beside, slices, app, tests.
fn may(from: &str, to: &str, name: &str, dep: &str) -> bool {
    match from {
        "core" => to == "core",
        "gate" => to == "gate" || dep == "hojo-words",
        "press" => to == "press" || dep == "hojo-words",
        "kernel" => matches!(to, "core" | "kernel"),
        // Slices meet through events, jobs, panels and front-door links, never by import.
        "slice" => matches!(to, "core" | "kernel" | "gate" | "press") && name != dep,
        "app" | "test" => true,
        _ => false,
    }
}

fn source(file: &str, text: &str, problems: &mut Vec<String>) {
    let code = [".rs", ".ts", ".css"].iter().any(|e| file.ends_with(e));
    let lines = text.lines().count();
    if code && lines > LONGEST {
        problems.push(format!("{file}: {lines} lines; {LONGEST} is the ceiling"));
    }
    if file.ends_with("src/lib.rs") && text.lines().take(4).any(|l| !l.starts_with("//!")) {
        problems.push(format!("{file}: open with four lines: what for, what never, where to start, which test"));
    }
    let words: &[&str] =
        if file.ends_with(".rs") { &["todo!(", "unimplemented!(", "#[ignore"] } else { &["test.only(", "test.skip("] };
    for word in words {
        if code && !file.starts_with("xtask/") && text.contains(*word) {
            problems.push(format!("{file}: {word} stands in the tree"));
        }
    }
}

/// What must never be committed: addresses of registries, paths of one machine, secrets.
fn forbidden(file: &str, text: &str, problems: &mut Vec<String>) {
    // Each in two parts, so that this file holds none of them either.
    let hosts =
        [["registry", "npmjs"], ["pypi", "org"], ["deb", "debian"], ["index", "crates"], ["files", "pythonhosted"]];
    for host in hosts.map(|parts| parts.join(".")) {
        if text.contains(&host) {
            problems.push(format!("{file}: names a registry's host ({host})"));
        }
    }
    // What follows is spelled out below, and in a lock file of Cargo's it is no address.
    if file.ends_with(".lock") || file.starts_with("xtask/") {
        return;
    }
    if text.contains("\"resolved\": \"http") {
        problems.push(format!("{file}: records download addresses"));
    }
    if text.contains("-----BEGIN PRIVATE KEY") || text.contains("-----BEGIN RSA PRIVATE KEY") {
        problems.push(format!("{file}: holds a private key"));
    }
}

/// A decision is cited by its number, so two must not share one.
fn decisions(files: &[String], problems: &mut Vec<String>) {
    let mut numbers = BTreeMap::new();
    for file in files {
        let Some(number) = file.strip_prefix("docs/decisions/").and_then(|name| name.split('-').next()) else {
            continue;
        };
        if let Some(other) = numbers.insert(number, file) {
            problems.push(format!("{file} has the number of {other}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_rooms() {
        assert!(may("slice", "kernel", "hojo-apply", "hojo-web"));
        assert!(!may("slice", "slice", "hojo-apply", "hojo-office"));
        assert!(!may("core", "kernel", "hojo-case", "hojo-db"));
        assert!(!may("gate", "core", "hojo-mail", "hojo-programme"));
        assert!(may("gate", "core", "hojo-mail", "hojo-words"));
        assert!(!may("kernel", "slice", "hojo-web", "hojo-apply"));
    }

    #[test]
    fn what_is_not_tidy_is_named() {
        let mut found = Vec::new();
        source("a/src/lib.rs", "pub fn f() {}\n", &mut found);
        source("b.rs", &"x\n".repeat(601), &mut found);
        forbidden("package-lock.json", "\"resolved\": \"https://example\"", &mut found);
        forbidden("xtask/src/a.rs", &["index", "crates"].join("."), &mut found);
        assert_eq!(found.len(), 4, "{found:?}");
        found.clear();
        source("a/src/lib.rs", "//! a\n//! b\n//! c\n//! d\n", &mut found);
        assert!(found.is_empty());
    }
}
