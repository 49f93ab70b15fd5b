//! Letters: composed from a case, printed, sealed by hash, delivered and announced by mail; read on both sites.
//! Never decides a case: it carries out what was decided, and a letter with a hole or an unprintable name waits for a person.
//! Start at [`jobs`], then `make/` (from the case to the sealed PDF), `deliver.rs`, `mails/`, `inbox/` (portal), `desk/` (office).
//! Kept honest by `tests/it`: one number a letter, no letter lost by a press that fails, nothing sent twice.

mod deliver;
mod desk;
mod forms;
mod hand;
mod inbox;
mod issue;
mod mails;
mod make;
mod panel;
mod payload;
mod printer;
mod record;
#[cfg(test)]
mod testing;
mod twin;

use std::sync::Arc;

use hojo_access::Site;
use hojo_db::Db;
use hojo_jobs::Runner;
use hojo_mail::Mail;
use hojo_vault::Vault;
use hojo_web::{CasePanel, Routes};

pub use payload::{copy_job, letter_job, mail_job};
pub use printer::{NoPress, Printer};

/// What the jobs work with. Cheap to clone.
#[derive(Clone)]
pub struct Deps {
    pub db: Db,
    pub vault: Vault,
    pub press: Arc<dyn Printer>,
    pub mail: Arc<dyn Mail>,
    /// Where applicants reach the portal, without trailing slash; mails link to it.
    pub portal_url: String,
    /// Where colleagues and reviewers reach the office site.
    pub office_url: String,
}

/// Registers every job of this room: `letter`, `application_copy`, `deliver_letter`, `mail`, `staff_mail`.
#[must_use]
pub fn jobs(runner: Runner, deps: Deps) -> Runner {
    runner
        .on(payload::LETTER, make::MakeLetter(deps.clone()))
        .on(payload::COPY, make::MakeCopy(deps.clone()))
        .on(payload::DELIVER, deliver::Deliver)
        .on(payload::STAFF_MAIL, mails::SendStaffMail(deps.clone()))
        .on(payload::MAIL, mails::SendMail(deps))
}

/// What an applicant reads. Forms are printed when they are asked for.
#[must_use]
pub fn portal_routes(press: Arc<dyn Printer>) -> Routes {
    Routes::on(Site::Portal)
        .get("/cases/{case}/forms", forms::list)
        .get("/cases/{case}/forms/{procedure}/{form}/pdf", move |cx| forms::pdf(cx, Arc::clone(&press)))
        .get("/cases/{case}/forms/{procedure}/{form}/xlsx", forms::xlsx)
        .get("/letters", inbox::list)
        .menu("通知書", 40)
        .get("/letters/{letter}", inbox::show)
        .get("/letters/{letter}/pdf", inbox::pdf)
}

/// What the office looks after.
#[must_use]
pub fn office_routes(press: Arc<dyn Printer>) -> Routes {
    Routes::on(Site::Office)
        .get("/cases/{case}/letters", hand::list)
        .get("/cases/{case}/letters/{name}", hand::preview)
        .post("/cases/{case}/letters/{name}", hand::issue)
        .get("/letters/issue", issue::list)
        .get("/letters/issue/{round}/{kind}", issue::preview)
        .post("/letters/issue/{round}/{kind}", issue::issue)
        .post("/letters/issue/{round}/{kind}/retry", issue::retry)
        .post("/letters/hold", issue::hold)
        .get("/letters/batches/{batch}", issue::batch)
        .get("/letters/{letter}/sample", move |cx| issue::sample(cx, Arc::clone(&press)))
        .post("/letters/{letter}/reissue", desk::reissue)
        .get("/letters", desk::list)
        .menu("通知書", 50)
        .post("/letters/retry", desk::retry_many)
        .get("/letters/{letter}", desk::show)
        .get("/letters/{letter}/pdf", desk::pdf)
        .post("/letters/{letter}/retry", desk::retry)
        .post("/letters/{letter}/notify", desk::notify)
}

/// What the case desk shows of this room.
#[must_use]
pub fn panels() -> Vec<CasePanel> {
    vec![panel::panel()]
}
