//! 採点の確定: shown once more, then final.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_selection::{Lack, SheetSpec, Total};
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Problem, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use serde_json::json;

use super::posted::{comment_name, points_name};
use super::seat::{Seat, Sheet, State};
use super::sheet_view;
use super::show::{Told, page};
use crate::finishing;
use crate::meaning::Stored;

pub async fn confirm(cx: Cx<allow::ReviewCase>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let seat = Seat::take(&cx, &mut tx).await?;
    if seat.may_score().is_err() {
        return Ok(Reply::see_other(&seat.path()));
    }
    let (_, spec) = seat.application(&mut tx).await?;
    let sheet = seat.sheet(&mut tx).await?;
    let lacks = spec.lacks(&sheet.stored.marks);
    let shell = if lacks.is_empty() {
        confirmation(&cx, &seat, &spec, &sheet)
    } else {
        page(&cx, &mut tx, &seat, Told { problems: problems(&lacks), ..Told::default() }).await?
    };
    tx.commit().await?;
    cx.log_access(&seat.row).await?;
    Ok(if lacks.is_empty() { Reply::page(&shell) } else { Reply::refused(&shell) })
}

fn confirmation(cx: &Cx<allow::ReviewCase>, seat: &Seat, spec: &SheetSpec, sheet: &Sheet) -> Shell {
    let body = confirm_body(&seat.path(), spec, sheet, &cx.csrf());
    let way = vec![("担当の審査".into(), "/review".into()), (seat.row.title.clone(), seat.path())];
    cx.page("採点の確定", body).breadcrumb(way)
}

fn confirm_body(path: &str, spec: &SheetSpec, sheet: &Sheet, csrf: &str) -> Markup {
    html! {
        (ui::banner(Tone::Warn, "確定すると、採点を変更できなくなります").body(html! { p { "内容を確認してから確定してください。" } }))
        (sheet_view::state(spec, &sheet.stored.marks))
        (sheet_view::read_only(spec, &sheet.stored.marks))
        form method="post" action={ (path) "/finalise" } {
            (csrf_field(csrf))
            input type="hidden" name="_version" value=(sheet.version);
            (ui::buttons(&[ui::button("この内容で確定する"), ui::link_button("採点に戻る", path).outline()]))
        }
    }
}

/// Each lack at the field it is about.
fn problems(lacks: &[Lack]) -> Vec<Problem> {
    lacks
        .iter()
        .map(|lack| match lack {
            Lack::NoPoints { id, .. } | Lack::OffScale { id, .. } => Problem::at(&points_name(id), lack.sentence()),
            Lack::ShortComment { id, .. } => Problem::at(&comment_name(id), lack.sentence()),
            Lack::ShortOverall { .. } => Problem::at("overall", lack.sentence()),
        })
        .collect()
}

pub async fn finalise(cx: Cx<allow::ReviewCase>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let seat = Seat::take(&cx, &mut tx).await?;
    if seat.state == State::Finalised {
        // Pressed twice: the first one did it.
        return Ok(Reply::see_other(&format!("{}?done=finalised", seat.path())));
    }
    seat.may_score()?;
    let (_, spec) = seat.application(&mut tx).await?;
    let sheet = seat.sheet(&mut tx).await?;
    let mut found = problems(&spec.lacks(&sheet.stored.marks));
    if posted.get("_version") != sheet.version.to_string() {
        found.insert(
            0,
            Problem::general(
                "確認画面を開いたあとで、採点が変わっています。もう一度内容を確認してから確定してください。",
            ),
        );
    }
    if !found.is_empty() {
        let told = Told { problems: found, ..Told::default() };
        return Ok(Reply::refused(&page(&cx, &mut tx, &seat, told).await?));
    }
    let total = spec.total(&sheet.stored.marks).map_err(|e| Fault::Internal(e.to_string()))?;
    close(&cx, &mut tx, &seat, sheet, total).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("{}?done=finalised", seat.path())))
}

/// Sheet, assignment, log and the job that looks whether the review is complete: together or not at all.
async fn close(cx: &Cx<allow::ReviewCase>, tx: &mut Tx, seat: &Seat, sheet: Sheet, total: Total) -> Result<(), Fault> {
    let at = tx.now().await?.utc();
    let what = json!({ "finalised": true, "points": total.points, "passed": total.passed });
    let stored = Stored { total: Some(total), ..sheet.stored };
    sqlx::query!(
        "update score_sheets set scores = $2, version = version + 1, finalised_at = $3 where assignment_id = $1 and finalised_at is null",
        seat.id.0,
        serde_json::to_value(&stored)?,
        at
    )
    .execute(tx.sql())
    .await?;
    sqlx::query!(
        "update assignments set state = 'finalised', finalised_at = $2 where id = $1 and state = 'declared'",
        seat.id.0,
        at
    )
    .execute(tx.sql())
    .await?;
    let job = NewJob::new(Lane::Cases, finishing::KIND, json!({ "case": seat.row.id.0 }));
    enqueue(tx, job.once(format!("{}:{}", seat.row.id.0, seat.id.0))).await?;
    let object = format!("case:{}", seat.row.public_id);
    Ok(tx.log_operation(&cx.audit(), Permission::ReviewCase, &object, Outcome::Done, what).await?)
}

#[cfg(test)]
mod tests {
    use hojo_selection::Marks;

    use super::super::posted;
    use super::super::posted::tests::{posted, spec};
    use super::*;

    #[test]
    fn every_lack_leads_to_its_field() {
        let found = problems(&spec().lacks(&Marks::default()));
        let targets: Vec<_> = found.iter().filter_map(|p| p.target.as_deref()).collect();
        assert_eq!(targets, ["f-points-ok", "f-comment-ok", "f-points-a", "f-comment-a", "f-overall"]);
    }

    #[test]
    fn the_confirmation_shows_what_will_be_final() {
        let pairs = [("points.ok", "fail"), ("points.a", "4"), ("comment.a", "根拠は<b>十分"), ("overall", "総合評価")];
        let marks = posted::marks(&spec(), &posted(&pairs));
        let sheet = Sheet { version: 7, stored: Stored { marks, ..Stored::default() }, saved_at: None };
        let page = confirm_body("/review/x", &spec(), &sheet, "t").into_string();
        for words in ["name=\"_version\" value=\"7\"", "4 / 5", "否", "根拠は&lt;b&gt;十分", "12</strong> / 15点"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}
