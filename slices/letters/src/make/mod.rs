//! 通知書をつくる: one transaction reads, numbers and composes; the press works with none open; the
//! transaction that completes the job seals the letter and asks for its delivery.

mod context;
mod dossier;
mod problem;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use hojo_access::Actor;
use hojo_db::{CaseRow, Mode, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, enqueue};
use hojo_programme::{ComposeProblem, Edition, LetterSpec, Procedure, StepKind, compose};
use hojo_words::letter::{Layout, LetterModel};
use hojo_words::{Now, jst};
use serde_json::json;
use time::OffsetDateTime;

use crate::Deps;
use crate::payload::{self, CopyOrder, LetterOrder, later};
use crate::record::{self, Printed, Row, State};
use dossier::Dossier;

pub(crate) use dossier::letter_of;

/// What stands for the 文書番号 of a letter that is not issued yet.
const UNNUMBERED: &str = "（文書番号は発行のときに付きます）";

/// `letter`
pub(crate) struct MakeLetter(pub Deps);

/// `application_copy`
pub(crate) struct MakeCopy(pub Deps);

impl Handler for MakeLetter {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let order: LetterOrder = payload::read(&job.payload)?;
            let mut tx = self.0.db.begin(&Actor::Worker, Mode::Write).await?;
            let dossier = dossier::for_letter(&mut tx, &order).await?;
            make(&self.0, tx, dossier, &order.cause).await
        })
    }
}

impl Handler for MakeCopy {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let order: CopyOrder = payload::read(&job.payload)?;
            let mut tx = self.0.db.begin(&Actor::Worker, Mode::Write).await?;
            let dossier = dossier::for_copy(&mut tx, &order).await?;
            let cause = format!("{}:{}", order.filing, order.submission);
            make(&self.0, tx, dossier, &cause).await
        })
    }
}

/// What goes to the press.
struct Draft {
    /// Nothing is issued: only whether it could be.
    trial: bool,
    letter: Row,
    model: LetterModel,
    at: OffsetDateTime,
}

async fn make(deps: &Deps, mut tx: Tx, dossier: Dossier, cause: &str) -> Result<Done, Failure> {
    let draft = prepare(&mut tx, &dossier, cause).await?;
    tx.commit().await?;
    let Some(draft) = draft else { return Ok(nothing()) };
    match deps.press.print(&draft.model, draft.at).await {
        Ok(_) if draft.trial => Ok(tried(draft, None)),
        Ok(sheet) => {
            let size = i64::try_from(sheet.pdf.len()).unwrap_or(i64::MAX);
            let sha256 = deps.vault.keep(sheet.pdf.into()).await.map_err(later)?;
            if sha256 != sheet.sha256 {
                return Err(Failure::Later("the PDF was damaged on its way from the press".into()));
            }
            let pages = i32::try_from(sheet.pages).unwrap_or(i32::MAX);
            Ok(seal(draft.letter, Printed { model: draft.model, sha256, size, pages, notes: sheet.notes.len() }))
        }
        Err(fault) if fault.may_pass() => Err(later(fault)),
        Err(fault) if draft.trial => Ok(tried(draft, Some(problem::press(&fault)))),
        // This letter alone: every other one goes on, and a repetition would change nothing.
        Err(fault) => {
            tracing::warn!(letter = %draft.letter.public_id, error = %fault, "a letter cannot be printed");
            Ok(stick(draft.letter, problem::press(&fault)))
        }
    }
}

/// Numbers and composes. `None`: there is nothing to print, because the letter is made already or
/// because it cannot be composed and now waits for a person.
async fn prepare(tx: &mut Tx, dossier: &Dossier, cause: &str) -> Result<Option<Draft>, Failure> {
    let first = first_state(tx, dossier).await?;
    let letter = record::ensure(tx, &dossier.row, &dossier.spec, cause, first).await?;
    if let Some(owed) = &dossier.owed {
        record::keep_owed(tx, letter.id, owed).await?;
    }
    if letter.state.is_made() {
        return Ok(None);
    }
    let now = tx.now().await?;
    if letter.state == State::Held {
        return trial(tx, dossier, letter, now).await;
    }
    let serial = serial(tx, &letter, &dossier.spec, now.date()).await?;
    record::keep_serial(tx, letter.id, serial, now.date()).await?;
    let context = context::context(tx, dossier, &letter, serial.unwrap_or(0), now.date()).await?;
    let model = match compose(&dossier.edition, &dossier.spec, &context) {
        Ok(model) => model,
        Err(hole) => {
            record::stick(tx, &letter, &problem::hole(&dossier.spec.name, &hole)).await?;
            return Ok(None);
        }
    };
    let number = Some(model.number.as_str()).filter(|n| serial.is_some() && !n.is_empty());
    if let Some(number) = number
        && record::is_taken(tx, letter.id, number).await?
    {
        record::stick(tx, &letter, &problem::taken(number)).await?;
        return Ok(None);
    }
    record::keep_model(tx, letter.id, number, &model).await?;
    Ok(Some(Draft { trial: false, letter, model, at: now.utc() }))
}

