//! Review: who scores which application, the score sheets, the ranking, adoption runs and committing one.
//! Never shows a reviewer another reviewer, and never decides a case outside a committed run.
//! Start at [`office_routes`] and [`reviewer_routes`]; what an answer means to a run is data (`meaning/`).
//! Kept honest by the unit tests beside each page, `core/selection` and the reviewer's journey in `e2e/`.

mod assignments;
mod common;
mod finishing;
mod meaning;
mod own_list;
mod panel;
mod ranking;
mod reviewers;
mod runs;
mod scoring;
mod telling;

use hojo_access::Site;
use hojo_jobs::Runner;
use hojo_web::{CasePanel, Routes};

pub use telling::keep_reminding;

/// Pages of the office: reviewers, assignment, ranking, runs.
#[must_use]
pub fn office_routes() -> Routes {
    Routes::on(Site::Office)
        .get("/reviewers", reviewers::list)
        .menu("審査員", 30)
        .get("/reviewers/{reviewer}", reviewers::show)
        .post("/reviewers/{reviewer}/ties", reviewers::add_tie)
        .post("/reviewers/{reviewer}/ties/remove", reviewers::remove_tie)
        .post("/reviewers/{reviewer}/capacity", reviewers::set_capacity)
        .get("/assignments", assignments::list)
        .menu("審査の割当て", 32)
        .get("/assignments/automatic", assignments::preview)
        .post("/assignments/automatic", assignments::commit)
        .get("/assignments/{case}", assignments::show)
        .post("/assignments/{case}/assign", assignments::assign)
        .post("/assignments/{case}/withdraw", assignments::withdraw)
        .get("/ranking", ranking::show)
        .menu("採点・順位", 34)
        .post("/ranking/export", ranking::export)
        .get("/ranking/{case}/points", ranking::points)
        .post("/ranking/{case}/points", ranking::rule)
        .get("/runs", runs::list)
        .menu("採択シミュレーション", 36)
        .get("/runs/new", runs::new)
        .post("/runs", runs::make)
        .get("/runs/{run}", runs::show)
        .post("/runs/{run}/export", runs::export)
        .get("/runs/{run}/commit", runs::preview)
        .post("/runs/{run}/commit", runs::commit)
}

/// Pages of an external reviewer, at the office site.
#[must_use]
pub fn reviewer_routes() -> Routes {
    Routes::on(Site::Office)
        .get("/review", own_list::show)
        .menu("担当の審査", 15)
        .get("/review/{assignment}", scoring::show)
        .post("/review/{assignment}/declare", scoring::declare)
        .post("/review/{assignment}/save", scoring::save)
        .post("/review/{assignment}/autosave", scoring::autosave)
        .get("/review/{assignment}/finalise", scoring::confirm)
        .post("/review/{assignment}/finalise", scoring::finalise)
        .get("/review/{assignment}/files/{file}", scoring::file)
}

/// Jobs of this slice: `review_finished`, `commit_run` and `hand_over_reviews`, all on the lane of cases.
#[must_use]
pub fn jobs(runner: Runner) -> Runner {
    runner
        .on(finishing::KIND, finishing::ReviewFinished)
        .on(runs::COMMIT, runs::CommitRun)
        .on(assignments::handover::KIND, assignments::handover::HandOver)
}

/// What this slice shows on the case desk.
#[must_use]
pub fn panels() -> Vec<CasePanel> {
    vec![panel::PANEL]
}
