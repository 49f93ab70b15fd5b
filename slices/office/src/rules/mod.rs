//! 申請要件の規則: what is checked, whom it stops now, and lowering a `stop` to `ask` by two people, in force
//! with the next request. A rule that is wrong on deadline day must not lock anybody out.

mod affected;
mod decide;
mod detail;
mod list;
mod propose;

use hojo_db::Tx;
use hojo_programme::{Edition, Procedure, Rule, Severity};
use hojo_web::Fault;
use hojo_words::ids::{PublicId, RoundId, StaffId};
use std::sync::Arc;
use time::OffsetDateTime;

pub use decide::decide;
pub use detail::show;
pub use list::list;
pub use propose::propose;

/// The edition a round runs on.
#[derive(Clone)]
pub struct Ground {
    pub round: RoundId,
    pub public_id: PublicId,
    pub edition_id: String,
    pub edition: Arc<Edition>,
}

/// One lowering, proposed, in force or over.
#[derive(Clone, Debug)]
pub struct Lowered {
    pub public_id: PublicId,
    pub procedure: String,
    pub rule: String,
    pub reason: String,
    pub proposed_by: StaffId,
    pub proposer: String,
    pub proposed_at: OffsetDateTime,
    pub approver: Option<String>,
    pub approved_at: Option<OffsetDateTime>,
    pub refused_at: Option<OffsetDateTime>,
    pub ended_at: Option<OffsetDateTime>,
}

impl Lowered {
    pub fn is_open(&self) -> bool {
        self.approved_at.is_none() && self.refused_at.is_none() && self.ended_at.is_none()
    }

    pub fn is_in_force(&self) -> bool {
        self.approved_at.is_some() && self.ended_at.is_none()
    }
}

/// The word for a strength.
pub fn strength(severity: Severity) -> &'static str {
    match severity {
        Severity::Stop => "提出できない",
        Severity::Ask => "確認を求める",
        Severity::Note => "お知らせ",
    }
}

pub async fn ground(tx: &mut Tx, id: PublicId) -> Result<Ground, Fault> {
    let r = sqlx::query!("select id, edition_id from rounds where public_id = $1", id.uuid())
        .fetch_optional(tx.sql())
        .await?
        .ok_or(Fault::NotFound)?;
    tx.check_round(RoundId(r.id))?;
    let edition = tx.edition(&r.edition_id).await?;
    Ok(Ground { round: RoundId(r.id), public_id: id, edition_id: r.edition_id, edition })
}

/// A rule of the address.
pub fn rule<'g>(ground: &'g Ground, procedure: &str, code: &str) -> Result<(&'g Arc<Procedure>, &'g Rule), Fault> {
    let procedure = ground.edition.procedure(procedure).ok_or(Fault::NotFound)?;
    Ok((procedure, procedure.rules.get(code).ok_or(Fault::NotFound)?))
}

pub async fn lowerings(tx: &mut Tx, edition: &str) -> Result<Vec<Lowered>, Fault> {
    let rows = sqlx::query!(
        r#"select l.public_id, l.procedure, l.rule, l.reason, l.proposed_by, p.name as proposer, l.proposed_at,
                  s.name as "approver?", l.approved_at, l.refused_at, l.ended_at
           from rule_lowerings l join staff p on p.id = l.proposed_by left join staff s on s.id = l.approved_by
           where l.edition_id = $1 order by l.proposed_at desc limit 500"#,
        edition
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Lowered {
            public_id: PublicId::from_uuid(r.public_id),
            procedure: r.procedure,
            rule: r.rule,
            reason: r.reason,
            proposed_by: StaffId(r.proposed_by),
            proposer: r.proposer,
            proposed_at: r.proposed_at,
            approver: r.approver,
            approved_at: r.approved_at,
            refused_at: r.refused_at,
            ended_at: r.ended_at,
        })
        .collect())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use time::macros::datetime;
    use uuid::Uuid;

    pub fn ground() -> Ground {
        Ground {
            round: RoundId(Uuid::nil()),
            public_id: PublicId::from_bits(1),
            edition_id: "e@1.0".into(),
            edition: crate::examining::tests::edition(),
        }
    }

    pub fn lowered(rule: &str, by: u128) -> Lowered {
        Lowered {
            public_id: PublicId::from_bits(9),
            procedure: "application".into(),
            rule: rule.into(),
            reason: "実際の中小企業者が申請できないため".into(),
            proposed_by: StaffId(Uuid::from_u128(by)),
            proposer: "佐藤".into(),
            proposed_at: datetime!(2026-10-29 00:00 UTC),
            approver: None,
            approved_at: None,
            refused_at: None,
            ended_at: None,
        }
    }
}
