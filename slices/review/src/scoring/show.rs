//! The page of one assignment: the declaration first, then the application beside the sheet.

use hojo_access::allow;
use hojo_db::Tx;
use hojo_selection::Marks;
use hojo_web::ui::{self, Banner, Problem, Shell};
use hojo_web::{Cx, Fault, Markup, Reply};

use super::seat::{Seat, State};
use super::{declare_view, sheet_view};
use crate::common::{self, Opened, open};
use crate::meaning::{About, FormTables, Meaning};

pub async fn show(cx: Cx<allow::ReviewCase>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let seat = Seat::take(&cx, &mut tx).await?;
    let page = if seat.state == State::Assigned {
        declaration(&cx, &mut tx, &seat, "", vec![]).await?
    } else {
        page(&cx, &mut tx, &seat, Told::default()).await?
    };
    tx.commit().await?;
    cx.log_access(&seat.row).await?;
    Ok(Reply::page(&page))
}

/// What a post has to say when the page is shown again.
#[derive(Default)]
pub struct Told {
    pub problems: Vec<Problem>,
    pub banner: Option<Banner>,
    pub above: Option<Markup>,
    /// What was typed, where it was not stored.
    pub typed: Option<Marks>,
}

/// The application beside the sheet.
pub async fn page(cx: &Cx<allow::ReviewCase>, tx: &mut Tx, seat: &Seat, told: Told) -> Result<Shell, Fault> {
    let (opened, spec) = seat.application(tx).await?;
    let sheet = seat.sheet(tx).await?;
    let marks = told.typed.as_ref().unwrap_or(&sheet.stored.marks);
    let scene = sheet_view::Scene {
        seat,
        procedure: &opened.procedure,
        spec: &spec,
        marks,
        version: sheet.version,
        saved_at: sheet.saved_at,
        csrf: &cx.csrf(),
    };
    let tools = hojo_web::html! { @if let Some(above) = &told.above { (above) } (sheet_view::sheet(&scene)) };
    let body = ui::desk("申請の内容", &sheet_view::application(seat, &opened), "採点表", &tools);
    let mut page = cx
        .page(format!("審査：{}", seat.row.title), body)
        .breadcrumb(vec![("担当の審査".into(), "/review".into())])
        .problems(told.problems)
        .wide();
    if let Some(banner) = told.banner.or_else(|| common::done(cx.query("done"))) {
        page = page.banner(&banner);
    }
    Ok(page)
}

/// The page that stands before the application.
pub async fn declaration(
    cx: &Cx<allow::ReviewCase>,
    tx: &mut Tx,
    seat: &Seat,
    reason: &str,
    problems: Vec<Problem>,
) -> Result<Shell, Fault> {
    let opened = open(tx, &seat.row).await?;
    let about = about(&opened)?;
    let frame = common::frame(&opened.edition, &seat.row.frame);
    let body = declare_view::declaration(seat, &about, &frame, reason, &cx.csrf());
    let way = vec![("担当の審査".into(), "/review".into())];
    Ok(cx.page("利益相反の確認", body).breadcrumb(way).problems(problems))
}

fn about(opened: &Opened) -> Result<About, Fault> {
    let meaning = Meaning::of(&opened.edition, &opened.procedure)?;
    let tables = FormTables::of(&meaning, &opened.procedure.form);
    Ok(About::of(&meaning, &opened.edition, &tables, &opened.answers))
}
