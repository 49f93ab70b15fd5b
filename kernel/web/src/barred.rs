//! Somebody who has signed in and may not come in from here or now: said plainly, with whom to call, and written down.

use hojo_access::{Actor, Permission};
use hojo_db::{Audit, Mode, OpenedSession, Outcome};
use serde_json::json;

use crate::cx::RequestInfo;
use crate::fault::Fault;
use crate::kernel::Kernel;

/// The page for a person whom `admission` turned away.
pub(crate) async fn turned_away(
    kernel: &Kernel,
    info: &RequestInfo,
    session: &OpenedSession,
    why: &str,
) -> Result<Fault, Fault> {
    let mut tx = kernel.db.gate().begin(Mode::Write).await?;
    let audit = Audit { site: Some(kernel.site()), request_id: info.id.clone(), address: info.address.clone() };
    let detail = json!({ "what": "barred", "reason": why, "person": session.actor.name() });
    let object = session.actor.id().map(|id| format!("{}:{id}", session.actor.kind())).unwrap_or_default();
    tx.log_operation(&audit, Permission::BeInsider, &object, Outcome::Refused, detail).await?;
    let contacts =
        sqlx::query!("select name, phone from duty_contacts where withdrawn_at is null order by turn limit 5")
            .fetch_all(tx.sql())
            .await?;
    tx.commit().await?;
    // The telephones are those of the office's own people; applicants know where to ask.
    let insider = matches!(session.actor, Actor::Staff(_) | Actor::Reviewer(_));
    let contacts = contacts.into_iter().filter(|_| insider).map(|c| format!("{}　{}", c.name, c.phone)).collect();
    let (title, message) = match why {
        "network" => (
            "この場所からは利用できません",
            format!("登録されている場所の外から接続しています（接続元 {}）。", info.address),
        ),
        "hours" => ("この時間は利用できません", "あなたに決められた時間帯の外です。".to_owned()),
        _ => return Ok(cut_off(contacts)),
    };
    Ok(Fault::Barred { title, message, contacts })
}

/// A person or an address that was cut off. The reason is not told.
pub(crate) fn cut_off(contacts: Vec<String>) -> Fault {
    let message = "安全のため、事務局が利用を止めています。".to_owned();
    Fault::Barred { title: "ただいま利用を止めています", message, contacts }
}
