//! What an applicant does with an application, and what the office does for one: start, fill, attach, check, submit, mend, withdraw.
//! Never decides a rule (the edition does) or a step of the flow (`core/case` does); never shows a case to anybody but its own people.
//! Start at `portal_routes` and `intake_routes` below, then `desk.rs` (a filing loaded and judged) and `submit/`.
//! Kept honest by the tests beside each page, and by `tests/journey.rs`, which drives all of it over a real database.

mod attach;
mod check;
mod desk;
mod draft;
mod fill;
mod frame;
mod intake;
mod judged;
mod masters;
mod panels;
mod places;
mod returned;
mod spreadsheet;
mod start;
mod status;
mod submissions;
mod submit;
mod upgrade;
mod way;
mod withdraw;

use hojo_access::{Site, allow};
use hojo_web::{Posted, PostedFiles, Routes};

pub use panels::panels;

/// The applicant's side.
#[must_use]
pub fn portal_routes() -> Routes {
    Routes::on(Site::Portal)
        .post::<allow::EditFiling, Posted, _, _>("/me/start", start::start)
        .get("/filings/{filing}", fill::overview::<allow::EditFiling>)
        .get("/filings/{filing}/upgrade", upgrade::show::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/upgrade", upgrade::carry::<allow::EditFiling>)
        .get("/filings/{filing}/sections/{section}", fill::show::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/sections/{section}", fill::save::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/sections/{section}/autosave", fill::autosave::<allow::EditFiling>)
        .post::<_, PostedFiles, _, _>("/filings/{filing}/files/{field}", attach::upload::<allow::EditFiling>)
        .get("/filings/{filing}/template/{field}", spreadsheet::template::<allow::EditFiling>)
        .post::<_, PostedFiles, _, _>("/filings/{filing}/import/{field}", spreadsheet::import::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/import/{field}/confirm", spreadsheet::confirm::<allow::EditFiling>)
        .get("/filings/{filing}/check", check::show::<allow::EditFiling>)
        .get("/filings/{filing}/compare", returned::comparison::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/submit", submit::submit::<allow::SubmitFiling>)
        .get("/filings/{filing}/receipt", submit::receipt::<allow::EditFiling>)
        .get("/filings/{filing}/discard", withdraw::ask_discard::<allow::WithdrawFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/discard", withdraw::discard::<allow::WithdrawFiling>)
        .get("/filings/{filing}/withdraw", withdraw::ask::<allow::WithdrawFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/withdraw", withdraw::withdraw::<allow::WithdrawFiling>)
        .get("/cases/{case}", status::show)
        .get("/cases/{case}/submissions/{n}", status::version)
        .get("/files/{file}", attach::serve::<allow::BeApplicant>)
        .with(masters_routes(Site::Portal))
}

/// The office's side: taking in what came on paper or by mail, then the same pages under another roof.
#[must_use]
pub fn intake_routes() -> Routes {
    Routes::on(Site::Office)
        .get("/intake", intake::show)
        .menu("代理受付", 60)
        .post::<_, PostedFiles, _, _>("/intake", intake::take)
        .get("/intake/filings/{filing}", fill::overview::<allow::IntakeFiling>)
        .get("/intake/filings/{filing}/upgrade", upgrade::show::<allow::IntakeFiling>)
        .post::<_, Posted, _, _>("/intake/filings/{filing}/upgrade", upgrade::carry::<allow::IntakeFiling>)
        .get("/intake/filings/{filing}/sections/{section}", fill::show::<allow::IntakeFiling>)
        .post::<_, Posted, _, _>("/intake/filings/{filing}/sections/{section}", fill::save::<allow::IntakeFiling>)
        .post::<_, Posted, _, _>(
            "/intake/filings/{filing}/sections/{section}/autosave",
            fill::autosave::<allow::IntakeFiling>,
        )
        .post::<_, PostedFiles, _, _>("/intake/filings/{filing}/files/{field}", attach::upload::<allow::IntakeFiling>)
        .get("/intake/filings/{filing}/template/{field}", spreadsheet::template::<allow::IntakeFiling>)
        .post::<_, PostedFiles, _, _>(
            "/intake/filings/{filing}/import/{field}",
            spreadsheet::import::<allow::IntakeFiling>,
        )
        .post::<_, Posted, _, _>(
            "/intake/filings/{filing}/import/{field}/confirm",
            spreadsheet::confirm::<allow::IntakeFiling>,
        )
        .get("/intake/filings/{filing}/check", check::show::<allow::IntakeFiling>)
        .get("/intake/filings/{filing}/compare", returned::comparison::<allow::IntakeFiling>)
        .post::<_, Posted, _, _>("/intake/filings/{filing}/submit", submit::submit::<allow::IntakeFiling>)
        .get("/intake/filings/{filing}/receipt", submit::receipt::<allow::IntakeFiling>)
        .get("/intake/filings/{filing}/discard", withdraw::ask_discard::<allow::IntakeFiling>)
        .post::<_, Posted, _, _>("/intake/filings/{filing}/discard", withdraw::discard::<allow::IntakeFiling>)
        .get("/intake/filings/{filing}/withdraw", withdraw::ask::<allow::IntakeFiling>)
        .post::<_, Posted, _, _>("/intake/filings/{filing}/withdraw", withdraw::withdraw::<allow::IntakeFiling>)
        .get("/intake/files/{file}", attach::serve::<allow::IntakeFiling>)
        .get("/cases/{case}/scans/{file}", attach::serve::<allow::ViewCase>)
        .with(masters_routes(Site::Office))
}

/// Look-ups every form uses, on each site under the same addresses.
fn masters_routes(site: Site) -> Routes {
    Routes::on(site)
        .get("/masters/postal", masters::postal::search::<allow::Anyone>)
        .get("/masters/banks", masters::banks::banks::<allow::Anyone>)
        .get("/masters/branches", masters::banks::branches::<allow::Anyone>)
        .get("/masters/codes", masters::codes::search::<allow::Anyone>)
}
