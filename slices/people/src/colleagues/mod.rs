//! 職員・審査員: invite, help back in after losing everything, say farewell.

mod close;
mod handover;
mod invite;
pub(crate) mod link;
mod list;
pub(crate) mod mail;
mod recover;
mod show;
mod welcome;

use hojo_access::Site;
use hojo_db::{DbError, Tx};
use hojo_web::{Cx, Fault, Routes};
use hojo_words::ids::PublicId;
use time::OffsetDateTime;
use uuid::Uuid;

/// `openid`: the office's people may come in by their organisation's provider.
pub(crate) fn routes(openid: bool) -> Routes {
    Routes::on(Site::Office)
        .get("/people", list::list)
        .menu("職員・審査員", 94)
        .get("/people/new", invite::form)
        .post("/people/new", invite::invite)
        .get("/people/{person}", show::show)
        .post("/people/{person}/invite", invite::again)
        .post("/people/{person}/recovery", recover::propose)
        .post("/people/{person}/recovery/decide", recover::decide)
        .get("/people/{person}/close", close::confirm)
        .post("/people/{person}/close", close::close)
        .get("/invitations/{token}", move |cx| welcome::page(cx, openid))
        .post("/invitations/{token}", move |cx, posted| welcome::set_up(cx, posted, openid))
}

/// Somebody of the office as the administrators see them.
struct Colleague {
    id: Uuid,
    public_id: PublicId,
    login: String,
    name: String,
    kind: String,
    email: Option<String>,
    organisation: Option<String>,
    disabled_at: Option<OffsetDateTime>,
    factors_since: Option<OffsetDateTime>,
    roles: Vec<String>,
}

async fn find<A: hojo_access::Access>(cx: &Cx<A>, tx: &mut Tx) -> Result<Colleague, Fault> {
    let id = cx.param::<PublicId>("person")?;
    let r = sqlx::query!(
        r#"select f.id, f.public_id, f.login, f.name, f.kind, f.email, f.organisation, f.disabled_at, f.factors_since,
                  array(select r.label from staff_roles sr join roles r on r.code = sr.role where sr.staff_id = f.id order by 1) as "roles!"
           from staff f where f.public_id = $1"#,
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    Ok(Colleague {
        id: r.id,
        public_id: PublicId::from_uuid(r.public_id),
        login: r.login,
        name: r.name,
        kind: r.kind,
        email: r.email,
        organisation: r.organisation,
        disabled_at: r.disabled_at,
        factors_since: r.factors_since,
        roles: r.roles,
    })
}

/// Ends every session of a person, whatever site.
async fn end_sessions(tx: &mut Tx, staff: Uuid, why: &str) -> Result<(), DbError> {
    sqlx::query!(
        "update sessions set ended_at = clock_timestamp(), end_reason = $2 where staff_id = $1 and ended_at is null",
        staff,
        why
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

fn kind_words(kind: &str) -> &'static str {
    if kind == "reviewer" { "外部審査員" } else { "事務局職員" }
}
