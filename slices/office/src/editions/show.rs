//! GET: one request with everything that whoever approves it must see; and the form of the newer edition as applicants meet it.

use hojo_access::{Access, Permission, allow};
use hojo_case::Refusal;
use hojo_db::Tx;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Reply, html};
use hojo_words::ids::{PublicId, StaffId};

use super::replay::{self, Progress};
use super::{Between, Request, between, may_change, request, view};
use crate::common::{flash, me, problem};
use crate::definitions;

/// What the page shows.
pub struct Page {
    pub request: Request,
    pub between: Between,
    pub replay: Option<Progress>,
    pub me: StaffId,
    pub may: bool,
    /// Whoever may not see cases reads numbers only.
    pub names: bool,
    pub csrf: String,
}

/// GET.
pub async fn show(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let request = request(&mut tx, cx.param("change")?).await?;
    let shell = drawn(&cx, tx, request).await?;
    Ok(Reply::page(&match flash::banner(cx.query("done")) {
        Some(banner) => shell.banner(&banner),
        None => shell,
    }))
}

async fn drawn<A: Access>(cx: &Cx<A>, mut tx: Tx, request: Request) -> Result<Shell, Fault> {
    let between = between(&mut tx, &request.from, &request.to).await?;
    let replay = replay::progress(&mut tx, request.id).await?;
    tx.commit().await?;
    let page = Page {
        between,
        replay,
        me: me(cx.actor())?,
        may: may_change(cx.actor()),
        names: cx.actor().holds(Permission::ViewCase),
        csrf: cx.csrf(),
        request,
    };
    Ok(cx
        .page(format!("{}の変更", page.request.round.title), view::request(&page))
        .breadcrumb(vec![("公募要領・交付規程の変更".into(), "/editions".into())])
        .wide())
}

/// The page again, with why not.
pub async fn refused<A: Access>(cx: &Cx<A>, tx: Tx, request: Request, refusal: &Refusal) -> Result<Reply, Fault> {
    Ok(Reply::refused(&drawn(cx, tx, request).await?.problems(vec![problem(refusal)])))
}

/// GET: the form of one procedure under the newer edition.
pub async fn form(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let id: PublicId = cx.param("change")?;
    let request = request(&mut tx, id).await?;
    let edition = tx.edition(&request.to).await?;
    let now = tx.now().await?;
    tx.commit().await?;
    let code: String = cx.param("procedure")?;
    let procedure = edition.procedure(&code).ok_or(Fault::NotFound)?;
    let body = html! { (definitions::preview(&edition, procedure, now)) };
    let shell = cx
        .page(format!("{}（新しい版）", procedure.title), body)
        .breadcrumb(vec![
            ("公募要領・交付規程の変更".into(), "/editions".into()),
            (request.round.title, format!("/editions/changes/{id}")),
        ])
        .wide();
    Ok(Reply::page(&shell))
}

#[cfg(test)]
pub mod tests {
    use super::super::{Impact, Request, Round};
    use hojo_words::ids::{PublicId, RoundId, StaffId};
    use time::macros::datetime;
    use uuid::Uuid;

    pub fn sample() -> Request {
        Request {
            id: Uuid::nil(),
            public_id: PublicId::from_uuid(Uuid::from_u128(3)),
            round: Round {
                id: RoundId(Uuid::nil()),
                public_id: PublicId::from_uuid(Uuid::from_u128(4)),
                programme: "p".into(),
                title: "第1回公募".into(),
                edition: "p/2026-r1@1.0".into(),
            },
            from: "p/2026-r1@1.0".into(),
            to: "p/2026-r1@1.1".into(),
            at_opening: false,
            reason: "記載の誤りを直すため".into(),
            takes_effect_at: datetime!(2026-12-01 0:00 +9),
            impact: Impact { drafts: 3, running: 2, forward: 2, ..Impact::default() },
            proposed_by: StaffId(Uuid::from_u128(1)),
            proposer: "甲".into(),
            proposed_at: datetime!(2026-11-20 1:00 UTC),
            approver: None,
            approved_at: None,
            refused_at: None,
            activated_at: None,
            rolled: None,
        }
    }
}
