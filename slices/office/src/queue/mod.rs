//! 案件一覧: find cases, take them, give them to others, take the list along.

mod assign;
mod claim;
mod export;
mod filter;
mod rows;
mod view;

use hojo_access::{Permission, allow};
use hojo_programme::Edition;
use hojo_web::{Cx, Fault, Reply, ui};

pub use assign::assign;
pub use claim::claim;
pub use export::export;
pub use filter::{Assignee, Due, Filter, Positions, Sort};
pub use rows::SOON_DAYS;
pub use view::{LATE, due, state};

use crate::common::{flash, people};
use view::{Around, RoundChoice};

/// Rows on one page: with every name as long as allowed the page stays below 60 kB.
pub const PAGE: usize = 50;

/// The list, as its address says.
pub async fn show(cx: Cx<allow::ViewCase>) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let around = around(&mut tx, &cx).await?;
    let found = rows::page(&mut tx, &filter, crate::common::me(cx.actor())?, today, PAGE).await?;
    tx.commit().await?;
    let mut page = cx.page("案件一覧", view::page(&filter, &found, &around, today)).wide();
    if let Some(banner) = flash::banner(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

async fn around(tx: &mut hojo_db::Tx, cx: &Cx<allow::ViewCase>) -> Result<Around, Fault> {
    let rounds = sqlx::query!("select public_id, title, edition_id from rounds order by opens_at desc limit 50")
        .fetch_all(tx.sql())
        .await?;
    let (mut frames, mut procedures, mut standings) = (Vec::new(), Vec::new(), Vec::new());
    let mut choices = Vec::new();
    for r in rounds {
        let edition = tx.edition(&r.edition_id).await?;
        add_frames(&mut frames, &edition);
        add_procedures(&mut procedures, &edition);
        for (code, label) in edition.life.iter().flat_map(|life| &life.standings) {
            add(&mut standings, code, label);
        }
        choices.push(RoundChoice { id: hojo_words::ids::PublicId::from_uuid(r.public_id), title: r.title });
    }
    Ok(Around {
        rounds: choices,
        frames,
        procedures,
        standings,
        people: people::operators(tx).await?,
        csrf: cx.csrf(),
        may_claim: cx.actor().holds(Permission::CheckFiling),
        may_assign: cx.actor().holds(Permission::AssignCase),
        may_export: cx.actor().holds(Permission::ExportCases),
    })
}

fn add_procedures(procedures: &mut Vec<ui::Choice>, edition: &Edition) {
    for procedure in edition.procedures.values().filter(|p| !p.public) {
        add(procedures, &procedure.code, &procedure.title);
    }
}

fn add_frames(frames: &mut Vec<ui::Choice>, edition: &Edition) {
    let Some(list) = edition.frames() else { return };
    for (key, label) in &list.options {
        add(frames, key, label);
    }
}

/// The newest edition's word for a code stands.
fn add(list: &mut Vec<ui::Choice>, code: &str, label: &str) {
    if !list.iter().any(|known| known.value == code) {
        list.push(ui::Choice::new(code.to_owned(), label.to_owned()));
    }
}
