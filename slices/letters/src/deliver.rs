//! 交付: a sealed letter becomes visible to its addressee; a letter of the outcome also moves the case on.

use std::future::Future;
use std::pin::Pin;

use hojo_access::allow;
use hojo_case::{Command, Party, decide};
use hojo_db::{Audit, DbError, Outcome, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler, enqueue};
use hojo_programme::{Audience, StepKind};
use hojo_words::ids::{CaseId, PublicId};
use hojo_words::letter::Layout;
use serde_json::json;

use crate::make::letter_of;
use crate::payload::{self, CaseRef, DeliverOrder, MailOrder, Owed, later};
use crate::record;

/// `deliver_letter`
pub(crate) struct Deliver;

impl Handler for Deliver {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let order: DeliverOrder = payload::read(&job.payload)?;
            let done: Done = Box::new(move |tx| Box::pin(async move { deliver(tx, order.letter).await }));
            Ok(done)
        })
    }
}

async fn deliver(tx: &mut Tx, letter: PublicId) -> Result<(), Failure> {
    let found = sqlx::query!("select case_id from letters where public_id = $1", letter.uuid())
        .fetch_optional(tx.sql())
        .await
        .map_err(later)?
        .ok_or_else(|| Failure::ForGood(format!("there is no letter {letter}")))?;
    // The case first, then its letter: everybody locks in this order.
    let (permit, row) = tx.case_for_system::<allow::IssueLetter>(CaseId(found.case_id)).await?;
    let now = tx.now().await?;
    let l = sqlx::query!(
        "update letters set state = 'delivered', delivered_at = $2 where public_id = $1 and state = 'sealed'
         returning kind, number, title, replaces_id, owed",
        letter.uuid(),
        now.utc()
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(later)?;
    let Some(l) = l else { return Ok(()) };
    let edition = tx.edition(&row.edition).await?;
    let owed: Option<Owed> = l.owed.map(serde_json::from_value).transpose().map_err(DbError::from)?;
    let (filing, spec) = match &owed {
        None => letter_of(tx, row.id, &edition, &l.kind).await?,
        Some(owed) => {
            let filing = letter_of(tx, row.id, &edition, "").await?.0;
            (filing, edition.procedure(&owed.procedure).and_then(|p| p.letters.get(&l.kind).cloned()))
        }
    };
    let notify = filing.procedure.flow.step(StepKind::Notify);
    let number = l.number.unwrap_or_default();
    // Only a letter of the outcome moves the case: a return notice that comes late must not close it.
    // One that replaces another tells nothing new.
    if l.replaces_id.is_none() && notify.is_some_and(|s| s.letters.values().any(|name| *name == l.kind)) {
        let terms = tx.terms(&filing.procedure, row.round, row.applicant).await?;
        let command = Command::Deliver { letter: letter.to_string(), kind: l.kind.clone(), number: number.clone() };
        let events = decide(&row.case, Party::System, command, &terms, now)
            .map_err(|refusal| Failure::ForGood(format!("{}: {refusal}", refusal.code)))?;
        tx.record(&permit, &row, &events, &terms, &Audit::system(payload::DELIVER)).await?;
    }
    record::note(tx, letter, Outcome::Done, json!({ "step": "delivered", "number": number })).await?;
    if spec.is_some_and(|s| s.layout == Layout::Notice && s.audience == Audience::Applicant) {
        let order = MailOrder {
            template: "letter".into(),
            case: CaseRef::Public(row.public_id),
            submission: None,
            letter: Some(letter),
            due: None,
            change: None,
            to: None,
        };
        let job = hojo_jobs::NewJob::new(hojo_jobs::Lane::Mail, payload::MAIL, order);
        enqueue(tx, job.once(format!("letter:{letter}"))).await?;
    }
    Ok(())
}
