//! 下書きでの試行: every open draft of the round is judged under the edition of now and under the one proposed, two hundred
//! in a transaction. What would come and go is counted by rule, and each draft can be opened from there.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, enqueue};
use hojo_programme::Touch;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{PublicId, RoundId};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::drafts::{self, BATCH, Measure, Which};
use super::{db, request};
use crate::common::{me, query::Address};

/// Lane of cases, payload `{"change": key, "after": filing key}`.
pub const KIND: &str = "replay_drafts";

/// How far it is.
#[derive(Clone, Debug)]
pub struct Progress {
    pub total: i32,
    pub done: i32,
    pub touched: i32,
    pub finished: bool,
    pub rules: Vec<Line>,
}

/// One rule whose finding comes or goes.
#[derive(Clone, Debug)]
pub struct Line {
    pub procedure: String,
    pub rule: String,
    pub severity: String,
    pub comes: bool,
    pub drafts: i64,
    /// The first few.
    pub cases: Vec<(PublicId, String)>,
}

/// POST: starts it; a second press while it runs changes nothing.
pub async fn start(cx: Cx<allow::ChangeRules>, _: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("change")?;
    let mut tx = cx.tx().await?;
    let request = request(&mut tx, id).await?;
    let now = tx.now().await?.utc();
    let total = drafts::count(&mut tx, request.round.id, &request.to).await?;
    let started = sqlx::query!(
        "insert into rule_replays (change_id, asked_by, asked_at, total) values ($1, $2, $3, $4)
         on conflict (change_id) do nothing",
        request.id,
        me(cx.actor())?.0,
        now,
        i32::try_from(total).unwrap_or(i32::MAX),
    )
    .execute(tx.sql())
    .await?;
    if started.rows_affected() == 1 {
        let job = NewJob::new(Lane::Cases, KIND, json!({ "change": request.id, "after": null }));
        enqueue(&mut tx, job.once(format!("{}:0", request.id))).await?;
        let what = json!({ "replay": true, "to": request.to });
        tx.log_operation(&cx.audit(), Permission::ChangeRules, &format!("rules:{id}"), Outcome::Done, what).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(format!("/editions/changes/{id}")).anchor("replay").text()))
}

/// What it has found so far; `None` when nobody asked for it.
pub async fn progress(tx: &mut Tx, change: Uuid) -> Result<Option<Progress>, Fault> {
    let Some(r) =
        sqlx::query!("select total, done, touched, finished_at from rule_replays where change_id = $1", change)
            .fetch_optional(tx.sql())
            .await?
    else {
        return Ok(None);
    };
    let rows = sqlx::query!(
        r#"select f.procedure, f.rule, max(f.severity) as "severity!", f.comes, count(*) as "drafts!",
                  (array_agg(c.public_id order by c.id))[1:5] as "cases!", (array_agg(c.applicant_name order by c.id))[1:5] as "names!"
           from rule_replay_findings f join cases c on c.id = f.case_id where f.change_id = $1
           group by f.procedure, f.rule, f.comes order by count(*) desc, f.rule limit 200"#,
        change
    )
    .fetch_all(tx.sql())
    .await?;
    let rules = rows
        .into_iter()
        .map(|r| Line {
            procedure: r.procedure,
            rule: r.rule,
            severity: r.severity,
            comes: r.comes,
            drafts: r.drafts,
            cases: r.cases.into_iter().map(PublicId::from_uuid).zip(r.names).collect(),
        })
        .collect();
    Ok(Some(Progress { total: r.total, done: r.done, touched: r.touched, finished: r.finished_at.is_some(), rules }))
}

#[derive(Clone, Copy, Deserialize)]
struct Payload {
    change: Uuid,
    after: Option<Uuid>,
}

pub struct ReplayDrafts;

impl Handler for ReplayDrafts {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let payload: Payload =
                serde_json::from_value(job.payload.clone()).map_err(|e| Failure::ForGood(e.to_string()))?;
            let done: Done = Box::new(move |tx| Box::pin(batch(tx, payload)));
            Ok(done)
        })
    }
}

async fn batch(tx: &mut Tx, payload: Payload) -> Result<(), Failure> {
    let c = sqlx::query!("select round_id, to_edition from rule_changes where id = $1", payload.change)
        .fetch_optional(tx.sql())
        .await
        .map_err(db)?
        .ok_or_else(|| Failure::ForGood("the request does not exist".into()))?;
    let round = RoundId(c.round_id);
    let which = Which { round, to: &c.to_edition, online: false, after: payload.after };
    let drafts = drafts::batch(tx, which).await?;
    let mut measure = Measure::of(tx, round, &c.to_edition).await?;
    let (mut touched, last) = (0, drafts.last().map(|d| d.filing));
    let count = i32::try_from(drafts.len()).unwrap_or(0);
    for d in drafts {
        let lines = measure.touch(tx, &d).await?.as_ref().map(lines).unwrap_or_default();
        touched += i32::from(!lines.is_empty());
        for (rule, (severity, comes)) in lines {
            sqlx::query!(
                "insert into rule_replay_findings (change_id, case_id, procedure, rule, severity, comes)
                 values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                payload.change,
                d.case,
                d.procedure,
                rule,
                severity,
                comes
            )
            .execute(tx.sql())
            .await
            .map_err(db)?;
        }
    }
    let now = tx.now().await?.utc();
    let over = i64::from(count) < BATCH;
    sqlx::query!(
        "update rule_replays set done = done + $2, touched = touched + $3,
                finished_at = case when $4 then $5::timestamptz else finished_at end where change_id = $1",
        payload.change,
        count,
        touched,
        over,
        now
    )
    .execute(tx.sql())
    .await
    .map_err(db)?;
    if let Some(last) = last.filter(|_| !over) {
        let next = json!({ "change": payload.change, "after": last });
        enqueue(tx, NewJob::new(Lane::Cases, KIND, next).once(format!("{}:{last}", payload.change))).await?;
    }
    Ok(())
}

/// Rule → its severity, and whether the finding comes (`true`) or goes with the newer edition. A rule whose severity
/// changes comes with the new one.
fn lines(touch: &Touch) -> BTreeMap<String, (&'static str, bool)> {
    let goes = touch.goes.iter().map(|gone| (gone.code.clone(), (gone.severity.as_str(), false)));
    let comes = touch.comes.iter().map(|come| (come.code.clone(), (come.severity.as_str(), true)));
    goes.chain(comes).collect()
}
