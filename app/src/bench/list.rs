//! 案件一覧: the office's list with filters, search, orders and pages.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use hojo_access::Site;

use super::client::{Client, escape};
use super::floor::Floor;
use super::gauge::Gauge;
use super::load::{Outcome, closed, open};
use super::place::Place;
use super::report::{Line, Report, rates};
use super::server::Server;
use super::sessions;

/// What colleagues open: lists of the day, searches, orders, pages further on.
fn addresses() -> Vec<String> {
    let q = |words: &str| format!("/queue?q={}", escape(words));
    vec![
        "/queue".into(),
        "/queue?step=office&who=me".into(),
        "/queue?step=office&who=none".into(),
        "/queue?step=returned&sort=due".into(),
        "/queue?sort=requested&order=down".into(),
        "/queue?sort=changed&order=down&frame=innovation".into(),
        "/queue?step=examine&frame=global&sort=requested".into(),
        "/queue?due=over&sort=due".into(),
        q("高橋"),
        q("見本 精機"),
        q("2026-R1-001"),
        format!("{}&step=check&sort=changed", q("株式会社")),
    ]
}

/// How many pages further each list is followed.
const PAGES: usize = 4;

pub async fn run(place: &Place) -> anyhow::Result<Report> {
    let options = &place.options;
    let cookies: Vec<String> =
        sessions::colleagues(place).await?.into_iter().map(|token| format!("__Host-hojo-office={token}")).collect();
    let server = Server::start(place, Site::Office).await?;
    let urls = follow(&server.client, &cookies).await?;
    let mut gauge = Gauge::new(place.superuser().await?, server.pid()).await?;
    let mut report = Report::begin("list", place.applications);
    report.note =
        format!("{} different lists and pages, {} colleagues; sizes before compression", urls.len(), cookies.len());
    let (urls, cookies) = (Arc::new(urls), Arc::new(cookies));
    let sender = {
        let client = server.client.clone();
        move |n: usize| fetch(client.clone(), Arc::clone(&urls), Arc::clone(&cookies), n)
    };
    closed(4, Duration::from_secs(2), sender.clone()).await;
    let time = Duration::from_secs(options.seconds);
    let floor = floor();
    gauge.reset().await;
    let mut best = Vec::new();
    for round in 0..options.rounds {
        let before = gauge.read().await?;
        let seen = closed(options.clients, time, sender.clone()).await;
        let cost = gauge.read().await?.cost(&before, seen.done());
        if round == 0 {
            report.statements = gauge.top(seen.done()).await;
        }
        report.loops.push(Line::of(format!("most, round {}", round + 1), None, &seen, Some(cost)));
        let before = gauge.read().await?;
        let sent = floor.run(place, options.clients, options.seconds).await?;
        let cost = gauge.read().await?.cost(&before, sent.transactions);
        report.loops.push(Line::floor(round + 1, sent, cost));
        report.turn(seen.per_second(), sent.per_second);
        best.push(seen.per_second());
    }
    for rate in rates(options, &best) {
        let before = gauge.read().await?;
        let seen = open(rate, time, sender.clone()).await;
        let cost = gauge.read().await?.cost(&before, seen.done());
        report.loops.push(Line::of(format!("open loop, {rate:.0}/s"), Some(rate), &seen, Some(cost)));
    }
    Ok(report.end())
}

/// Every list and the pages behind its 「次へ」.
async fn follow(client: &Client, cookies: &[String]) -> anyhow::Result<Vec<String>> {
    let cookie = cookies.first().map_or("", String::as_str);
    let mut all = Vec::new();
    for first in addresses() {
        let mut next = Some(first);
        for _ in 0..PAGES {
            let Some(url) = next.take() else { break };
            let page = client.get(&url, cookie).await?;
            ensure!(page.status == 200, "{url}: {} {}", page.status, page.text());
            let links = page.text();
            let onward = links
                .split("href=\"")
                .filter_map(|l| l.split('"').next())
                .find(|l| l.starts_with("/queue?") && l.contains("after="));
            next = onward.map(|l| l.replace("&amp;", "&"));
            all.push(url);
        }
    }
    Ok(all)
}

async fn fetch(client: Client, urls: Arc<Vec<String>>, cookies: Arc<Vec<String>>, n: usize) -> Outcome {
    let url = urls.get(n % urls.len().max(1)).ok_or("no address")?;
    let cookie = cookies.get(n % cookies.len().max(1)).ok_or("nobody")?;
    let answer = client.get(url, cookie).await.map_err(|e| e.to_string())?;
    if answer.status == 200 { Ok(answer.body.len()) } else { Err(format!("{} {url}", answer.status)) }
}

fn floor() -> Floor {
    let needle = hojo_db::search::Needle::of("見本 精機");
    let text =
        |list: &[String]| format!("{{{}}}", list.iter().map(|s| format!("\"{s}\"")).collect::<Vec<_>>().join(","));
    Floor {
        script: include_str!("floors/list.sql"),
        login: "hojo_office",
        variables: vec![
            ("grams", needle.as_ref().map(|n| text(&n.grams)).unwrap_or_default()),
            ("patterns", needle.as_ref().map(|n| text(&n.patterns)).unwrap_or_default()),
        ],
    }
}
