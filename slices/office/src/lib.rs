//! What operators and managers of the office do with cases: find, claim, examine, return, move; move deadlines, lower rules.
//! Never scores, adopts, writes letters or takes in paper: other slices do, and meet this one through panels, jobs and links.
//! Start at [`routes`], then `queue/` (the list), `desk/` (one case) and `examining/` (the formal check).
//! Kept honest by the unit tests beside each view and by the office journeys in `e2e/`.

mod causes;
mod common;
mod dashboard;
mod deadline;
mod definitions;
mod desk;
mod editions;
mod examining;
mod moving;
mod queue;
mod returning;
mod rules;

use std::sync::Arc;

use hojo_access::{Site, allow};
use hojo_jobs::Runner;
use hojo_preview::Pictures;
use hojo_web::{CasePanel, Cx, Routes};

/// The office's own pages. `panels` are what all slices show on the case desk; `drawer` makes pictures of attachments.
#[must_use]
pub fn routes(mut panels: Vec<CasePanel>, drawer: Arc<dyn Pictures>) -> Routes {
    panels.sort_by_key(|p| p.order);
    let panels: Arc<[CasePanel]> = panels.into();
    Routes::on(Site::Office)
        .get("/", dashboard::show)
        .menu("ホーム", 10)
        .get("/queue", queue::show)
        .menu("案件一覧", 20)
        .post("/queue/claim", queue::claim)
        .post("/queue/assign", queue::assign)
        .post("/queue/export", queue::export)
        .get("/cases/{case}", move |cx: Cx<allow::ViewCase>| desk::show(cx, Arc::clone(&panels)))
        .get("/cases/{case}/files/{file}", desk::file)
        .get("/cases/{case}/files/{file}/pages", move |cx: Cx<allow::ViewCase>| desk::pictures(cx, Arc::clone(&drawer)))
        .with(examining::routes())
        .get("/cases/{case}/return", returning::show)
        .post("/cases/{case}/return", returning::send)
        .get("/returns/causes", causes::show)
        .menu("差戻しの原因", 72)
        .get("/cases/{case}/move", moving::show)
        .post("/cases/{case}/move", moving::post)
        .get("/cases/{case}/withdraw", moving::withdraw::show)
        .post("/cases/{case}/withdraw", moving::withdraw::post)
        .get("/rounds", deadline::list)
        .menu("公募回", 60)
        .get("/rounds/{round}/deadline", deadline::show)
        .post("/rounds/{round}/deadline", deadline::propose)
        .post("/rounds/{round}/deadline/{move}/decide", deadline::decide)
        .get("/rules", rules::list)
        .menu("申請要件の規則", 70)
        .get("/rules/{round}/{procedure}/{rule}", rules::show)
        .post("/rules/{round}/{procedure}/{rule}", rules::propose)
        .post("/rules/{round}/{procedure}/{rule}/decide", rules::decide)
        .get("/editions", editions::list)
        .menu("公募要領の変更", 75)
        .get("/editions/change", editions::ask)
        .post("/editions/change", editions::propose)
        .get("/editions/changes/{change}", editions::show)
        .post("/editions/changes/{change}/decide", editions::decide)
        .post("/editions/changes/{change}/replay", editions::replay)
        .get("/editions/changes/{change}/forms/{procedure}", editions::form)
        .get("/definitions", definitions::list)
        .menu("制度定義", 80)
        .get("/definitions/{round}", definitions::edition)
        .get("/definitions/{round}/{procedure}", definitions::procedure)
}

/// Registers every job of this room: `activate_edition`, `replay_drafts`, `tell_drafts`.
#[must_use]
pub fn jobs(runner: Runner) -> Runner {
    runner
        .on(editions::ACTIVATE, editions::ActivateEdition)
        .on(editions::REPLAY, editions::ReplayDrafts)
        .on(editions::TELL, editions::TellDrafts)
}
