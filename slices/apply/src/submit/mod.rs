//! 提出: one transaction decides. Read, judge, attachments, clock, receipt number, records and the jobs
//! that follow are one commit; whoever presses twice gets the same receipt.

mod hand_in;
mod numbering;
mod receipt;

use hojo_access::Access;
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome};
use hojo_programme::Severity;
use hojo_web::{Cx, Fault, Posted, Reply};
use serde_json::json;

use crate::check::{self, Asked};
use crate::desk;
use crate::upgrade;

pub(crate) use receipt::{copy_of, files as receipt_files, show as receipt};

/// How often a submission that met another one is tried again before the person is asked to.
const TRIES: usize = 4;

pub(crate) async fn submit<A: Access>(cx: Cx<A>, posted: Posted) -> Result<Reply, Fault> {
    let mut last = Err(Fault::Busy);
    for _ in 0..TRIES {
        last = once(&cx, &posted).await;
        match &last {
            // Waited too long for the row another tab holds: that one has most likely filed by now.
            Err(Fault::Refused(r)) if r.code == "CHANGED-MEANWHILE" => {}
            _ => return last,
        }
    }
    last
}

async fn once<A: Access>(cx: &Cx<A>, posted: &Posted) -> Result<Reply, Fault> {
    // A look without locks first: a second press needs no more than the receipt, and the vault is
    // asked about the attachments while no transaction waits for it.
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(cx, &mut tx, Mode::Read).await?;
    tx.commit().await?;
    if is_done(&desk) {
        return Ok(Reply::see_other(&desk.way.receipt()));
    }
    let missing = hand_in::missing_files(cx.vault(), &desk).await;

    let mut tx = cx.tx().await?;
    let (permit, locked) = hand_in::lock(cx, &mut tx).await?;
    if is_done(&locked) {
        return Ok(Reply::see_other(&locked.way.receipt()));
    }
    let missing = missing.and_not_of_this_filing(&mut tx, &locked).await?;
    let asked = Asked {
        confirmed: posted.all("confirm").into_iter().map(str::to_owned).collect(),
        declared: posted.get("declare") == "yes",
        refusal: None,
    };
    let terms = locked.terms(&mut tx).await?;
    let result = if asked.declared {
        match upgrade::must_not_wait(&mut tx, &locked).await {
            Ok(()) => hand_in::decide(&locked, &terms, &asked.confirmed, posted.get("_seen"), missing, cx.actor()),
            Err(refusal) => Err(refusal),
        }
    } else {
        Err(undeclared())
    };
    let result = match result {
        Ok(submission) => locked.in_its_time(&mut tx).await?.map(|()| submission),
        Err(refusal) => Err(refusal),
    };
    match result {
        Ok(submission) => {
            let to = locked.way.receipt();
            hand_in::record(cx, tx, &permit, &locked, &terms, submission).await?;
            Ok(Reply::see_other(&to))
        }
        Err(refusal) => {
            let page =
                check::draw(cx, &mut tx, &locked, &terms, &Asked { refusal: Some(refusal.clone()), ..asked }).await?;
            // Nothing of a refused submission is kept but that it was tried.
            drop(tx);
            write_down(cx, &locked, &refusal).await?;
            Ok(Reply::refused(&page))
        }
    }
}

/// Whom a rule turned away, and how often: the office calls them back when the rule was wrong.
async fn write_down<A: Access>(cx: &Cx<A>, desk: &desk::Desk, refusal: &Refusal) -> Result<(), Fault> {
    let detail = json!({
        "case": desk.row.id,
        "code": refusal.code,
        "rules": desk.judged.codes(Severity::Stop),
    });
    let object = format!("case:{}", desk.row.public_id);
    let mut tx = cx.tx().await?;
    tx.log_operation(&cx.audit(), A::PERMISSION, &object, Outcome::Refused, detail).await?;
    Ok(tx.commit().await?)
}

/// Handed in already, by this person or another.
fn is_done(desk: &desk::Desk) -> bool {
    !desk.is_editable() && desk.row.case.submissions > 0
}

fn undeclared() -> Refusal {
    Refusal::new(
        "NOT-DECLARED",
        "申告にチェックがありません。",
        "内容を確認し、画面の下の「申告」にチェックしてから提出してください。",
    )
}
