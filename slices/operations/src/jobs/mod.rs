//! ジョブ: what waits, what runs, what was laid down and why; put it back to work, one or all.

mod rows;
mod view;
mod words;

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{DbError, Outcome, Tx};
use hojo_web::ui::{self, Tone};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{JobId, PublicId};
use serde_json::json;

use crate::address::Cursor;

pub(crate) use rows::{Lane, lanes};
pub(crate) use words::age;

/// Which of the jobs that were laid down.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Filter {
    pub kind: String,
    pub lane: String,
    pub after: Option<Cursor>,
}

impl Filter {
    fn read(get: impl Fn(&str) -> String) -> Self {
        Self { kind: get("kind"), lane: get("lane"), after: Cursor::read(&get("after")) }
    }

    fn address(&self, path: &str) -> String {
        let after = self.after.map(Cursor::text).unwrap_or_default();
        crate::address::address(path, &[("kind", &self.kind), ("lane", &self.lane), ("after", &after)])
    }
}

/// No more than this is put back at once; the rest is one more press of the button.
const MOST: i64 = 1_000;

pub(crate) async fn list(cx: Cx<allow::ViewOperations>) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let found = rows::all(&mut tx, &filter).await?;
    tx.commit().await?;
    let may_retry = cx.actor().holds(Permission::RetryJob);
    let mut page = cx
        .page("ジョブ", view::list(&filter, &found, may_retry, crate::doors::Doors::of(cx.actor()), &cx.csrf()))
        .wide();
    if let Some(n) = cx.query("done").strip_prefix("retried-").and_then(|n| n.parse::<u32>().ok()) {
        let words = format!("{}件のジョブを待ち行列に戻しました。", ui::number(n));
        page = page.banner(&ui::banner(Tone::Success, words).announce());
    }
    Ok(Reply::page(&page))
}

/// What pressing 「すべて」 would do, before it is done.
pub(crate) async fn confirm(cx: Cx<allow::RetryJob>) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let counts = rows::dead_by_kind(&mut tx, &filter).await?;
    tx.commit().await?;
    let body = view::confirm(&filter, &counts, MOST, &cx.csrf());
    let way = vec![("ジョブ".to_owned(), "/jobs".to_owned())];
    Ok(Reply::page(&cx.page("止まったジョブをすべて再実行する", body).breadcrumb(way)))
}

pub(crate) async fn retry(cx: Cx<allow::RetryJob>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let filter = Filter::read(|name| posted.get(name).to_owned());
    let chosen: Vec<PublicId> = posted.all("job").into_iter().filter_map(|id| id.parse().ok()).collect();
    let done = if posted.get("all") == "yes" {
        every(&cx, &mut tx, &filter).await?
    } else if chosen.is_empty() {
        return Err(nothing().into());
    } else {
        some(&cx, &mut tx, &chosen).await?
    };
    tx.commit().await?;
    let back = Filter { after: None, ..filter }.address("/jobs");
    let mark = if back.contains('?') { '&' } else { '?' };
    Ok(Reply::see_other(&format!("{back}{mark}done=retried-{done}")))
}

async fn some(cx: &Cx<allow::RetryJob>, tx: &mut Tx, chosen: &[PublicId]) -> Result<u64, Fault> {
    let mut done = 0;
    for id in chosen {
        match hojo_jobs::retry(tx, JobId(id.uuid())).await {
            Ok(()) => {
                done += 1;
                log(cx, tx, &format!("job:{id}"), json!({})).await?;
            }
            // Somebody else put it back a moment ago.
            Err(DbError::NotFound) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(done)
}

async fn every(cx: &Cx<allow::RetryJob>, tx: &mut Tx, filter: &Filter) -> Result<u64, Fault> {
    let done = sqlx::query!(
        "update jobs set state = 'waiting', run_at = clock_timestamp(), attempt = 0, last_error = null, finished_at = null
         where id in (
             select id from jobs where state = 'dead' and ($1 = '' or kind = $1) and ($2 = '' or lane = $2)
             order by finished_at limit $3 for update skip locked)",
        filter.kind,
        filter.lane,
        MOST
    )
    .execute(tx.sql())
    .await?;
    let done = done.rows_affected();
    log(cx, tx, "jobs", json!({ "kind": filter.kind, "lane": filter.lane, "jobs": done })).await?;
    Ok(done)
}

async fn log(cx: &Cx<allow::RetryJob>, tx: &mut Tx, object: &str, detail: serde_json::Value) -> Result<(), Fault> {
    tx.log_operation(&cx.audit(), Permission::RetryJob, object, Outcome::Done, detail).await?;
    Ok(())
}

fn nothing() -> Refusal {
    Refusal::new("NOTHING-CHOSEN", "ジョブが選ばれていません。", "前の画面に戻り、再実行するジョブを選んでください。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_survives_its_address() {
        let filter = Filter { kind: "mail".into(), lane: "mail".into(), after: None };
        assert_eq!(filter.address("/jobs"), "/jobs?kind=mail&lane=mail");
        assert_eq!(Filter::default().address("/jobs"), "/jobs");
    }
}
