//! What this person may do with the case now, and for everything else why not. Asked of `decide`
//! itself, so that the desk never promises what the law of the case refuses.

use hojo_access::{Actor, Permission};
use hojo_case::{CheckResult, Command, Position, Terms, decide};
use hojo_db::CaseRow;
use hojo_words::Now;
use time::Duration;

use crate::common::party;

/// One action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct May {
    pub label: &'static str,
    /// Where it is done; posts to the list's own routes carry none.
    pub href: String,
    /// Why it cannot be done; `None` when it can.
    pub why_not: Option<String>,
    /// Cannot be undone.
    pub final_: bool,
}

/// Every action on a case, possible or not, in the order of work.
pub fn may(row: &CaseRow, actor: &Actor, terms: &Terms, now: Now) -> Vec<May> {
    let base = format!("/cases/{}", row.public_id);
    let n = row.case.submissions;
    let tomorrow = now.date().saturating_add(Duration::days(1));
    let first =
        Command::FinishFirstCheck { submission: n, result: CheckResult::Passed, open_items: 0, reason: String::new() };
    let second = Command::FinishSecondCheck { submission: n, agrees: true, reason: String::new() };
    let give_back = Command::Return { submission: n, remarks: 1, due: tomorrow };
    let away = Command::Withdraw { reason: "―".into() };
    let to = if row.case.position == Position::Check { Position::Examine } else { Position::Check };
    let shift = Command::Move { to, reason: "―".into() };
    let ask = |permission: Permission, command: Command| -> Option<String> {
        if !actor.holds_in(permission, row.round) {
            return Some(format!("「{}」の権限がありません。", permission.label()));
        }
        let party = party(actor).ok()?;
        decide(&row.case, party, command, terms, now).err().map(|r| format!("{} {}", r.message, r.advice))
    };
    let at_second = row.case.position == Position::SecondCheck;
    let (label, check) =
        if at_second { ("二次の形式確認をする", second) } else { ("一次の形式確認をする", first) };
    let mut list = vec![
        May { label, href: format!("{base}/examine"), why_not: ask(Permission::CheckFiling, check), final_: false },
        May {
            label: "差し戻す",
            href: format!("{base}/return"),
            why_not: ask(Permission::ReturnFiling, give_back),
            final_: false,
        },
        May {
            label: "取下げを記録する",
            href: format!("{base}/withdraw"),
            why_not: ask(Permission::IntakeFiling, away),
            final_: true,
        },
        May {
            label: "工程を動かす",
            href: format!("{base}/move"),
            why_not: ask(Permission::MoveCase, shift),
            final_: true,
        },
    ];
    // An adoption run decides what goes through one.
    if !terms.decide_through_run {
        list.extend(rule(row, actor, &base));
    }
    list
}

/// 起案・決裁・中小機構の承認 of a later procedure, the one whose turn it is.
fn rule(row: &CaseRow, actor: &Actor, base: &str) -> Option<May> {
    let (label, permission, page) = match row.position() {
        Position::Decide => ("決定を起案する", Permission::DraftDecision, "ruling"),
        Position::Approve => ("決裁する", Permission::ApproveDecision, "approve"),
        Position::Consult => ("中小機構として承認する", Permission::ApproveForAgency, "agency"),
        _ => return None,
    };
    let why_not = (!actor.holds(permission)).then(|| format!("「{}」の権限がありません。", permission.label()));
    Some(May { label, href: format!("{base}/{page}"), why_not, final_: false })
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use hojo_access::Staff;
    use hojo_case::{Case, Channel, Checked};
    use hojo_words::ids::{ApplicantId, CaseId, PublicId, RoundId, StaffId};
    use time::macros::datetime;
    use uuid::Uuid;

    pub fn row(position: Position) -> CaseRow {
        let mut case = Case::opened(Channel::Portal);
        case.position = position;
        case.submissions = 1;
        case.requested = Some(10_000_000);
        let at = datetime!(2026-10-20 00:00 UTC);
        CaseRow {
            id: CaseId(Uuid::from_u128(1)),
            public_id: PublicId::from_bits(1),
            programme: "p".into(),
            round: RoundId(Uuid::from_u128(2)),
            applicant: ApplicantId(Uuid::from_u128(3)),
            applicant_name: "株式会社見本".into(),
            edition: "e".into(),
            root: None,
            procedure: "application".into(),
            opener: "applicant".into(),
            number: Some("R1-000001".into()),
            title: "新製品の開発".into(),
            frame: "global".into(),
            case,
            created_at: at,
            filed_at: Some(at),
            changed_at: at,
        }
    }

    pub fn terms() -> Terms {
        let mut terms = Terms::of(
            &hojo_programme::Procedure::clone(&empty_procedure()),
            datetime!(2026-09-30 00:00 UTC),
            datetime!(2026-10-30 09:00 UTC),
        );
        terms.second_check = true;
        terms.reviewers = 3;
        terms.return_days = 7;
        terms
    }

    fn empty_procedure() -> std::sync::Arc<hojo_programme::Procedure> {
        crate::examining::tests::edition().procedures.values().next().cloned().expect("a procedure")
    }

    pub fn staff(n: u128, permissions: &[Permission]) -> Actor {
        Actor::Staff(Staff {
            staff: StaffId(Uuid::from_u128(n)),
            name: "担当".into(),
            permissions: permissions.iter().copied().collect(),
            limits: hojo_access::Limits::default(),
        })
    }

    #[test]
    fn the_desk_says_why_not() {
        let now = Now::new(datetime!(2026-11-01 00:00 UTC));
        let operator = staff(7, &[Permission::CheckFiling, Permission::ReturnFiling]);
        let list = may(&row(Position::Check), &operator, &terms(), now);
        let why = |label: &str| list.iter().find(|m| m.label == label).map(|m| m.why_not.clone());
        assert_eq!(why("一次の形式確認をする"), Some(None));
        assert_eq!(why("差し戻す"), Some(None));
        assert!(why("工程を動かす").flatten().is_some_and(|w| w.contains("権限がありません")));

        let closed = may(&row(Position::Closed), &operator, &terms(), now);
        assert!(closed.iter().all(|m| m.why_not.is_some()));
    }

    #[test]
    fn nobody_checks_their_own_check() {
        let mut row = row(Position::SecondCheck);
        row.case.first_check =
            Some(Checked { by: StaffId(Uuid::from_u128(7)), result: CheckResult::Passed, reason: String::new() });
        let now = Now::new(datetime!(2026-11-01 00:00 UTC));
        let same = may(&row, &staff(7, &[Permission::CheckFiling]), &terms(), now);
        assert!(same[0].why_not.as_ref().is_some_and(|w| w.contains("一次の形式確認をした人")));
        let other = may(&row, &staff(8, &[Permission::CheckFiling]), &terms(), now);
        assert_eq!(other[0].why_not, None);
    }
}
