//! 中小機構の承認: the supervisor approves last, or sends the draft back with a reason.

use hojo_access::allow;
use hojo_case::{Command, Position, Refusal};
use hojo_db::Mode;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};

use super::{Desk, carry_out, fresh, open, view, way};
use crate::common::{problem, words};

pub(crate) async fn show(cx: Cx<allow::ApproveForAgency>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = open(&cx, &mut tx, Mode::Read).await?;
    tx.commit().await?;
    cx.log_access(&desk.row).await?;
    if desk.row.position() != Position::Consult {
        return Ok(Reply::see_other(&format!("/cases/{}", desk.row.public_id)));
    }
    Ok(Reply::page(&shell(&cx, &desk, &Posted::default())))
}

fn shell(cx: &Cx<allow::ApproveForAgency>, desk: &Desk, typed: &Posted) -> Shell {
    let number = desk.row.number.clone().unwrap_or_default();
    let body = view::approval(desk, &view::Desks::agency(desk), typed, &cx.csrf());
    cx.page(format!("{}の承認 {number}", desk.procedure.title), body).breadcrumb(way(desk))
}

pub(crate) async fn post(cx: Cx<allow::ApproveForAgency>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (permit, desk) = open(&cx, &mut tx, cx.mode()).await?;
    let done = match fresh(&desk, posted.get("seq")).and_then(|()| command(&desk, &posted)) {
        Ok(command) => carry_out(&cx, &mut tx, &permit, &desk, command).await?,
        Err(refusal) => Err(refusal),
    };
    match done {
        Err(refusal) => Ok(Reply::refused(&shell(&cx, &desk, &posted).problems(vec![problem(&refusal)]))),
        Ok(()) => {
            tx.commit().await?;
            Ok(Reply::see_other("/approvals"))
        }
    }
}

fn command(desk: &Desk, posted: &Posted) -> Result<Command, Refusal> {
    if desk.row.position() != Position::Consult {
        return Err(Refusal::new(
            "CASE-WRONG-POSITION",
            format!("この手続は「{}」のため、承認できません。", desk.row.position().label()),
            "案件の画面で、今の状態を確かめてください。",
        ));
    }
    if posted.get("_action") == "back" {
        let reason = words("差し戻す理由", posted.get("reason"), super::draft::REASON)?;
        return Ok(Command::SendBack { reason });
    }
    Ok(Command::ApproveForAgency)
}
