//! 自動保存: one section as the page's script posts it, on drafts that many people have open.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use hojo_access::Site;
use hojo_programme::{Answers, FieldType, Form};
use hojo_words::ids::PublicId;
use tokio::sync::Mutex;

use super::answers::{Set, pairs};
use super::client::{Client, Post, encode, escape};
use super::floor::Floor;
use super::gauge::Gauge;
use super::load::{Outcome, closed, open};
use super::place::Place;
use super::report::{Line, Report};
use super::seed::{Kind, id};
use super::server::Server;
use super::sessions;

/// A draft somebody has open.
struct Draft {
    path: String,
    cookie: String,
    csrf: String,
    /// The form's fields but the one being typed into.
    body: String,
    field: String,
    text: String,
    /// The version the page has, and how often it was saved.
    state: Mutex<(i32, u32)>,
}

/// Sizes of one stored section that count as usual.
const USUAL: std::ops::Range<usize> = 2_000..8_000;

pub async fn run(place: &Place) -> anyhow::Result<Report> {
    let options = &place.options;
    let most = place.options.applications / 10;
    let drafts_wanted = options.drafts.min(most);
    ensure!(drafts_wanted > 0, "there are no drafts");
    let ours: Vec<u32> = (0..drafts_wanted).map(|n| n * 10).collect();
    let floors: Vec<u32> = (0..drafts_wanted).map(|n| n * 10 + 1).collect();
    sessions::applicants(place, &ours).await?;
    sessions::applicants(place, &floors).await?;
    let server = Server::start(place, Site::Portal).await?;
    let drafts = Arc::new(open_all(place, &server.client, &ours).await?);
    let mut gauge = Gauge::new(place.superuser().await?, server.pid()).await?;
    let mut report = Report::begin("autosave", place.applications);
    let bytes: usize = drafts.iter().map(|d| d.body.len() + escape(&d.text).len()).sum();
    report.note = format!(
        "{drafts_wanted} drafts, a post has {} bytes on average; {} clients when the most is looked for, pool of {}",
        bytes / drafts.len().max(1),
        options.clients,
        place.config.pool
    );
    let sender = {
        let (client, drafts) = (server.client.clone(), Arc::clone(&drafts));
        move |n: usize| save(client.clone(), Arc::clone(&drafts), n)
    };
    closed(4, Duration::from_secs(2), sender.clone()).await;
    let time = Duration::from_secs(options.seconds);
    let floor = floor(place, drafts_wanted)?;
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
    for rate in super::report::rates(options, &best) {
        let before = gauge.read().await?;
        let seen = open(rate, time, sender.clone()).await;
        let cost = gauge.read().await?.cost(&before, seen.done());
        report.loops.push(Line::of(format!("open loop, {rate:.0}/s"), Some(rate), &seen, Some(cost)));
    }
    Ok(report.end())
}

async fn open_all(place: &Place, client: &Client, ns: &[u32]) -> anyhow::Result<Vec<Draft>> {
    let mut all = Vec::new();
    for n in ns {
        all.push(open_one(place, client, *n).await?);
    }
    Ok(all)
}

async fn open_one(place: &Place, client: &Client, n: u32) -> anyhow::Result<Draft> {
    let set = place.sets.at(n as usize).context("there are answers")?;
    let form = &place.procedure()?.form;
    let sections = typed(form, set);
    let (section, answers, field) = sections
        .get((n / 10) as usize % sections.len().max(1))
        .context("no section of the examples has a text and the usual size")?;
    let filing = PublicId::from_uuid(id(Kind::FilingAddress, n));
    let path = format!("/filings/{filing}/sections/{section}");
    let cookie = format!("__Host-hojo-portal={}", sessions::token(n));
    let page = client.get(&path, &cookie).await?;
    let version =
        page.hidden("_version").parse().with_context(|| format!("{path}: {} {}", page.status, page.text()))?;
    let others: Vec<_> =
        pairs(place.procedure()?, section, answers).into_iter().filter(|(name, _)| name != field).collect();
    Ok(Draft {
        path: format!("{path}/autosave"),
        cookie,
        csrf: page.csrf(),
        body: encode(&others),
        field: field.clone(),
        text: answers.text(field).to_owned(),
        state: Mutex::new((version, 0)),
    })
}

/// Sections of the usual size with a text to type into, and that field.
fn typed<'s>(form: &Form, set: &'s Set) -> Vec<(&'s str, &'s Answers, String)> {
    let texts: BTreeSet<&str> =
        form.fields.iter().filter(|f| matches!(f.kind, FieldType::Paragraph { .. })).map(|f| f.id.as_str()).collect();
    let found = set.sections.iter().filter_map(|(id, answers)| {
        let size = serde_json::to_string(answers).map_or(0, |t| t.len());
        let field = answers.0.keys().find(|k| texts.contains(k.as_str()) && !answers.text(k).is_empty())?;
        USUAL.contains(&size).then(|| (id.as_str(), answers, field.clone()))
    });
    found.collect()
}

async fn save(client: Client, drafts: Arc<Vec<Draft>>, n: usize) -> Outcome {
    let draft = drafts.get(n % drafts.len()).ok_or("no draft")?;
    let mut state = draft.state.lock().await;
    state.1 += 1;
    // The last characters change, as when somebody goes on typing.
    let text: String = draft.text.chars().take(draft.text.chars().count().saturating_sub(8)).collect();
    let body = format!("{}&{}={}", draft.body, draft.field, escape(&format!("{text}{:08}", state.1)));
    let post = Post {
        path: draft.path.clone(),
        cookie: draft.cookie.clone(),
        csrf: draft.csrf.clone(),
        version: Some(state.0),
        body,
    };
    let answer = client.post(post).await.map_err(|e| e.to_string())?;
    if answer.status != 200 {
        return Err(format!("{} {}", answer.status, answer.text().chars().take(300).collect::<String>()));
    }
    let version: i32 = answer.header("x-hojo-version").parse().map_err(|_| "no version came back".to_owned())?;
    if version != state.0 + 1 {
        return Err(format!("version {} became {version}", state.0));
    }
    state.0 = version;
    Ok(answer.body.len())
}

fn floor(place: &Place, drafts: u32) -> anyhow::Result<Floor> {
    let form = &place.procedure()?.form;
    let set = place.sets.at(0).context("there are answers")?;
    let sections = typed(form, set);
    let (section, answers, field) = sections.first().context("no section of the usual size")?;
    let patch = serde_json::json!({ field.as_str(): answers.text(field) });
    Ok(Floor {
        script: include_str!("floors/autosave.sql"),
        login: "hojo_portal",
        variables: vec![
            ("most", (drafts - 1).to_string()),
            ("section", (*section).to_owned()),
            ("patch", patch.to_string()),
        ],
    })
}
