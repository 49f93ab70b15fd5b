//! Who may do what, from where and when, and what happens to those who try otherwise.
//! Never widens anything by the word of one person, and never reads a case.
//! Start at [`office_routes`], then `permissions/`, `boundaries/` and `watch/`.
//! Kept honest by `testkit/tests/it/guard`, which changes permissions and asks again in the same breath.

mod boundaries;
mod common;
mod permissions;
pub mod watch;

use std::sync::Arc;

use hojo_access::Site;
use hojo_db::Db;
use hojo_jobs::Runner;
use hojo_mail::Mail;
use hojo_web::Routes;

/// The pages of the office site.
#[must_use]
pub fn office_routes() -> Routes {
    Routes::on(Site::Office)
        .get("/permissions", permissions::matrix::show)
        .menu("権限", 93)
        .post("/permissions", permissions::matrix::save)
        .get("/permissions/people", permissions::people::list)
        .get("/permissions/people/{person}", permissions::people::show)
        .post("/permissions/people/{person}", permissions::people::save)
        .get("/permissions/teams", permissions::teams::list)
        .post("/permissions/teams", permissions::teams::found)
        .get("/permissions/teams/{team}", permissions::teams::show)
        .post("/permissions/teams/{team}", permissions::teams::save)
        .post("/permissions/changes/{change}", permissions::decide::decide)
        .get("/boundaries", boundaries::networks::show)
        .menu("接続元と時間帯", 94)
        .post("/boundaries", boundaries::networks::save)
        .get("/boundaries/people", boundaries::windows::list)
        .get("/boundaries/people/{person}", boundaries::windows::show)
        .post("/boundaries/people/{person}", boundaries::windows::save)
        .post("/boundaries/changes/{change}", boundaries::second::decide)
        .get("/vpn", boundaries::gateways::show)
        .post("/vpn", boundaries::gateways::save)
        .get("/watch", watch::show::show)
        .menu("見張り", 95)
        .post("/watch/detections/{detection}", watch::post::detection)
        .post("/watch/cuts", watch::post::cut)
        .post("/watch/cuts/{cut}", watch::post::lift)
}

/// The jobs that tell the contacts.
#[must_use]
pub fn jobs(runner: Runner, db: Db, mail: Arc<dyn Mail>) -> Runner {
    let stolen = watch::stolen::Tell { db: db.clone(), mail: Arc::clone(&mail) };
    runner.on(watch::act::MAIL, watch::act::Tell { db, mail }).on(watch::stolen::MAIL, stolen)
}

/// What machines ask: a VPN gateway, with a key of its own.
#[must_use]
pub fn api_routes() -> Routes {
    Routes::on(Site::Api).post("/vpn/authorize", boundaries::vpn::authorize)
}
