//! How the case desk looks.

use hojo_case::Position;
use hojo_db::CaseRow;
use hojo_web::ui::{self, NavItem, Tone};
use hojo_web::{Markup, html};
use time::{Date, OffsetDateTime};

use super::may::May;
use crate::common::post_form;
use crate::queue::{LATE, due, state};

/// One line of the history.
#[derive(Clone, Debug)]
pub struct Done {
    pub at: OffsetDateTime,
    pub who: String,
    pub what: String,
}

/// Everything the page shows.
pub struct Desk {
    pub row: CaseRow,
    pub frame: String,
    pub round: String,
    /// 応募申請, 交付申請, …
    pub procedure: String,
    /// The staircase of the case.
    pub amounts: Vec<(String, Option<i64>)>,
    pub assignee: Option<String>,
    pub actions: Vec<May>,
    pub history: Vec<Done>,
    /// What the slices show: (anchor, title, body).
    pub panels: Vec<(&'static str, &'static str, Markup)>,
    /// The office's own term for the formal check, in words.
    pub check_within: Option<String>,
    pub today: Date,
    pub csrf: String,
}

pub fn page(desk: &Desk) -> Markup {
    if desk.row.root.is_none() && !desk.row.case.life.standing.is_empty() {
        return living(desk);
    }
    html! {
        (ui::panel("概要", &header(desk)))
        (ui::panel("この案件でできること", &actions(desk)))
        (ui::panel("金額", &amounts(desk)))
        @if !desk.panels.is_empty() { (contents(desk)) }
        @for (id, title, body) in &desk.panels { div id=(id) { (ui::panel(title, body)) } }
        div id="history" { (ui::panel("履歴", &history(&desk.history))) }
    }
}

/// The panel that answers, on a case after its first decision, where it stands, what is owed and what was decided.
const LIFE: &str = "life";

/// A case after its first decision: that answer first, what was applied for years ago last.
fn living(desk: &Desk) -> Markup {
    let (first, rest): (Vec<_>, Vec<_>) = desk.panels.iter().partition(|(id, ..)| *id == LIFE);
    let possible = desk.actions.iter().any(|m| m.why_not.is_none());
    html! {
        @for (id, title, body) in first { div id=(id) { (ui::panel(title, body)) } }
        @if possible { (ui::panel("この案件でできること", &actions(desk))) }
        (contents(desk))
        @for (id, title, body) in rest { div id=(id) { (ui::panel(title, body)) } }
        div id="application" { (ui::panel("応募のときの内容", &ui::disclosure("提出、工程、担当者", &html! { (header(desk)) @if !possible { (actions(desk)) } }))) }
        div id="history" { (ui::panel("履歴", &ui::disclosure(&format!("応募からの記録（{}件）", desk.history.len()), &history(&desk.history)))) }
    }
}

fn header(desk: &Desk) -> Markup {
    let row = &desk.row;
    let filed = match row.filed_at {
        Some(at) => html! { (ui::date_time_seconds(at)) "（" (row.case.channel.label()) "）" },
        None => html! { "未提出（下書きの内容は申請者だけが見られます）" },
    };
    html! {
        (ui::facts(&[
            ("事業者", html! { (row.applicant_name) }),
            ("事業計画名", html! { @if row.title.is_empty() { "―" } @else { (row.title) } }),
            ("公募回", html! { (desk.round) }),
            ("手続", html! { (desk.procedure) }),
            ("枠", html! { @if desk.frame.is_empty() { "―" } @else { (desk.frame) } }),
            ("工程", state(row.position().code(), row.case.outcome.as_ref().map(|_| row.case.outcome_words()))),
            ("提出", filed),
            ("提出の回数・差戻しの回数", html! { (row.case.submissions) "回・" (row.case.returns) "回" }),
            ("形式確認の期限", html! {
                (due(row.case.check_due.filter(|_| matches!(row.position(), Position::Check | Position::SecondCheck)), desk.today))
                @if let Some(within) = &desk.check_within { span class="quiet" { "（提出から" (within) "以内）" } }
            }),
            ("再提出の期限", due(row.case.return_due.filter(|_| row.position() == Position::Returned), desk.today)),
            (LATE, html! {
                @match row.case.late_since {
                    Some(day) => { (ui::chip(Tone::Warn, LATE)) " 期限 " (ui::date(day)) " を過ぎて再提出されました。審査の対象とするかを判断してください。" }
                    None => "なし",
                }
            }),
            ("担当者", html! { @if let Some(name) = &desk.assignee { (name) } @else { "担当なし" } }),
        ]))
    }
}

