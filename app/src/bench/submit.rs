//! 提出: complete drafts handed in, each once: all rules, attachments read whole and hashed, one commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use hojo_access::Site;
use hojo_words::ids::PublicId;

use super::client::{Client, Post, encode};
use super::floor::Floor;
use super::gauge::Gauge;
use super::load::{Outcome, SPENT, closed, open};
use super::place::Place;
use super::report::{Line, Report, whole};
use super::seed::{Kind, drafts, id};
use super::server::Server;
use super::sessions;

/// A draft whose check page is open.
struct Ready {
    path: String,
    cookie: String,
    csrf: String,
    body: String,
}

/// Bursts of the model: the stress peak, three times it, and more.
const RATES: [f64; 3] = [4.0, 12.0, 24.0];
/// Handed in back to back in one turn, at most.
const TURN: u32 = 300;

pub async fn run(place: &Place) -> anyhow::Result<Report> {
    let options = &place.options;
    let rates = if options.rates.is_empty() { RATES.to_vec() } else { options.rates.clone() };
    let planned: f64 = rates.iter().map(|r| r * f64::from(u32::try_from(options.seconds).unwrap_or(0))).sum();
    let needed = u32::try_from(whole(planned))? + 10 + TURN * u32::try_from(options.rounds)?;
    let server = Server::start(place, Site::Portal).await?;
    let ready = Arc::new(prepare(place, &server.client, needed).await?);
    let mut gauge = Gauge::new(place.superuser().await?, server.pid()).await?;
    let mut report = Report::begin("submit", place.applications);
    let files = place.sets.list.first().map_or(0, |s| s.answers.files().count());
    report.note = format!(
        "{needed} complete drafts, about {files} files of {} kB each; the bytes are shared, so they are read from memory; the check page was opened before",
        options.attachment_kb
    );
    let next = Arc::new(AtomicUsize::new(0));
    let sender = {
        let (client, ready, next) = (server.client.clone(), Arc::clone(&ready), Arc::clone(&next));
        move |_: usize| hand_in(client.clone(), Arc::clone(&ready), next.fetch_add(1, Ordering::Relaxed))
    };
    let time = Duration::from_secs(options.seconds);
    open(10.0, Duration::from_secs(1), sender.clone()).await;
    gauge.reset().await;
    for (at, rate) in rates.iter().enumerate() {
        let before = gauge.read().await?;
        let seen = open(*rate, time, sender.clone()).await;
        let cost = gauge.read().await?.cost(&before, seen.done());
        if at == 0 {
            report.statements = gauge.top(seen.done()).await;
        }
        report.loops.push(Line::of(format!("open loop, {rate:.0}/s"), Some(*rate), &seen, Some(cost)));
    }
    let floor = floor(place)?;
    for round in 0..options.rounds {
        let end = next.load(Ordering::Relaxed) + usize::try_from(TURN)?;
        let limited = {
            let (sender, next) = (sender.clone(), Arc::clone(&next));
            move |n: usize| {
                let (sender, over) = (sender.clone(), next.load(Ordering::Relaxed) >= end);
                async move { if over { Err(SPENT.to_owned()) } else { sender(n).await } }
            }
        };
        let before = gauge.read().await?;
        let seen = closed(options.clients, time, limited).await;
        let cost = gauge.read().await?.cost(&before, seen.done());
        report.loops.push(Line::of(format!("most, round {}", round + 1), None, &seen, Some(cost)));
        let seconds = options.seconds.min(5);
        let before = gauge.read().await?;
        let sent = floor.run(place, options.clients, seconds).await?;
        let cost = gauge.read().await?.cost(&before, sent.transactions);
        report.loops.push(Line::floor(round + 1, sent, cost));
        report.turn(seen.per_second(), sent.per_second);
    }
    Ok(report.end())
}

/// Writes fresh drafts and opens the check page of each, as a person does before handing in.
async fn prepare(place: &Place, client: &Client, count: u32) -> anyhow::Result<Vec<Ready>> {
    let from = place.applications.max(place.options.applications);
    super::report::say(&format!("making {count} complete drafts"));
    drafts(place, from, count).await?;
    let ns: Vec<u32> = (from..from + count).collect();
    sessions::applicants(place, &ns).await?;
    let mut all = Vec::new();
    for n in ns {
        let filing = PublicId::from_uuid(id(Kind::FilingAddress, n));
        let cookie = format!("__Host-hojo-portal={}", sessions::token(n));
        let page = client.get(&format!("/filings/{filing}/check"), &cookie).await?;
        let seen = page.hidden("_seen");
        ensure!(!seen.is_empty(), "the check page of {filing} ({}) lets nobody hand in: {}", page.status, page.text());
        let pairs = [("_seen".to_owned(), seen), ("declare".to_owned(), "yes".to_owned())];
        all.push(Ready { path: format!("/filings/{filing}/submit"), cookie, csrf: page.csrf(), body: encode(&pairs) });
    }
    Ok(all)
}

async fn hand_in(client: Client, ready: Arc<Vec<Ready>>, n: usize) -> Outcome {
    let Some(draft) = ready.get(n) else { return Err(SPENT.to_owned()) };
    let post = Post {
        path: draft.path.clone(),
        cookie: draft.cookie.clone(),
        csrf: draft.csrf.clone(),
        version: None,
        body: draft.body.clone(),
    };
    let answer = client.post(post).await.map_err(|e| e.to_string())?;
    if answer.status == 303 && answer.header("location").ends_with("/receipt") {
        return Ok(answer.body.len());
    }
    Err(format!("{} {}", answer.status, answer.text().chars().take(300).collect::<String>()))
}

/// The floor files again what seeded drafts hold: `n` of a submission is random, nothing else differs.
fn floor(place: &Place) -> anyhow::Result<Floor> {
    let set = place.sets.at(2).context("there are answers")?;
    let texts = ["株式会社見本精機", set.answers.text("plan_title"), "1000000000000", "2026-R1-00001"];
    let grams = hojo_db::search::grams(texts.iter().copied());
    let list = |all: &[String]| {
        format!(
            "{{{}}}",
            all.iter().map(|s| format!("\"{}\"", s.replace(['"', '\\'], ""))).collect::<Vec<_>>().join(",")
        )
    };
    Ok(Floor {
        script: include_str!("floors/submit.sql"),
        login: "hojo_portal",
        variables: vec![
            ("most", (place.options.applications / 10 - 1).to_string()),
            ("answers", serde_json::to_string(&set.answers)?),
            ("grams", list(&grams)),
            ("key", texts.join("|")),
            ("state", serde_json::to_string(&hojo_case::Case::opened(hojo_case::Channel::Portal))?),
        ],
    })
}
