//! 封印: what sealing costs those who work meanwhile, and how fast a whole log is verified.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hojo_access::Site;
use hojo_db::Db;
use hojo_operations::{SealPlaces, Sealing, keep_sealing, make_partitions, seal_once};
use hojo_words::ids::PublicId;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use tokio::sync::oneshot;

use super::client::Client;
use super::gauge::{Cost, Gauge};
use super::load::{Outcome, closed, count};
use super::place::Place;
use super::report::{Line, Report, say};
use super::seed::{Kind, id, position};
use super::server::Server;
use super::sessions;

/// Rows written by one transaction when a log is filled.
const WRITTEN_AT_ONCE: u32 = 10_000;

/// The worker seals every four seconds: a shorter turn might hold no sealing at all.
const SHORTEST: Duration = Duration::from_secs(8);

pub async fn run(place: &Place) -> anyhow::Result<Report> {
    let places = places(place)?;
    let db = Db::connect_worker(&place.config.db(), place.clock()).await?;
    make_partitions(&db).await?;
    let mut report = Report::begin("seal", place.applications);
    side_by_side(place, &places, &db, &mut report).await?;
    whole_log(place, &places, &db, &mut report).await?;
    Ok(report.end())
}

/// A key of the benches' own; the copy is begun anew, since the database may be another one than last time.
fn places(place: &Place) -> anyhow::Result<SealPlaces> {
    let dir = std::path::absolute(place.options.dir.join("audit"))?;
    let places = SealPlaces { key: dir.join("key"), trust: dir.join("key.pub"), witness: dir.join("checkpoints") };
    if !places.key.exists() {
        crate::audit::make_key(&places, false)?;
    }
    if places.witness.exists() {
        std::fs::remove_file(&places.witness)?;
    }
    Ok(places)
}

