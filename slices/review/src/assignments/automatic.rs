//! 自動割当て: shown first, then carried out exactly as shown.

use std::collections::BTreeMap;

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_selection::{Assignment, Reviewer, assign, sha256_of};
use hojo_web::ui::{self, Tone};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::RoundId;
use serde_json::json;

use super::store::{self, InReview, Terms};
use super::view;
use crate::common::{Round, me, pick};
use crate::reviewers::{Person, reviewers};

/// What the machine proposes, with what it was made from.
pub struct Proposal {
    pub cases: Vec<InReview>,
    pub people: Vec<Person>,
    pub result: Assignment,
    /// Of the placements: what was seen must be what is carried out.
    pub hash: String,
}

impl Proposal {
    async fn make(tx: &mut Tx, round: RoundId) -> Result<Self, Fault> {
        let cases = store::in_review(tx, Some(round), None).await?;
        let people = reviewers(tx).await?;
        let able: Vec<Reviewer> = people.iter().filter(|p| p.is_active).map(Person::as_reviewer).collect();
        let needs: Vec<_> = cases.iter().filter(|c| c.missing() > 0).map(InReview::need).collect();
        let result = assign(&needs, &able);
        let hash = sha256_of(&result.placements)?;
        Ok(Self { cases, people, result, hash })
    }
}

async fn round(tx: &mut Tx, wanted: &str) -> Result<Round, Fault> {
    pick(tx, wanted).await?.chosen.ok_or(Fault::NotFound)
}

pub async fn preview(cx: Cx<allow::AssignReviewer>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let round = round(&mut tx, cx.query("round")).await?;
    let proposal = Proposal::make(&mut tx, round.id).await?;
    tx.commit().await?;
    Ok(Reply::page(&page(&cx, &round, &proposal)))
}

fn page(cx: &Cx<allow::AssignReviewer>, round: &Round, proposal: &Proposal) -> ui::Shell {
    let way = vec![("審査の割当て".into(), format!("/assignments?round={}", round.public_id))];
    cx.page("自動割当ての案", view::proposal(round, proposal, &cx.csrf())).breadcrumb(way).wide()
}

pub async fn commit(cx: Cx<allow::AssignReviewer>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let round = round(&mut tx, posted.get("round")).await?;
    // Nobody else assigns in this round until we are done; the order keeps two such locks apart.
    sqlx::query!(
        "select id from cases where round_id = $1 and position = 'examine' order by id for no key update",
        round.id.0
    )
    .fetch_all(tx.sql())
    .await?;
    let proposal = Proposal::make(&mut tx, round.id).await?;
    if proposal.hash != posted.get("hash") {
        tx.commit().await?;
        let banner = ui::banner(Tone::Warn, "案を見ている間に、案件又は審査員の状況が変わりました")
            .body(
                hojo_web::html! { p { "まだ何も割り当てていません。新しい案を確認して、もう一度確定してください。" } },
            )
            .announce();
        return Ok(Reply::refused(&page(&cx, &round, &proposal).banner(&banner)));
    }
    let placed = carry_out(&cx, &mut tx, &round, &proposal).await?;
    let what = json!({ "round": round.public_id, "placed": placed, "short": proposal.result.short.len(), "hash": proposal.hash });
    tx.log_operation(&cx.audit(), Permission::AssignReviewer, "assignments", Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/assignments?round={}&done=automatic", round.public_id)))
}

async fn carry_out(cx: &Cx<allow::AssignReviewer>, tx: &mut Tx, round: &Round, p: &Proposal) -> Result<u64, Fault> {
    let cases: BTreeMap<String, &InReview> = p.cases.iter().map(|c| (c.public_id.to_string(), c)).collect();
    let people: BTreeMap<String, &Person> = p.people.iter().map(|r| (r.public_id.to_string(), r)).collect();
    let pairs: Vec<_> =
        p.result.placements.iter().filter_map(|x| Some((*cases.get(&x.case)?, people.get(&x.reviewer)?.id))).collect();
    let today = tx.now().await?.date();
    let due = Terms::load(tx, &round.edition).await?.and_then(|t| t.due(today));
    store::place(tx, &pairs, me(cx.actor())?, due).await
}
