//! One case: who holds it, who could, who could not and why.

use hojo_access::{Permission, allow};
use hojo_case::{Position, Refusal};
use hojo_db::{CaseRow, Outcome, Tx};
use hojo_selection::conflict;
use hojo_web::ui::Problem;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{CaseId, PublicId};
use serde_json::json;

use super::store::{self, InReview, Terms, is_live};
use super::{conflict_words, view};
use crate::common::{self, me};
use crate::reviewers::{Person, reviewers};

pub async fn show(cx: Cx<allow::AssignReviewer>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::AssignReviewer>(cx.param("case")?, cx.mode()).await?;
    let page = page(&cx, &mut tx, &row, None).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    Ok(Reply::page(&page))
}

async fn page(
    cx: &Cx<allow::AssignReviewer>,
    tx: &mut Tx,
    row: &CaseRow,
    refusal: Option<&Refusal>,
) -> Result<hojo_web::ui::Shell, Fault> {
    let case = case(tx, row.id).await?;
    let people = reviewers(tx).await?;
    let body = view::one(&case, row.position(), &candidates(&case, &people), &cx.csrf());
    let way = vec![("審査の割当て".to_owned(), "/assignments".to_owned())];
    let mut page = cx.page(format!("審査員の割当て：{}", case.number), body).breadcrumb(way).wide();
    if let Some(r) = refusal {
        page = page.problems(vec![Problem::general(r.to_string())]);
    } else if let Some(banner) = common::done(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(page)
}

async fn case(tx: &mut Tx, id: CaseId) -> Result<InReview, Fault> {
    store::in_review(tx, None, Some(id)).await?.pop().ok_or(Fault::NotFound)
}

/// A reviewer beside a case.
pub struct Candidate<'a> {
    pub person: &'a Person,
    /// Why not; none when the person can be assigned.
    pub barrier: Option<Refusal>,
}

/// Everybody who does not hold the case, possible ones first, least load first.
pub fn candidates<'a>(case: &InReview, people: &'a [Person]) -> Vec<Candidate<'a>> {
    let live = |p: &Person| case.held.iter().any(|h| h.reviewer.0 == p.public_id && is_live(&h.state));
    let mut all: Vec<Candidate> =
        people.iter().filter(|p| !live(p)).map(|person| Candidate { person, barrier: barrier(case, person) }).collect();
    all.sort_by_key(|c| (c.barrier.is_some(), c.person.load, c.person.name.clone()));
    all
}

/// Why this person cannot take this case. A reviewer who was taken off it may get it back by hand;
/// one who declared a conflict may not.
pub fn barrier(case: &InReview, person: &Person) -> Option<Refusal> {
    let refuse = |code, message: String, advice: &str| Some(Refusal::new(code, message, advice));
    if !person.is_active {
        return refuse(
            "REVIEWER-CLOSED",
            "この審査員のアカウントは利用停止中です。".into(),
            "別の審査員を選んでください。",
        );
    }
    if case.held.iter().any(|h| h.reviewer.0 == person.public_id && h.state == "recused") {
        return refuse(
            "REVIEWER-RECUSED",
            "この審査員は、この案件について利益相反を申告しています。".into(),
            "別の審査員を選んでください。",
        );
    }
    if let Some(found) = conflict(&case.need(), &person.all_ties()) {
        let why = conflict_words(&found, &case.about.prefecture.1);
        return refuse(
            "REVIEWER-CONFLICT",
            format!("この審査員は、この案件の利益相反に当たります。{why}"),
            "別の審査員を選んでください。",
        );
    }
    if person.capacity.is_some_and(|c| person.load >= c) {
        return refuse(
            "REVIEWER-FULL",
            "この審査員は担当件数の上限に達しています。".into(),
            "別の審査員を選ぶか、審査員の画面で上限を見直してください。",
        );
    }
    None
}

pub async fn assign(cx: Cx<allow::AssignReviewer>, posted: Posted) -> Result<Reply, Fault> {
    let wanted: PublicId = posted.get("reviewer").parse().map_err(|_| Fault::NotFound)?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::AssignReviewer>(cx.param("case")?, cx.mode()).await?;
    let case = case(&mut tx, row.id).await?;
    let people = reviewers(&mut tx).await?;
    let person = people.iter().find(|p| p.public_id == wanted).ok_or(Fault::NotFound)?;
    let refusal = in_examination(&row).or_else(|| no_place(&case)).or_else(|| barrier(&case, person));
    if let Some(refusal) = refusal {
        let page = page(&cx, &mut tx, &row, Some(&refusal)).await?;
        return Ok(Reply::refused(&page));
    }
    let today = tx.now().await?.date();
    let due = Terms::load(&mut tx, &row.edition).await?.and_then(|t| t.due(today));
    let placed = store::place(&mut tx, &[(&case, person.id)], me(cx.actor())?, due).await?;
    log(&cx, &mut tx, &row, json!({ "assigned": wanted, "placed": placed })).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/assignments/{}?done=assigned", row.public_id)))
}

fn in_examination(row: &CaseRow) -> Option<Refusal> {
    (row.position() != Position::Examine).then(|| {
        Refusal::new(
            "CASE-WRONG-POSITION",
            format!("この案件は現在「{}」のため、審査員を変更できません。", row.position().label()),
            "審査中の案件だけを割り当てられます。",
        )
    })
}

fn no_place(case: &InReview) -> Option<Refusal> {
    (case.missing() == 0).then(|| {
        Refusal::new(
            "REVIEWERS-COMPLETE",
            format!("この案件にはすでに{}名が割り当てられています。", case.live()),
            "入れ替える場合は、先に割当てを解除してください。",
        )
    })
}

pub async fn withdraw(cx: Cx<allow::AssignReviewer>, posted: Posted) -> Result<Reply, Fault> {
    let assignment: PublicId = posted.get("assignment").parse().map_err(|_| Fault::NotFound)?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::AssignReviewer>(cx.param("case")?, cx.mode()).await?;
    let done = sqlx::query!(
        "update assignments set state = 'withdrawn' where public_id = $1 and case_id = $2 and state in ('assigned', 'declared')",
        assignment.uuid(),
        row.id.0
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 0 {
        let refusal = Refusal::new(
            "ASSIGNMENT-NOT-OPEN",
            "この割当ては解除できません。",
            "採点が確定した割当てや、忌避・解除済みの割当ては変更できません。",
        );
        let page = page(&cx, &mut tx, &row, Some(&refusal)).await?;
        return Ok(Reply::refused(&page));
    }
    log(&cx, &mut tx, &row, json!({ "withdrawn": assignment })).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/assignments/{}?done=withdrawn", row.public_id)))
}

async fn log(cx: &Cx<allow::AssignReviewer>, tx: &mut Tx, row: &CaseRow, what: serde_json::Value) -> Result<(), Fault> {
    let object = format!("case:{}", row.public_id);
    Ok(tx.log_operation(&cx.audit(), Permission::AssignReviewer, &object, Outcome::Done, what).await?)
}