/// The letter of a decision waits where the office issues them together.
async fn first_state(tx: &mut Tx, dossier: &Dossier) -> Result<State, Failure> {
    let notify = dossier.procedure.flow.step(StepKind::Notify);
    let tells = notify.is_some_and(|step| step.letters.values().any(|name| *name == dossier.spec.id));
    let held = tells && record::is_held(tx, &dossier.row, &dossier.procedure.code).await?;
    Ok(if held { State::Held } else { State::Due })
}

/// What the letter would say, without a number: it gets one when it is issued.
async fn trial(tx: &mut Tx, dossier: &Dossier, letter: Row, now: Now) -> Result<Option<Draft>, Failure> {
    let context = context::context(tx, dossier, &letter, 0, now.date()).await?;
    match compose(&dossier.edition, &dossier.spec, &context) {
        Ok(mut model) => {
            if !model.number.is_empty() {
                UNNUMBERED.clone_into(&mut model.number);
            }
            Ok(Some(Draft { trial: true, letter, model, at: now.utc() }))
        }
        Err(hole) => {
            record::keep_trial(tx, &letter, None, Some(&problem::hole(&dossier.spec.name, &hole))).await?;
            Ok(None)
        }
    }
}

/// What a letter issued by hand would say today, without a number, or the name of what it lacks. Nothing is written.
pub(crate) async fn preview(
    tx: &mut Tx,
    row: &CaseRow,
    edition: &Arc<Edition>,
    procedure: &Arc<Procedure>,
    spec: &Arc<LetterSpec>,
) -> Result<Result<LetterModel, String>, Failure> {
    let dossier = dossier::for_preview(tx, row, edition, procedure, spec).await?;
    let date = tx.now().await?.date();
    let nobody = Row::unmade();
    let context = context::context(tx, &dossier, &nobody, 0, date).await?;
    Ok(match compose(edition, spec, &context) {
        Ok(mut model) => {
            if !model.number.is_empty() {
                UNNUMBERED.clone_into(&mut model.number);
            }
            Ok(model)
        }
        Err(ComposeProblem::Missing { placeholder, .. }) => Err(placeholder),
    })
}

fn tried(draft: Draft, problem: Option<String>) -> Done {
    Box::new(move |tx| {
        Box::pin(async move { record::keep_trial(tx, &draft.letter, Some(&draft.model), problem.as_deref()).await })
    })
}

/// Allocated once and kept, also while the letter is stuck. A number belongs to its fiscal year, so a
/// letter that is mended after 31 March gets one of the new year. A copy has no number of its own.
async fn serial(tx: &mut Tx, letter: &Row, spec: &LetterSpec, today: time::Date) -> Result<Option<i32>, Failure> {
    if spec.layout == Layout::ApplicationCopy {
        return Ok(None);
    }
    let year = jst::fiscal_year(today);
    match (letter.serial, letter.issued_on) {
        (Some(serial), Some(day)) if jst::fiscal_year(day) == year => Ok(Some(serial)),
        _ => Ok(Some(tx.next_letter_number(&spec.symbol, year).await?)),
    }
}

fn nothing() -> Done {
    Box::new(|_| Box::pin(async { Ok(()) }))
}

fn stick(letter: Row, problem: String) -> Done {
    Box::new(move |tx| Box::pin(async move { record::stick(tx, &letter, &problem).await }))
}

fn seal(letter: Row, printed: Printed) -> Done {
    Box::new(move |tx| {
        Box::pin(async move {
            if record::seal(tx, &letter, &printed).await? {
                let order = NewJob::new(Lane::Cases, payload::DELIVER, json!({ "letter": letter.public_id }));
                enqueue(tx, order.once(letter.public_id.to_string())).await?;
            }
            Ok(())
        })
    })
}
