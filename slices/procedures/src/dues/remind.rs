//! 督促: before, on days after, and for the last time. What was sent stands in `dues_reminded`, whose key is the day
//! and the kind: two workers, or one that starts again, cannot send it twice.

use std::future::Future;
use std::time::Duration;

use hojo_access::{Actor, Permit, allow};
use hojo_case::{Obligation, Reminder};
use hojo_db::{CaseRow, Db, DbError, Mode};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_words::ids::CaseId;
use hojo_words::jst;
use serde_json::json;
use time::Date;
use uuid::Uuid;

use super::awaited;

/// The hour in Japan from which reminders go out.
const HOUR: i64 = 9;
/// A reminder ahead of its date that nobody could send for longer (the case did not owe it yet, or no worker ran) is
/// left: the next one comes.
const STALE: i64 = 3;
/// Cases looked at between two looks at the clock.
const BATCH: i64 = 200;

/// Refreshes what is owed once a day and reminds, until `stop` resolves. Any number of workers may run this.
pub async fn keep_due_reminding(db: Db, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut moves = db.clock().moves();
    let mut refreshed = None;
    loop {
        match turn(&db, &mut refreshed).await {
            Ok(0) => {}
            Ok(reminders) => tracing::info!(reminders, "holders are reminded of what they owe"),
            Err(e) => tracing::warn!(error = %e, "reminding of what is owed failed; trying again later"),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(600)) => {}
            () = moves.next() => {}
            () = &mut stop => return,
        }
    }
}

/// One round over everything; gives how many reminders went out.
async fn turn(db: &Db, refreshed: &mut Option<Date>) -> Result<u32, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
    let now = tx.now().await?;
    tx.commit().await?;
    let today = now.date();
    // First of all: whose case it is decides who is reminded.
    let come = awaited::take_hold(db, today).await?;
    if come > 0 {
        tracing::info!(come, "decisions took hold on their day");
    }
    if *refreshed != Some(today) {
        refresh(db, today).await?;
        *refreshed = Some(today);
    }
    if now.utc() < jst::start_of_day(today) + time::Duration::hours(HOUR) {
        return Ok(0);
    }
    remind(db, today).await
}

/// Works out anew what every case with a life owes today: dates, the calendar and the edition may say something else
/// than yesterday. What was worked out today already is left.
async fn refresh(db: &Db, today: Date) -> Result<(), DbError> {
    let mut after = Uuid::nil();
    loop {
        let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
        let cases = sqlx::query!(
            "select c.id from cases c
             where c.root_id is null and c.standing <> '' and c.id > $1
               and not exists (select 1 from dues d where d.case_id = c.id and d.refreshed_at >= $2)
             order by c.id limit $3",
            after,
            jst::start_of_day(today),
            BATCH
        )
        .fetch_all(tx.sql())
        .await?;
        tx.commit().await?;
        let Some(last) = cases.last() else { return Ok(()) };
        after = last.id;
        for case in cases {
            let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
            // Locked, so that a decision taken meanwhile is not overwritten with what was owed before it.
            tx.case_for_system::<allow::MoveDue>(CaseId(case.id)).await?;
            tx.refresh_dues(CaseId(case.id)).await?;
            tx.commit().await?;
        }
    }
}

/// Every case with a reminder whose day has come and that was not sent.
async fn remind(db: &Db, today: Date) -> Result<u32, DbError> {
    let (mut sent, mut after) = (0u32, Uuid::nil());
    loop {
        let mut tx = db.begin(&Actor::Worker, Mode::Read).await?;
        let cases = sqlx::query!(
            "select distinct d.case_id from dues d cross join jsonb_array_elements(d.reminders) r
             where not d.met and (d.opens_on is null or d.opens_on <= $1) and d.case_id > $2
               and (r.value ->> 'on')::date <= $1
               and not exists (select 1 from dues_reminded x where x.case_id = d.case_id and x.key = d.key
                               and x.on_day = (r.value ->> 'on')::date and x.kind = r.value ->> 'kind')
             order by d.case_id limit $3",
            today,
            after,
            BATCH
        )
        .fetch_all(tx.sql())
        .await?;
        tx.commit().await?;
        let Some(last) = cases.last() else { return Ok(sent) };
        after = last.case_id;
        for case in cases {
            sent = sent.saturating_add(remind_case(db, CaseId(case.case_id), today).await?);
        }
    }
}

