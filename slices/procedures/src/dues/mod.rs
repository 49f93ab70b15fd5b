//! 義務: who owes what by when, moved due dates, and reminders that go once.

mod awaited;
mod filter;
mod list;
mod moving;
mod remind;
mod rows;
mod view;

use hojo_access::Site;
use hojo_web::Routes;

pub use awaited::take_hold;
pub use remind::keep_due_reminding;

/// Pages of the office.
pub(crate) fn routes() -> Routes {
    Routes::on(Site::Office)
        .get("/obligations", list::show)
        .menu("義務と期限", 27)
        .post("/obligations/export", list::export)
        .get("/cases/{case}/dues/{key}/move", moving::show)
        .post("/cases/{case}/dues/{key}/move", moving::propose)
        .post("/cases/{case}/dues/{key}/approve", moving::decide)
}

/// `/cases/…/dues/report%232/move`: a period's number stands behind `#` in its key.
pub(crate) fn move_address(case: hojo_words::ids::PublicId, key: &str) -> String {
    format!("/cases/{case}/dues/{}/move", key.replace('#', "%23"))
}
