//! 影響: whom and what a change touches, counted when it is proposed and kept with the request.

use std::collections::BTreeMap;

use hojo_db::Tx;
use hojo_programme::{Change, Edition};
use hojo_web::Fault;
use serde::{Deserialize, Serialize};

use super::{Round, drafts, is_minor};

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// Drafts not handed in yet.
    pub drafts: i64,
    /// Cases handed in and not closed, under the edition of now or an earlier one.
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
        r#"select (select count(*) from letters l join cases c on c.id = l.case_id
                   where c.round_id = $1 and c.edition_id <> $3 and l.state <> 'delivered') as "letters!",
                  (select count(*) from rule_lowerings where edition_id = $2 and approved_at is not null and ended_at is null) as "lowered!""#,
        round.id.0,
        round.edition,
        to
    )
    .fetch_one(tx.sql())
    .await?;
    let standing = standing(tx, round, to).await?;
    let goes = |case: &&Standing| case.of_now && stands(new, &case.procedure, &case.position);
    let forward = if is_minor(&round.edition, to) { standing.iter().filter(goes).map(|case| case.n).sum() } else { 0 };
    let mut areas = BTreeMap::new();
    for change in changes {
        *areas.entry(change.area.clone()).or_default() += 1;
    }
    Ok(Impact {
        drafts: drafts::count(tx, round.id, to).await?,
        running: standing.iter().map(|case| case.n).sum(),
        forward,
        letters: counted.letters,
        lowered: counted.lowered,
        areas,
    })
}

/// So many running cases that stand at one place.
struct Standing {
    procedure: String,
    position: String,
    /// Under the edition of now; the others stayed behind at an earlier change and stay.
    of_now: bool,
    n: i64,
}

async fn standing(tx: &mut Tx, round: &Round, to: &str) -> Result<Vec<Standing>, Fault> {
    let rows = sqlx::query_as!(
        Standing,
        r#"select procedure, position, edition_id = $2 as "of_now!", count(*) as "n!" from cases
           where round_id = $1 and edition_id <> $3 and position not in ('draft', 'discarded', 'withdrawn', 'closed')
           group by procedure, position, edition_id = $2"#,
        round.id.0,
        round.edition,
        to
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows)
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
