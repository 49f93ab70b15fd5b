//! Applicants come in through GビズID.

mod account;
pub(crate) mod back;
mod go;

use std::sync::Arc;

use hojo_access::Site;
use hojo_gbizid::GbizId;
use hojo_web::Routes;

pub(crate) fn routes(provider: Arc<dyn GbizId>) -> Routes {
    let (p1, p2, p3) = (Arc::clone(&provider), Arc::clone(&provider), provider);
    Routes::on(Site::Portal)
        .get("/sign-in", move |cx| go::page(cx, Arc::clone(&p1)))
        .post("/sign-in", move |cx, posted| go::begin(cx, posted, Arc::clone(&p2)))
        .get("/sign-in/callback", move |cx| back::finish(cx, Arc::clone(&p3)))
}

/// Binds an attempt to the browser that began it.
pub(crate) const ATTEMPT_COOKIE: &str = "__Host-hojo-attempt";