/// Desks of cases are looked at, each look writing a row of a log: without sealing, and while a worker seals.
async fn side_by_side(place: &Place, places: &SealPlaces, db: &Db, report: &mut Report) -> anyhow::Result<()> {
    let options = &place.options;
    let tokens = sessions::colleagues(place).await?;
    let cookies = Arc::new(tokens.into_iter().map(|t| format!("__Host-hojo-office={t}")).collect::<Vec<_>>());
    let server = Server::start(place, Site::Office).await?;
    let mut gauge = Gauge::new(place.superuser().await?, server.pid()).await?;
    let looks = {
        let client = server.client.clone();
        let most = place.applications.max(1);
        move |n: usize| look(client.clone(), Arc::clone(&cookies), n, most)
    };
    closed(4, Duration::from_secs(2), looks.clone()).await;
    drain(db, places).await?;
    let time = Duration::from_secs(options.seconds).max(SHORTEST);
    let mut own = Gauge::new(place.superuser().await?, Some(std::process::id())).await?;
    let mut price = Price::default();
    for round in 1..=options.rounds {
        let mut pair = [0.0, 0.0];
        // Who goes first changes, so that neither has the warmer caches.
        let order = if round % 2 == 0 { [true, false] } else { [false, true] };
        for sealing in order {
            let (stop, stopped) = oneshot::channel::<()>();
            let worker = sealing.then(|| {
                let (db, places) = (db.clone(), places.clone());
                #[expect(clippy::disallowed_methods, reason = "the worker whose cost is measured runs beside the load")]
                tokio::spawn(async move { keep_sealing(db, places, async { drop(stopped.await) }).await })
            });
            if worker.is_some() {
                // The first turn of a worker looks after partitions, which it does every ten minutes only.
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            let before = gauge.read().await?;
            let seen = closed(options.clients, time, looks.clone()).await;
            let cost = gauge.read().await?.cost(&before, seen.done());
            drop(stop);
            if let Some(worker) = worker {
                worker.await?;
            }
            let before = own.read().await?;
            let sealed = drain(db, places).await?;
            if !sealing {
                price.add(&cost, seen.done(), &own.read().await?.cost(&before, 1));
                say(&format!("round {round}: {sealed} rows of {} requests sealed afterwards", seen.done()));
            }
            let name = format!("{}, round {round}", if sealing { "sealing" } else { "not sealing" });
            if let Some(slot) = pair.get_mut(usize::from(sealing)) {
                *slot = seen.per_second();
            }
            report.loops.push(Line::of(name, None, &seen, Some(cost)));
        }
        let [without, with] = pair;
        report.turn(with, without);
    }
    report.note = format!(
        "a turn is the desk of a case shown by the office, each writing a row of the log, while a worker seals (ours) and while none does \
         (floor); sealing afterwards what the turns without wrote took {:.2} % of the CPU that the turns took",
        price.percent()
    );
    Ok(())
}

/// CPU of the work, and of sealing afterwards what it wrote: nothing else runs then, so the machine's noise stays out.
#[derive(Default)]
struct Price {
    work_ms: f64,
    seal_ms: f64,
}

impl Price {
    fn add(&mut self, request: &Cost, requests: usize, sealing: &Cost) {
        self.work_ms += (request.server_cpu_ms + request.postgres_cpu_ms) * count(requests);
        self.seal_ms += sealing.server_cpu_ms + sealing.postgres_cpu_ms;
    }

    fn percent(&self) -> f64 {
        self.seal_ms / self.work_ms.max(f64::MIN_POSITIVE) * 100.0
    }
}

async fn look(client: Client, cookies: Arc<Vec<String>>, n: usize, most: u32) -> Outcome {
    let filed = (0..most).filter(|n| position(*n) != hojo_case::Position::Draft).nth(n % 500).unwrap_or(0);
    let case = PublicId::from_uuid(id(Kind::CaseAddress, filed));
    let cookie = cookies.get(n % cookies.len().max(1)).ok_or("nobody")?;
    let answer = client.get(&format!("/cases/{case}"), cookie).await.map_err(|e| e.to_string())?;
    if answer.status == 200 { Ok(answer.body.len()) } else { Err(format!("{} /cases/{case}", answer.status)) }
}

/// Seals until nothing waits.
async fn drain(db: &Db, places: &SealPlaces) -> anyhow::Result<usize> {
    let mut all = 0;
    loop {
        match seal_once(db, places).await? {
            Sealing::Sealed(0) => return Ok(all),
            Sealing::Sealed(n) => all += n,
            Sealing::Elsewhere => bail!("another worker is sealing this database"),
            Sealing::Refused(why) => bail!(why),
        }
    }
}

/// Fills the log up to the wanted rows, seals them, and verifies all of it in a process of its own.
async fn whole_log(place: &Place, places: &SealPlaces, db: &Db, report: &mut Report) -> anyhow::Result<()> {
    let wanted = place.options.log_rows;
    let mut sql = place.superuser().await?;
    let there = rows(&mut sql).await?;
    let missing = wanted.saturating_sub(there);
    say(&format!("{there} rows are there, {missing} are written"));
    for _ in 0..missing.div_ceil(WRITTEN_AT_ONCE) {
        write(&mut sql).await?;
    }
    let began = Instant::now();
    let sealed = drain(db, places).await?;
    let seconds = began.elapsed().as_secs_f64();
    if sealed > 0 {
        report.loops.push(line("rows sealed", sealed, seconds));
    }
    let all = usize::try_from(rows(&mut sql).await?)?;
    let mut most = 0;
    for turn in 1..=place.options.rounds.min(3) {
        let began = Instant::now();
        let memory = verify(place, places).await?;
        let seconds = began.elapsed().as_secs_f64();
        report.loops.push(line(&format!("rows verified, round {turn}"), all, seconds));
        most = most.max(memory);
    }
    report.note = format!("{}; verifying {all} rows took at most {most} MB of memory", report.note);
    Ok(())
}

fn line(name: &str, n: usize, seconds: f64) -> Line {
    Line {
        name: name.to_owned(),
        requests: n,
        per_second: count(n) / seconds.max(f64::MIN_POSITIVE),
        ..Line::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "the superuser counts and fills what no role of ours may")]
async fn rows(sql: &mut PgConnection) -> anyhow::Result<u32> {
    let row = sqlx::query("select (select count(*) from operation_log) + (select count(*) from access_log) as n")
        .fetch_one(sql)
        .await?;
    Ok(u32::try_from(row.get::<i64, _>("n"))?)
}

async fn write(sql: &mut PgConnection) -> anyhow::Result<()> {
    let statement = format!(
        "insert into operation_log (at, id, site, actor_kind, actor_name, permission, object, outcome, detail, request_id, address)
         select clock_timestamp(), gen_random_uuid(), 'office', 'staff', '見本 一郎', 'case.view', 'case:' || gen_random_uuid(), 'done',
                jsonb_build_object('what', 'bench', 'n', n), gen_random_uuid()::text, '192.0.2.1' from generate_series(1, {WRITTEN_AT_ONCE}) n"
    );
    sql.execute(AssertSqlSafe(statement)).await.context("the log cannot be filled")?;
    Ok(())
}

/// Runs `hojo audit verify`; gives the most memory it held, MB.
async fn verify(place: &Place, places: &SealPlaces) -> anyhow::Result<u64> {
    let mut child = tokio::process::Command::new(place.options.program()?)
        .args(["audit", "verify", "--database-url", &place.config.database_url])
        .arg("--audit-key")
        .arg(&places.key)
        .arg("--audit-copy")
        .arg(&places.witness)
        .stdout(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let status = child.id().map(|pid| PathBuf::from(format!("/proc/{pid}/status")));
    let mut most = 0;
    loop {
        most = status.as_deref().map_or(0, high_water).max(most);
        if let Ok(ended) = tokio::time::timeout(Duration::from_millis(50), child.wait()).await {
            ensure!(ended?.success(), "the log did not verify");
            return Ok(most);
        }
    }
}

/// The most memory a process has held so far, MB.
fn high_water(status: &Path) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let kb = text.lines().find_map(|l| l.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<u64>().ok());
    kb.unwrap_or(0) / 1_024
}
