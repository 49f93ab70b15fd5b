//! Letters: the warm press beside WeasyPrint on the same letters, by CPU-second, in one run; and each as a process of
//! its own for every letter, as a script would use it. Rates by CPU-second hold also on a machine others work on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use hojo_press_client::{PressClient, PressSettings};
use hojo_programme::{Edition, sample_letter};
use hojo_words::letter::LetterModel;
use serde::Serialize;
use time::OffsetDateTime;

use super::Options;
use super::gauge::{children, load_average};
use crate::config::Config;
use crate::definitions;

/// The letters of a batch, by procedure and name.
const KINDS: [(&str, &str); 4] = [
    ("application", "adoption-notice"),
    ("application", "non-adoption-notice"),
    ("grant-application", "grant-notice"),
    ("grant-application", "return-notice"),
];
/// WeasyPrint is slow enough for a few letters to tell its speed; so are processes that start for each letter.
const FEW: usize = 24;
/// Makes WeasyPrint print the same models.
const PEER: &str = include_str!("weasyprint.py");
/// Clock ticks a second in /proc (fixed by the kernel's interface).
const TICKS: f64 = 100.0;

/// What came out.
#[derive(Debug, Serialize)]
pub struct Figures {
    pub letters: usize,
    pub pages: u32,
    pub kb_per_page: f64,
    pub load: String,
    /// One press for all letters.
    pub warm_per_cpu_second: f64,
    /// A press for each letter.
    pub cold_per_cpu_second: f64,
    pub resident_mb_early: f64,
    pub resident_mb_late: f64,
    pub weasyprint_warm_per_cpu_second: Option<f64>,
    pub weasyprint_cold_per_cpu_second: Option<f64>,
    /// One process for all letters on both sides.
    pub ratio_warm: Option<f64>,
    /// Our one process against one of theirs for each letter.
    pub ratio_to_a_process_a_letter: Option<f64>,
}

pub async fn run(config: &Config, options: &Options) -> anyhow::Result<Figures> {
    let edition = definitions::load(&options.edition)?;
    let models = models(&edition)?;
    let dir = options.dir.join("letters");
    fs::create_dir_all(&dir)?;
    let client = PressClient::new(PressSettings::new(&config.press, &config.fonts));
    for model in &models {
        client.print(model, OffsetDateTime::UNIX_EPOCH).await?;
    }
    let press = press_process()?;
    let (mut pages, mut bytes, mut early) = (0_u32, 0_usize, 0.0);
    let before = cpu(press)?;
    for n in 0..options.letters {
        let sheet = client.print(&nth(&models, n), OffsetDateTime::UNIX_EPOCH).await?;
        pages = pages.saturating_add(sheet.pages);
        bytes += sheet.pdf.len();
        if n == options.letters / 5 {
            early = resident_mb(press)?;
        }
    }
    let warm = number(options.letters) / (cpu(press)? - before);
    let late = resident_mb(press)?;
    let cold = cold_press(config, &models, &dir)?;
    let peer = options.weasyprint.as_deref().map(|python| peer(python, config, &models, &dir)).transpose()?;
    Ok(Figures {
        letters: options.letters,
        pages,
        kb_per_page: round(number(bytes) / f64::from(pages) / 1000.0),
        load: load_average(),
        warm_per_cpu_second: round(warm),
        cold_per_cpu_second: round(cold),
        resident_mb_early: round(early),
        resident_mb_late: round(late),
        weasyprint_warm_per_cpu_second: peer.map(|(warm, _)| round(warm)),
        weasyprint_cold_per_cpu_second: peer.map(|(_, cold)| round(cold)),
        ratio_warm: peer.map(|(theirs, _)| round(warm / theirs)),
        ratio_to_a_process_a_letter: peer.map(|(_, theirs)| round(warm / theirs)),
    })
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
pub fn show(options: &Options, figures: &Figures) -> anyhow::Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(figures)?);
        return Ok(());
    }
    let or_none = |value: Option<f64>| value.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.2}"));
    println!(
        "{} letters, {} pages, {:.1} kB a page, load {}",
        figures.letters, figures.pages, figures.kb_per_page, figures.load
    );
    println!("press, one process:            {:8.2} letters per CPU-second", figures.warm_per_cpu_second);
    println!("press, a process a letter:     {:8.2}", figures.cold_per_cpu_second);
    println!("WeasyPrint, one process:       {:>8}", or_none(figures.weasyprint_warm_per_cpu_second));
    println!("WeasyPrint, a process a letter:{:>8}", or_none(figures.weasyprint_cold_per_cpu_second));
    println!("ratio, one process each:       {:>8}", or_none(figures.ratio_warm));
    println!("ratio to a process a letter:   {:>8}", or_none(figures.ratio_to_a_process_a_letter));
    println!("resident: {:.1} MB early, {:.1} MB late", figures.resident_mb_early, figures.resident_mb_late);
    Ok(())
}

