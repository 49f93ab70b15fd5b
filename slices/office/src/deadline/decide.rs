//! 承認・却下: by another person than the proposer, on the page that shows what is proposed.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx, random};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{PublicId, StaffId};
use hojo_words::jst;
use serde_json::json;
use time::OffsetDateTime;

use super::propose::check;
use super::view::{notice_body, notice_title};
use super::{Round, load, refused, round};
use crate::common::{me, meanwhile, query::Address};

struct Waiting {
    id: uuid::Uuid,
    applicant: Option<uuid::Uuid>,
    closes_at: OffsetDateTime,
    proposed_by: StaffId,
    open: bool,
}

/// POST: approves or refuses.
pub async fn decide(cx: Cx<allow::MoveDeadline>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("round")?;
    let which: PublicId = cx.param("move")?;
    let mut tx = cx.tx().await?;
    let round = round(&mut tx, id, Mode::Write).await?;
    let now = tx.now().await?.utc();
    let me = me(cx.actor())?;
    let waiting = waiting(&mut tx, &round, which).await?;
    let approves = posted.get("decision") == "approve";
    if let Err(refusal) = may(&round, &waiting, me, approves, now) {
        let page = load(&cx, &mut tx, round, "", posted).await?;
        return Ok(refused(&cx, &page, &refusal));
    }
    if approves {
        approve(&mut tx, &round, &waiting, me, now).await?;
    } else {
        sqlx::query!("update deadline_moves set refused_at = $2 where id = $1", waiting.id, now)
            .execute(tx.sql())
            .await?;
    }
    let what = json!({ "approved": approves, "closes_at": jst::jst_text(waiting.closes_at), "one_applicant": waiting.applicant.is_some() });
    tx.log_operation(&cx.audit(), Permission::MoveDeadline, &format!("deadline:{which}"), Outcome::Done, what).await?;
    tx.commit().await?;
    let done = if approves { "approved" } else { "refused" };
    Ok(Reply::see_other(&Address::new(format!("/rounds/{id}/deadline")).with("done", done).text()))
}

async fn waiting(tx: &mut Tx, round: &Round, which: PublicId) -> Result<Waiting, Fault> {
    let r = sqlx::query!(
        "select id, applicant_id, closes_at, proposed_by, approved_at, refused_at from deadline_moves
         where public_id = $1 and round_id = $2 for update",
        which.uuid(),
        round.id.0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    Ok(Waiting {
        id: r.id,
        applicant: r.applicant_id,
        closes_at: r.closes_at,
        proposed_by: StaffId(r.proposed_by),
        open: r.approved_at.is_none() && r.refused_at.is_none(),
    })
}

/// Two people, an open proposal, and a moment that still makes sense. The proposer may take it back.
fn may(round: &Round, w: &Waiting, me: StaffId, approves: bool, now: OffsetDateTime) -> Result<(), Refusal> {
    if !w.open {
        return Err(Refusal::new(
            "DEADLINE-SETTLED",
            "この起案はすでに処理されています。",
            "下の履歴を確認してください。",
        ));
    }
    if !approves {
        return Ok(());
    }
    if w.proposed_by == me {
        return Err(Refusal::new("TWO-PEOPLE", "起案した人は承認できません。", "別の人に承認を依頼してください。"));
    }
    // The deadline in force may have changed since; only the announced one and the clock bind.
    check(&Round { closes_at: round.announced, ..round.clone() }, OffsetDateTime::UNIX_EPOCH, w.closes_at, now)
}

async fn approve(tx: &mut Tx, round: &Round, w: &Waiting, me: StaffId, now: OffsetDateTime) -> Result<(), Fault> {
    let done = sqlx::query!(
        "update deadline_moves set approved_by = $2, approved_at = $3 where id = $1 and approved_at is null and refused_at is null",
        w.id,
        me.0,
        now
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() != 1 {
        return Err(meanwhile("the proposal was settled"));
    }
    if w.applicant.is_some() {
        // One applicant's deadline is nobody else's business: it shows on their own pages only.
        return Ok(());
    }
    sqlx::query!(
        "insert into notices (id, site, level, title, body, shown_from, shown_to) values ($1, 'portal', 'warning', $2, $3, $4, $5)",
        random::key(),
        notice_title(round),
        notice_body(w.closes_at),
        now,
        w.closes_at.max(now)
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hojo_words::ids::RoundId;
    use time::macros::datetime;
    use uuid::Uuid;

    #[test]
    fn nobody_approves_their_own_proposal() {
        let round = Round {
            id: RoundId(Uuid::nil()),
            public_id: PublicId::from_bits(1),
            programme: "p".into(),
            title: "第1回".into(),
            opens_at: datetime!(2026-09-30 08:00 UTC),
            announced: datetime!(2026-10-30 09:00 UTC),
            closes_at: datetime!(2026-10-30 09:00 UTC),
        };
        let (proposer, other) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)));
        let w = Waiting {
            id: Uuid::nil(),
            applicant: None,
            closes_at: datetime!(2026-11-06 09:00 UTC),
            proposed_by: proposer,
            open: true,
        };
        let now = datetime!(2026-10-30 08:59 UTC);
        assert_eq!(may(&round, &w, proposer, true, now).expect_err("same person").code, "TWO-PEOPLE");
        assert!(may(&round, &w, proposer, false, now).is_ok(), "the proposer may take it back");
        assert!(may(&round, &w, other, true, now).is_ok());
        let late = datetime!(2026-11-07 00:00 UTC);
        assert_eq!(may(&round, &w, other, true, late).expect_err("past").code, "DEADLINE-RANGE");
        let settled = Waiting { open: false, ..w };
        assert_eq!(may(&round, &settled, other, true, now).expect_err("settled").code, "DEADLINE-SETTLED");
    }
}
