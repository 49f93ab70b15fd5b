//! Prints every letter and form of the programmes into a folder, to be looked at:
//! `cargo run --profile press -p hojo-press --example every_letter -- <folder> [part of a name]`.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

#[path = "../tests/support/mod.rs"]
mod support;

#[expect(clippy::print_stdout, reason = "saying what it printed is its errand")]
fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("the folder the PDFs go to")?);
    let part = arguments.next().unwrap_or_default();
    let press = support::press();
    for edition in support::definitions::editions() {
        let code = edition.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for letter in support::definitions::letters(&edition).iter().filter(|letter| letter.name.contains(&part)) {
            let name = format!("{code}_{}", letter.name.replace('/', "_"));
            match press.print(&letter.model, support::MOMENT) {
                Ok(sheet) => {
                    fs::write(folder.join(format!("{name}.pdf")), &sheet.pdf)?;
                    fs::write(folder.join(format!("{name}.json")), serde_json::to_vec_pretty(&letter.model)?)?;
                    println!("{name}: {} pages, {} bytes", sheet.pages, sheet.pdf.len());
                }
                Err(problem) => println!("{name}: {}", problem.message),
            }
        }
    }
    Ok(())
}