/// Everything one case is to be told today, in one transaction with what says that it was told.
async fn remind_case(db: &Db, case: CaseId, today: Date) -> Result<u32, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let (permit, row) = tx.case_for_system::<allow::MoveDue>(case).await?;
    tx.refresh_dues(case).await?;
    let view = tx.life(&row).await?;
    let owed = tx.obligations(&view).await?;
    let mut sent = 0;
    for due in owed.iter().filter(|due| waits(due, today)) {
        let mut come = Vec::new();
        for (day, kind) in due.reminders.iter().filter(|(day, _)| *day <= today) {
            if note(&mut tx, &row, &due.key(), *day, *kind).await? {
                come.push((*day, *kind));
            }
        }
        let Some((day, kind)) = newest(&come, today) else { continue };
        tell(&mut tx, &row, due, day, kind).await?;
        sent += 1;
        if kind == Reminder::Last {
            ask(&mut tx, &permit, &row, &view.open, due).await?;
        }
    }
    tx.commit().await?;
    Ok(sent)
}

fn waits(due: &Obligation, today: Date) -> bool {
    due.state != hojo_case::ObligationState::Met && due.opens.is_none_or(|opens| opens <= today)
}

/// Writes down that a reminder had its day; false when it was written before.
async fn note(tx: &mut hojo_db::Tx, row: &CaseRow, key: &str, day: Date, kind: Reminder) -> Result<bool, DbError> {
    let at = tx.now().await?.utc();
    let written = sqlx::query!(
        "insert into dues_reminded (case_id, key, on_day, kind, programme_id, round_id, applicant_id, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        row.id.0,
        key,
        day,
        kind.code(),
        row.programme,
        row.round.0,
        row.applicant.0,
        at
    )
    .execute(tx.sql())
    .await?;
    Ok(written.rows_affected() > 0)
}

/// Of several whose day came while no worker ran, the newest speaks for all.
fn newest(come: &[(Date, Reminder)], today: Date) -> Option<(Date, Reminder)> {
    let (day, kind) = come.iter().copied().max()?;
    let stale = kind == Reminder::Before && day + time::Duration::days(STALE) < today;
    (!stale).then_some((day, kind))
}

/// The letter the edition names for this reminder, and a mail in any case.
async fn tell(tx: &mut hojo_db::Tx, row: &CaseRow, due: &Obligation, day: Date, kind: Reminder) -> Result<(), DbError> {
    let sends = due.sends.get(&(day, kind));
    if let Some((procedure, letter)) = sends.and_then(|sends| sends.letter.as_ref()) {
        let cause = format!("due:{}:{day}", due.key());
        let owed = json!({ "procedure": procedure, "title": due.title, "due": due.due });
        let order = json!({ "case": row.public_id, "letter": letter, "cause": cause, "owed": owed });
        let key = format!("{}:{letter}:{cause}", row.public_id);
        enqueue(tx, NewJob::new(Lane::Letters, "letter", order).once(key)).await?;
    }
    let named = sends.and_then(|sends| sends.mail.clone());
    let template = named.unwrap_or_else(|| format!("due_{}", kind.code()));
    let order = json!({ "template": template, "case": row.public_id, "due": due.due });
    let key = format!("{template}:{}:{}:{day}", row.public_id, due.key());
    enqueue(tx, NewJob::new(Lane::Mail, "mail", order).once(key)).await
}

/// 最終の督促の後: what follows is put on the office's list, unless it is there or under way.
async fn ask(
    tx: &mut hojo_db::Tx,
    permit: &Permit<allow::MoveDue>,
    row: &CaseRow,
    open: &std::collections::BTreeMap<String, u32>,
    due: &Obligation,
) -> Result<(), DbError> {
    let Some(next) = &due.otherwise else { return Ok(()) };
    if open.get(next).is_some_and(|runs| *runs > 0) {
        return Ok(());
    }
    // The row as it is now: another obligation of the case may have asked a moment ago.
    let row = tx.case_for_system::<allow::MoveDue>(row.id).await?.1;
    if row.case.life.asked.contains(next) {
        return Ok(());
    }
    tx.unmet_due(permit, &row, due, next).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn the_newest_that_came_speaks_for_all() {
        let (early, late) = ((date!(2027 - 03 - 27), Reminder::Before), (date!(2027 - 04 - 19), Reminder::Before));
        let today = date!(2027 - 04 - 20);
        assert_eq!(newest(&[], today), None);
        assert_eq!(newest(&[early, late], today), Some(late));
        // Ahead of its date it is soon too late to say; afterwards never.
        assert_eq!(newest(&[early], today), None);
        let last = (date!(2027 - 01 - 10), Reminder::Last);
        assert_eq!(newest(&[last], today), Some(last));
    }
}
