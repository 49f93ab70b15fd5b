//! 公募要領・交付規程の変更: which edition a round runs on, what another one would change and whom it touches, the request
//! of one person, the approval of another, and the moment at which it comes into force.

mod activate;
mod decide;
mod drafts;
mod impact;
mod list;
mod propose;
mod replay;
mod show;
mod tell;
mod view;

use std::sync::Arc;

use hojo_access::Permission;
use hojo_db::{DbError, Mode, Tx};
use hojo_jobs::Failure;
use hojo_programme::{Change, Edition, diff};
use hojo_web::Fault;
use hojo_words::ids::{PublicId, RoundId, StaffId};
use time::OffsetDateTime;
use uuid::Uuid;

pub use activate::{ActivateEdition, KIND as ACTIVATE};
pub use decide::decide;
pub use impact::Impact;
pub use list::list;
pub use propose::{ask, propose};
pub use replay::{KIND as REPLAY, ReplayDrafts, start as replay};
pub use show::{form, show};
pub use tell::{KIND as TELL, TellDrafts};

/// A round with the edition it runs on.
#[derive(Clone, Debug)]
pub struct Round {
    pub id: RoundId,
    pub public_id: PublicId,
    pub programme: String,
    pub title: String,
    pub edition: String,
}

/// One request, at whatever stage.
#[derive(Clone, Debug)]
pub struct Request {
    pub id: Uuid,
    pub public_id: PublicId,
    pub round: Round,
    pub from: String,
    pub to: String,
    /// Must drafts move when they are next opened?
    pub at_opening: bool,
    pub reason: String,
    pub takes_effect_at: OffsetDateTime,
    pub impact: Impact,
    pub proposed_by: StaffId,
    pub proposer: String,
    pub proposed_at: OffsetDateTime,
    pub approver: Option<String>,
    pub approved_at: Option<OffsetDateTime>,
    pub refused_at: Option<OffsetDateTime>,
    pub activated_at: Option<OffsetDateTime>,
    pub rolled: Option<i32>,
}

impl Request {
    pub fn is_open(&self) -> bool {
        self.approved_at.is_none() && self.refused_at.is_none()
    }

    /// Where it stands, in a word.
    pub fn word(&self) -> &'static str {
        match (self.refused_at, self.activated_at, self.approved_at) {
            (Some(_), ..) => "却下",
            (_, Some(_), _) => "適用済み",
            (_, _, Some(_)) => "承認済み（適用を待っています）",
            _ => "承認を待っています",
        }
    }
}

/// Two editions and what lies between them.
pub struct Between {
    pub from: Arc<Edition>,
    pub to: Arc<Edition>,
    pub changes: Vec<Change>,
}

pub async fn between(tx: &mut Tx, from: &str, to: &str) -> Result<Between, Fault> {
    let (from, to) = (tx.edition(from).await?, tx.edition(to).await?);
    let changes = diff(&from, &to);
    Ok(Between { from, to, changes })
}

/// `programme/code@1.2` → (`programme/code`, 1).
fn line(edition: &str) -> Option<(&str, u32)> {
    let (code, version) = edition.split_once('@')?;
    Some((code, version.split('.').next()?.parse().ok()?))
}

/// 軽微な改定: another version of the same edition under the same major number. Running cases go forward with it.
pub fn is_minor(from: &str, to: &str) -> bool {
    line(from).is_some_and(|from| line(to) == Some(from))
}

pub async fn round(tx: &mut Tx, id: PublicId, mode: Mode) -> Result<Round, Fault> {
    if mode == Mode::Write {
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended('rule_changes:' || $1::text, 0))", id.to_string())
            .fetch_one(tx.sql())
            .await?;
    }
    let r = sqlx::query!("select id, programme_id, title, edition_id from rounds where public_id = $1", id.uuid())
        .fetch_optional(tx.sql())
        .await?
        .ok_or(Fault::NotFound)?;
    Ok(Round { id: RoundId(r.id), public_id: id, programme: r.programme_id, title: r.title, edition: r.edition_id })
}

/// Requests, the newest first: all, or the one of the address.
pub async fn requests(tx: &mut Tx, one: Option<PublicId>) -> Result<Vec<Request>, Fault> {
    let rows = sqlx::query!(
        r#"select c.id, c.public_id, c.from_edition, c.to_edition, c.drafts, c.reason, c.takes_effect_at, c.impact,
                  c.proposed_by, p.name as proposer, c.proposed_at, a.name as "approver?", c.approved_at, c.refused_at,
                  c.activated_at, c.rolled, r.id as round_id, r.public_id as round_public, r.programme_id, r.title,
                  r.edition_id
           from rule_changes c join rounds r on r.id = c.round_id join staff p on p.id = c.proposed_by
           left join staff a on a.id = c.approved_by
           where $1::uuid is null or c.public_id = $1
           order by c.proposed_at desc limit 100"#,
        one.map(PublicId::uuid)
    )
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Request {
                id: r.id,
                public_id: PublicId::from_uuid(r.public_id),
                round: Round {
                    id: RoundId(r.round_id),
                    public_id: PublicId::from_uuid(r.round_public),
                    programme: r.programme_id,
                    title: r.title,
                    edition: r.edition_id,
                },
                from: r.from_edition,
                to: r.to_edition,
                at_opening: r.drafts == "opening",
                reason: r.reason,
                takes_effect_at: r.takes_effect_at,
                impact: serde_json::from_value(r.impact)?,
                proposed_by: StaffId(r.proposed_by),
                proposer: r.proposer,
                proposed_at: r.proposed_at,
                approver: r.approver,
                approved_at: r.approved_at,
                refused_at: r.refused_at,
                activated_at: r.activated_at,
                rolled: r.rolled,
            })
        })
        .collect()
}

pub async fn request(tx: &mut Tx, id: PublicId) -> Result<Request, Fault> {
    requests(tx, Some(id)).await?.into_iter().next().ok_or(Fault::NotFound)
}

/// A database's failure as a job's.
fn db(e: sqlx::Error) -> Failure {
    DbError::from(e).into()
}

/// May this person ask for changes?
pub fn may_change(actor: &hojo_access::Actor) -> bool {
    actor.holds(Permission::ChangeRules)
}

#[cfg(test)]
mod tests {
    use super::is_minor;

    #[test]
    fn a_minor_version_is_of_the_same_edition_and_major_number() {
        assert!(is_minor("p/2026-r1@1.0", "p/2026-r1@1.4"));
        assert!(!is_minor("p/2026-r1@1.0", "p/2026-r1@2.0"));
        assert!(!is_minor("p/2026-r1@1.0", "p/2026-r2@1.0"));
        assert!(!is_minor("p/2026-r1", "p/2026-r1"));
    }
}
