//! 期限のある手続: what the applicant owes in all cases, as it stands on the first page.

use hojo_db::Tx;
use hojo_web::{Fault, ui};
use hojo_words::ids::{ApplicantId, CaseId, PublicId};
use time::{Date, OffsetDateTime};

use crate::me::end_of_day;

/// Nearer than this a due date is near.
const SOON_DAYS: i64 = 30;
/// Nobody reads more on a first page; the rest stands on the pages of the cases.
const MOST: i64 = 100;

/// Something owed, and not handed in.
#[derive(Clone, Debug)]
pub(crate) struct Owed {
    pub root: CaseId,
    pub case: PublicId,
    pub plan: String,
    pub procedure: String,
    pub title: String,
    /// 第n回 of what is owed every year.
    pub period: Option<u32>,
    pub due: Date,
}

/// What may be handed in by now, the most urgent first. Nothing of a case whose notice is still on its way: what follows
/// from a decision is not told before its letter.
pub(crate) async fn owed(tx: &mut Tx, me: ApplicantId, today: Date) -> Result<Vec<Owed>, Fault> {
    let rows = sqlx::query!(
        "select c.id, c.public_id, c.title as plan, d.key, d.procedure, d.title, d.due_on
         from dues d join cases c on c.id = d.case_id
         where c.applicant_id = $1 and not d.met and coalesce(d.opens_on <= $2, true) and c.position = 'closed'
           and not exists (select 1 from cases r where r.root_id = c.id and r.position = 'notify')
         order by d.due_on, d.key limit $3",
        me.0,
        today,
        MOST
    )
    .fetch_all(tx.sql())
    .await?;
    let one = |key: &str| key.split_once('#').and_then(|(_, n)| n.parse().ok());
    Ok(rows
        .into_iter()
        .map(|r| Owed {
            root: CaseId(r.id),
            case: PublicId::from_uuid(r.public_id),
            plan: r.plan,
            period: one(&r.key),
            procedure: r.procedure,
            title: r.title,
            due: r.due_on,
        })
        .collect())
}

impl Owed {
    /// As a task of the first page. The page of the case begins the procedure.
    pub fn task(&self, now: OffsetDateTime, today: Date) -> ui::Task {
        let period = self.period.map(|n| format!("（第{n}回）")).unwrap_or_default();
        let left = if self.due < today {
            format!("{}日過ぎています", (today - self.due).whole_days())
        } else {
            ui::remaining(end_of_day(self.due) - now)
        };
        ui::Task {
            title: format!("{}{period}を提出する（「{}」）", self.title, self.plan),
            href: Some(format!("/cases/{}/procedures", self.case)),
            hint: Some(format!("期限: {}（{left}）", ui::date(self.due))),
            state: match (self.due - today).whole_days() {
                ..0 => ui::chip(ui::Tone::Error, "期限超過"),
                0..=SOON_DAYS => ui::chip(ui::Tone::Warn, "期限が近い"),
                _ => ui::plain_chip("提出が必要です"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use hojo_web::ui::task_list;
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_task_says_by_when_and_how_late_it_is() {
        let (now, today) = (datetime!(2027-06-10 03:00 UTC), date!(2027 - 06 - 10));
        let words = |due: Date| {
            let owed = Owed {
                root: CaseId(Default::default()),
                case: PublicId::from_bits(1),
                plan: "計画".into(),
                procedure: "report".into(),
                title: "事業化状況報告".into(),
                period: Some(2),
                due,
            };
            task_list(&[owed.task(now, today)]).into_string()
        };
        let late = words(date!(2027 - 05 - 31));
        assert!(late.contains("10日過ぎています") && late.contains("期限超過"), "{late}");
        assert!(
            late.contains("事業化状況報告（第2回）を提出する（「計画」）") && late.contains("/procedures"),
            "{late}"
        );
        assert!(words(today).contains("期限が近い"));
        assert!(words(date!(2027 - 07 - 10)).contains("期限が近い"));
        assert!(words(date!(2027 - 07 - 11)).contains("提出が必要です"));
    }
}
