//! Staff and reviewers come in with a password and a one-time code.

mod password;
mod sign_in;

use hojo_access::Site;
use hojo_web::Routes;

pub use password::{Accepted, Totp, hash_password, totp_secret, totp_uri};

pub(crate) fn routes() -> Routes {
    Routes::on(Site::Office).get("/sign-in", sign_in::page).post("/sign-in", sign_in::enter)
}
