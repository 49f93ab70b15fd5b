//! 決定: what was decided in a case and its procedures, by whom and on which ground, newest first.

use std::collections::BTreeMap;

use hojo_case::Event;
use hojo_db::Tx;
use hojo_web::ui::{self, Holds};
use hojo_web::{Fault, Markup, html};
use hojo_words::ids::PublicId;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::common::{Known, basis};

/// As many stand on the desk; older ones are folded.
const NEWEST: usize = 3;

/// One decision.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub at: OffsetDateTime,
    pub procedure: String,
    /// The run's own desk; none for the application, which is the case itself.
    pub run: Option<PublicId>,
    pub receipt: String,
    pub label: String,
    /// In yen.
    pub amount: Option<i64>,
    /// 根拠: clause and form.
    pub ground: String,
    pub reason: String,
    /// 起案, 決裁, 承認: the act and who did it.
    pub hands: Vec<(&'static str, String)>,
}

/// Every decision of the case.
pub(super) async fn all(tx: &mut Tx, known: &Known) -> Result<Vec<Decision>, Fault> {
    let root = &known.view.root;
    let cases: Vec<Uuid> = std::iter::once(root.id.0).chain(known.view.runs.iter().map(|run| run.id.0)).collect();
    let rows = sqlx::query!(
        "select case_id, at, actor_name, body from events
         where case_id = any($1) and kind in ('decision_drafted', 'decision_approved', 'agency_approved', 'decided')
         order by at, case_id, seq",
        &cases
    )
    .fetch_all(tx.sql())
    .await?;
    let mut hands: BTreeMap<Uuid, Vec<(&'static str, String)>> = BTreeMap::new();
    let mut found = Vec::new();
    for r in rows {
        let own = hands.entry(r.case_id).or_default();
        match serde_json::from_value::<Event>(r.body)? {
            // Drafted anew after it was sent back: the earlier hands do not stand for this decision.
            Event::DecisionDrafted { .. } => *own = vec![("起案", r.actor_name)],
            Event::DecisionApproved { .. } => own.push(("決裁", r.actor_name)),
            Event::AgencyApproved { .. } => own.push(("承認", r.actor_name)),
            Event::Decided { outcome, amount, reason, label, .. } => {
                // Without 中小機構 the approval is the decision itself; an adoption is decided by its simulation's hands.
                match own.last() {
                    None => own.push(("決定", r.actor_name)),
                    Some(("起案", _)) => own.push(("決裁", r.actor_name)),
                    Some(_) => {}
                }
                let run = known.view.runs.iter().find(|run| run.id.0 == r.case_id);
                let procedure = run.map_or(root.procedure.as_str(), |run| run.procedure.as_str());
                let receipt = run.map_or(&root.number, |run| &run.number);
                let label = if label.is_empty() { outcome.label().to_owned() } else { label };
                found.push(Decision {
                    at: r.at,
                    procedure: known.title(procedure),
                    run: run.map(|run| run.public_id),
                    receipt: receipt.clone().unwrap_or_default(),
                    label,
                    amount,
                    ground: known.view.edition.procedure(procedure).map(|p| basis(p)).unwrap_or_default(),
                    reason,
                    hands: std::mem::take(own),
                });
            }
            _ => {}
        }
    }
    found.reverse();
    Ok(found)
}

/// The newest in sight, the others folded.
pub(super) fn draw(all: &[Decision]) -> Markup {
    let (newest, older) = all.split_at(all.len().min(NEWEST));
    html! {
        @if newest.is_empty() { p { "まだありません。" } } @else { (table("新しい決定", newest)) }
        @if !older.is_empty() {
            (ui::disclosure(&format!("これより前の決定（{}件）", older.len()), &table("前の決定", older)))
        }
    }
}

fn table(caption: &str, decisions: &[Decision]) -> Markup {
    let head = vec![
        ui::column("決定日").holds(Holds::Date),
        ui::column("手続"),
        ui::column("決定"),
        ui::column("根拠・理由"),
        ui::column("決めた人"),
    ];
    let mut table = ui::data_table(caption, head).quiet_caption();
    for d in decisions {
        table = table.row(vec![
            html! { (ui::date(hojo_words::jst::jst_date(d.at))) },
            html! { @match d.run { Some(run) => a href={ "/cases/" (run) } { (d.procedure) }, None => (d.procedure) } br; span class="quiet" { (d.receipt) } },
            html! { strong { (d.label) } @if let Some(yen) = d.amount { br; (ui::yen(yen)) } },
            html! { (d.ground) @if !d.reason.is_empty() { @if !d.ground.is_empty() { br; } span class="quiet" { (ui::shortened(&d.reason)) } } },
            html! { @for (at, (act, who)) in d.hands.iter().enumerate() { @if at > 0 { br; } span class="quiet" { (act) } " " (who) } },
        ]);
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn decision(n: u64) -> Decision {
        Decision {
            at: datetime!(2027-04-26 01:00 UTC),
            procedure: "交付申請".into(),
            run: Some(PublicId::from_bits(u128::from(n))),
            receipt: format!("R1-{n:05}"),
            label: "交付決定".into(),
            amount: Some(10_000_000),
            ground: "規程 6・様式第1".into(),
            reason: "適正と認められるため".into(),
            hands: vec![("起案", "三浦 恵子".into()), ("決裁", "大野 健一".into())],
        }
    }

    #[test]
    fn the_newest_are_in_sight_and_the_rest_is_folded() {
        let all: Vec<Decision> = (0..9).map(decision).collect();
        let html = draw(&all).into_string();
        for part in ["10,000,000円", "規程 6・様式第1", "三浦 恵子", "これより前の決定（6件）", "R1-00008"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        let fold = html.find("<details").expect("older ones are folded");
        assert!(html.find("R1-00002").expect("the third") < fold && fold < html.find("R1-00003").expect("the fourth"));
        assert!(!draw(&all[..3]).into_string().contains("<details"));
    }
}
