//! What follows adoption: which procedures may begin, who decides them, what the case owes by when.
//! Never changes the life of a case itself: `hojo_db` does, whenever a decision is recorded.
//! Start at `begin/` (a procedure begins), then `rule/` (起案, 決裁, 中小機構の承認) and `life/` (where a case stands).
//! Kept honest by `testkit/tests/it/procedures`: each procedure is filed, decided and told over HTTP.

mod begin;
mod common;
mod dues;
mod life;
mod progress;
mod rule;

use hojo_access::Site;
use hojo_jobs::Runner;
use hojo_web::{CasePanel, Routes};

pub use dues::{keep_due_reminding, take_hold};

/// What an applicant does with a case after its adoption.
#[must_use]
pub fn portal_routes() -> Routes {
    Routes::on(Site::Portal)
        .get("/cases/{case}/procedures", life::show)
        .post("/cases/{case}/procedures/{code}", begin::apply)
}

/// What the office, and the agency behind it, does.
#[must_use]
pub fn office_routes() -> Routes {
    Routes::on(Site::Office)
        .get("/cases/{case}/begin", begin::show)
        .post("/cases/{case}/begin", begin::post)
        .get("/cases/{case}/ruling", rule::draft::show)
        .post("/cases/{case}/ruling", rule::draft::post)
        .get("/cases/{case}/approve", rule::approve::show)
        .post("/cases/{case}/approve", rule::approve::approve)
        .post("/cases/{case}/send-back", rule::approve::send_back)
        .get("/cases/{case}/agency", rule::agency::show)
        .post("/cases/{case}/agency", rule::agency::post)
        .get("/approvals", rule::waiting::show)
        .menu("決裁・承認", 25)
        .with(dues::routes())
        .with(progress::routes())
}

/// What the case desk shows of this room.
#[must_use]
pub fn panels() -> Vec<CasePanel> {
    life::panels()
}

/// Registers every job of this room.
#[must_use]
pub fn jobs(runner: Runner) -> Runner {
    runner
}
