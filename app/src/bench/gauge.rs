//! What a measurement cost: CPU of server and database from the kernel, statements, transactions and
//! write-ahead log from PostgreSQL.

use anyhow::Context;
use serde::Serialize;
use sqlx::{PgConnection, Row};

/// Counters at one moment.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    server_ms: f64,
    postgres_ms: f64,
    transactions: i64,
    statements: Option<i64>,
    wal: i64,
}

/// What one request cost on the average.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cost {
    pub server_cpu_ms: f64,
    pub postgres_cpu_ms: f64,
    pub transactions: f64,
    /// BEGIN, SET and COMMIT counted; none without `pg_stat_statements`.
    pub statements: Option<f64>,
    pub wal_bytes: f64,
}

/// Reads the counters of one server process and of the whole PostgreSQL server.
pub struct Gauge {
    conn: PgConnection,
    server: Option<u32>,
    postmaster: Option<u32>,
}

/// USER_HZ: what `/proc` counts in, on every Linux of our days.
const TICK_MS: f64 = 10.0;

impl Gauge {
    #[expect(clippy::disallowed_methods, reason = "the statistics views are no tables of ours")]
    pub async fn new(mut conn: PgConnection, server: Option<u32>) -> anyhow::Result<Self> {
        let row = sqlx::query("select pg_backend_pid() as pid").fetch_one(&mut conn).await?;
        let me = u32::try_from(row.get::<i32, _>("pid"))?;
        // Only readable when PostgreSQL runs on this machine.
        let postmaster = stat(me).map(|s| s.parent);
        Ok(Self { conn, server, postmaster })
    }

    #[expect(clippy::disallowed_methods, reason = "the statistics views are no tables of ours")]
    pub async fn read(&mut self) -> anyhow::Result<Reading> {
        let row = sqlx::query(
            "select xact_commit + xact_rollback as transactions, (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint as wal
             from (select pg_stat_clear_snapshot()) c, pg_stat_database where datname = current_database()",
        )
        .fetch_one(&mut self.conn)
        .await
        .context("the statistics cannot be read")?;
        let statements = sqlx::query(
            "select sum(calls)::bigint as n from pg_stat_statements
             where toplevel and dbid = (select oid from pg_database where datname = current_database())",
        )
        .fetch_one(&mut self.conn)
        .await
        .ok()
        .and_then(|r| r.try_get("n").ok());
        Ok(Reading {
            server_ms: self.server.and_then(stat).map_or(0.0, |s| s.cpu_ms),
            postgres_ms: self.postmaster.map_or(0.0, family),
            transactions: row.get("transactions"),
            statements,
            wal: row.get("wal"),
        })
    }

    /// The most expensive statements since the counters were reset, for finding what to improve.
    #[expect(clippy::disallowed_methods, reason = "the statistics views are no tables of ours")]
    pub async fn top(&mut self, requests: usize) -> Vec<Top> {
        let rows = sqlx::query(
            "select left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as query, calls, total_exec_time as ms
             from pg_stat_statements
             where toplevel and dbid = (select oid from pg_database where datname = current_database())
             order by total_exec_time desc limit 15",
        )
        .fetch_all(&mut self.conn)
        .await
        .unwrap_or_default();
        let each = super::load::count(requests.max(1));
        let top = |r: sqlx::postgres::PgRow| Top {
            statement: r.get("query"),
            calls: f64::from(i32::try_from(r.get::<i64, _>("calls")).unwrap_or(i32::MAX)) / each,
            ms: r.get::<f64, _>("ms") / each,
        };
        rows.into_iter().map(top).collect()
    }

    #[expect(clippy::disallowed_methods, reason = "the statistics views are no tables of ours")]
    pub async fn reset(&mut self) {
        // Without the extension there is nothing to reset.
        drop(sqlx::query("select pg_stat_statements_reset()").execute(&mut self.conn).await);
    }
}

/// A statement and its share of a request.
#[derive(Clone, Debug, Serialize)]
pub struct Top {
    pub statement: String,
    pub calls: f64,
    pub ms: f64,
}

impl Reading {
    /// What each of `requests` cost between two readings.
    pub fn cost(&self, before: &Reading, requests: usize) -> Cost {
        let n = super::load::count(requests.max(1));
        let whole = |a: i64, b: i64| f64::from(u32::try_from(a.saturating_sub(b)).unwrap_or(u32::MAX)) / n;
        Cost {
            server_cpu_ms: (self.server_ms - before.server_ms) / n,
            postgres_cpu_ms: (self.postgres_ms - before.postgres_ms) / n,
            transactions: whole(self.transactions, before.transactions),
            statements: self.statements.zip(before.statements).map(|(a, b)| whole(a, b)),
            wal_bytes: whole(self.wal, before.wal),
        }
    }
}

struct Stat {
    parent: u32,
    cpu_ms: f64,
    /// Children that have ended, CPU.
    gone_ms: f64,
}

/// `/proc/<pid>/stat`: the name may hold spaces, so fields are counted from its closing bracket.
fn stat(pid: u32) -> Option<Stat> {
    parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|f| f.parse::<u32>().ok());
    let ticks = |a: usize, b: usize| Some(f64::from(number(a)?.saturating_add(number(b)?)) * TICK_MS);
    Some(Stat { parent: number(1)?, cpu_ms: ticks(11, 12)?, gone_ms: ticks(13, 14)? })
}

/// CPU of a process, of its children and of those that have ended.
fn family(parent: u32) -> f64 {
    let all = std::fs::read_dir("/proc").ok().into_iter().flatten().flatten();
    let pids = all.filter_map(|e| e.file_name().to_str().and_then(|n| n.parse::<u32>().ok()));
    let children: f64 = pids.filter_map(stat).filter(|s| s.parent == parent).map(|s| s.cpu_ms).sum();
    children + stat(parent).map_or(0.0, |s| s.cpu_ms + s.gone_ms)
}

/// The processes a process has started and not yet waited for.
pub fn children(parent: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").ok().into_iter().flatten().flatten();
    let pids = all.filter_map(|e| e.file_name().to_str().and_then(|n| n.parse::<u32>().ok()));
    pids.filter(|pid| stat(*pid).is_some_and(|s| s.parent == parent)).collect()
}

/// The load averages of the machine, for the report.
pub fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_name_with_brackets_moves_no_field() {
        let line = "77 (post gres) x) S 12 1 1 0 -1 0 0 0 0 0 250 50 7 3 20 0 1 0";
        let s = parse(line).unwrap();
        assert_eq!((s.parent, s.cpu_ms, s.gone_ms), (12, 3_000.0, 100.0));
        assert!(parse("77 (x").is_none());
    }
}
