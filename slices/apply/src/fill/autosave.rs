//! Saving as one types. The agreement with the script stands in the kernel's `ui/save.rs`.

use hojo_access::Access;
use hojo_web::ui::form;
use hojo_web::{Cx, Fault, Posted, Reply, html, ui};

use super::{conflict, section};
use crate::desk;
use crate::draft::{self, Saved};
use crate::places::FilingPlaces;

pub(crate) async fn autosave<A: Access>(cx: Cx<A>, posted: Posted) -> Result<Reply, Fault> {
    let id: String = cx.param("section")?;
    let mut tx = cx.tx().await?;
    let (_, mut desk) = desk::open_to_change(&cx, &mut tx).await?;
    section::still_open(&desk)?;
    let (at, _) = desk.section(&id)?;
    let read = desk.read(at, &posted.0);
    let part = desk.draft.0.get(&id).cloned().ok_or(Fault::NotFound)?;
    let seen: i32 = cx.header("x-hojo-version").parse().unwrap_or(0);
    let saved = draft::save(&mut tx, desk.filing.id, &id, seen, &part, &read.patch, desk::person(&cx)?).await?;
    let version = match saved {
        Saved::Yes(version) => version,
        Saved::Stale => {
            let (_, theirs) = conflict::theirs(&mut tx, &desk, &id, &read).await?;
            return Ok(Reply::json(&theirs)?.status(409));
        }
    };
    desk.take(read.apply(&desk.answers));
    let places = FilingPlaces::with_banks(&mut tx, &desk).await?;
    let fragments = html! { (form::live(&desk.scene(&places, false), at)) };
    tx.commit().await?;
    Ok(Reply::fragment(fragments)
        .header("x-hojo-version", &version.to_string())
        .header("x-hojo-saved-at", &ui::clock(desk.now.utc())))
}
