//! まとめて発行: letters of decisions wait here while the office holds them back, are looked at together, and are
//! issued with one confirmation. Which jobs make them and what becomes of each is the same as for a single letter.

mod batch;
mod hold;
mod rows;
mod view;

use std::sync::Arc;

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx, random};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_press_client::PressFault;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply, ui};
use hojo_words::ids::PublicId;
use serde_json::json;

use crate::Printer;
use crate::desk::open;
use crate::payload::{self, CaseRef, LetterOrder};
use crate::printer::KEPT;
use crate::record::State;

pub(crate) use batch::show as batch;
pub(crate) use hold::change as hold;

/// What waits, what was issued before, and for which procedures letters are held back.
pub(crate) async fn list(cx: Cx<allow::SendLetters>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let groups = rows::groups(&mut tx).await?;
    let batches = rows::batches(&mut tx).await?;
    let holds = hold::all(&mut tx).await?;
    tx.commit().await?;
    let way = vec![("通知書".to_owned(), "/letters".to_owned())];
    let page = cx.page("通知書をまとめて発行する", view::list(&groups, &batches, &holds, &cx.csrf())).breadcrumb(way);
    Ok(Reply::page(&page))
}

pub(crate) async fn preview(cx: Cx<allow::SendLetters>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let waiting = waiting(&cx, &mut tx).await?;
    tx.commit().await?;
    Ok(Reply::page(&shell(&cx, &waiting)))
}

fn shell(cx: &Cx<allow::SendLetters>, waiting: &rows::Waiting) -> Shell {
    let way =
        vec![("通知書".to_owned(), "/letters".to_owned()), ("まとめて発行".to_owned(), "/letters/issue".to_owned())];
    // The number of the batch is made here: the same page sent twice is the same batch.
    let body = view::preview(waiting, random::public_id(), &cx.csrf());
    cx.page(format!("{}の発行", waiting.title), body).breadcrumb(way)
}

async fn waiting(cx: &Cx<allow::SendLetters>, tx: &mut Tx) -> Result<rows::Waiting, Fault> {
    let (round, kind): (PublicId, String) = (cx.param("round")?, cx.param("kind")?);
    rows::waiting(tx, round, &kind).await?.ok_or(Fault::NotFound)
}

/// POST: every printable letter that waits is issued, once.
pub(crate) async fn issue(cx: Cx<allow::SendLetters>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = posted.get("batch").parse().map_err(|_| Fault::NotFound)?;
    let mut tx = cx.tx().await?;
    let waiting = waiting(&cx, &mut tx).await?;
    let progress = format!("/letters/batches/{id}");
    if rows::is_there(&mut tx, id).await? {
        return Ok(Reply::see_other(&progress));
    }
    if let Err(refusal) = as_seen(&waiting, posted.get("count")) {
        let page = shell(&cx, &waiting)
            .problems(vec![ui::Problem::general(format!("{} {}", refusal.message, refusal.advice))]);
        return Ok(Reply::refused(&page));
    }
    let Some(letters) = rows::take(&mut tx, &waiting, id, cx.actor()).await? else {
        return Ok(Reply::see_other(&progress));
    };
    for letter in &letters {
        let order = LetterOrder {
            case: CaseRef::Key(letter.case),
            letter: waiting.kind.clone(),
            cause: letter.cause.clone(),
            owed: None,
        };
        let job = NewJob::new(Lane::Letters, payload::LETTER, order).once(format!("issue:{}", letter.id));
        enqueue(&mut tx, job).await?;
    }
    let detail = json!({ "step": "issued", "kind": waiting.kind, "letters": letters.len() });
    tx.log_operation(&cx.audit(), Permission::SendLetters, &format!("letters:{id}"), Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&progress))
}

/// What is confirmed is what was seen.
fn as_seen(waiting: &rows::Waiting, count: &str) -> Result<(), Refusal> {
    if waiting.ready == 0 {
        return Err(Refusal::new(
            "ISSUE-NOTHING",
            "発行を待っている通知書がありません。",
            "ほかの人が発行していないか、まとめて発行の画面で確かめてください。",
        ));
    }
    if count.parse() != Ok(waiting.ready) {
        return Err(Refusal::new(
            "ISSUE-CHANGED",
            "画面を開いた後に、発行を待つ通知書の数が変わりました。",
            "件数を確かめて、もう一度発行してください。",
        ));
    }
    Ok(())
}

/// POST: letters with a problem are tried again after the data was mended.
pub(crate) async fn retry(cx: Cx<allow::SendLetters>, _: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let waiting = waiting(&cx, &mut tx).await?;
    for letter in &waiting.problems {
        let order = LetterOrder {
            case: CaseRef::Key(letter.case),
            letter: waiting.kind.clone(),
            cause: letter.cause.clone(),
            owed: None,
        };
        enqueue(&mut tx, NewJob::new(Lane::Letters, payload::LETTER, order)).await?;
    }
    let detail = json!({ "step": "tried", "kind": waiting.kind, "letters": waiting.problems.len() });
    let object = format!("round:{}", waiting.round);
    tx.log_operation(&cx.audit(), Permission::SendLetters, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/letters/issue/{}/{}?done=tried", waiting.round, waiting.kind)))
}

/// The PDF of a letter that is not issued yet.
pub(crate) async fn sample(cx: Cx<allow::SendLetters>, press: Arc<dyn Printer>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (letter, row) = open::<allow::SendLetters>(&mut tx, cx.param("letter")?, Mode::Read).await?;
    let now = tx.now().await?.utc();
    tx.commit().await?;
    cx.log_access(&row).await?;
    let model = letter.model.filter(|_| letter.state == State::Held).ok_or(Fault::NotFound)?;
    match press.print(&model, now).await {
        Ok(sheet) => Ok(Reply::download(sheet.pdf.into(), KEPT, &format!("見本_{}.pdf", letter.title))),
        Err(PressFault::Letter(problem)) => Err(Refusal::new(
            "LETTER-UNPRINTABLE",
            problem.message,
            "登録された名称や回答を直してから、確かめ直してください。",
        )
        .into()),
        Err(fault) => {
            tracing::warn!(error = %fault, "a sample could not be printed");
            Err(Fault::Busy)
        }
    }
}
