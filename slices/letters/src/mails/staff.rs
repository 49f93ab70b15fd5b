//! Mails to people who work here: a reviewer about the cases in hand. Ordered by the slice that knows the occasion,
//! filled and sent here, once for each order. Nothing in it names a case: mails travel in the open.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Actor;
use hojo_db::Mode;
use hojo_jobs::{Claimed, Done, Failure, Handler};
use hojo_mail::Message;
use hojo_programme::Edition;
use hojo_words::{Now, jst};

use super::texts::{self, Values};
use super::{failure, nothing, sent};
use crate::Deps;
use crate::payload::{self, StaffOrder, later};

/// `staff_mail`
pub(crate) struct SendStaffMail(pub Deps);

impl Handler for SendStaffMail {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let order: StaffOrder = payload::read(&job.payload)?;
            match message(&self.0, job, &order).await? {
                None => Ok(nothing()),
                Some(message) => match self.0.mail.send(&message).await {
                    Ok(_) => Ok(sent(message)),
                    Err(problem) => Err(failure(&problem)),
                },
            }
        })
    }
}

/// The mail, unless there is nobody to send it to or an older edition has no words for it.
async fn message(deps: &Deps, job: &Claimed, order: &StaffOrder) -> Result<Option<Message>, Failure> {
    let mut tx = deps.db.begin(&Actor::Worker, Mode::Read).await?;
    let person = sqlx::query!(
        "select name, email from staff where id = $1 and disabled_at is null and email is not null",
        order.staff
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(later)?;
    let made =
        sqlx::query!("select created_at from jobs where id = $1", job.id.0).fetch_one(tx.sql()).await.map_err(later)?;
    let edition = tx.edition(&order.edition).await?;
    tx.commit().await?;
    let Some((name, to)) = person.and_then(|p| Some((p.name, p.email?))) else {
        tracing::info!(job = %job.id, template = order.template, "this colleague has no address; the own list shows it anyway");
        return Ok(None);
    };
    let Some(text) = texts::look(&edition, &order.procedure, &order.template)? else {
        tracing::warn!(job = %job.id, edition = edition.id, template = order.template, "the edition has no such mail");
        return Ok(None);
    };
    let (subject, text) = text.fill(&values(&edition, &name, order, &deps.office_url))?;
    let date = Now::new(made.created_at);
    Ok(Some(Message { key: format!("mail/{}", job.id), to, subject, text, date }))
}

fn values(edition: &Edition, name: &str, order: &StaffOrder, office: &str) -> Values {
    let text = |name: &str| edition.programme.texts.get(name).cloned();
    Values::from([
        ("reviewer", Some(name.to_owned())),
        ("cases", Some(order.cases.to_string())),
        ("due", order.due.map(jst::long_date)),
        ("round", Some(edition.title.clone())),
        ("programme", Some(edition.programme.title.clone())),
        ("review_url", Some(format!("{}/review", office.trim_end_matches('/')))),
        ("office", text("office")),
        ("desk", text("contact.desk")),
        ("telephone", text("contact.telephone")),
        ("hours", text("contact.hours")),
    ])
}
