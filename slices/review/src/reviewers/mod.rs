//! 審査員: who scores, how much each can take, and what each must be kept away from.

mod limit;
mod people;
mod ties;
mod view;

use hojo_access::allow;
use hojo_web::ui::Problem;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::ids::PublicId;

pub use limit::set_capacity;
pub use people::{Person, reviewers};
pub use ties::{add_tie, remove_tie};

use crate::common;

pub async fn list(cx: Cx<allow::AssignReviewer>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let people = reviewers(&mut tx).await?;
    tx.commit().await?;
    Ok(Reply::page(&cx.page("審査員", view::list(&people)).wide()))
}

pub async fn show(cx: Cx<allow::AssignReviewer>) -> Result<Reply, Fault> {
    let page = page(&cx, &view::Typed::default(), vec![]).await?;
    Ok(Reply::page(&page))
}

/// The page of one reviewer, with what was typed when something was wrong with it.
async fn page(
    cx: &Cx<allow::AssignReviewer>,
    typed: &view::Typed,
    problems: Vec<Problem>,
) -> Result<hojo_web::ui::Shell, Fault> {
    let id: PublicId = cx.param("reviewer")?;
    let mut tx = cx.tx().await?;
    let person = person(&mut tx, id).await?;
    let places = people::prefectures(&mut tx).await?;
    let work = people::work(&mut tx, person.id).await?;
    tx.commit().await?;
    let body = view::one(&person, &work, &places, typed, &cx.csrf());
    let mut page = cx
        .page(format!("審査員：{}", person.name), body)
        .breadcrumb(vec![("審査員".into(), "/reviewers".into())])
        .problems(problems);
    if let Some(banner) = common::done(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(page)
}

async fn person(tx: &mut hojo_db::Tx, id: PublicId) -> Result<Person, Fault> {
    reviewers(tx).await?.into_iter().find(|p| p.public_id == id).ok_or(Fault::NotFound)
}
