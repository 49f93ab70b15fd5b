//! How moving a deadline looks: now, proposal, what waits, what was.

use hojo_web::ui::{self, Choice, Tone};
use hojo_web::{Markup, html};
use time::OffsetDateTime;

use super::propose::moment;
use super::{Moved, Page, Round};
use crate::common::post_form;

/// The banner on the portal, as everybody will read it.
pub fn notice_title(round: &Round) -> String {
    format!("{}の申請受付の締切を変更しました", round.title)
}

pub fn notice_body(closes_at: OffsetDateTime) -> String {
    format!("新しい締切は{}です。提出はこの時刻までに完了してください。", ui::date_time(closes_at))
}

pub fn page(page: &Page) -> Markup {
    let round = &page.round;
    let open: Vec<&Moved> = page.history.iter().filter(|m| m.is_open()).collect();
    html! {
        (ui::panel("今の締切", &html! {
            (ui::facts(&[
                ("受付期間", html! { (ui::date_time(round.opens_at)) " から" }),
                ("締切（公募回の全員）", ui::deadline(round.closes_at, page.now)),
                ("当初の締切", html! { (ui::date_time_seconds(round.announced)) }),
            ]))
        }))
        @if !open.is_empty() {
            (ui::panel("承認を待っている起案", &html! { @for m in &open { (waiting(page, m)) } }))
        }
        @if page.typed.get("stage") == "preview" { (preview(page)) }
        @else { (ui::panel("締切の変更を起案する", &form(page))) }
        (ui::panel("履歴", &history(page)))
    }
}

fn form(page: &Page) -> Markup {
    let base = format!("/rounds/{}/deadline", page.round.public_id);
    let t = &page.typed;
    html! {
        (ui::filters(&base, &html! {
            (ui::text_field("search", "事業者を探す（1事業者だけ変更するとき）").value(page.search.clone()).hint("名称の一部、法人番号、受付番号で探せます。"))
        }, None))
        (post_form(&base, &page.csrf, &html! {
            (ui::radios("scope", "対象", vec![Choice::new("all", "公募回の全員"), Choice::new("one", "1事業者だけ")]).required()
                .value(if t.get("scope").is_empty() && !page.search.is_empty() { "one" } else { t.get("scope") }))
            @if !page.search.is_empty() {
                input type="hidden" name="search" value=(page.search);
                (found(page))
            }
            (ui::date_field("day", "新しい締切の日").required().value(t.get("day")))
            (ui::text_field("clock", "新しい締切の時刻").required().value(t.get("clock")).example("18:00"))
            (ui::textarea("reason", "理由", 1_000).required().value(t.get("reason")).hint("承認する人が読み、操作ログに残ります。"))
            (ui::buttons(&[ui::button("確認へ進む").sends("stage", "preview")]))
        }))
    }
}

fn found(page: &Page) -> Markup {
    if page.candidates.is_empty() {
        return html! { p { "「" (page.search) "」に当てはまる事業者は見つかりませんでした。名称の一部を変えて探してください。" } };
    }
    let choices = page
        .candidates
        .iter()
        .map(|c| Choice {
            value: c.public_id.to_string(),
            label: c.name.clone(),
            hint: Some(format!(
                "受付番号 {}、今の締切 {}",
                c.number.as_deref().unwrap_or("なし"),
                ui::date_time(c.closes_at)
            )),
        })
        .collect();
    html! { (ui::radios("applicant", "対象の事業者", choices).value(page.typed.get("applicant"))) }
}

fn preview(page: &Page) -> Markup {
    let base = format!("/rounds/{}/deadline", page.round.public_id);
    let t = &page.typed;
    let one = t.get("scope") == "one";
    let who =
        page.candidates.iter().find(|c| c.public_id.to_string() == t.get("applicant")).map_or("", |c| c.name.as_str());
    let Ok(closes_at) = moment(t.get("day"), t.get("clock")) else { return form(page) };
    ui::panel(
        "起案の確認",
        &html! {
            (ui::facts(&[
                ("対象", html! { @if one { (who) } @else { "公募回の全員" } }),
                ("新しい締切", html! { strong { (ui::date_time_seconds(closes_at)) } }),
                ("理由", html! { span class="prewrap" { (t.get("reason")) } }),
            ]))
            @if one { p { "承認されると、この事業者の画面にだけ新しい締切が表示されます。" } }
            @else {
                p { "承認されると、申請者のすべての画面に次のお知らせを表示します。" }
                (ui::banner(Tone::Warn, notice_title(&page.round)).body(html! { p { (notice_body(closes_at)) } }))
            }
            p { "別の人が承認すると、次の操作から新しい締切で判定します。" }
            (post_form(&base, &page.csrf, &html! {
                @for name in ["scope", "applicant", "search", "day", "clock", "reason"] { input type="hidden" name=(name) value=(t.get(name)); }
                (ui::buttons(&[
                    ui::button("起案する").sends("stage", "confirm"),
                    ui::link_button("やめる", base.clone()).outline(),
                ]))
            }))
        },
    )
}

