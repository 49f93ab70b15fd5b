//! 保存: by button. The version check is the same as when saving by itself.

use hojo_access::allow;
use hojo_db::Tx;
use hojo_selection::{Marks, SheetSpec};
use hojo_web::ui::{self, Compared, Problem, Tone};
use hojo_web::{Cx, Fault, Posted, Reply, html};

use super::posted::{self, Differs};
use super::seat::{Seat, Sheet};
use super::show::{Told, page};
use crate::common::me;
use crate::meaning::Stored;

/// How a save ended.
pub enum Saved {
    Yes(i32),
    /// Another page of the same reviewer saved first. Nothing was written.
    Stale(Vec<Differs>),
}

pub async fn save(cx: Cx<allow::ReviewCase>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let seat = Seat::take(&cx, &mut tx).await?;
    let (_, spec) = seat.application(&mut tx).await?;
    let marks = posted::marks(&spec, &posted);
    let mut problems = posted::too_long(&spec, &marks);
    if let Err(refusal) = seat.may_score() {
        problems = vec![Problem::general(refusal.to_string())];
    }
    if !problems.is_empty() {
        let told = Told { problems, typed: Some(marks), ..Told::default() };
        return Ok(Reply::refused(&page(&cx, &mut tx, &seat, told).await?));
    }
    let seen: i32 = posted.get("_version").parse().unwrap_or(0);
    let sheet = seat.sheet(&mut tx).await?;
    if let Saved::Stale(differs) = write(&cx, &mut tx, &seat, &spec, &sheet, seen, &marks).await? {
        let told = stale(&differs, marks);
        return Ok(Reply::page(&page(&cx, &mut tx, &seat, told).await?).status(409));
    }
    tx.commit().await?;
    let next = if posted.get("_action") == "finalise" { "/finalise" } else { "?done=saved" };
    Ok(Reply::see_other(&format!("{}{next}", seat.path())))
}

/// Writes the marks when `seen` is still the version, or when nothing would change.
pub async fn write(
    cx: &Cx<allow::ReviewCase>,
    tx: &mut Tx,
    seat: &Seat,
    spec: &SheetSpec,
    sheet: &Sheet,
    seen: i32,
    marks: &Marks,
) -> Result<Saved, Fault> {
    let differs = posted::differences(spec, &sheet.stored.marks, marks);
    if differs.is_empty() && sheet.version > 0 {
        return Ok(Saved::Yes(sheet.version));
    }
    if sheet.version != seen {
        return Ok(Saved::Stale(differs));
    }
    let stored = Stored { marks: marks.clone(), progress: Some(spec.progress(marks)), total: None };
    let at = tx.now().await?.utc();
    let row = &seat.row;
    // The assignment is locked, so nobody saves between the version check and this.
    let written = sqlx::query!(
        "insert into score_sheets as s (assignment_id, programme_id, round_id, applicant_id, case_id, reviewer_id, version, scores, saved_at)
         values ($1, $2, $3, $4, $5, $6, 1, $7, $8)
         on conflict (assignment_id) do update set version = s.version + 1, scores = excluded.scores, saved_at = excluded.saved_at
         where s.finalised_at is null
         returning version",
        seat.id.0,
        row.programme,
        row.round.0,
        row.applicant.0,
        row.id.0,
        me(cx.actor())?.0,
        serde_json::to_value(&stored)?,
        at
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(written.map_or(Saved::Stale(differs), |w| Saved::Yes(w.version)))
}

/// The person's own text stays in the fields; the next save is a decision taken knowingly.
fn stale(differs: &[Differs], typed: Marks) -> Told {
    let compared: Vec<Compared> = differs
        .iter()
        .map(|d| Compared { label: d.label.clone(), before: Some(d.theirs.clone()), after: Some(d.mine.clone()) })
        .collect();
    let banner = ui::banner(Tone::Warn, "別の画面で、この採点表が先に保存されています")
        .body(html! { p { "まだ何も上書きしていません。比較を見て、この画面の入力でよければ、もう一度「保存する」を押してください。" } })
        .announce();
    Told {
        banner: Some(banner),
        above: Some(ui::comparison("先に保存された内容", "この画面の入力", &compared)),
        typed: Some(typed),
        ..Told::default()
    }
}
