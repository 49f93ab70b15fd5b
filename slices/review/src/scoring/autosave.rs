//! Saving as one types. The agreement with the script stands in the kernel's `ui/save.rs`.

use hojo_access::allow;
use hojo_web::{Cx, Fault, Posted, Reply, ui};
use serde::Serialize;

use super::posted::{self, Differs};
use super::save::{Saved, write};
use super::seat::Seat;
use super::sheet_view;

#[derive(Serialize)]
struct Theirs {
    version: i32,
    by: &'static str,
    at: String,
    values: Vec<Differs>,
}

pub async fn autosave(cx: Cx<allow::ReviewCase>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let seat = Seat::take(&cx, &mut tx).await?;
    seat.may_score()?;
    let (_, spec) = seat.application(&mut tx).await?;
    let marks = posted::marks(&spec, &posted);
    if !posted::too_long(&spec, &marks).is_empty() {
        return Ok(Reply::text("comment too long".into()).status(413));
    }
    let seen: i32 = cx.header("x-hojo-version").parse().unwrap_or(0);
    let sheet = seat.sheet(&mut tx).await?;
    let version = match write(&cx, &mut tx, &seat, &spec, &sheet, seen, &marks).await? {
        Saved::Yes(version) => version,
        Saved::Stale(values) => {
            let at = sheet.saved_at.map(ui::clock).unwrap_or_default();
            let theirs = Theirs { version: sheet.version, by: "別の画面", at, values };
            return Ok(Reply::json(&theirs)?.status(409));
        }
    };
    let now = tx.now().await?;
    tx.commit().await?;
    Ok(Reply::fragment(sheet_view::state(&spec, &marks))
        .header("x-hojo-version", &version.to_string())
        .header("x-hojo-saved-at", &ui::clock(now.utc())))
}