fn models(edition: &Edition) -> anyhow::Result<Vec<LetterModel>> {
    KINDS
        .iter()
        .map(|(procedure, letter)| {
            let found = edition.procedure(procedure).and_then(|p| Some((p, p.letters.get(*letter)?)));
            let (procedure, letter) = found.with_context(|| format!("the edition has no {procedure}/{letter}"))?;
            Ok(sample_letter(edition, procedure, letter)?)
        })
        .collect()
}

/// A letter of its own: number, name and receipt differ.
fn nth(models: &[LetterModel], n: usize) -> LetterModel {
    let mut letter = models.get(n % models.len().max(1)).cloned().unwrap_or_default();
    letter.number = format!("令和8年度 新も第{}号", n + 1);
    letter.doc_id = format!("letter-{n}");
    let kanji: Vec<char> = "東西南北山川田村木林森石岩高低青赤白黒金銀銅鉄水火土風雷雪花鳥月星".chars().collect();
    let name: String = (0..4).filter_map(|k| kanji.get((n * 7 + k * 11) % kanji.len())).collect();
    if let Some(line) = letter.addressee.get_mut(0) {
        *line = format!("株式会社{name}製作所");
    }
    if let Some(item) = letter.items.get_mut(0) {
        item.text = format!("R1-{n:05}");
    }
    letter
}

/// The press this process started.
fn press_process() -> anyhow::Result<u32> {
    let children = children(std::process::id());
    let is_press = |pid: &&u32| {
        fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim().starts_with("hojo-press"))
    };
    children.iter().find(is_press).copied().context("the press is not running")
}

/// CPU seconds of a process so far.
fn cpu(pid: u32) -> anyhow::Result<f64> {
    times(&fs::read_to_string(format!("/proc/{pid}/stat"))?, 11)
}

/// CPU seconds of the processes that this one waited for.
fn waited() -> anyhow::Result<f64> {
    times(&fs::read_to_string("/proc/self/stat")?, 13)
}

fn times(stat: &str, first: usize) -> anyhow::Result<f64> {
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let at = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok()).context("/proc says something else");
    Ok((at(first)? + at(first + 1)?) / TICKS)
}

fn resident_mb(pid: u32) -> anyhow::Result<f64> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm"))?;
    let pages: f64 = statm.split_whitespace().nth(1).context("/proc says something else")?.parse()?;
    Ok(pages * 4096.0 / 1e6)
}

/// A press that starts, reads its fonts and ends for each letter.
fn cold_press(config: &Config, models: &[LetterModel], dir: &Path) -> anyhow::Result<f64> {
    let (file, out) = (dir.join("one.json"), dir.join("one.pdf"));
    let before = waited()?;
    for n in 0..FEW {
        fs::write(&file, serde_json::to_vec(&nth(models, n))?)?;
        let mut press = Command::new(&config.press);
        press.arg("--fonts").arg(&config.fonts).arg("render").arg(&file).arg("--out").arg(&out);
        finished(&mut press)?;
    }
    Ok(number(FEW) / (waited()? - before))
}

/// WeasyPrint's letters per CPU-second: one process for all, and one for each.
fn peer(python: &Path, config: &Config, models: &[LetterModel], dir: &Path) -> anyhow::Result<(f64, f64)> {
    let (script, file): (PathBuf, PathBuf) = (dir.join("peer.py"), dir.join("letters.json"));
    fs::write(&script, PEER)?;
    let all: Vec<LetterModel> = (0..FEW).map(|n| nth(models, n)).collect();
    fs::write(&file, serde_json::to_vec(&all)?)?;
    let ask = |file: &Path, count: usize| {
        let mut command = Command::new(python);
        command.arg(&script).arg(&config.fonts).arg(file).arg(count.to_string());
        finished(&mut command)
    };
    let warm = ask(&file, FEW)?.trim().parse::<f64>().context("WeasyPrint said something else")?;
    let one = dir.join("one.json");
    let before = waited()?;
    for letter in &all {
        fs::write(&one, serde_json::to_vec(&[letter])?)?;
        ask(&one, 1)?;
    }
    Ok((warm, number(FEW) / (waited()? - before)))
}

fn finished(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    ensure!(output.stdout.len() < 10_000, "too much was said");
    Ok(String::from_utf8(output.stdout)?)
}

fn number(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::INFINITY, f64::from)
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
