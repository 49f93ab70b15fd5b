//! Staff and reviewers come in with a passkey, or with a password and a one-time code.

pub(crate) mod factors;
pub(crate) mod openid;
pub(crate) mod passkey;
mod password;
pub(crate) mod recovery;
mod rules;
mod sign_in;

use hojo_access::Site;
use hojo_gbizid::OfficeSignIn;
use hojo_web::Routes;

pub(crate) use password::base32;
pub use password::{Accepted, Totp, Unusable, hash_password, totp_secret, totp_uri};
pub use rules::{Beside, check as check_password, shortest as shortest_password};

pub(crate) fn routes(office: Option<OfficeSignIn>) -> Routes {
    let openid = office.is_some();
    Routes::on(Site::Office)
        .get("/sign-in", move |cx| sign_in::page(cx, openid))
        .post("/sign-in", move |cx, posted| sign_in::enter(cx, posted, openid))
        .with(openid::routes(office))
}
