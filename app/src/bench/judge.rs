//! Reading and judging the whole application form: no database, no server, one thread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context;
use hojo_programme::{judge, read};

use super::Options;
use super::answers::{APPLICATION, Sets, facts};
use super::load::Seen;
use super::report::{Line, Report};
use crate::definitions;

pub fn run(options: &Options) -> anyhow::Result<Report> {
    let edition = definitions::load(&options.edition)?;
    let procedure = edition.procedure(APPLICATION).context("the edition has no application")?;
    let sets = Sets::of(&edition, &[super::answers::Blob { sha256: "0".repeat(64), size: 1 }])?;
    let facts = facts(&edition, sets.now);
    let mut report = Report::begin("judge", 0);
    report.setting = "one thread, no database".into();
    report.note = format!(
        "{} complete sets of answers, {} fields, {} rules; one evaluation reads all fields and judges all rules",
        sets.list.len(),
        procedure.form.fields.len(),
        procedure.rules.rules.len()
    );
    let time = Duration::from_secs(options.seconds.min(10));
    let started = Instant::now();
    let mut seen = Seen::default();
    let mut found = 0;
    while started.elapsed() < time {
        for set in &sets.list {
            let at = Instant::now();
            let (reading, _) = read(&edition, procedure, black_box(&set.answers), &facts);
            found += judge(&edition, procedure, &reading, &facts).len();
            seen.latencies.push(at.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    black_box(found);
    seen.seconds = started.elapsed().as_secs_f64();
    seen.latencies.sort_by(f64::total_cmp);
    report.loops.push(Line::of("read and judge", None, &seen, None));
    Ok(report.end())
}
