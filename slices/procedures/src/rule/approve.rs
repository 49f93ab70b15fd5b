//! 決裁: another person approves what was drafted, or sends it back with a reason.

use hojo_access::allow;
use hojo_case::{Command, Position, Refusal};
use hojo_db::Mode;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};

use super::{Desk, carry_out, fresh, open, view, way};
use crate::common::{me, problem, words};

pub(crate) async fn show(cx: Cx<allow::ApproveDecision>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = open(&cx, &mut tx, Mode::Read).await?;
    tx.commit().await?;
    cx.log_access(&desk.row).await?;
    if desk.row.position() != Position::Approve {
        return Ok(Reply::see_other(&format!("/cases/{}", desk.row.public_id)));
    }
    Ok(Reply::page(&shell(&cx, &desk, &Posted::default())?))
}

fn shell(cx: &Cx<allow::ApproveDecision>, desk: &Desk, typed: &Posted) -> Result<Shell, Fault> {
    let number = desk.row.number.clone().unwrap_or_default();
    let own = desk.row.case.drafted.as_ref().is_some_and(|drafted| Some(drafted.by) == me(cx.actor()).ok());
    let body = view::approval(desk, &view::Desks::office(desk, own), typed, &cx.csrf());
    Ok(cx.page(format!("{}の決裁 {number}", desk.procedure.title), body).breadcrumb(way(desk)))
}

pub(crate) async fn approve(cx: Cx<allow::ApproveDecision>, posted: Posted) -> Result<Reply, Fault> {
    act(cx, posted, |_| Ok(Command::Approve)).await
}

pub(crate) async fn send_back(cx: Cx<allow::ApproveDecision>, posted: Posted) -> Result<Reply, Fault> {
    act(cx, posted, |posted| {
        Ok(Command::SendBack { reason: words("差し戻す理由", posted.get("reason"), super::draft::REASON)? })
    })
    .await
}

async fn act(
    cx: Cx<allow::ApproveDecision>,
    posted: Posted,
    command: fn(&Posted) -> Result<Command, Refusal>,
) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (permit, desk) = open(&cx, &mut tx, cx.mode()).await?;
    let done = match fresh(&desk, posted.get("seq")).and_then(|()| at(&desk)).and_then(|()| command(&posted)) {
        Ok(command) => carry_out(&cx, &mut tx, &permit, &desk, command).await?,
        Err(refusal) => Err(refusal),
    };
    match done {
        Err(refusal) => Ok(Reply::refused(&shell(&cx, &desk, &posted)?.problems(vec![problem(&refusal)]))),
        Ok(()) => {
            tx.commit().await?;
            Ok(Reply::see_other(&format!("/cases/{}", desk.row.public_id)))
        }
    }
}

/// What waits for 中小機構 is not the office's to send back here.
fn at(desk: &Desk) -> Result<(), Refusal> {
    if desk.row.position() == Position::Approve {
        return Ok(());
    }
    Err(Refusal::new(
        "CASE-WRONG-POSITION",
        format!("この手続は「{}」のため、決裁できません。", desk.row.position().label()),
        "案件の画面で、今の状態を確かめてください。",
    ))
}
