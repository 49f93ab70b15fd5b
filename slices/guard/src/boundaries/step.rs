//! One change of a boundary. It is carried out at once, unless it would shut out whoever makes it: then it waits for a
//! second person.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Outcome, Tx, random};
use hojo_web::{Cx, Fault};
use hojo_words::ids::PublicId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::typed::{clock, days};
use crate::common::me;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Step {
    NetworkAdd {
        kind: String,
        name: String,
        range: String,
        vpn: bool,
        environment: String,
        place: String,
        #[serde(with = "time::serde::rfc3339")]
        from: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339::option")]
        to: Option<OffsetDateTime>,
    },
    NetworkEnd {
        id: Uuid,
        name: String,
    },
    WindowAdd {
        staff: Uuid,
        person: String,
        purpose: String,
        days: i32,
        start: i32,
        end: i32,
        #[serde(with = "time::serde::rfc3339")]
        from: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339::option")]
        to: Option<OffsetDateTime>,
    },
    WindowEnd {
        id: Uuid,
        person: String,
        about: String,
    },
}

pub fn purpose(code: &str) -> &'static str {
    if code == "vpn" { "VPN" } else { "事務局サイト" }
}

impl Step {
    /// For pages and the log.
    pub fn words(&self) -> String {
        match self {
            Self::NetworkAdd { name, range, .. } => format!("接続元の追加：{name}（{range}）"),
            Self::NetworkEnd { name, .. } => format!("接続元の終了：{name}"),
            Self::WindowAdd { person, purpose: p, days: d, start, end, .. } => {
                format!("時間帯の追加：{person} {} {} {}〜{}", purpose(p), days(*d), clock(*start), clock(*end))
            }
            Self::WindowEnd { person, about, .. } => format!("時間帯の終了：{person} {about}"),
        }
    }

    fn begins(&self) -> Option<OffsetDateTime> {
        match self {
            Self::NetworkAdd { from, .. } | Self::WindowAdd { from, .. } => Some(*from),
            Self::NetworkEnd { .. } | Self::WindowEnd { .. } => None,
        }
    }

    async fn write(&self, tx: &mut Tx, by: Uuid, now: OffsetDateTime) -> Result<u64, Fault> {
        let (id, public_id) = (random::key(), random::public_id().uuid());
        let done = match self {
            Self::NetworkAdd { kind, name, range, vpn, environment, place, from, to } => {
                sqlx::query!(
                    "insert into allowed_networks (id, public_id, kind, name, range, vpn, environment, place, valid_from, valid_until, set_by, set_at)
                     values ($1, $2, $3, $4, $5::text::cidr, $6, $7, $8, $9, $10, $11, $12)",
                    id, public_id, kind, name, range, vpn, environment, place, from, *to, by, now
                )
                .execute(tx.sql())
                .await?
            }
            Self::NetworkEnd { id, .. } => {
                sqlx::query!("update allowed_networks set withdrawn_at = $2, withdrawn_by = $3 where id = $1 and withdrawn_at is null", id, now, by)
                    .execute(tx.sql())
                    .await?
            }
            Self::WindowAdd { staff, purpose, days, start, end, from, to, .. } => {
                sqlx::query!(
                    "insert into work_windows (id, public_id, staff_id, purpose, days, from_minute, to_minute, valid_from, valid_until, set_by, set_at)
                     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                    id, public_id, staff, purpose, days, start, end, from, *to, by, now
                )
                .execute(tx.sql())
                .await?
            }
            Self::WindowEnd { id, .. } => {
                sqlx::query!("update work_windows set withdrawn_at = $2, withdrawn_by = $3 where id = $1 and withdrawn_at is null", id, now, by)
                    .execute(tx.sql())
                    .await?
            }
        };
        Ok(done.rows_affected())
    }
}

