//! 影響: whom and what a change touches, counted when it is proposed and kept with the request.

use std::collections::BTreeMap;

use hojo_db::Tx;
use hojo_programme::{Change, Edition};
use hojo_web::Fault;
use serde::{Deserialize, Serialize};

use super::{Round, is_minor};

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// Drafts not handed in yet.
    pub drafts: i64,
    /// Cases handed in and not closed under the edition of now.
    pub running: i64,
    /// Of those, the ones that go forward with a minor version.
    pub forward: i64,
    /// Letters that are not delivered yet.
    pub letters: i64,
    /// Rules lowered now, which the newer edition does not lower by itself.
    pub lowered: i64,
    /// 部分 → number of changes.
    pub areas: BTreeMap<String, usize>,
}

pub async fn of(tx: &mut Tx, round: &Round, to: &str, changes: &[Change], new: &Edition) -> Result<Impact, Fault> {
    let counted = sqlx::query!(
        r#"select (select count(*) from filings f join cases c on c.id = f.case_id
                   where f.round_id = $1 and f.edition_id = $2 and f.state = 'draft' and c.position <> 'discarded') as "drafts!",
                  (select count(*) from letters l join cases c on c.id = l.case_id
                   where c.round_id = $1 and c.edition_id = $2 and l.state <> 'delivered') as "letters!",
                  (select count(*) from rule_lowerings where edition_id = $2 and approved_at is not null and ended_at is null) as "lowered!""#,
        round.id.0,
        round.edition
    )
    .fetch_one(tx.sql())
    .await?;
    let positions = positions(tx, round).await?;
    let forward = if is_minor(&round.edition, to) {
        positions.iter().filter(|(procedure, position, _)| stands(new, procedure, position)).map(|(.., n)| n).sum()
    } else {
        0
    };
    let mut areas = BTreeMap::new();
    for change in changes {
        *areas.entry(change.area.clone()).or_default() += 1;
    }
    Ok(Impact {
        drafts: counted.drafts,
        running: positions.iter().map(|(.., n)| n).sum(),
        forward,
        letters: counted.letters,
        lowered: counted.lowered,
        areas,
    })
}

/// Where the running cases of a round stand: procedure, position, how many.
async fn positions(tx: &mut Tx, round: &Round) -> Result<Vec<(String, String, i64)>, Fault> {
    let rows = sqlx::query!(
        r#"select procedure, position, count(*) as "n!" from cases
           where round_id = $1 and edition_id = $2 and position not in ('draft', 'discarded', 'withdrawn', 'closed')
           group by procedure, position"#,
        round.id.0,
        round.edition
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|r| (r.procedure, r.position, r.n)).collect())
}

/// Does a case of this procedure still have its place in the other edition?
pub fn stands(edition: &Edition, procedure: &str, position: &str) -> bool {
    use hojo_programme::StepKind as Step;
    let Some(procedure) = edition.procedure(procedure) else { return false };
    let has = |kind: Step| procedure.flow.step(kind).is_some();
    match position {
        "check" => has(Step::Check),
        "second_check" => procedure.flow.step(Step::Check).is_some_and(|step| step.eyes > 1),
        "returned" => procedure.flow.return_rule().is_some(),
        "examine" => has(Step::Examine),
        "decide" | "approve" => has(Step::Decide),
        "consult" => procedure.flow.step(Step::Decide).is_some_and(|step| step.agency.is_some()),
        _ => true,
    }
}
