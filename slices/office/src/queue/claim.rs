//! 担当になる: one case or many, as long as nobody else has them.

use hojo_access::{Permission, allow};
use hojo_case::{Command, decide};
use hojo_db::Mode;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;

use super::filter::Filter;
use crate::common::{dossier, me, party, query::Address};

/// More than a page shows cannot be ticked.
const MOST: usize = 200;

/// The cases ticked on the list, each once, in one order for everybody, so that two people who
/// take overlapping lists wait for each other instead of deadlocking.
pub fn ticked(posted: &Posted) -> Vec<PublicId> {
    let mut ids: Vec<PublicId> = posted.all("case").iter().filter_map(|v| v.parse().ok()).collect();
    ids.sort();
    ids.dedup();
    ids.truncate(MOST);
    ids
}

/// Where the person came from: the list as it was, or the case.
pub fn back(posted: &Posted, done: &str) -> String {
    if let Ok(case) = posted.get("desk").parse::<PublicId>() {
        return Address::new(format!("/cases/{case}")).with("done", done).text();
    }
    let filter = Filter::read(|name| posted.get(name).to_owned());
    let mut url = Address::new("/queue");
    for (name, value) in filter.pairs() {
        url = url.with(name, &value);
    }
    url.with("done", done).text()
}

pub async fn claim(cx: Cx<allow::CheckFiling>, posted: Posted) -> Result<Reply, Fault> {
    let me = me(cx.actor())?;
    let mut tx = cx.tx().await?;
    let now = tx.now().await?;
    let mut taken = 0_u32;
    for id in ticked(&posted) {
        let (permit, row) = tx.case::<allow::CheckFiling>(id, Mode::Write).await?;
        // Taking a case out of somebody's hands is giving it, which needs that permission.
        let free = row.case.assigned_to.is_none() || cx.actor().holds_in(Permission::AssignCase, row.round);
        if !free || row.filed_at.is_none() {
            continue;
        }
        let (_, _, _, terms) = dossier::terms(&mut tx, &row).await?;
        let command = Command::Assign { to: Some(me) };
        if let Ok(events) = decide(&row.case, party(cx.actor())?, command, &terms, now)
            && !events.is_empty()
        {
            tx.record(&permit, &row, &events, &terms, &cx.audit()).await?;
            taken += 1;
        }
    }
    tx.commit().await?;
    Ok(Reply::see_other(&back(&posted, &format!("claimed-{taken}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticked_cases_come_once_and_in_order() {
        let id = |n| PublicId::from_bits(n).to_string();
        let posted = Posted(vec![
            ("case".into(), id(9)),
            ("case".into(), "../etc".into()),
            ("case".into(), id(3)),
            ("case".into(), id(9)),
        ]);
        assert_eq!(ticked(&posted), [PublicId::from_bits(3), PublicId::from_bits(9)]);
    }

    #[test]
    fn the_way_back_is_always_ours() {
        let posted = Posted(vec![("desk".into(), "//evil.example".into()), ("who".into(), "none".into())]);
        assert_eq!(back(&posted, "claimed-1"), "/queue?who=none&done=claimed-1");
        let posted = Posted(vec![("desk".into(), PublicId::from_bits(1).to_string())]);
        assert!(back(&posted, "claimed-1").starts_with("/cases/"));
    }
}
