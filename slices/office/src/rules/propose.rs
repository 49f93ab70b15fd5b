//! 引下げの起案.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx, random};
use hojo_programme::Severity;
use hojo_web::ui::Problem;
use hojo_web::{Cx, Fault, Posted, Reply};
use serde_json::json;

use super::detail::{self, Page};
use super::{Ground, Lowered, ground, rule};
use crate::common::{me, query::Address, reason};

/// One proposal at a time for a rule: two people pressing at once wait for each other.
pub async fn lock(tx: &mut Tx, ground: &Ground, code: &str, mode: Mode) -> Result<(), Fault> {
    if mode == Mode::Write {
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 1))", format!("{}:{code}", ground.edition_id))
            .fetch_one(tx.sql())
            .await?;
    }
    Ok(())
}

/// POST: stores the proposal; nothing is in force until another person approves.
pub async fn propose(cx: Cx<allow::LowerRule>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let ground = ground(&mut tx, cx.param("round")?).await?;
    let (procedure, code): (String, String) = (cx.param("procedure")?, cx.param("rule")?);
    let (_, definition) = rule(&ground, &procedure, &code)?;
    lock(&mut tx, &ground, &code, cx.mode()).await?;
    let me = me(cx.actor())?;
    let page = detail::load(&mut tx, &ground, &procedure, &code, me).await?;
    let why = match may(definition.severity, &page.history).and_then(|()| reason(posted.get("reason"), 1_000)) {
        Ok(why) => why,
        Err(refusal) => return Ok(refused(&cx, Page { typed: posted, csrf: cx.csrf(), ..page }, &refusal)),
    };
    let base = page.base();
    let (id, at) = (random::public_id(), tx.now().await?.utc());
    sqlx::query!(
        "insert into rule_lowerings (id, public_id, edition_id, procedure, rule, reason, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        random::key(),
        id.uuid(),
        ground.edition_id,
        procedure,
        code,
        why,
        me.0,
        at
    )
    .execute(tx.sql())
    .await?;
    let what = json!({ "proposed": code, "procedure": procedure, "edition": ground.edition_id, "reason": why });
    tx.log_operation(&cx.audit(), Permission::LowerRule, &format!("rule:{id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(base).with("done", "proposed").text()))
}

pub fn refused(cx: &Cx<allow::LowerRule>, page: Page<'_>, refusal: &Refusal) -> Reply {
    let problem = Problem::general(format!("{} {}", refusal.message, refusal.advice));
    let title = format!("規則 {}", page.rule.code);
    Reply::refused(&detail::frame(cx.page(title, detail::view(&page))).problems(vec![problem]))
}

fn may(severity: Severity, history: &[Lowered]) -> Result<(), Refusal> {
    if severity != Severity::Stop {
        return Err(Refusal::new("LOWER-NOT-STOP", "この規則は提出を止めません。", "引き下げる必要はありません。"));
    }
    if history.iter().any(|l| l.is_open() || l.is_in_force()) {
        return Err(Refusal::new(
            "LOWER-ALREADY",
            "この規則は、すでに起案されているか、引き下げられています。",
            "下の「強さの引下げ」で今の状態を確認してください。",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::lowered;
    use super::*;

    #[test]
    fn only_stopping_rules_and_only_once() {
        assert!(may(Severity::Stop, &[]).is_ok());
        assert_eq!(may(Severity::Ask, &[]).expect_err("asks already").code, "LOWER-NOT-STOP");
        assert_eq!(may(Severity::Stop, &[lowered("R", 1)]).expect_err("open").code, "LOWER-ALREADY");
        let mut over = lowered("R", 1);
        over.refused_at = Some(over.proposed_at);
        assert!(may(Severity::Stop, &[over]).is_ok());
    }
}
