//! The page of a case after its adoption, from its values.

use hojo_case::{Obligation, ObligationState, Position};
use hojo_web::ui::{self, Task, Tone};
use hojo_web::{Markup, html};

use super::{Line, Offer, Page};
use crate::common::{post_form, staircase};

pub(super) fn page(p: &Page) -> Markup {
    html! {
        @if p.standing.is_none() {
            (ui::banner(Tone::Info, "結果の通知書を準備しています").body(html! {
                p { "通知書が届くと、案件の状態と、始められる手続をここに表示します。" }
            }))
        }
        (owed(p))
        (standing(p))
        (under_way(p))
        (offers(p))
        (forms(p))
        (finished(p))
    }
}

/// The address is of another room.
fn forms(p: &Page) -> Markup {
    html! {
        @if p.standing.is_some() {
            section {
                h2 { "様式・参考様式" }
                p { "見積りの比較表や管理台帳などの様式を、わかっている内容を入れた形で取り出せます。" }
                (ui::buttons(&[ui::link_button("様式を取り出す", format!("/cases/{}/forms", p.case)).outline()]))
            }
        }
    }
}

fn owed(p: &Page) -> Markup {
    let tasks: Vec<Task> = p.owed.iter().map(|(due, href)| task(due, href.clone())).collect();
    html! {
        @if !tasks.is_empty() {
            section {
                h2 { "期限のある手続" }
                (ui::task_list(&tasks))
            }
        }
    }
}

fn task(due: &Obligation, href: Option<String>) -> Task {
    let period = due.period.map(|n| format!("（第{n}回）")).unwrap_or_default();
    let moved = due.moved_from.map(|from| format!("、{}から変更", ui::date(from))).unwrap_or_default();
    let from = due.opens.filter(|_| due.state == ObligationState::Upcoming);
    let from = from.map(|day| format!("{}から提出できます。", ui::date(day))).unwrap_or_default();
    Task {
        title: format!("{}{period}", due.title),
        href: href.filter(|_| due.state != ObligationState::Upcoming),
        hint: Some(format!("期限：{}{moved}　{from}{}", ui::date(due.due), due.says)),
        state: match due.state {
            ObligationState::Overdue => ui::chip(Tone::Error, "期限超過"),
            ObligationState::Due => ui::chip(Tone::Warn, "提出が必要です"),
            ObligationState::Upcoming => ui::plain_chip("これから"),
            ObligationState::Met => ui::chip(Tone::Success, "提出済み"),
        },
    }
}

fn standing(p: &Page) -> Markup {
    let Some(standing) = &p.standing else { return html! {} };
    let mut facts = vec![
        ("状態", html! { strong { (standing) } }),
        ("事業計画名", html! { (p.title) }),
        ("受付番号", html! { (p.number) }),
        ("補助事業者", html! { (p.holder) }),
    ];
    facts.extend(p.dates.iter().map(|(label, day)| (label.as_str(), html! { (ui::date(*day)) })));
    html! {
        section {
            h2 { "案件の状態" }
            (ui::facts(&facts))
            h3 { "金額" }
            (staircase(&p.amounts))
        }
    }
}

fn tasks(lines: &[&Line]) -> Markup {
    let tasks: Vec<Task> = lines
        .iter()
        .map(|line| Task {
            title: line.title.clone(),
            href: Some(line.href.clone()),
            hint: line.hint.clone(),
            state: match line.position {
                Position::Draft | Position::Returned => ui::chip(Tone::Warn, line.word.clone()),
                _ => ui::plain_chip(line.word.clone()),
            },
        })
        .collect();
    ui::task_list(&tasks)
}

fn under_way(p: &Page) -> Markup {
    let open: Vec<&Line> = p.runs.iter().filter(|line| !line.over).collect();
    html! {
        section {
            h2 { "進行中の手続" }
            @if open.is_empty() { (ui::empty("進行中の手続はありません", &html! { p { "手続を始めると、ここに表示されます。" } })) }
            @else { (tasks(&open)) }
        }
    }
}

