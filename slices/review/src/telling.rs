//! 審査員への連絡: a mail when cases are assigned, before they are due and once when they are overdue. One mail for
//! all cases of a reviewer with one due date; when to remind is data of the flow, the words are data of the edition.

use std::future::Future;
use std::time::Duration;

use hojo_access::Actor;
use hojo_db::{Db, DbError, Mode, Tx};
use hojo_jobs::{Lane, NewJob, enqueue, takes_turn};
use hojo_programme::{Edition, StepKind};
use hojo_words::ids::StaffId;
use hojo_words::jst;
use serde_json::json;
use time::{Date, Duration as Span};

use crate::common::selecting;

/// The hour in Japan from which reminders go out.
const HOUR: i64 = 9;
/// Reminders reach no further ahead (see `reminders` in the flow).
const AHEAD: i32 = 28;
/// Whoever is overdue for longer is the office's to call; finished jobs, which keep a mail from going twice, live longer.
const BEHIND: i32 = 14;

/// Which mail of the edition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Occasion {
    Assigned,
    /// So many days before the due date.
    Reminder(i64),
    Overdue,
}

impl Occasion {
    fn template(self) -> &'static str {
        match self {
            Self::Assigned => "review_assigned",
            Self::Reminder(_) => "review_reminder",
            Self::Overdue => "review_overdue",
        }
    }
}

/// What a reviewer holds of one edition with one due date.
#[derive(Clone, Debug)]
pub(crate) struct Held<'a> {
    pub reviewer: StaffId,
    pub edition: &'a str,
    pub due: Option<Date>,
    pub cases: i64,
}

/// Tells a reviewer about new cases. `batch` keeps two assignments of one day apart.
pub(crate) async fn assigned(tx: &mut Tx, procedure: &str, held: &Held<'_>, batch: uuid::Uuid) -> Result<(), DbError> {
    tell(tx, Occasion::Assigned, procedure, held, &batch.to_string()).await
}

async fn tell(tx: &mut Tx, what: Occasion, procedure: &str, held: &Held<'_>, key: &str) -> Result<(), DbError> {
    let order = json!({
        "template": what.template(),
        "staff": held.reviewer,
        "edition": held.edition,
        "procedure": procedure,
        "cases": held.cases,
        "due": held.due,
    });
    let key = format!("{}:{}:{key}", what.template(), held.reviewer);
    enqueue(tx, NewJob::new(Lane::Mail, "staff_mail", order).once(key)).await
}

/// Reminds whenever a day's turn has come, until `stop` resolves. Any number of workers may run this.
pub async fn keep_reminding(db: Db, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut moves = db.clock().moves();
    loop {
        match turn(&db).await {
            Ok(Some(mails)) => tracing::info!(mails, "reviewers are reminded"),
            Ok(None) => {}
            Err(e) => tracing::warn!(error = %e, "reminding reviewers failed; trying again later"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            () = moves.next() => {}
            () = &mut stop => return,
        }
    }
}

/// Takes the day's turn and orders its mails in one transaction.
async fn turn(db: &Db) -> Result<Option<u32>, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    if !takes_turn(&mut tx, "review_reminders", HOUR).await? {
        return Ok(None);
    }
    let mails = remind(&mut tx).await?;
    tx.commit().await?;
    Ok(Some(mails))
}

/// Orders what is to be said today; what was said already is not said again. Returns how many were looked at.
async fn remind(tx: &mut Tx) -> Result<u32, DbError> {
    let today = tx.now().await?.date();
    let rows = sqlx::query!(
        r#"select a.reviewer_id, c.edition_id, a.due_on as "due_on!", count(*) as "cases!", min(a.assigned_at) as "since!"
           from assignments a join cases c on c.id = a.case_id
           where a.state in ('assigned', 'declared') and c.position = 'examine' and a.due_on between $1::date - $2::int and $1::date + $3::int
           group by 1, 2, 3 order by 1, 3"#,
        today,
        BEHIND,
        AHEAD
    )
    .fetch_all(tx.sql())
    .await?;
    let mut mails = 0;
    for r in rows {
        let edition = tx.edition(&r.edition_id).await?;
        let Some(what) = occasion(&reminders(&edition), jst::jst_date(r.since), r.due_on, today) else { continue };
        let Some(procedure) = selecting(&edition) else { continue };
        let held =
            Held { reviewer: StaffId(r.reviewer_id), edition: &r.edition_id, due: Some(r.due_on), cases: r.cases };
        let key = match what {
            Occasion::Reminder(days) => format!("{}:{}:{days}", r.edition_id, r.due_on),
            Occasion::Assigned | Occasion::Overdue => format!("{}:{}", r.edition_id, r.due_on),
        };
        tell(tx, what, &procedure.code, &held, &key).await?;
        mails += 1;
    }
    Ok(mails)
}

/// Days before the due date, from the flow.
fn reminders(edition: &Edition) -> Vec<i64> {
    let step = selecting(edition).and_then(|p| p.flow.step(StepKind::Examine));
    step.map_or_else(Vec::new, |s| s.reminders.iter().map(|t| i64::from(t.amount)).collect())
}

/// The nearest occasion that has come. One that had come before the cases were assigned is left out: the mail of
/// the assignment said the due date already.
fn occasion(reminders: &[i64], assigned: Date, due: Date, today: Date) -> Option<Occasion> {
    if due < today {
        return Some(Occasion::Overdue);
    }
    let days = *reminders.iter().filter(|days| due - Span::days(**days) <= today).min()?;
    (assigned < due - Span::days(days)).then_some(Occasion::Reminder(days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_reminder_comes_at_its_day_and_the_nearest_one_counts() {
        let (assigned, due) = (date!(2026 - 11 - 10), date!(2026 - 12 - 10));
        let on = |today| occasion(&[7, 1], assigned, due, today);
        assert_eq!(on(date!(2026 - 12 - 02)), None);
        assert_eq!(on(date!(2026 - 12 - 03)), Some(Occasion::Reminder(7)));
        // Days on which no worker ran are made good.
        assert_eq!(on(date!(2026 - 12 - 05)), Some(Occasion::Reminder(7)));
        assert_eq!(on(date!(2026 - 12 - 09)), Some(Occasion::Reminder(1)));
        assert_eq!(on(due), Some(Occasion::Reminder(1)));
        assert_eq!(on(date!(2026 - 12 - 11)), Some(Occasion::Overdue));
        assert_eq!(occasion(&[], assigned, due, due), None);
    }

    #[test]
    fn who_was_assigned_on_short_notice_is_not_reminded_at_once() {
        let due = date!(2026 - 12 - 10);
        assert_eq!(occasion(&[7, 1], date!(2026 - 12 - 05), due, date!(2026 - 12 - 06)), None);
        assert_eq!(occasion(&[7, 1], date!(2026 - 12 - 05), due, date!(2026 - 12 - 09)), Some(Occasion::Reminder(1)));
    }
}
