//! One turn of the watch, on a worker: reads what is new, counts for those it is about, raises once for each occurrence.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use hojo_access::{Actor, Permission};
use hojo_db::{Audit, Db, DbError, Mode, Outcome, Tx, random};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_words::ids::PublicId;
use hojo_words::jst;
use serde_json::json;
use time::{Duration as Span, OffsetDateTime};

use super::act::{self, MAIL};
use super::rules::{Rule, load};
use super::stolen;

/// How often the watch looks.
const EVERY: Duration = Duration::from_secs(5);
/// A transaction may be committed this long after the moment it wrote down; rows that young are read again.
const LATE: Span = Span::seconds(30);
/// Refusals are kept so long.
const KEEP: Span = Span::days(7);

/// Watches until `stop` resolves. Any number of workers may run this; one at a time looks.
pub async fn keep_watch(db: Db, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    loop {
        match turn(&db).await {
            Ok(0) => {}
            Ok(raised) => tracing::warn!(raised, "the watch raised something"),
            Err(e) => tracing::warn!(error = %e, "the watch could not look; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = &mut stop => return,
        }
    }
}

/// One look. Returns how many detections were raised.
///
/// # Errors
/// [`DbError`]; the next turn reads the same rows again.
pub async fn turn(db: &Db) -> Result<u64, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let lock = sqlx::query!(r#"select pg_try_advisory_xact_lock(7217) as "mine!""#).fetch_one(tx.sql()).await?;
    if !lock.mine {
        return Ok(0);
    }
    let now = tx.now().await?.utc();
    let mark = sqlx::query!("select at from watch_marks where name = 'watch'").fetch_optional(tx.sql()).await?;
    let since = mark.map_or(now - Span::hours(1), |m| m.at) - LATE;
    let mut raised = 0;
    for rule in load(&mut tx).await? {
        for subject in fresh(&mut tx, &rule, since).await? {
            if let Some(seen) = count(&mut tx, &rule, &subject, now).await? {
                raised += u64::from(raise(&mut tx, &rule, &subject, &seen, now).await?);
            }
        }
    }
    stolen::tell(&mut tx, since).await?;
    sqlx::query!("delete from refusals where last_at < $1", now - KEEP).execute(tx.sql()).await?;
    sqlx::query!("delete from sign_in_pauses where last_at < $1", now - Span::days(1)).execute(tx.sql()).await?;
    sqlx::query!(
        "insert into watch_marks (name, at) values ('watch', $1) on conflict (name) do update set at = excluded.at",
        now
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    Ok(raised)
}

/// What only ever a few people do: the first time is worth a look.
const PRIVILEGES: &[Permission] = &[
    Permission::Adopt,
    Permission::ExportCases,
    Permission::ExportLog,
    Permission::ManagePermissions,
    Permission::ManageBoundaries,
    Permission::CutAccess,
    Permission::MoveDeadline,
    Permission::LowerRule,
];

fn codes(of: &[Permission]) -> Vec<String> {
    of.iter().map(|p| p.code().to_owned()).collect()
}

/// Whom the new rows are about. Reads new rows only, by the index on their moment.
async fn fresh(tx: &mut Tx, rule: &Rule, since: OffsetDateTime) -> Result<BTreeSet<String>, DbError> {
    let permissions = match rule.stream.as_str() {
        "export" => codes(&[Permission::ExportCases, Permission::ExportLog]),
        "first_use" => codes(PRIVILEGES),
        _ => vec![],
    };
    let rows = match rule.stream.as_str() {
        "sign_in" => sqlx::query_scalar!(
            r#"select distinct case when $2 = 'login' then object else address end as "s!" from operation_log
               where at > $1 and outcome = 'refused' and detail ->> 'what' = 'sign-in'"#,
            since,
            rule.subject
        )
        .fetch_all(tx.sql())
        .await?,
        "refused" => sqlx::query_scalar!(
            r#"select distinct case when $2 = 'person' then coalesce(actor_id::text, '') else address end as "s!" from refusals where last_at > $1"#,
            since,
            rule.subject
        )
        .fetch_all(tx.sql())
        .await?,
        "read" => sqlx::query_scalar!(
            r#"select distinct actor_id::text as "s!" from access_log where at > $1 and actor_id is not null and site = 'office'"#,
            since
        )
        .fetch_all(tx.sql())
        .await?,
        _ => sqlx::query_scalar!(
            r#"select distinct actor_id::text as "s!" from operation_log
               where at > $1 and site = 'office' and outcome = 'done' and actor_id is not null and (cardinality($2::text[]) = 0 or permission = any($2))"#,
            since,
            &permissions
        )
        .fetch_all(tx.sql())
        .await?,
    };
    Ok(rows.into_iter().filter(|s| !s.is_empty()).collect())
}

/// What was counted within the window.
struct Seen {
    n: i64,
    first: OffsetDateTime,
    last: OffsetDateTime,
}

/// Counts for one subject since the window began or the last occurrence was closed, by the index on the subject.
async fn count(tx: &mut Tx, rule: &Rule, subject: &str, now: OffsetDateTime) -> Result<Option<Seen>, DbError> {
    let closed = sqlx::query_scalar!(
        "select max(closed_at) from detections where rule = $1 and subject = $2 and closed_at is not null",
        rule.code,
        subject
    )
    .fetch_one(tx.sql())
    .await?;
    let from = (now - Span::seconds(rule.window_seconds.into())).max(closed.unwrap_or(OffsetDateTime::UNIX_EPOCH));
    let moments = moments(tx, rule, subject, from).await?;
    let fits: Vec<(OffsetDateTime, i64)> = moments.into_iter().filter(|(at, _)| within_hours(rule, *at)).collect();
    let n = fits.iter().map(|(_, n)| n).sum::<i64>();
    let (Some(first), Some(last)) = (fits.iter().map(|f| f.0).min(), fits.iter().map(|f| f.0).max()) else {
        return Ok(None);
    };
    Ok((n >= rule.threshold.into()).then_some(Seen { n, first, last }))
}

/// The newest rows of a subject, as many as could matter.
async fn moments(
    tx: &mut Tx,
    rule: &Rule,
    subject: &str,
    from: OffsetDateTime,
) -> Result<Vec<(OffsetDateTime, i64)>, DbError> {
    let most = i64::from(rule.threshold) * 20;
    let person = subject.parse::<uuid::Uuid>().unwrap_or_default();
    let each = |all: Vec<OffsetDateTime>| all.into_iter().map(|at| (at, 1)).collect();
    Ok(match (rule.stream.as_str(), rule.subject.as_str()) {
        ("sign_in", "login") => each(
            sqlx::query_scalar!(
                "select at from operation_log where object = $1 and at > $2 and outcome = 'refused' and detail ->> 'what' = 'sign-in'
                 order by at desc limit $3",
                subject, from, most
            )
            .fetch_all(tx.sql())
            .await?,
        ),
        ("sign_in", _) => each(
            sqlx::query_scalar!(
                "select at from operation_log where address = $1 and at > $2 and outcome = 'refused' and detail ->> 'what' = 'sign-in'
                 order by at desc limit $3",
                subject, from, most
            )
            .fetch_all(tx.sql())
            .await?,
        ),
        ("refused", "address") => {
            sqlx::query!("select last_at, n from refusals where address = $1 and last_at > $2", subject, from)
                .fetch_all(tx.sql())
                .await?
                .into_iter()
                .map(|r| (r.last_at, r.n.into()))
                .collect()
        }
        ("refused", _) => sqlx::query!("select last_at, n from refusals where actor_id = $1 and last_at > $2", person, from)
            .fetch_all(tx.sql())
            .await?
            .into_iter()
            .map(|r| (r.last_at, r.n.into()))
            .collect(),
        ("read", _) => each(
            sqlx::query_scalar!(
                "select at from access_log where actor_id = $1 and at > $2 order by at desc limit $3",
                person, from, most
            )
            .fetch_all(tx.sql())
            .await?,
        ),
        ("export", _) => each(
            sqlx::query_scalar!(
                "select at from operation_log where actor_id = $1 and at > $2 and outcome = 'done' and permission = any($4)
                 order by at desc limit $3",
                person, from, most, &codes(&[Permission::ExportCases, Permission::ExportLog])
            )
            .fetch_all(tx.sql())
            .await?,
        ),
        ("first_use", _) => each(
            sqlx::query_scalar!(
                "select l.at from operation_log l where l.actor_id = $1 and l.at > $2 and l.outcome = 'done' and l.permission = any($3)
                 and not exists (select from operation_log e where e.actor_id = $1 and e.permission = l.permission
                                   and e.outcome = 'done' and e.at < l.at)",
                person, from, &codes(PRIVILEGES)
            )
            .fetch_all(tx.sql())
            .await?,
        ),
        _ => each(
            sqlx::query_scalar!(
                "select at from operation_log where actor_id = $1 and at > $2 and outcome = 'done' order by at desc limit $3",
                person, from, most
            )
            .fetch_all(tx.sql())
            .await?,
        ),
    })
}

fn within_hours(rule: &Rule, at: OffsetDateTime) -> bool {
    let (Some(from), Some(to)) = (rule.from_hour, rule.to_hour) else { return true };
    let hour = i32::from(at.to_offset(jst::OFFSET).hour());
    if from <= to { hour >= from && hour < to } else { hour >= from || hour < to }
}

/// Raises a detection and responds; one that is open only counts up. `true` when it is new.
async fn raise(tx: &mut Tx, rule: &Rule, subject: &str, seen: &Seen, now: OffsetDateTime) -> Result<bool, DbError> {
    let n = i32::try_from(seen.n).unwrap_or(i32::MAX);
    let open = sqlx::query!(
        "update detections set n = greatest(n, $3), last_at = $4 where rule = $1 and subject = $2 and closed_at is null",
        rule.code,
        subject,
        n,
        seen.last
    )
    .execute(tx.sql())
    .await?;
    if open.rows_affected() > 0 {
        return Ok(false);
    }
    let (id, public_id): (_, PublicId) = (random::key(), random::public_id());
    sqlx::query!(
        "insert into detections (id, public_id, rule, subject_kind, subject, n, first_at, last_at, raised_at, responses)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        public_id.uuid(),
        rule.code,
        rule.subject,
        subject,
        n,
        seen.first,
        seen.last,
        now,
        &rule.respond
    )
    .execute(tx.sql())
    .await?;
    for response in &rule.respond {
        match response.as_str() {
            "notify" => {
                enqueue(
                    tx,
                    NewJob::new(Lane::Mail, MAIL, json!({ "detection": public_id })).once(public_id.to_string()),
                )
                .await?
            }
            "lock" => act::lock(tx, rule, subject, now).await?,
            "reauth" => act::ask_for_factor(tx, subject).await?,
            _ => {}
        }
    }
    let detail = json!({ "what": "detection", "rule": rule.code, "rows": n, "responses": rule.respond });
    let object = format!("detection:{public_id}");
    tx.log_operation(&Audit::system("watch"), Permission::WatchSecurity, &object, Outcome::Done, detail).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn hours_run_over_midnight_in_japan() {
        let rules = crate::watch::rules::parse(include_str!("../../../../db/detections.toml")).expect("rules");
        let night = rules.into_iter().find(|r| r.code == "night-work").expect("rule");
        for (at, inside) in [
            (datetime!(2026-11-22 13:59:59 UTC), false),
            (datetime!(2026-11-22 14:00 UTC), true),
            (datetime!(2026-11-22 19:59:59 UTC), true),
            (datetime!(2026-11-22 20:00 UTC), false),
        ] {
            assert_eq!(within_hours(&night, at), inside, "{at}");
        }
    }
}
