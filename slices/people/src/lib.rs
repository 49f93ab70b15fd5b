//! Coming in and going out: applicants by GビズID, staff and reviewers by passkey, by password and code,
//! or by their organisation's provider.
//! Never changes a case, and keeps no password or one-time secret in a log or on a page.
//! Start at [`portal_routes`] and [`office_routes`].
//! Kept honest by `testkit/tests/it/sign_in`, which also tries the doors that must stay shut.

mod account;
mod colleagues;
mod enrol;
mod gbizid;
mod leaving;
mod other;
mod prove;
mod sessions;
pub mod staff;

use std::sync::Arc;

use hojo_access::Site;
use hojo_db::Db;
use hojo_gbizid::{GbizId, OfficeSignIn};
use hojo_jobs::Runner;
use hojo_mail::Mail;
use hojo_web::Routes;

/// Sign-in for applicants.
#[must_use]
pub fn portal_routes(provider: Arc<dyn GbizId>) -> Routes {
    gbizid::routes(provider)
        .with(other::routes(Site::Portal))
        .with(prove::routes(Site::Portal, false))
        .with(leaving::routes(Site::Portal))
}

/// Sign-in for staff and reviewers; `office` is the provider of their organisation, where one is set up.
#[must_use]
pub fn office_routes(office: Option<OfficeSignIn>) -> Routes {
    let openid = office.is_some();
    staff::routes(office)
        .with(other::routes(Site::Office))
        .with(prove::routes(Site::Office, openid))
        .with(leaving::routes(Site::Office))
        .with(account::routes())
        .with(sessions::routes())
        .with(colleagues::routes(openid))
}

/// Registers the job of this room: `invitation`.
#[must_use]
pub fn jobs(runner: Runner, db: Db, mail: Arc<dyn Mail>, office_url: &str) -> Runner {
    let office_url = office_url.to_owned();
    runner.on(colleagues::mail::KIND, colleagues::mail::SendInvitation { db, mail, office_url })
}

/// Only a path of this site is a place to go on to after signing in.
fn safe_path<'a>(to: &'a str, otherwise: &'a str) -> &'a str {
    let fine = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']);
    let elsewhere = !to.starts_with("/sign-in") && !to.starts_with("/sign-out");
    if fine && elsewhere { to } else { otherwise }
}

#[cfg(test)]
mod tests {
    use super::safe_path;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        for (to, goes) in [
            ("/filings/x?a=b", "/filings/x?a=b"),
            ("", "/me"),
            ("https://evil.example", "/me"),
            ("//evil.example", "/me"),
            ("/\\evil.example", "/me"),
            ("/x\r\nSet-Cookie: a=b", "/me"),
            ("/sign-out", "/me"),
        ] {
            assert_eq!(safe_path(to, "/me"), goes, "{to}");
        }
    }
}
