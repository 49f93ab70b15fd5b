//! What a bench says: JSON for machines, a table for people.

use serde::Serialize;

use super::Options;
use super::floor::Sent;
use super::gauge::{Cost, Top, load_average};
use super::load::Seen;

/// A bench's result.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub bench: &'static str,
    pub applications: u32,
    pub cores: usize,
    pub load_before: String,
    pub load_after: String,
    /// What stands where: where generator, server and database run.
    pub setting: String,
    pub note: String,
    /// Ours and the floor in turns, each with the same number of clients that never rest.
    pub turns: Vec<Turn>,
    /// The median of ours ÷ floor.
    pub ratio: Option<f64>,
    pub loops: Vec<Line>,
    pub statements: Vec<Top>,
}

/// One pair: ours, then the floor.
#[derive(Clone, Debug, Serialize)]
pub struct Turn {
    pub ours_per_second: f64,
    pub floor_per_second: f64,
    pub ratio: f64,
}

/// One measurement.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Line {
    pub name: String,
    /// Arrivals a second; none when senders never rest.
    pub rate: Option<f64>,
    pub requests: usize,
    pub errors: usize,
    pub error: Option<String>,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    pub bytes_mean: usize,
    pub bytes_max: usize,
    pub cost: Option<Cost>,
}

impl Report {
    pub fn begin(bench: &'static str, applications: u32) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let setting =
            "generator, server and PostgreSQL on this machine, none pinned to a core; HTTP over loopback".to_owned();
        Self { bench, applications, cores, setting, load_before: load_average(), ..Self::default() }
    }

    pub fn end(mut self) -> Self {
        self.load_after = load_average();
        let mut ratios: Vec<f64> = self.turns.iter().map(|t| t.ratio).collect();
        ratios.sort_by(f64::total_cmp);
        self.ratio = ratios.get(ratios.len() / 2).copied();
        self
    }

    pub fn turn(&mut self, ours: f64, floor: f64) {
        self.turns.push(Turn {
            ours_per_second: ours,
            floor_per_second: floor,
            ratio: ours / floor.max(f64::MIN_POSITIVE),
        });
    }
}

impl Line {
    pub fn of(name: impl Into<String>, rate: Option<f64>, seen: &Seen, cost: Option<Cost>) -> Self {
        Self {
            name: name.into(),
            rate,
            requests: seen.done(),
            errors: seen.errors,
            error: seen.error.clone(),
            per_second: seen.per_second(),
            p50_ms: seen.quantile(0.5),
            p99_ms: seen.quantile(0.99),
            max_ms: seen.quantile(1.0),
            bytes_mean: seen.bytes_sum / seen.done().max(1),
            bytes_max: seen.bytes_max,
            cost,
        }
    }
}

impl Line {
    /// What the floor did in a turn.
    pub fn floor(round: usize, sent: Sent, cost: Cost) -> Self {
        Self {
            name: format!("floor, round {round}"),
            requests: sent.transactions,
            per_second: sent.per_second,
            cost: Some(Cost { server_cpu_ms: 0.0, ..cost }),
            ..Self::default()
        }
    }
}

/// A word on the way, beside the report.
pub fn say(words: &str) {
    tracing::warn!("{words}");
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
pub fn show(options: &Options, report: &Report) -> anyhow::Result<()> {
    if options.json {
        println!("{}", serde_json::to_string_pretty(report)?);
        return Ok(());
    }
    println!(
        "{}: {} applications, {} cores, load {} -> {}",
        report.bench, report.applications, report.cores, report.load_before, report.load_after
    );
    println!("{}. {}", report.setting, report.note);
    println!(
        "{:22} {:>8} {:>7} {:>6} {:>9} {:>9} {:>9} {:>8} {:>8} {:>7} {:>7} {:>8} {:>8}",
        "", "per s", "n", "errors", "p50 ms", "p99 ms", "max ms", "cpu srv", "cpu pg", "stmts", "tx", "WAL B", "max B"
    );
    for l in &report.loops {
        let c = l.cost.clone().unwrap_or_default();
        println!(
            "{:22} {:8.1} {:7} {:6} {:9.3} {:9.3} {:9.3} {:8.3} {:8.3} {:>7} {:7.1} {:8.0} {:8}",
            l.name,
            l.per_second,
            l.requests,
            l.errors,
            l.p50_ms,
            l.p99_ms,
            l.max_ms,
            c.server_cpu_ms,
            c.postgres_cpu_ms,
            c.statements.map_or("-".to_owned(), |s| format!("{s:.1}")),
            c.transactions,
            c.wal_bytes,
            l.bytes_max
        );
        if let Some(error) = &l.error {
            println!("  first error: {error}");
        }
    }
    for t in &report.turns {
        println!("ours {:8.1}/s   floor {:8.1}/s   ratio {:.3}", t.ours_per_second, t.floor_per_second, t.ratio);
    }
    if let Some(ratio) = report.ratio {
        println!("median ratio {ratio:.3}");
    }
    for t in &report.statements {
        println!("  {:5.2} x {:7.3} ms  {}", t.calls, t.ms, t.statement);
    }
    Ok(())
}

/// The given arrival rates, or a quarter, a half and three quarters of the most.
pub fn rates(options: &Options, most: &[f64]) -> Vec<f64> {
    if !options.rates.is_empty() {
        return options.rates.clone();
    }
    let mut sorted = most.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(10.0);
    [0.25, 0.5, 0.75].iter().map(|share| (median * share).max(1.0)).collect()
}

/// A count from a float that holds one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive count, far below the limit")]
pub fn whole(n: f64) -> usize {
    n.max(0.0) as usize
}
