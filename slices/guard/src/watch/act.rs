//! What follows from a detection by itself: a mail to the contacts, a lock for a time, the question for a factor.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use hojo_access::Actor;
use hojo_db::{Db, DbError, Mode, Tx, random};
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, enqueue};
use hojo_mail::{Mail, Message};
use hojo_web::ui;
use hojo_words::Now;
use hojo_words::ids::PublicId;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::rules::Rule;

/// The kind of the job that tells the contacts.
pub const MAIL: &str = "watch-mail";
/// The first lock of a day; each further one lasts twice as long, up to a day.
const FIRST_LOCK_MINUTES: i64 = 15;

/// Locks a person or an address for a time that grows with each repetition of a day.
pub async fn lock(tx: &mut Tx, rule: &Rule, subject: &str, now: OffsetDateTime) -> Result<(), DbError> {
    let (staff, address) = match rule.subject.as_str() {
        "person" => (subject.parse::<uuid::Uuid>().ok(), None),
        _ => (None, subject.parse::<std::net::IpAddr>().ok().map(|ip| ip.to_string())),
    };
    if staff.is_none() && address.is_none() {
        return Ok(());
    }
    let before = sqlx::query_scalar!(
        r#"select count(*) as "n!" from cuts where (staff_id = $1 or address = $2::text::inet) and rule is not null and made_at > $3"#,
        staff,
        address,
        now - Duration::days(1)
    )
    .fetch_one(tx.sql())
    .await?;
    let minutes = FIRST_LOCK_MINUTES << before.clamp(0, 6);
    let kind = if staff.is_some() { "person" } else { "address" };
    sqlx::query!(
        "insert into cuts (id, public_id, kind, staff_id, address, reason, rule, made_at, until_at)
         select $1, $2, $3, s.id, $5::text::inet, $6, $7, $8, $9 from (select 1) one left join staff s on s.id = $4
         where ($3 = 'address') or s.id is not null",
        random::key(),
        random::public_id().uuid(),
        kind,
        staff,
        address,
        rule.label,
        rule.code,
        now,
        now + Duration::minutes(minutes.min(1_440))
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// The person shows a factor before the next page of any session, and then goes on: nothing typed is lost.
pub async fn ask_for_factor(tx: &mut Tx, subject: &str) -> Result<(), DbError> {
    let Ok(person) = subject.parse::<uuid::Uuid>() else { return Ok(()) };
    sqlx::query!(
        "update sessions set asked_at = clock_timestamp() where (staff_id = $1 or account_id = $1) and ended_at is null",
        person
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// `watch-mail`: first one job finds the addresses, then one job sends to each.
pub struct Tell {
    pub db: Db,
    pub mail: Arc<dyn Mail>,
}

impl Handler for Tell {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let wrong = || Failure::ForGood("the payload names no detection".to_owned());
            let id = job.payload.get("detection").and_then(|d| d.as_str()).ok_or_else(wrong)?;
            let id: PublicId = id.parse().map_err(|_| wrong())?;
            match job.payload.get("to").and_then(|t| t.as_str()) {
                None => self.plan(id).await,
                Some(to) => self.send(job, id, to).await,
            }
        })
    }
}

fn later(e: impl std::fmt::Display) -> Failure {
    Failure::Later(e.to_string())
}

impl Tell {
    async fn plan(&self, id: PublicId) -> Result<Done, Failure> {
        let mut tx = self.db.begin(&Actor::Worker, Mode::Read).await?;
        let to = sqlx::query_scalar!(
            "select distinct email from duty_contacts where withdrawn_at is null and email <> '' order by email"
        )
        .fetch_all(tx.sql())
        .await
        .map_err(later)?;
        tx.commit().await?;
        Ok(Box::new(move |tx| {
            Box::pin(async move {
                for to in to {
                    let job = NewJob::new(Lane::Mail, MAIL, json!({ "detection": id, "to": to }));
                    enqueue(tx, job.once(format!("{id}:{to}"))).await?;
                }
                Ok(())
            })
        }))
    }

    async fn send(&self, job: &Claimed, id: PublicId, to: &str) -> Result<Done, Failure> {
        let mut tx = self.db.begin(&Actor::Worker, Mode::Read).await?;
        let d = sqlx::query!(
            "select r.label, r.advice, d.n, d.first_at, d.last_at, d.raised_at
             from detections d join detection_rules r on r.code = d.rule where d.public_id = $1",
            id.uuid()
        )
        .fetch_one(tx.sql())
        .await
        .map_err(later)?;
        tx.commit().await?;
        // Who it is about stands on the page only: mail is read by others too.
        let text = format!(
            "{}。\n\n件数：{}件\n期間：{} から {}\n\n{}\n\n詳しくは、事務局サイトの「見張り」を開いてください。対応する人は「対応します」を押してください。\n",
            d.label,
            ui::number(d.n),
            ui::date_time_seconds(d.first_at),
            ui::date_time_seconds(d.last_at),
            d.advice
        );
        let message = Message {
            key: format!("watch/{}", job.id),
            to: to.to_owned(),
            subject: format!("【見張り】{}", d.label),
            text,
            date: Now::new(d.raised_at),
        };
        match self.mail.send(&message).await {
            Ok(_) => Ok(Box::new(|_| Box::pin(async { Ok(()) }))),
            Err(problem) if problem.is_temporary() => Err(Failure::Later(problem.to_string())),
            Err(problem) => Err(Failure::ForGood(problem.to_string())),
        }
    }
}