fn actions(desk: &Desk) -> Markup {
    let id = desk.row.public_id;
    let (can, cannot): (Vec<&May>, Vec<&May>) = desk.actions.iter().partition(|m| m.why_not.is_none());
    let final_ = desk.row.position().is_final();
    html! {
        @if !final_ && desk.row.filed_at.is_some() {
            (post_form("/queue/assign", &desk.csrf, &html! {
                input type="hidden" name="case" value=(id);
                input type="hidden" name="desk" value=(id);
                (ui::buttons(&[
                    ui::button("自分が担当になる").outline().small().to("/queue/claim"),
                    ui::button("担当者を変える").outline().small().sends("stage", "preview"),
                ]))
            }))
        }
        @if can.is_empty() { p { "今、あなたがこの案件でできる操作はありません。理由は下にあります。" } }
        @else {
            (ui::buttons(&can.iter().enumerate().map(|(at, m)| {
                let link = ui::link_button(m.label, m.href.clone());
                if m.final_ { link.danger() } else if at == 0 { link } else { link.outline() }
            }).collect::<Vec<_>>()))
        }
        @if !cannot.is_empty() {
            (ui::disclosure("できない操作とその理由", &html! {
                ul { @for m in cannot { li { (m.label) "：" (m.why_not.as_deref().unwrap_or_default()) } } }
            }))
        }
    }
}

fn amounts(desk: &Desk) -> Markup {
    let steps: Vec<(&str, Option<i64>)> = desk.amounts.iter().map(|(label, yen)| (label.as_str(), *yen)).collect();
    ui::staircase(&steps)
}

fn contents(desk: &Desk) -> Markup {
    let mut items: Vec<NavItem> =
        desk.panels.iter().map(|(id, title, _)| NavItem::new(*title, format!("#{id}"), false)).collect();
    items.push(NavItem::new("履歴", "#history", false));
    ui::tabs("この画面の内容", &items)
}

fn history(list: &[Done]) -> Markup {
    let items: Vec<ui::Happened> = list
        .iter()
        .map(|d| ui::Happened {
            at: d.at,
            what: html! { p { (d.what) } },
            who: (!d.who.is_empty()).then(|| d.who.clone()),
        })
        .collect();
    html! { @if items.is_empty() { p { "まだ記録がありません。" } } @else { (ui::timeline(&items)) } }
}

#[cfg(test)]
mod tests {
    use super::super::may::tests::{row, staff, terms};
    use super::*;
    use hojo_access::Permission;
    use hojo_words::Now;
    use time::macros::{date, datetime};

    #[test]
    fn possible_and_impossible_actions_stand_apart() {
        let now = Now::new(datetime!(2026-11-01 00:00 UTC));
        let row = row(Position::Check);
        let desk = Desk {
            frame: "グローバル枠".into(),
            round: "第1回".into(),
            procedure: "応募申請".into(),
            amounts: vec![("申請額".into(), Some(10_000_000)), ("採択額".into(), None)],
            assignee: None,
            actions: super::super::may(&row, &staff(1, &[Permission::CheckFiling]), &terms(), now),
            history: vec![Done {
                at: datetime!(2026-10-29 01:02 UTC), who: "申請者".into(), what: "提出され".into()
            }],
            panels: vec![("letters", "通知書", html! { "なし" })],
            check_within: Some("10営業日".into()),
            today: date!(2026 - 11 - 01),
            csrf: "t".into(),
            row,
        };
        let html = page(&desk).into_string();
        for part in [
            "/examine",
            "できない操作とその理由",
            "差し戻す：「申請を差し戻す」の権限がありません。",
            "id=\"letters\"",
            "href=\"#letters\"",
            "10,000,000円",
            "2026/10/29 10:02",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
        assert!(html.contains("提出から10営業日以内"), "{html}");
        assert!(!html.contains("/return\""), "an action that is not possible is no link");
    }
}