fn offers(p: &Page) -> Markup {
    let (can, cannot): (Vec<&Offer>, Vec<&Offer>) = p.offers.iter().partition(|offer| offer.why_not.is_none());
    html! {
        section {
            h2 { "始められる手続" }
            @if can.is_empty() { (ui::empty("今、始められる手続はありません", &html! { p { "時期や案件の状態によって、始められる手続が変わります。" } })) }
            @for offer in can {
                div id={ "begin-" (offer.code) } {
                    (ui::panel(&offer.title, &html! {
                        p { (offer.description) }
                        @if !offer.basis.is_empty() { p class="quiet" { "根拠：" (offer.basis) } }
                        (post_form(&format!("/cases/{}/procedures/{}", p.case, offer.code), &p.csrf, &html! {
                            (ui::buttons(&[ui::button(format!("{}を始める", offer.title))]))
                        }))
                    }))
                }
            }
            @if !cannot.is_empty() {
                (ui::disclosure("今は始められない手続とその理由", &html! {
                    ul { @for offer in cannot { li { (offer.title) "：" (offer.why_not.as_deref().unwrap_or_default()) } } }
                }))
            }
        }
    }
}

fn finished(p: &Page) -> Markup {
    let over: Vec<&Line> = p.runs.iter().filter(|line| line.over && line.position != Position::Discarded).collect();
    html! {
        @if !over.is_empty() {
            section {
                h2 { "終わった手続" }
                (tasks(&over))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hojo_words::ids::PublicId;
    use time::macros::date;

    use super::*;

    fn page_of(standing: Option<&str>) -> Page {
        let due = Obligation {
            id: "grant-application".into(),
            title: "交付申請".into(),
            procedure: "grant-application".into(),
            clause: None,
            period: Some(2),
            opens: None,
            due: date!(2027 - 04 - 26),
            moved_from: Some(date!(2027 - 03 - 26)),
            state: ObligationState::Overdue,
            says: "採択日から2か月以内に必要です。".into(),
            otherwise: None,
            reminders: vec![],
            sends: std::collections::BTreeMap::default(),
        };
        let offer = |code: &str, why_not: Option<&str>| Offer {
            code: code.into(),
            title: format!("手続{code}"),
            description: "説明".into(),
            basis: "規程 6".into(),
            why_not: why_not.map(str::to_owned),
        };
        Page {
            case: PublicId::from_bits(1),
            number: "R1-00001".into(),
            title: "計画".into(),
            holder: "見本".into(),
            standing: standing.map(str::to_owned),
            dates: vec![("採択日".into(), date!(2027 - 02 - 26))],
            amounts: vec![("申請額".into(), Some(10)), ("採択額".into(), None)],
            owed: vec![(due, Some("#begin-a".into()))],
            runs: vec![],
            offers: vec![offer("a", None), offer("b", Some("交付決定のあとに始められます。"))],
            csrf: "t".into(),
        }
    }

    #[test]
    fn what_is_owed_comes_first_and_why_not_stands_with_what_may_not_begin() {
        let html = page(&page_of(Some("採択"))).into_string();
        let at = |part: &str| html.find(part).unwrap_or_else(|| panic!("{part}\n{html}"));
        assert!(at("期限のある手続") < at("案件の状態") && at("案件の状態") < at("始められる手続"));
        for part in ["期限超過", "2027/04/26、2027/03/26から変更", "（第2回）", "id=\"begin-a\"", "手続aを始める"]
        {
            at(part);
        }
        at("手続b：交付決定のあとに始められます。");
        assert!(!html.contains("手続bを始める"), "{html}");
    }

    #[test]
    fn nothing_is_told_before_its_letter() {
        let html = page(&page_of(None)).into_string();
        assert!(html.contains("通知書を準備しています") && !html.contains("案件の状態</h2>"), "{html}");
    }
}
