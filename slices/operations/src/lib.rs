//! What keeps the system running, for office IT and managers: jobs, logs, health, and the daily tidying up.
//! Never changes a case; every retry and every export is itself written down.
//! Start at [`routes`], then `jobs/`, `log/` (operations and accesses), `health/` and [`keep_house`].
//! Kept honest by the tests beside each view and by `tests/it`, which tidies a real database.

mod address;
mod day;
pub mod direct;
mod doors;
mod health;
mod housekeeping;
mod jobs;
mod log;
mod scanning;
mod sealing;

use hojo_access::Site;
use hojo_web::Routes;

pub use housekeeping::{Tidied, housekeeping, keep_house};
pub use scanning::{Scanned, keep_scanning, scan_once};
pub use sealing::{Made, SealPlaces, Sealing, TakenIn, Witness, keep_sealing, make_partitions, seal_once, take_in};

/// The operations pages of the office site.
#[must_use]
pub fn routes() -> Routes {
    Routes::on(Site::Office)
        .get("/jobs", jobs::list)
        .menu("ジョブ", 90)
        .get("/jobs/retry", jobs::confirm)
        .post("/jobs/retry", jobs::retry)
        .get("/log", log::operations::list)
        .menu("ログ", 91)
        .post("/log/export", log::operations::export)
        .get("/log/access", log::accesses::list)
        .post("/log/access/export", log::accesses::export)
        .get("/log/sign-ins", log::operations::sign_ins)
        .post("/log/sign-ins/export", log::operations::export_sign_ins)
        .get("/log/statements", log::statements::list)
        .post("/log/statements/export", log::statements::export)
        .get("/database-access", direct::list)
        .menu("DBの直接利用", 93)
        .post("/database-access", direct::issue_page)
        .post("/database-access/withdraw", direct::withdraw_page)
        .get("/health", health::show)
        .menu("稼働状況", 92)
}
