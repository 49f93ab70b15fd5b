//! メール: what the applicant is told outside the portal. First one job finds the addresses, then one job
//! sends to each, so that a refused address holds nobody else up and nobody gets a mail twice.

mod changed;
mod staff;
mod texts;
mod values;

use std::future::Future;
use std::pin::Pin;

use hojo_access::Actor;
use hojo_db::{Mode, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, enqueue};
use hojo_mail::{Message, SendProblem};
use hojo_words::Now;

use crate::Deps;
use crate::payload::{self, MailOrder, later};
pub(crate) use staff::SendStaffMail;
use texts::Found;
use values::About;

/// `mail`
pub(crate) struct SendMail(pub Deps);

impl Handler for SendMail {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let order: MailOrder = payload::read(&job.payload)?;
            match &order.to {
                None => plan(&self.0, job, &order).await,
                Some(to) => send(&self.0, job, &order, to).await,
            }
        })
    }
}

/// Finds the addresses and makes one job for each.
async fn plan(deps: &Deps, job: &Claimed, order: &MailOrder) -> Result<Done, Failure> {
    let mut tx = deps.db.begin(&Actor::Worker, Mode::Read).await?;
    let about = values::about(&mut tx, order).await?;
    let addresses = match words(&about, order)? {
        Some(text) => addresses(&mut tx, &about, &text.to).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    if addresses.is_empty() {
        tracing::info!(job = %job.id, template = order.template, "nobody has an address; the portal shows it anyway");
    }
    let key = job.id;
    let orders: Vec<MailOrder> = addresses.into_iter().map(|to| MailOrder { to: Some(to), ..order.clone() }).collect();
    Ok(Box::new(move |tx| {
        Box::pin(async move {
            for order in orders {
                let to = order.to.clone().unwrap_or_default();
                enqueue(tx, NewJob::new(Lane::Mail, payload::MAIL, &order).once(format!("{key}:{to}"))).await?;
            }
            Ok(())
        })
    }))
}

/// The words of a mail. `None`: there is nothing to tell any more, or an edition older than such mails has no words for
/// it; then the first page tells it alone.
fn words(about: &About, order: &MailOrder) -> Result<Option<Found>, Failure> {
    if order.change.is_none() {
        return texts::find(&about.edition, &about.procedure.code, &order.template).map(Some);
    }
    let Some(change) = &about.change else { return Ok(None) };
    for edition in [&change.edition, &about.edition] {
        if let Some(found) = texts::look(edition, &about.procedure.code, &order.template)? {
            return Ok(Some(found));
        }
    }
    tracing::warn!(edition = change.edition.id, template = order.template, "the edition has no such mail");
    Ok(None)
}

/// The accounts of the company, and whoever the application names.
async fn addresses(tx: &mut Tx, about: &About, to: &[String]) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for source in to {
        if source == texts::ACCOUNTS {
            let rows = sqlx::query!(
                r#"select email as "email!" from accounts
                   where applicant_id = $1 and closed_at is null and email is not null order by created_at"#,
                about.applicant.0
            )
            .fetch_all(tx.sql())
            .await
            .map_err(later)?;
            all.extend(rows.into_iter().map(|r| r.email));
        } else if let Some(answers) = &about.answers {
            all.push(answers.text(source).to_owned());
        }
    }
    Ok(distinct(all))
}

/// Each address once, however it is capitalised.
fn distinct(addresses: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for address in addresses {
        let address = address.trim().to_owned();
        if !address.is_empty() && !kept.iter().any(|k| k.eq_ignore_ascii_case(&address)) {
            kept.push(address);
        }
    }
    kept
}

/// Sends to one address. The key is the job's, so a repetition carries the same Message-ID.
async fn send(deps: &Deps, job: &Claimed, order: &MailOrder, to: &str) -> Result<Done, Failure> {
    let mut tx = deps.db.begin(&Actor::Worker, Mode::Read).await?;
    let about = values::about(&mut tx, order).await?;
    let values = values::values(&mut tx, &about, order, &deps.portal_url).await?;
    let made =
        sqlx::query!("select created_at from jobs where id = $1", job.id.0).fetch_one(tx.sql()).await.map_err(later)?;
    tx.commit().await?;
    let Some(text) = words(&about, order)? else { return Ok(nothing()) };
    let (subject, text) = text.fill(&values)?;
    let message =
        Message { key: format!("mail/{}", job.id), to: to.to_owned(), subject, text, date: Now::new(made.created_at) };
    match deps.mail.send(&message).await {
        Ok(receipt) => {
            tracing::info!(job = %job.id, message_id = receipt.message_id, "a mail was handed over");
            Ok(sent(message))
        }
        Err(problem) => Err(failure(&problem)),
    }
}

/// Temporary problems come back by themselves; the others wait on the operations page, in words.
fn failure(problem: &SendProblem) -> Failure {
    let words = format!("{} [{}: {problem}]", problem.sentence(), problem.code());
    if problem.is_temporary() { Failure::Later(words) } else { Failure::ForGood(words) }
}

fn nothing() -> Done {
    Box::new(|_| Box::pin(async { Ok(()) }))
}

fn sent(message: Message) -> Done {
    Box::new(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?.utc();
            sqlx::query!(
                "insert into mails (key, to_address, subject, sent_at) values ($1, $2, $3, $4) on conflict do nothing",
                message.key,
                message.to,
                message.subject,
                now
            )
            .execute(tx.sql())
            .await
            .map_err(later)?;
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_used_once() {
        let all = ["a@example.jp", " A@Example.jp ", "", "b@example.jp"].map(str::to_owned).to_vec();
        assert_eq!(distinct(all), ["a@example.jp", "b@example.jp"]);
    }

    #[test]
    fn only_temporary_problems_are_tried_again() {
        let later = failure(&SendProblem::Deferred { code: 451, text: "busy".into() });
        assert!(matches!(later, Failure::Later(_)));
        let refused = failure(&SendProblem::Refused { code: 550, text: "no such user".into() });
        let Failure::ForGood(words) = refused else { panic!("tried again") };
        assert!(words.contains("宛先を確かめ") && words.contains("mail-refused") && words.contains("550"), "{words}");
    }
}
