//! The checked queries' descriptions (`.sqlx/`), so that the product compiles without a database.
//! `cargo xtask sqlx` makes them anew against the database of DATABASE_URL.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// Crates with checked queries: everything above core.
fn crates(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for room in ["kernel", "slices"] {
        for entry in fs::read_dir(root.join(room))? {
            names.push(format!("hojo-{}", entry?.file_name().to_string_lossy()));
        }
    }
    names.extend(["hojo-app".into(), "hojo-testkit".into()]);
    names.sort();
    Ok(names)
}

pub fn refresh(root: &Path) -> anyhow::Result<()> {
    let fresh = root.join("target/sqlx-fresh");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    ensure!(std::env::vars().any(|(k, _)| k == "DATABASE_URL"), "DATABASE_URL must name a migrated database");
    // A crate that is not compiled anew writes no descriptions.
    let mut clean = Command::new("cargo");
    clean.arg("clean").current_dir(root);
    for name in crates(root)? {
        clean.args(["-p", &name]);
    }
    ensure!(clean.status()?.success(), "cargo clean failed");
    let status = Command::new("cargo")
        .args(["check", "--workspace", "--exclude", "hojo-press", "--all-targets"])
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &fresh)
        .current_dir(root)
        .status()
        .context("cargo is needed")?;
    ensure!(status.success(), "the workspace does not compile against this database");
    let kept = root.join(".sqlx");
    if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    fs::rename(&fresh, &kept)?;
    Ok(())
}

/// Compiles without a database: every query must have its description.
pub fn check(root: &Path) -> anyhow::Result<()> {
    let status = Command::new("cargo")
        .args(["check", "--workspace", "--exclude", "hojo-press", "--all-targets"])
        .env("SQLX_OFFLINE", "true")
        .current_dir(root)
        .status()?;
    ensure!(status.success(), "a query has no description in .sqlx: run `cargo xtask sqlx`");
    Ok(())
}