fn who(m: &Moved) -> Markup {
    html! { @match &m.applicant { Some((_, name)) => (name), None => { "公募回の全員" } } }
}

fn waiting(page: &Page, m: &Moved) -> Markup {
    let base = format!("/rounds/{}/deadline/{}/decide", page.round.public_id, m.public_id);
    let mine = m.proposed_by == page.me;
    html! {
        (ui::facts(&[
            ("対象", who(m)),
            ("新しい締切", html! { strong { (ui::date_time_seconds(m.closes_at)) } }),
            ("理由", html! { span class="prewrap" { (m.reason) } }),
            ("起案", html! { (m.proposer) "　" (ui::date_time(m.proposed_at)) }),
        ]))
        @if m.applicant.is_none() {
            p { "承認すると、申請者のすべての画面に次のお知らせを表示します。" }
            (ui::banner(Tone::Warn, notice_title(&page.round)).body(html! { p { (notice_body(m.closes_at)) } }))
        }
        @if mine { p { "起案した人は承認できません。別の人に承認を依頼してください。" } }
        (post_form(&base, &page.csrf, &html! {
            @if mine { (ui::buttons(&[ui::button("起案を取り消す").danger().sends("decision", "refuse")])) }
            @else {
                (ui::buttons(&[
                    ui::button("承認する（すぐに有効になります）").sends("decision", "approve"),
                    ui::button("却下する").danger().sends("decision", "refuse"),
                ]))
            }
        }))
    }
}

fn history(page: &Page) -> Markup {
    let settled: Vec<&Moved> = page.history.iter().filter(|m| !m.is_open()).collect();
    let items: Vec<ui::Happened> = settled
        .iter()
        .map(|m| ui::Happened {
            at: m.approved_at.or(m.refused_at).unwrap_or(m.proposed_at),
            what: html! {
                p {
                    (who(m)) "の締切を" (ui::date_time_seconds(m.closes_at))
                    @if m.approved_at.is_some() { "に変更しました" } @else { "に変更する起案を却下しました" }
                    "（起案 " (m.proposer) "、理由：" (m.reason) "）"
                }
            },
            who: m.approver.clone(),
        })
        .collect();
    html! { @if items.is_empty() { p { "締切を変更したことはありません。" } } @else { (ui::timeline(&items)) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hojo_web::Posted;
    use hojo_words::ids::{PublicId, RoundId, StaffId};
    use time::macros::datetime;
    use uuid::Uuid;

    fn sample(me: u128, typed: &[(&str, &str)]) -> Page {
        Page {
            round: Round {
                id: RoundId(Uuid::nil()),
                public_id: PublicId::from_bits(1),
                programme: "p".into(),
                title: "第1回公募".into(),
                opens_at: datetime!(2026-09-30 08:00 UTC),
                announced: datetime!(2026-10-30 09:00 UTC),
                closes_at: datetime!(2026-10-30 09:00 UTC),
            },
            history: vec![Moved {
                public_id: PublicId::from_bits(2),
                applicant: None,
                closes_at: datetime!(2026-11-06 09:00 UTC),
                reason: "認証基盤の障害".into(),
                proposed_by: StaffId(Uuid::from_u128(1)),
                proposer: "佐藤".into(),
                proposed_at: datetime!(2026-10-30 02:00 UTC),
                approver: None,
                approved_at: None,
                refused_at: None,
            }],
            candidates: vec![],
            search: String::new(),
            typed: Posted(typed.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()),
            me: StaffId(Uuid::from_u128(me)),
            now: datetime!(2026-10-30 03:00 UTC),
            csrf: "t".into(),
        }
    }

    #[test]
    fn the_proposer_cannot_approve_and_another_can() {
        let mine = page(&sample(1, &[])).into_string();
        assert!(mine.contains("起案した人は承認できません") && !mine.contains("承認する（すぐに"));
        let other = page(&sample(2, &[])).into_string();
        assert!(other.contains("承認する（すぐに") && other.contains("認証基盤の障害"));
    }

    #[test]
    fn the_preview_shows_the_banner_everybody_will_read() {
        let typed = [
            ("stage", "preview"),
            ("scope", "all"),
            ("day", "2026/11/13"),
            ("clock", "18:00"),
            ("reason", "障害のため"),
        ];
        let html = page(&sample(2, &typed)).into_string();
        for part in [
            "第1回公募の申請受付の締切を変更しました",
            "新しい締切は2026/11/13 18:00です",
            "name=\"reason\" value=\"障害のため\"",
            "起案する",
        ] {
            assert!(html.contains(part), "{part}");
        }
    }
}
