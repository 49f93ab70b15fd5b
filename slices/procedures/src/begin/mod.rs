//! 手続を始める: by the holder on the portal; by the office on behalf, of its own motion, or by asking for it.

mod office;
mod view;

use hojo_access::{Actor, allow};
use hojo_case::{Channel, Position, Refusal};
use hojo_db::NewRun;
use hojo_programme::Opener;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;

use crate::common::Known;
use crate::life;

pub(crate) use office::{post, show};

/// The holder begins a procedure; a draft that is there already is opened again instead of doubled.
pub(crate) async fn apply(cx: Cx<allow::EditFiling>, _: Posted) -> Result<Reply, Fault> {
    let (id, code): (PublicId, String) = (cx.param("case")?, cx.param("code")?);
    let Actor::Applicant(me) = cx.actor().clone() else { return Err(Fault::NotFound) };
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::EditFiling>(id, cx.mode()).await?;
    if row.root.is_some() {
        return Err(Fault::NotFound);
    }
    let known = Known::of(&mut tx, &row).await?;
    let procedure = known.view.edition.procedure(&code).cloned().ok_or(Fault::NotFound)?;
    if let Some(draft) = known.draft(&code) {
        return Ok(Reply::see_other(&format!("/filings/{}", draft.filing)));
    }
    let may = if row.position() == Position::Closed {
        known.may_apply(&procedure)
    } else {
        Err(Refusal::new(
            "START-NOT-NOW",
            format!("{}は、採択の通知書が届いてから始められます。", procedure.title),
            "通知書が届くまでお待ちください。",
        ))
    };
    if let Err(refusal) = may {
        return life::refused(&cx, &mut tx, &row, &refusal).await;
    }
    let run = NewRun {
        root: &row,
        procedure: &procedure,
        opener: Opener::Applicant,
        channel: Channel::Portal,
        received_on: None,
        due: None,
        by: me.account.0,
    };
    let (_, filing) = tx.begin_run(&run, &cx.audit()).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/filings/{filing}")))
}
