//! 引継ぎ: what a leaver holds goes to a named successor in the same act. Cases are given over here; reviews by a job of
//! their own room, which knows the conflicts of interest.

use hojo_access::{Permission, allow};
use hojo_case::{Command, Party, Position, decide};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::ui::{self, Choice};
use hojo_web::{Cx, Fault, Markup};
use hojo_words::ids::{PublicId, StaffId};
use maud::Render;
use serde_json::json;
use uuid::Uuid;

use super::Colleague;

/// Handled by the room of reviews.
const REVIEWS: &str = "hand_over_reviews";
/// Chosen when somebody else will see to it.
const NOBODY: &str = "none";

/// Who may take over from this person.
pub(super) struct Successor {
    id: Uuid,
    public_id: PublicId,
    name: String,
}

/// What the page says about who takes over.
pub(super) enum Chosen {
    Somebody(Successor),
    Nobody,
}

/// May whoever acts give this person's work to others?
pub(super) fn may(cx: &Cx<allow::ManagePeople>, who: &Colleague) -> bool {
    let needed = if who.kind == "reviewer" { Permission::AssignReviewer } else { Permission::AssignCase };
    cx.actor().holds(needed)
}

/// Open accounts of the same kind; of the office, those who examine applications.
pub(super) async fn successors(tx: &mut Tx, who: &Colleague) -> Result<Vec<Successor>, Fault> {
    let rows = sqlx::query!(
        "select s.id, s.public_id, s.name from staff s
         where s.kind = $2 and s.id <> $1 and s.disabled_at is null
           and exists (select from staff_roles r join role_permissions p on p.role = r.role
                       where r.staff_id = s.id and p.permission = case when $2 = 'reviewer' then 'review.score' else 'filing.check' end)
         order by s.name, s.id limit 500",
        who.id,
        who.kind
    )
    .fetch_all(tx.sql())
    .await?;
    let one = |r: (Uuid, Uuid, String)| Successor { id: r.0, public_id: PublicId::from_uuid(r.1), name: r.2 };
    Ok(rows.into_iter().map(|r| one((r.id, r.public_id, r.name))).collect())
}

/// Nothing is preset: giving work to somebody is decided, not overlooked.
pub(super) fn field(all: &[Successor]) -> Markup {
    let mut choices: Vec<Choice> = all.iter().map(|s| Choice::new(s.public_id.to_string(), s.name.clone())).collect();
    choices.push(Choice::new(NOBODY, "いまは引き継がない（あとで担当を変更する）"));
    ui::select("successor", "引き継ぐ人", choices)
        .required()
        .hint("終わっていない案件や審査を、停止と同時にこの人の担当にします。利益相反のある審査は移さず、元のまま残します。")
        .render()
}

/// What was chosen; nothing when no choice can be read.
pub(super) fn chosen(all: Vec<Successor>, typed: &str) -> Option<Chosen> {
    if typed == NOBODY {
        return Some(Chosen::Nobody);
    }
    let id = typed.parse::<PublicId>().ok()?;
    all.into_iter().find(|s| s.public_id == id).map(Chosen::Somebody)
}

/// Gives everything open over. Gives the number of cases.
pub(super) async fn carry_out(
    cx: &Cx<allow::ManagePeople>,
    tx: &mut Tx,
    who: &Colleague,
    to: &Successor,
) -> Result<u32, Fault> {
    if who.kind == "reviewer" {
        let order = json!({ "from": who.id, "to": to.id, "by": cx.actor().id() });
        enqueue(tx, NewJob::new(Lane::Cases, REVIEWS, order)).await?;
        return Ok(0);
    }
    let cases = sqlx::query!(
        "select public_id from cases where assigned_to = $1 and position not in ('closed', 'withdrawn', 'discarded') order by id",
        who.id
    )
    .fetch_all(tx.sql())
    .await?;
    let mut done = 0;
    for case in cases {
        done += u32::from(give(cx, tx, PublicId::from_uuid(case.public_id), StaffId(to.id)).await?);
    }
    Ok(done)
}

async fn give(cx: &Cx<allow::ManagePeople>, tx: &mut Tx, case: PublicId, to: StaffId) -> Result<bool, Fault> {
    let (permit, row) = tx.case::<allow::AssignCase>(case, Mode::Write).await?;
    let by = cx.actor().id().map(|id| Party::Staff(StaffId(id))).ok_or(Fault::NotFound)?;
    let Some(terms) = terms(tx, &row).await? else { return Ok(false) };
    let now = tx.now().await?;
    let Ok(events) = decide(&row.case, by, Command::Assign { to: Some(to) }, &terms, now) else { return Ok(false) };
    if events.is_empty() || row.position() == Position::Draft {
        return Ok(false);
    }
    tx.record(&permit, &row, &events, &terms, &cx.audit()).await?;
    Ok(true)
}

async fn terms(tx: &mut Tx, row: &CaseRow) -> Result<Option<hojo_case::Terms>, Fault> {
    let filing = sqlx::query!(
        "select procedure from filings where case_id = $1 order by created_at desc, id desc limit 1",
        row.id.0
    )
    .fetch_optional(tx.sql())
    .await?;
    let edition = tx.edition(&row.edition).await?;
    let Some(procedure) = filing.and_then(|f| edition.procedure(&f.procedure).cloned()) else { return Ok(None) };
    Ok(Some(tx.terms(&procedure, row.round, row.applicant).await?))
}

impl Successor {
    pub(super) fn words(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_over_by_oversight() {
        let all = || vec![Successor { id: Uuid::from_u128(1), public_id: PublicId::from_bits(5), name: "甲".into() }];
        assert!(chosen(all(), "").is_none());
        assert!(chosen(all(), &PublicId::from_bits(6).to_string()).is_none());
        assert!(matches!(chosen(all(), NOBODY), Some(Chosen::Nobody)));
        assert!(
            matches!(chosen(all(), &PublicId::from_bits(5).to_string()), Some(Chosen::Somebody(s)) if s.name == "甲")
        );
    }
}
