//! 引下げの承認・却下・終了.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Outcome, Tx};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{PublicId, StaffId};
use serde_json::json;
use time::OffsetDateTime;

use super::detail::{self, Page};
use super::propose::{lock, refused};
use super::{Lowered, ground};
use crate::common::{me, meanwhile, query::Address};

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    Approve,
    Refuse,
    End,
}

/// POST.
pub async fn decide(cx: Cx<allow::LowerRule>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let ground = ground(&mut tx, cx.param("round")?).await?;
    let (procedure, code): (String, String) = (cx.param("procedure")?, cx.param("rule")?);
    lock(&mut tx, &ground, &code, cx.mode()).await?;
    let me = me(cx.actor())?;
    let page = detail::load(&mut tx, &ground, &procedure, &code, me).await?;
    let (which, wanted) = match may(&page.history, &posted, me) {
        Ok(found) => found,
        Err(refusal) => return Ok(refused(&cx, Page { csrf: cx.csrf(), ..page }, &refusal)),
    };
    let base = page.base();
    let now = tx.now().await?.utc();
    carry_out(&mut tx, which, wanted, me, now).await?;
    let (done, verb) = match wanted {
        Wanted::Approve => ("approved", "approved"),
        Wanted::Refuse => ("refused", "refused"),
        Wanted::End => ("ended", "ended"),
    };
    let what = json!({ "decision": verb, "rule": code, "procedure": procedure, "edition": ground.edition_id });
    tx.log_operation(&cx.audit(), Permission::LowerRule, &format!("rule:{which}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(base).with("done", done).text()))
}

/// Two people approve; the proposer may take a proposal back; one person may end a lowering, because
/// that only puts back what the edition says.
fn may(history: &[Lowered], posted: &Posted, me: StaffId) -> Result<(PublicId, Wanted), Refusal> {
    let settled =
        || Refusal::new("LOWER-SETTLED", "この起案はすでに処理されています。", "今の状態を確認してください。");
    let id: PublicId = posted.get("lowering").parse().map_err(|_| settled())?;
    let found = history.iter().find(|l| l.public_id == id).ok_or_else(settled)?;
    match posted.get("decision") {
        "approve" if !found.is_open() => Err(settled()),
        "approve" if found.proposed_by == me => {
            Err(Refusal::new("TWO-PEOPLE", "起案した人は承認できません。", "別の人に承認を依頼してください。"))
        }
        "approve" => Ok((id, Wanted::Approve)),
        "refuse" if found.is_open() => Ok((id, Wanted::Refuse)),
        "end" if found.is_in_force() => Ok((id, Wanted::End)),
        _ => Err(settled()),
    }
}

async fn carry_out(
    tx: &mut Tx,
    which: PublicId,
    wanted: Wanted,
    me: StaffId,
    now: OffsetDateTime,
) -> Result<(), Fault> {
    let done = match wanted {
        Wanted::Approve => sqlx::query!(
            "update rule_lowerings set approved_by = $2, approved_at = $3
             where public_id = $1 and approved_at is null and refused_at is null",
            which.uuid(),
            me.0,
            now
        )
        .execute(tx.sql())
        .await?,
        Wanted::Refuse => sqlx::query!(
            "update rule_lowerings set refused_at = $2 where public_id = $1 and approved_at is null and refused_at is null",
            which.uuid(),
            now
        )
        .execute(tx.sql())
        .await?,
        Wanted::End => sqlx::query!(
            "update rule_lowerings set ended_at = $2 where public_id = $1 and approved_at is not null and ended_at is null",
            which.uuid(),
            now
        )
        .execute(tx.sql())
        .await?,
    };
    if done.rows_affected() == 1 { Ok(()) } else { Err(meanwhile("the lowering was settled")) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::lowered;
    use super::*;
    use uuid::Uuid;

    #[test]
    fn two_people_lower_and_one_may_raise_again() {
        let open = lowered("R", 1);
        let posted = |decision: &str| {
            Posted(vec![("lowering".into(), open.public_id.to_string()), ("decision".into(), decision.into())])
        };
        let (proposer, other) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)));
        let list = [open.clone()];
        assert_eq!(may(&list, &posted("approve"), proposer).expect_err("same person").code, "TWO-PEOPLE");
        assert_eq!(may(&list, &posted("approve"), other).expect("two people").1, Wanted::Approve);
        assert_eq!(may(&list, &posted("refuse"), proposer).expect("taken back").1, Wanted::Refuse);
        assert_eq!(may(&list, &posted("end"), other).expect_err("not in force").code, "LOWER-SETTLED");
        let mut on = open.clone();
        on.approved_at = Some(on.proposed_at);
        assert_eq!(may(&[on.clone()], &posted("end"), proposer).expect("ends").1, Wanted::End);
        assert_eq!(may(&[on], &posted("approve"), other).expect_err("settled").code, "LOWER-SETTLED");
        assert_eq!(may(&[], &posted("approve"), other).expect_err("unknown").code, "LOWER-SETTLED");
    }
}
