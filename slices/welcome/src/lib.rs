//! Before and between applications: what the programme is, am I eligible, how much, my page.
//! Never changes anything; every answer comes from the edition's data.
//! Start at [`routes`].
//! Kept honest by the browser journeys, which begin here.

mod api;
mod changes;
mod front;
mod me;
mod otherwise;
mod owed;
mod texts;
mod trial;

use hojo_access::Site;
use hojo_web::Routes;

/// Public pages and my page.
#[must_use]
pub fn routes() -> Routes {
    Routes::on(Site::Portal)
        .get("/", front::top)
        .public_menu("トップ", 10)
        .get("/eligibility", trial::eligibility)
        .public_menu("対象者チェック", 20)
        .get("/simulation", trial::simulation)
        .public_menu("補助額シミュレーション", 30)
        .get("/rounds", front::rounds)
        .menu("公募回", 40)
        .get("/faq", front::faq)
        .menu("よくあるご質問", 50)
        .get("/accessibility", front::accessibility)
        .get("/me", me::show)
        .menu("マイページ", 5)
}

/// The public part of the API.
#[must_use]
pub fn api_routes() -> Routes {
    Routes::on(Site::Api).get("/v1/rounds", api::rounds)
}
