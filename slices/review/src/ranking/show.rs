//! The ranking as its address says.

use std::collections::BTreeMap;

use hojo_access::allow;
use hojo_case::Position;
use hojo_db::Tx;
use hojo_selection::{PassRule, RunInput, RunParameters, simulate};
use hojo_web::{Cx, Fault, Reply};
use hojo_words::ids::RoundId;

use super::filter::Filter;
use super::rows::{Scored, scored};
use super::view;
use crate::common::{self, pick};

/// Everything that is or was under review.
const SHOWN: [Position; 4] = [Position::Examine, Position::Decide, Position::Notify, Position::Closed];

/// Cases in the order of the ranking with their rank; those without a sheet stand last, without one.
pub async fn ranked(tx: &mut Tx, round: RoundId) -> Result<Vec<(Option<u32>, Scored)>, Fault> {
    let cases = scored(tx, round, &SHOWN).await?;
    // An exclusion was never reviewed; it is not part of a ranking.
    let cases: Vec<Scored> =
        cases.into_iter().filter(|c| c.sheets > 0 || c.position == "examine" || c.position == "decide").collect();
    order(cases)
}

fn order(cases: Vec<Scored>) -> Result<Vec<(Option<u32>, Scored)>, Fault> {
    let input = RunInput { cases: cases.iter().map(Scored::as_run_case).collect() };
    // No money and no floor: the order alone, by the same rule as every run.
    let parameters = RunParameters { pass: PassRule::Ignore, ..RunParameters::default() };
    let result = simulate(&input, &parameters).map_err(|e| Fault::Internal(e.to_string()))?;
    let mut by_key: BTreeMap<String, Scored> = cases.into_iter().map(|c| (c.public_id.to_string(), c)).collect();
    Ok(result.lines.iter().filter_map(|l| Some((l.rank, by_key.remove(&l.key)?))).collect())
}

pub async fn show(cx: Cx<allow::ViewScores>) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let rounds = pick(&mut tx, &filter.round).await?;
    let lines = match &rounds.chosen {
        Some(round) => ranked(&mut tx, round.id).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    let mut page = cx.page("採点・順位", view::page(&rounds, &filter, &lines, &cx.csrf())).wide();
    if let Some(banner) = common::done(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::case;
    use super::*;

    #[test]
    fn the_order_is_that_of_a_run() {
        let bare = Scored { score: None, sheets: 0, ..case(9, "0", 1) };
        let found = order(vec![case(1, "50", 5), bare, case(2, "60", 5), case(3, "50", 4)]).unwrap();
        let seen: Vec<_> = found.iter().map(|(rank, c)| (*rank, c.number.as_str())).collect();
        assert_eq!(seen, [(Some(1), "R1-0002"), (Some(2), "R1-0003"), (Some(3), "R1-0001"), (None, "R1-0009")]);
    }
}
