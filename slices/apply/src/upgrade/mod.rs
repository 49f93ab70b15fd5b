//! 様式の改定: a draft begun under an older edition moves to the one its round runs on now. First a page that says in
//! plain words what is asked anew and what is not asked any more, each with what was typed; then one button.

mod view;

use hojo_access::Access;
use hojo_case::Refusal;
use hojo_db::{Mode, Pending, Tx};
use hojo_programme::{Side, touch};
use hojo_web::{Cx, Fault, Posted, Reply};

use crate::desk::{self, Desk};
use crate::frame;

/// GET: the map while a newer edition waits; otherwise what earlier moves set aside.
pub(crate) async fn show<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    let body = match tx.upgrade_pending(&desk.row, &desk.filing).await? {
        Some(pending) => {
            let new = tx.edition(&pending.edition).await?;
            let lowered = tx.lowered(&pending.edition, &desk.filing.procedure).await?;
            let (from, to) =
                (Side { edition: &desk.edition, lowered: &desk.lowered }, Side { edition: &new, lowered: &lowered });
            let touch = touch(from, to, &desk.filing.procedure, &desk.answers, &desk.facts).ok_or(Fault::NotFound)?;
            view::ask(&desk, &new, &pending, &touch, &cx.csrf())
        }
        None => view::aside(&tx.moved_drafts(desk.filing.id).await?, &desk.way.base()),
    };
    desk::seen(&cx, tx, &desk).await?;
    Ok(Reply::page(&frame::page(&cx, &desk, "新しい様式への引継ぎ".to_owned(), body, &[frame::list_step(&desk)])))
}

/// POST: moves the draft.
pub(crate) async fn carry<A: Access>(cx: Cx<A>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (permit, desk) = desk::open(&cx, &mut tx, Mode::Write).await?;
    let Some(pending) = tx.upgrade_pending(&desk.row, &desk.filing).await? else {
        return Ok(Reply::see_other(&desk.way.base()));
    };
    if posted.get("to") != pending.edition {
        // Another change came into force while the page was open: it is shown first.
        return Ok(Reply::see_other(&desk.way.upgrade()));
    }
    tx.move_draft(&permit, &desk.row, &desk.filing, &pending, desk::person(&cx)?, &cx.audit()).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&desk.way.upgrade()))
}

/// Whether a newer edition waits for the draft on the desk.
pub(crate) async fn pending(tx: &mut Tx, desk: &Desk) -> Result<Option<Pending>, Fault> {
    Ok(tx.upgrade_pending(&desk.row, &desk.filing).await?)
}

/// Where the round says so, nothing is handed in under the older edition.
pub(crate) async fn must_not_wait(tx: &mut Tx, desk: &Desk) -> Result<(), Refusal> {
    match tx.upgrade_pending(&desk.row, &desk.filing).await {
        Ok(Some(Pending { required: true, .. })) => Err(Refusal::new(
            "UPGRADE-FIRST",
            "公募要領の改定により、様式が新しくなりました。",
            "下書きの画面を開き、新しい様式に引き継いでから提出してください。入力した内容は残ります。",
        )),
        _ => Ok(()),
    }
}
