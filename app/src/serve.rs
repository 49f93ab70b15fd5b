//! `hojo serve` and `hojo work`: listeners, workers, a graceful end.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args as ClapArgs, ValueEnum};
use hojo_access::Site;
use hojo_db::{Clock, Db, random};
use hojo_jobs::Runner;
use hojo_web::{Kernel, server};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::Config;
use crate::{moving_clock, wiring};

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    Portal,
    Office,
    Api,
    Files,
    All,
}

#[derive(ClapArgs)]
pub struct Args {
    /// Which site this process serves.
    #[arg(long, value_enum, default_value = "all")]
    site: Which,
    /// Run jobs in this process as well.
    #[arg(long)]
    work: bool,
}

pub fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,hojo=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
}

pub async fn run(config: &Config, args: Args) -> anyhow::Result<()> {
    let sites = match args.site {
        Which::Portal => vec![Site::Portal],
        Which::Office => vec![Site::Office],
        Which::Api => vec![Site::Api],
        Which::Files => vec![Site::Files],
        Which::All => vec![Site::Portal, Site::Office, Site::Api, Site::Files],
    };
    let metrics = record_metrics()?;
    let stop = stop_signal();
    let mut tasks = JoinSet::new();
    let mut pools = Vec::new();
    let clock = config.clock();
    let moving = move_clock(config, &clock, stop.clone());
    tasks.spawn(async move {
        moving.await;
        Ok(())
    });
    for site in sites {
        let db = Db::connect_site(&config.db(), site, clock.clone()).await.context("the database cannot be reached")?;
        pools.push((site, db.clone()));
        let routes = wiring::routes(config, site)?;
        let kernel = Kernel::new(config.settings(site)?, db, config.vault()?, routes.menu_items());
        let listener = listen(config.listen(site)).await?;
        tracing::info!(site = site.code(), address = config.url(site), "serving");
        tasks.spawn(server::serve(listener, kernel, routes, stopped(stop.clone())));
    }
    if !config.metrics_listen.is_empty() {
        let listener = listen(&config.metrics_listen).await?;
        let clock = clock.clone();
        let render = move || {
            report_pools(&pools);
            let ahead = time::Duration::seconds(clock.offset_seconds());
            metrics::gauge!("clock_ahead_seconds").set(ahead.as_seconds_f64());
            metrics.render()
        };
        tasks.spawn(server::serve_metrics(listener, render, stopped(stop.clone())));
    }
    if args.work {
        let runner = runner(config, &clock).await?;
        let turns = turns(config, worker_db(config, &clock).await?, stop.clone())?;
        tasks.spawn(async move {
            turns.await;
            Ok(())
        });
        let stop = stop.clone();
        tasks.spawn(async move {
            runner.run(stopped(stop)).await;
            Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

pub async fn work(config: &Config) -> anyhow::Result<()> {
    let clock = config.clock();
    let runner = runner(config, &clock).await?;
    let db = worker_db(config, &clock).await?;
    let stop = stop_signal();
    tracing::info!("working");
    let moving = move_clock(config, &clock, stop.clone());
    tokio::join!(runner.run(stopped(stop.clone())), turns(config, db, stop)?, moving);
    Ok(())
}

/// A demonstration's clock follows its file.
fn move_clock(config: &Config, clock: &Clock, stop: watch::Receiver<bool>) -> impl Future<Output = ()> + Send + use<> {
    let (file, clock) = (config.clock_file.clone(), clock.clone());
    async move {
        match file {
            Some(file) => moving_clock::keep_clock(&file, &clock, stopped(stop)).await,
            None => stopped(stop).await,
        }
    }
}

/// What a worker does again and again besides jobs, each at its own pace, if no other worker has.
fn turns(
    config: &Config,
    db: Db,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<impl Future<Output = ()> + Send + use<>> {
    let (vault, scanner, seal) = (config.vault()?, wiring::scanner(config), config.seal());
    let log = Some(config.database_log.as_str()).filter(|p| !p.is_empty()).map(PathBuf::from);
    Ok(async move {
        let scanning = async {
            // Without a scanner nothing waits for one.
            if let Some(scanner) = scanner {
                hojo_operations::keep_scanning(db.clone(), vault, scanner, stopped(stop.clone())).await;
            }
        };
        tokio::join!(
            hojo_operations::keep_house(db.clone(), stopped(stop.clone())),
            hojo_operations::keep_sealing(db.clone(), seal, stopped(stop.clone())),
            scanning,
            hojo_operations::direct::keep_direct(db.clone(), log, stopped(stop.clone())),
            hojo_guard::watch::turn::keep_watch(db.clone(), stopped(stop.clone())),
            hojo_review::keep_reminding(db.clone(), stopped(stop.clone())),
            hojo_procedures::keep_due_reminding(db.clone(), stopped(stop.clone()))
        );
    })
}

async fn runner(config: &Config, clock: &Clock) -> anyhow::Result<Runner> {
    let db = worker_db(config, clock).await?;
    // Fresh for each start: two starts on one host are two workers.
    let worker = format!("worker-{}", random::public_id());
    wiring::jobs(config, db.clone(), Runner::new(db, worker))
}

async fn worker_db(config: &Config, clock: &Clock) -> anyhow::Result<Db> {
    Db::connect_worker(&config.db(), clock.clone()).await.context("the database cannot be reached")
}

async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{address} cannot be listened on"))
}

/// Becomes true at SIGTERM or Ctrl-C.
fn stop_signal() -> watch::Receiver<bool> {
    let (tell, told) = watch::channel(false);
    #[expect(clippy::disallowed_methods, reason = "one task for the life of the process")]
    tokio::spawn(async move {
        let terminate = async {
            if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                signal.recv().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = terminate => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping: requests in hand are finished first");
        tell.send_replace(true);
    });
    told
}

async fn stopped(mut told: watch::Receiver<bool>) {
    // The sender lives as long as the process; an error would mean that it is ending anyway.
    drop(told.wait_for(|stop| *stop).await);
}

fn record_metrics() -> anyhow::Result<Arc<PrometheusHandle>> {
    let buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &buckets)?
        .install_recorder()?;
    Ok(Arc::new(handle))
}

fn report_pools(pools: &[(Site, Db)]) {
    for (site, db) in pools {
        let (busy, size) = db.usage();
        metrics::gauge!("db_connections_busy", "site" => site.code()).set(f64::from(busy));
        metrics::gauge!("db_connections", "site" => site.code()).set(f64::from(size));
    }
}
