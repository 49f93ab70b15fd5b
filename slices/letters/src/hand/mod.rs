//! 個別の発行: letters of a procedure that no outcome and no reminder sends (口頭審査のお知らせ, 督促状 and the like). A person
//! chooses one on the case, sees what it says, gives the reason and issues it; number, PDF and delivery follow by the same
//! jobs as for every other letter.

mod view;

use std::sync::Arc;

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{CaseRow, Mode, Outcome, Tx, random};
use hojo_jobs::{Failure, Lane, NewJob, enqueue};
use hojo_programme::{Edition, LetterSpec, Procedure};
use hojo_web::ui::{self, Shell};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use hojo_words::letter::LetterModel;
use serde_json::json;

use crate::desk::reason;
use crate::make;
use crate::payload::{self, CaseRef, HAND, LetterOrder};
use crate::record::{self, object};

/// The letters of this case's procedure that are issued by hand.
pub(crate) async fn choices(tx: &mut Tx, row: &CaseRow) -> Result<Vec<Arc<LetterSpec>>, Fault> {
    let edition = tx.edition(&row.edition).await?;
    let procedure = edition.procedure(&row.procedure);
    Ok(procedure.map(|p| edition.sent_by_hand(p).cloned().collect()).unwrap_or_default())
}

/// A letter to be issued, on its case.
struct Draft {
    row: CaseRow,
    edition: Arc<Edition>,
    procedure: Arc<Procedure>,
    spec: Arc<LetterSpec>,
}

/// GET: which letters there are.
pub(crate) async fn list(cx: Cx<allow::SendLetters>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::SendLetters>(cx.param("case")?, Mode::Read).await?;
    let letters = choices(&mut tx, &row).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    let page = cx.page("通知書を個別に発行する", view::list(&row, &letters)).breadcrumb(way(&row));
    Ok(Reply::page(&page))
}

fn way(row: &CaseRow) -> Vec<(String, String)> {
    let number = row.number.clone().unwrap_or_else(|| row.applicant_name.clone());
    vec![("案件一覧".to_owned(), "/queue".to_owned()), (number, format!("/cases/{}", row.public_id))]
}

async fn open(cx: &Cx<allow::SendLetters>, tx: &mut Tx, mode: Mode) -> Result<Draft, Fault> {
    let (_, row) = tx.case::<allow::SendLetters>(cx.param("case")?, mode).await?;
    let name: String = cx.param("name")?;
    let edition = tx.edition(&row.edition).await?;
    let procedure = edition.procedure(&row.procedure).cloned().ok_or(Fault::NotFound)?;
    let spec = edition.sent_by_hand(&procedure).find(|letter| letter.id == name).cloned().ok_or(Fault::NotFound)?;
    Ok(Draft { row, edition, procedure, spec })
}

/// What the letter would say, or what it lacks.
async fn composed(tx: &mut Tx, draft: &Draft) -> Result<Result<LetterModel, Refusal>, Fault> {
    match make::preview(tx, &draft.row, &draft.edition, &draft.procedure, &draft.spec).await {
        Ok(Ok(model)) => Ok(Ok(model)),
        Ok(Err(missing)) => Ok(Err(Refusal::new(
            "LETTER-HOLE",
            format!("通知書に差し込む値（{missing}）が、この案件にありません。"),
            "案件の内容を確かめてください。内容に不足がないときは、通知書の定義を見直す必要があります。",
        ))),
        Err(Failure::Later(words) | Failure::ForGood(words)) => Err(Fault::Internal(words)),
    }
}

/// GET: what it says. Nothing is written, and it has no number yet.
pub(crate) async fn preview(cx: Cx<allow::SendLetters>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let draft = open(&cx, &mut tx, Mode::Read).await?;
    let model = composed(&mut tx, &draft).await?;
    tx.commit().await?;
    cx.log_access(&draft.row).await?;
    // The letter's number in the address is made here: the same page sent twice is the same letter.
    Ok(Reply::page(&shell(&cx, &draft, &model, random::public_id(), "")))
}

fn shell(
    cx: &Cx<allow::SendLetters>,
    draft: &Draft,
    model: &Result<LetterModel, Refusal>,
    id: PublicId,
    typed: &str,
) -> Shell {
    let body = view::preview(&draft.row, &draft.spec, model, id, typed, &cx.csrf());
    let mut way = way(&draft.row);
    way.push(("通知書を個別に発行する".to_owned(), format!("/cases/{}/letters", draft.row.public_id)));
    cx.page(format!("{}の発行", draft.spec.name), body).breadcrumb(way)
}

/// POST: issues it, once.
pub(crate) async fn issue(cx: Cx<allow::SendLetters>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = posted.get("letter").parse().map_err(|_| Fault::NotFound)?;
    let mut tx = cx.tx().await?;
    let draft = open(&cx, &mut tx, Mode::Write).await?;
    let model = composed(&mut tx, &draft).await?;
    let typed = posted.get("reason");
    let why = match model.as_ref().map_err(Refusal::clone).and_then(|_| reason(typed, "発行の理由")) {
        Ok(why) => why,
        Err(refusal) => {
            let problem = ui::Problem::general(format!("{} {}", refusal.message, refusal.advice));
            return Ok(Reply::refused(&shell(&cx, &draft, &model, id, typed).problems(vec![problem])));
        }
    };
    let cause = format!("{HAND}{id}");
    let made = record::begin(&mut tx, &draft.row, &draft.spec, id, &cause, &why).await?;
    if made {
        let (case, letter) = (CaseRef::Public(draft.row.public_id), draft.spec.id.clone());
        let order = LetterOrder { case, letter, cause, owed: None };
        enqueue(&mut tx, NewJob::new(Lane::Letters, payload::LETTER, order).once(format!("{HAND}{id}"))).await?;
        let detail = json!({ "step": "by_hand", "kind": draft.spec.id, "reason": why });
        tx.log_operation(&cx.audit(), Permission::SendLetters, &object(id), Outcome::Done, detail).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/letters/{id}")))
}
