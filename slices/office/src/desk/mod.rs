//! 案件画面: who, where, how much, what may be done now and why not, and what every slice knows.

mod file;
mod may;
mod pictures;
mod view;

use std::sync::Arc;

use hojo_access::allow;
use hojo_case::{Event, Position};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_programme::{StepKind, Term};
use hojo_web::{CasePanel, Cx, Fault, Markup, Reply};
use hojo_words::ids::{PublicId, StaffId};

pub use file::file;
pub use may::may;
#[cfg(test)]
pub use may::tests;
pub use pictures::pictures;
use view::{Desk, Done};

use crate::common::{dossier, flash, people};

/// The desk of one case.
pub async fn show(cx: Cx<allow::ViewCase>, panels: Arc<[CasePanel]>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::ViewCase>(id, Mode::Read).await?;
    let now = tx.now().await?;
    let (filing, edition, procedure, terms) = dossier::terms(&mut tx, &row).await?;
    let mut drawn: Vec<(CasePanel, Markup)> = Vec::new();
    // A draft is the applicant's alone; until it is filed the office sees that it exists, no more.
    let visible =
        row.position() != Position::Draft || filing.state != "draft" || row.case.channel != hojo_case::Channel::Portal;
    if visible {
        for panel in panels.iter().filter(|p| cx.actor().holds_in(p.permission, row.round)) {
            if let Some(markup) = (panel.render)(&mut tx, &row).await? {
                drawn.push((*panel, markup));
            }
        }
    }
    let history = history(&mut tx, &row).await?;
    let mut ids: Vec<StaffId> = row.case.assigned_to.into_iter().collect();
    ids.extend(row.case.first_check.as_ref().map(|c| c.by));
    let names = people::names(&mut tx, &ids).await?;
    let ladder = ladder(&mut tx, &row).await?;
    let round = sqlx::query!("select title from rounds where id = $1", row.round.0).fetch_one(tx.sql()).await?.title;
    tx.commit().await?;
    cx.log_access(&row).await?;
    let desk = Desk {
        frame: dossier::frame(&edition, &row.frame),
        round,
        procedure: procedure.title.clone(),
        amounts: ladder,
        assignee: row.case.assigned_to.and_then(|s| names.get(&s).cloned()),
        actions: may(&row, cx.actor(), &terms, now),
        history,
        panels: drawn.into_iter().map(|(p, m)| (p.id, p.title, m)).collect(),
        check_within: procedure.flow.step(StepKind::Check).and_then(|s| s.within).map(Term::words),
        today: now.date(),
        csrf: cx.csrf(),
        row,
    };
    let number = desk.row.number.clone().unwrap_or_else(|| "番号なし".into());
    let title =
        if desk.row.root.is_some() { format!("{} {number}", desk.procedure) } else { format!("案件 {number}") };
    let mut page = cx.page(title, view::page(&desk)).wide().breadcrumb(vec![("案件一覧".into(), "/queue".into())]);
    if let Some(banner) = flash::banner(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

/// 申請 ≥ 採択 ≥ 交付決定 ≥ 確定, and what was paid: of the case, also on the desks of its later procedures.
async fn ladder(tx: &mut Tx, row: &CaseRow) -> Result<Vec<(String, Option<i64>)>, Fault> {
    let view = tx.life(row).await?;
    let Some(plan) = &view.edition.life else {
        return Ok(vec![("申請額".into(), row.case.requested), ("採択額".into(), row.case.adopted)]);
    };
    let step = |(id, label): (&String, &String)| (label.clone(), view.life.amounts.get(id).copied());
    let mut all: Vec<_> = plan.amounts.iter().map(step).collect();
    let posted = plan.sums.iter().filter_map(|(id, sum)| Some((sum.title.clone(), Some(*view.life.sums.get(id)?))));
    all.extend(posted);
    Ok(all)
}

/// Everything that happened, newest first.
async fn history(tx: &mut Tx, row: &CaseRow) -> Result<Vec<Done>, Fault> {
    let rows = sqlx::query!("select at, actor_name, body from events where case_id = $1 order by seq desc", row.id.0)
        .fetch_all(tx.sql())
        .await?;
    let mut events = Vec::new();
    for r in rows {
        let event: Event = serde_json::from_value(r.body)?;
        events.push((r.at, r.actor_name, event));
    }
    let given: Vec<StaffId> = events.iter().filter_map(|(_, _, e)| assigned(e)).collect();
    let names = people::names(tx, &given).await?;
    Ok(events
        .into_iter()
        .map(|(at, who, event)| {
            let name = assigned(&event).and_then(|s| names.get(&s).cloned());
            let what = match name {
                Some(name) => format!("担当者を{name}にしました"),
                None => event.sentence(),
            };
            Done { at, who, what }
        })
        .collect())
}

fn assigned(event: &Event) -> Option<StaffId> {
    match event {
        Event::Assigned { to } => *to,
        _ => None,
    }
}
