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
mod judged;
mod masters;
mod places;
mod returned;
mod spreadsheet;
mod start;
mod submissions;
mod submit;
mod way;

use hojo_access::{Site, allow};
use hojo_web::{Posted, PostedFiles, Routes};

/// The applicant's side.
#[must_use]
pub fn portal_routes() -> Routes {
    Routes::on(Site::Portal)
        .post::<allow::EditFiling, Posted, _, _>("/me/start", start::start)
        .get("/filings/{filing}", fill::overview::<allow::EditFiling>)
        .get("/filings/{filing}/sections/{section}", fill::show::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/sections/{section}", fill::save::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/sections/{section}/autosave", fill::autosave::<allow::EditFiling>)
        .post::<_, PostedFiles, _, _>("/filings/{filing}/files/{field}", attach::upload::<allow::EditFiling>)
        .get("/filings/{filing}/template/{field}", spreadsheet::template::<allow::EditFiling>)
        .post::<_, PostedFiles, _, _>("/filings/{filing}/import/{field}", spreadsheet::import::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/import/{field}/confirm", spreadsheet::confirm::<allow::EditFiling>)
        .get("/filings/{filing}/check", check::show::<allow::EditFiling>)
        .post::<_, Posted, _, _>("/filings/{filing}/submit", submit::submit::<allow::SubmitFiling>)
        .get("/filings/{filing}/receipt", submit::receipt::<allow::EditFiling>)
        .get("/files/{file}", attach::serve::<allow::BeApplicant>)
        .with(masters_routes(Site::Portal))
}

/// Look-ups every form uses, on each site under the same addresses.
fn masters_routes(site: Site) -> Routes {
    Routes::on(site)
        .get("/masters/postal", masters::postal::search::<allow::Anyone>)
        .get("/masters/banks", masters::banks::banks::<allow::Anyone>)
        .get("/masters/branches", masters::banks::branches::<allow::Anyone>)
        .get("/masters/codes", masters::codes::search::<allow::Anyone>)
}
