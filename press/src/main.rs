//! `hojo-press`: the warm press for the worker, and single letters for people.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use hojo_press::{Press, fonts, serve};
use hojo_press_client::wire::Request;
use hojo_words::letter::LetterModel;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A letter is a hundred thousand small things that live as long as its page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Typesetting recurses with the depth of a document; the usual 8 MB are too near.
const STACK: usize = 64 * 1024 * 1024;

/// Prints letters as PDF.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Directory with the pinned fonts (see press/fonts.toml).
    #[arg(long, global = true, env = "HOJO_PRESS_FONTS", default_value = "var/fonts")]
    fonts: PathBuf,
    /// Check the fonts against fonts.toml and leave.
    #[arg(long)]
    check_fonts: bool,
    #[command(subcommand)]
    command: Option<Errand>,
}

#[derive(Subcommand)]
enum Errand {
    /// Answer requests, one JSON object a line, until the input ends (this is the default).
    Serve,
    /// Print one letter model (or request) from a JSON file.
    Render {
        /// The letter model, or a request with `issued_at` and `model`.
        file: PathBuf,
        /// Where the PDF goes.
        #[arg(short, long)]
        out: PathBuf,
        /// Creation date inside the file, RFC 3339.
        #[arg(long, default_value = "2026-04-01T00:00:00+09:00")]
        issued_at: String,
    },
    /// Look for the pinned fonts in these directories and copy them into the font directory.
    CollectFonts {
        /// Directories searched, with everything below them.
        #[arg(required = true)]
        from: Vec<PathBuf>,
    },
}

fn main() -> ExitCode {
    match start(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "hojo-press: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> anyhow::Result<()> {
    let work = std::thread::Builder::new().name("press".into()).stack_size(STACK).spawn(move || run(arguments))?;
    match work.join() {
        Ok(result) => result,
        Err(_) => bail!("the press broke down outside a letter"),
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    if arguments.check_fonts {
        return check_fonts(&arguments.fonts);
    }
    match arguments.command.unwrap_or(Errand::Serve) {
        Errand::Serve => {
            let press = Press::open(&arguments.fonts)?;
            serve::serve(&press, io::stdin().lock(), io::stdout().lock()).context("the pipe to the asker broke")
        }
        Errand::Render { file, out, issued_at } => render(&Press::open(&arguments.fonts)?, &file, &out, &issued_at),
        Errand::CollectFonts { from } => collect_fonts(&from, &arguments.fonts),
    }
}

fn check_fonts(dir: &Path) -> anyhow::Result<()> {
    let mut output = io::stdout().lock();
    for pin in fonts::pins()? {
        fonts::read_pinned(dir, &pin)?;
        writeln!(output, "{}  {}  {}", pin.sha256, pin.file, pin.licence)?;
    }
    Ok(())
}

fn render(press: &Press, file: &Path, out: &Path, issued_at: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (model, issued_at) = match serde_json::from_str::<Request>(&text) {
        Ok(request) => (request.model, request.issued_at),
        Err(_) => {
            let model: LetterModel =
                serde_json::from_str(&text).with_context(|| format!("{} is no letter model", file.display()))?;
            (model, issued_at.to_owned())
        }
    };
    let issued_at = OffsetDateTime::parse(&issued_at, &Rfc3339).context("--issued-at needs RFC 3339")?;
    match press.print(&model, issued_at) {
        Ok(sheet) => {
            std::fs::write(out, &sheet.pdf).with_context(|| format!("cannot write {}", out.display()))?;
            writeln!(io::stdout(), "{} pages  {}  {}", sheet.pages, sheet.sha256, out.display())?;
            Ok(())
        }
        Err(problem) => bail!("{}", serde_json::to_string_pretty(&problem)?),
    }
}

fn collect_fonts(from: &[PathBuf], to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for pin in fonts::pins()? {
        if fonts::read_pinned(to, &pin).is_ok() {
            continue;
        }
        let found = from.iter().flat_map(|dir| folders(dir)).find_map(|dir| fonts::read_pinned(&dir, &pin).ok());
        let Some(bytes) = found else {
            bail!("no pinned copy of {} found: install the Debian package {}", pin.file, pin.package);
        };
        // Written beside and renamed, so that a press starting now never reads half a font.
        let beside = to.join(format!("{}.part", pin.file));
        std::fs::write(&beside, bytes)?;
        std::fs::rename(&beside, to.join(&pin.file))?;
    }
    check_fonts(to)
}

/// A directory and everything below it.
fn folders(dir: &Path) -> Vec<PathBuf> {
    let mut all = vec![dir.to_path_buf()];
    let mut at = 0;
    while let Some(dir) = all.get(at).cloned() {
        at += 1;
        let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
        all.extend(entries.map(|entry| entry.path()).filter(|path| path.is_dir() && !path.is_symlink()));
    }
    all
}
