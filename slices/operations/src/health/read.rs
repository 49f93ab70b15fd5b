//! What the health page looks at. Everything comes from the database: what runs elsewhere leaves traces there.

use hojo_db::Tx;
use hojo_web::Fault;
use time::OffsetDateTime;

use crate::jobs::{Lane, lanes};

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub database: Database,
    pub lanes: Vec<Lane>,
    /// When a worker last finished a job.
    pub last_done: Option<OffsetDateTime>,
    pub letters: Letters,
    pub mail: Mail,
    pub newest_pdf: Option<String>,
    pub tidied: Option<OffsetDateTime>,
    pub alarms: Vec<Alarm>,
    /// When sealing last wrote a checkpoint, and how many rows wait for it.
    pub sealed: Option<OffsetDateTime>,
    /// Live sessions by site.
    pub sessions: Vec<(String, i64)>,
}

/// Something that is wrong now.
#[derive(Clone, Debug)]
pub struct Alarm {
    pub code: String,
    pub detail: String,
    pub since: OffsetDateTime,
    pub times: i32,
}

#[derive(Clone, Debug, Default)]
pub struct Database {
    pub version: String,
    pub bytes: i64,
    pub connections: i64,
    pub most: i64,
    /// Seconds since the oldest open transaction began.
    pub oldest_transaction: i64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Letters {
    pub last_sealed: Option<OffsetDateTime>,
    pub stuck: i64,
    /// Laid down because the press did not work.
    pub dead: i64,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Mail {
    pub last_sent: Option<OffsetDateTime>,
    pub retrying: i64,
    pub dead: i64,
}

pub async fn all(tx: &mut Tx) -> Result<Seen, Fault> {
    let lanes = lanes(tx).await?;
    let done = sqlx::query!("select max(finished_at) as at from jobs where state = 'done'").fetch_one(tx.sql()).await?;
    let tidied =
        sqlx::query!("select max(slot) as at from schedules where name = 'housekeeping'").fetch_one(tx.sql()).await?;
    let newest = sqlx::query!(
        r#"select sha256 as "sha256!", sealed_at from letters where sha256 is not null order by created_at desc, public_id desc limit 1"#
    )
    .fetch_optional(tx.sql())
    .await?;
    let sessions = sqlx::query!(
        r#"select site, count(*) as "n!" from sessions
           where ended_at is null and expires_at > clock_timestamp()
             and seen_at + make_interval(secs => idle_seconds) > clock_timestamp()
           group by site order by site desc"#
    )
    .fetch_all(tx.sql())
    .await?;
    let alarms = sqlx::query_as!(
        Alarm,
        "select code, detail, first_at as since, times from alarms where cleared_at is null order by first_at"
    )
    .fetch_all(tx.sql())
    .await?;
    let sealing = sqlx::query!("select turn_at from log_sealing").fetch_optional(tx.sql()).await?;
    let letters = letters(tx, newest.as_ref().and_then(|n| n.sealed_at)).await?;
    Ok(Seen {
        database: database(tx).await?,
        lanes,
        last_done: done.at,
        letters,
        mail: mail(tx).await?,
        newest_pdf: newest.map(|n| n.sha256),
        tidied: tidied.at,
        alarms,
        sealed: sealing.and_then(|s| s.turn_at),
        sessions: sessions.into_iter().map(|r| (r.site, r.n)).collect(),
    })
}

async fn database(tx: &mut Tx) -> Result<Database, Fault> {
    let r = sqlx::query!(
        r#"select current_setting('server_version') as "version!", pg_database_size(current_database()) as "bytes!",
                  (select count(*) from pg_stat_activity where datname = current_database()) as "connections!",
                  current_setting('max_connections')::bigint as "most!",
                  coalesce((select extract(epoch from clock_timestamp() - min(xact_start))::bigint from pg_stat_activity
                            where datname = current_database()), 0) as "oldest!""#
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(Database {
        version: r.version,
        bytes: r.bytes,
        connections: r.connections,
        most: r.most,
        oldest_transaction: r.oldest,
    })
}

async fn letters(tx: &mut Tx, last_sealed: Option<OffsetDateTime>) -> Result<Letters, Fault> {
    let r = sqlx::query!(
        r#"select (select count(*) from letters where state = 'stuck') as "stuck!",
                  (select count(*) from jobs where state = 'dead' and lane = 'letters') as "dead!""#
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(Letters { last_sealed, stuck: r.stuck, dead: r.dead })
}

async fn mail(tx: &mut Tx) -> Result<Mail, Fault> {
    let r = sqlx::query!(
        r#"select (select max(sent_at) from mails) as last_sent,
                  (select count(*) from jobs where state = 'waiting' and lane = 'mail' and attempt > 0) as "retrying!",
                  (select count(*) from jobs where state = 'dead' and lane = 'mail') as "dead!""#
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(Mail { last_sent: r.last_sent, retrying: r.retrying, dead: r.dead })
}
