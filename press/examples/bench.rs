//! Letters per CPU-second of the warm press, beside WeasyPrint in the same run if a Python with it is named.
//!
//! `cargo run --profile press -p hojo-press --example bench -- [letters] [python]`
//! prints one JSON object: letters per CPU-second, pages, KB a page, resident MB early and late, the ratio.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};
use hojo_words::letter::LetterModel;
use serde_json::json;

#[path = "../tests/support/mod.rs"]
mod support;

const NOTICES: [&str; 4] = ["adoption-notice", "non-adoption-notice", "exclusion-notice", "return-notice"];
/// Clock ticks a second in /proc (fixed by the kernel's interface).
const TICKS: f64 = 100.0;
/// WeasyPrint is slow enough for a few letters to tell its speed.
const PEER_LETTERS: usize = 24;

/// CPU seconds used by this process, all threads.
fn cpu() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().context("stat")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).context("stat");
    Ok((number(11)? + number(12)?) / TICKS)
}

fn resident_mb() -> anyhow::Result<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = statm.split_whitespace().nth(1).context("statm")?.parse()?;
    Ok(pages * 4096.0 / 1e6)
}

/// A letter of its own: every name, number and amount differs.
fn nth(templates: &[LetterModel], n: usize) -> LetterModel {
    let mut letter = templates.get(n % templates.len()).cloned().unwrap_or_default();
    letter.number = format!("新も採第{n}号");
    letter.doc_id = format!("letter-{n}");
    let kanji: Vec<char> = "東西南北山川田村木林森石岩高低青赤白黒金銀銅鉄水火土風雷雪花鳥月星".chars().collect();
    let name: String = (0..4).filter_map(|k| kanji.get((n * 7 + k * 11) % kanji.len())).collect();
    if let Some(line) = letter.addressee.get_mut(0) {
        *line = format!("株式会社{name}製作所");
    }
    if let Some(item) = letter.items.get_mut(0) {
        item.text = format!("R08-1-{n:06}");
    }
    letter
}

#[expect(clippy::print_stdout, reason = "printing the figures is its errand")]
fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let letters: usize = arguments.next().map_or(Ok(2_000), |text| text.parse())?;
    let python = arguments.next();

    let templates: Vec<LetterModel> = NOTICES.iter().map(|name| support::sample(name)).collect();
    let cold = Instant::now();
    let press = support::press();
    for n in 0..templates.len() {
        print(&press, &nth(&templates, n))?;
    }
    let cold = cold.elapsed();

    let (mut pages, mut bytes, mut early) = (0.0, 0.0, 0.0);
    let (wall, used) = (Instant::now(), cpu()?);
    for n in 0..letters {
        let (p, b) = print(&press, &nth(&templates, n))?;
        pages += p;
        bytes += b;
        if n == letters / 5 {
            early = resident_mb()?;
        }
    }
    let used = cpu()? - used;
    let rate = number(letters) / used;
    let peer = python.map(|python| peer(&python)).transpose()?;
    let report = json!({
        "letters": letters,
        "letters_per_cpu_second": round(rate),
        "wall_seconds": round(wall.elapsed().as_secs_f64()),
        "pages": pages,
        "kb_per_page": round(bytes / pages / 1024.0),
        "resident_mb_early": round(early),
        "resident_mb_late": round(resident_mb()?),
        "cold_start_and_four_letters_ms": cold.as_millis(),
        "weasyprint_letters_per_cpu_second": peer.map(round),
        "ratio": peer.map(|peer| round(rate / peer)),
    });
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

fn print(press: &hojo_press::Press, letter: &LetterModel) -> anyhow::Result<(f64, f64)> {
    match press.print(letter, support::MOMENT) {
        Ok(sheet) => Ok((f64::from(sheet.pages), number(sheet.pdf.len()))),
        Err(problem) => bail!("{}", problem.message),
    }
}

fn number(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// WeasyPrint on the same letters, imports and first letter not counted.
fn peer(python: &str) -> anyhow::Result<f64> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/weasyprint_peer.py");
    let output = Command::new(python)
        .arg(script)
        .arg(support::fonts())
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/samples"))
        .arg(PEER_LETTERS.to_string())
        .output()
        .with_context(|| format!("cannot run {python}"))?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8(output.stdout)?;
    text.trim().parse().with_context(|| text.clone())
}