/// Carries a step out in this transaction and says whether the person would still be let in afterwards, now and when
/// it begins. On `Err` the transaction must not be committed.
pub async fn carry_out(
    cx: &Cx<allow::ManageBoundaries>,
    tx: &mut Tx,
    step: &Step,
) -> Result<Result<(), Refusal>, Fault> {
    let (me, now) = (me(cx.actor())?.0, tx.now().await?.utc());
    if step.write(tx, me, now).await? == 0 {
        return Ok(Err(Refusal::new(
            "BOUNDARY-SETTLED",
            "ほかの人が先に終了させています。",
            "画面を開き直して、今の状態を確かめてください。",
        )));
    }
    for at in [Some(now), step.begins()].into_iter().flatten() {
        let out = sqlx::query!(r#"select admission($1, $2, $3) as why"#, me, cx.request().address, at.max(now))
            .fetch_one(tx.sql())
            .await?;
        if out.why.is_some() {
            return Ok(Err(Refusal::new(
                LOCKED_OUT,
                "この変更をすると、あなた自身が今の場所・時間から利用できなくなります。",
                "内容を見直すか、「別の人の確認に回す」を押して、ほかの人に確認を依頼してください。",
            )));
        }
    }
    log(cx, tx, step, "approved").await?;
    Ok(Ok(()))
}

pub const LOCKED_OUT: &str = "BOUNDARY-SELF";

/// Keeps a step until a second person confirms it.
pub async fn propose(cx: &Cx<allow::ManageBoundaries>, tx: &mut Tx, step: &Step) -> Result<(), Fault> {
    let now = tx.now().await?.utc();
    sqlx::query!(
        "insert into changes (id, public_id, area, steps, widens, reason, proposed_by, proposed_at)
         values ($1, $2, 'boundary', $3, true, $4, $5, $6)",
        random::key(),
        random::public_id().uuid(),
        serde_json::to_value([step])?,
        "起案した人自身が利用できなくなる変更",
        me(cx.actor())?.0,
        now
    )
    .execute(tx.sql())
    .await?;
    log(cx, tx, step, "proposed").await
}

async fn log(cx: &Cx<allow::ManageBoundaries>, tx: &mut Tx, step: &Step, key: &str) -> Result<(), Fault> {
    let object = match step {
        Step::WindowAdd { staff, .. } => format!("staff:{staff}"),
        _ => "boundaries".to_owned(),
    };
    let detail = json!({ key: step.words() });
    tx.log_operation(&cx.audit(), Permission::ManageBoundaries, &object, Outcome::Done, detail).await?;
    Ok(())
}

/// A change that waits for a second person.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: Uuid,
    pub public_id: PublicId,
    pub step: Step,
    pub proposed_by: Uuid,
    pub proposer: String,
    pub proposed_at: OffsetDateTime,
}

pub async fn waiting(tx: &mut Tx) -> Result<Vec<Waiting>, Fault> {
    let rows = sqlx::query!(
        "select c.id, c.public_id, c.steps, c.proposed_by, s.name, c.proposed_at
         from changes c join staff s on s.id = c.proposed_by
         where c.area = 'boundary' and c.decided_by is null order by c.proposed_at"
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let steps: Vec<Step> = serde_json::from_value(r.steps)?;
        all.extend(steps.into_iter().map(|step| Waiting {
            id: r.id,
            public_id: PublicId::from_uuid(r.public_id),
            step,
            proposed_by: r.proposed_by,
            proposer: r.name.clone(),
            proposed_at: r.proposed_at,
        }));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_comes_back_from_the_database_as_it_went() {
        let step = Step::WindowAdd {
            staff: Uuid::nil(),
            person: "佐伯".into(),
            purpose: "vpn".into(),
            days: 31,
            start: 540,
            end: 1_080,
            from: time::macros::datetime!(2026-11-22 00:00 UTC),
            to: None,
        };
        let json = serde_json::to_value([&step]).expect("json");
        assert_eq!(serde_json::from_value::<Vec<Step>>(json).expect("back"), std::slice::from_ref(&step));
        assert_eq!(step.words(), "時間帯の追加：佐伯 VPN 月・火・水・木・金 9:00〜18:00");
    }
}
