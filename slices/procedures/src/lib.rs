//! What follows adoption: which procedures may begin, who decides them, what the case owes by when.
//! Never changes the life of a case itself: `hojo_db` does, whenever a decision is recorded.
//! Start at `begin/` (a procedure begins), then `rule/` (起案, 決裁, 中小機構の承認) and `dues/` (義務).
//! Kept honest by `testkit/tests/it/procedures`: each procedure is filed, decided and told over HTTP.

use hojo_access::Site;
use hojo_jobs::Runner;
use hojo_web::{CasePanel, Routes};

/// What an applicant does with a case after its adoption.
#[must_use]
pub fn portal_routes() -> Routes {
    Routes::on(Site::Portal)
}

/// What the office, and the agency behind it, does.
#[must_use]
pub fn office_routes() -> Routes {
    Routes::on(Site::Office)
}

/// What the case desk shows of this room.
#[must_use]
pub fn panels() -> Vec<CasePanel> {
    vec![]
}

/// Registers every job of this room.
#[must_use]
pub fn jobs(runner: Runner) -> Runner {
    runner
}
