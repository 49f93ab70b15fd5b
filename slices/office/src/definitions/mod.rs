//! 制度定義: what the edition says, readable by whoever runs the programme: dates, tables, forms as applicants
//! meet them, flow, checklists, letters.

mod flow;
mod form;
mod view;

use hojo_access::allow;
use hojo_web::ui;
use hojo_web::{Cx, Fault, Reply, html};
use hojo_words::ids::PublicId;

use crate::rules::ground;

pub use form::preview;

/// GET: the rounds and their editions.
pub async fn list(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let rows = sqlx::query!(
        "select r.public_id, r.title, e.version, e.hash, e.published_by, e.approved_by, e.effective_at
         from rounds r join editions e on e.id = r.edition_id order by r.opens_at desc limit 100"
    )
    .fetch_all(tx.sql())
    .await?;
    tx.commit().await?;
    let mut table = ui::data_table(
        "公募回と版",
        vec![
            ui::column("公募回"),
            ui::column("版"),
            ui::column("公開した人・承認した人"),
            ui::column("有効になった日時").holds(ui::Holds::Date),
            ui::column("版のハッシュ"),
        ],
    )
    .quiet_caption()
    .empty(html! { p { "公開された版がまだありません。" } });
    for r in rows {
        let id = PublicId::from_uuid(r.public_id);
        table = table.row(vec![
            html! { a href={ "/definitions/" (id) } { (r.title) } },
            html! { (r.version) },
            html! { (r.published_by) "・" (r.approved_by) },
            html! { (ui::date_time(r.effective_at)) },
            html! { code { (r.hash.get(..16).unwrap_or(&r.hash)) "…" } },
        ]);
    }
    Ok(Reply::page(&cx.page("制度定義", html! { (table) })))
}

/// GET: one edition.
pub async fn edition(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let ground = ground(&mut tx, cx.param("round")?).await?;
    let own = tx.round_dates(ground.round).await?;
    tx.commit().await?;
    let shell = cx
        .page(
            ground.edition.title.clone(),
            view::edition(&ground.edition, &own, &format!("/definitions/{}", ground.public_id)),
        )
        .breadcrumb(vec![("制度定義".into(), "/definitions".into())])
        .wide();
    Ok(Reply::page(&shell))
}

/// GET: one procedure of an edition.
pub async fn procedure(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let ground = ground(&mut tx, cx.param("round")?).await?;
    let code: String = cx.param("procedure")?;
    let now = tx.now().await?;
    tx.commit().await?;
    let procedure = ground.edition.procedure(&code).ok_or(Fault::NotFound)?;
    let body = view::procedure(&ground, procedure, now);
    let shell = cx
        .page(procedure.title.clone(), body)
        .breadcrumb(vec![
            ("制度定義".into(), "/definitions".into()),
            (ground.edition.title.clone(), format!("/definitions/{}", ground.public_id)),
        ])
        .wide();
    Ok(Reply::page(&shell))
}
