//! What a change says, whom it touches, what drafts would find, and the buttons.

use hojo_programme::{Change, Edition};
use hojo_web::ui::{self, Choice, Holds, Tone};
use hojo_web::{Markup, html};

use super::propose::Page as Proposal;
use super::replay::{Line, Progress};
use super::show::Page;
use super::{Impact, Request, is_minor};
use crate::common::post_form;

/// Longest list of sentences a page shows for one part.
const LINES: usize = 300;

pub fn proposal(page: &Proposal) -> Markup {
    let t = &page.typed;
    let drafts = vec![
        Choice {
            hint: Some("申請者は、何が変わるかを見てから、自分で新しい様式に引き継ぎます。".into()),
            ..Choice::new("ask", "引き継ぐかどうかを申請者が選ぶ")
        },
        Choice {
            hint: Some("次に下書きを開いたときに、何が変わるかを見て引き継ぎます。引き継ぐまで提出できません。".into()),
            ..Choice::new("opening", "次に開いたときに必ず引き継ぐ")
        },
    ];
    html! {
        (ui::panel("版", &editions(&page.between.from, &page.round.edition, &page.between.to, &page.to)))
        (ui::panel("影響", &impact(&page.impact, is_minor(&page.round.edition, &page.to))))
        (ui::panel("違い", &differences(&page.between.changes, &page.between.to)))
        (ui::panel("起案", &post_form("/editions/change", &page.csrf, &html! {
            input type="hidden" name="round" value=(page.round.public_id);
            input type="hidden" name="edition" value=(page.to);
            (ui::text_field("day", "適用の日付").required().hint("例：2026/12/1").value(t.get("day")))
            (ui::text_field("clock", "適用の時刻").required().hint("例：0:00。この時刻に自動で切り替わります。").value(t.get("clock")))
            (ui::radios("drafts", "書きかけの下書き", drafts).value(if t.get("drafts").is_empty() { "ask" } else { t.get("drafts") }))
            (ui::textarea("reason", "変更の理由", 1_000).required().value(t.get("reason")))
            (ui::buttons(&[ui::button("起案する"), ui::link_button("やめる", "/editions").outline()]))
        })))
    }
}

fn editions(from: &Edition, from_id: &str, to: &Edition, to_id: &str) -> Markup {
    let one = |e: &Edition, id: &str| html! { (e.title) "　" (e.guidelines.title) (e.guidelines.issue) br; span class="quiet" { (id) "　" code { (e.hash.get(..16).unwrap_or(&e.hash)) "…" } } };
    html! {
        (ui::facts(&[
            ("今の版", one(from, from_id)),
            ("新しい版", one(to, to_id)),
            ("改定の種類", html! { @if is_minor(from_id, to_id) { "軽微な改定（進行中の案件も新しい版に移ります）" } @else { "大きな改定（進行中の案件は今の版のまま続きます）" } }),
        ]))
    }
}

fn impact(i: &Impact, minor: bool) -> Markup {
    html! {
        (ui::facts(&[
            ("書きかけの下書き", html! { (ui::number(i.drafts)) "件" }),
            ("進行中の案件", html! { (ui::number(i.running)) "件" @if minor { "（うち" (ui::number(i.forward)) "件が新しい版に移ります）" } }),
            ("まだ届けていない通知書", html! { (ui::number(i.letters)) "件" }),
            ("今の版で引き下げている規則", html! { (ui::number(i.lowered)) "件" }),
            ("変わるところ", html! { @if i.areas.is_empty() { "ありません" } @for (at, (area, n)) in i.areas.iter().enumerate() { @if at > 0 { "、" } (area) (ui::number(*n)) "件" } }),
        ]))
        @if i.lowered > 0 { p { "規則の引下げは版ごとです。新しい版でも引き下げるときは、適用の後に起案し直してください。" } }
    }
}

/// Sentences, by procedure.
fn differences(changes: &[Change], new: &Edition) -> Markup {
    let mut procedures: Vec<Option<&str>> = Vec::new();
    for change in changes {
        let code = change.procedure.as_deref();
        if !procedures.contains(&code) {
            procedures.push(code);
        }
    }
    html! {
        @if changes.is_empty() { p { "違いはありません。" } }
        @for code in procedures {
            @let list: Vec<&Change> = changes.iter().filter(|c| c.procedure.as_deref() == code).collect();
            @let title = code.map_or("制度全体", |code| new.procedure(code).map_or(code, |p| p.title.as_str()));
            (ui::disclosure(&format!("{title}（{}件）", list.len()), &html! {
                ul { @for change in list.iter().take(LINES) { li { span class="quiet" { (change.area) "　" } (change.text) } } }
                @if list.len() > LINES { p { "ほか" (ui::number(list.len() - LINES)) "件" } }
            }))
        }
    }
}

pub fn request(page: &Page) -> Markup {
    let r = &page.request;
    html! {
        (ui::panel("起案", &html! { (about(r)) (buttons(page)) }))
        (ui::panel("版", &editions(&page.between.from, &r.from, &page.between.to, &r.to)))
        (ui::panel("起案した時の影響", &impact(&r.impact, is_minor(&r.from, &r.to))))
        div id="replay" { (ui::panel("下書きでの試行", &tried(page))) }
        (ui::panel("違い", &differences(&page.between.changes, &page.between.to)))
        (ui::panel("新しい版の様式", &html! {
            ul { @for p in page.between.to.procedures.values() {
                li { a href={ "/editions/changes/" (r.public_id) "/forms/" (p.code) } { (p.title) } " " span class="quiet" { (p.number) } }
            } }
        }))
    }
}

fn about(r: &Request) -> Markup {
    html! {
        (ui::facts(&[
            ("状態", html! { strong { (r.word()) } }),
            ("適用の日時", html! { (ui::date_time_seconds(r.takes_effect_at)) }),
            ("書きかけの下書き", html! { @if r.at_opening { "次に開いたときに必ず引き継ぐ" } @else { "引き継ぐかどうかを申請者が選ぶ" } }),
            ("理由", html! { span class="prewrap" { (r.reason) } }),
            ("起案", html! { (r.proposer) "　" (ui::date_time(r.proposed_at)) }),
            ("承認", html! { @if let (Some(name), Some(at)) = (&r.approver, r.approved_at) { (name) "　" (ui::date_time(at)) } @else { "―" } }),
            ("適用", html! { @if let Some(at) = r.activated_at { (ui::date_time_seconds(at)) @if let Some(n) = r.rolled { "（進行中の案件" (ui::number(n)) "件が移りました）" } } @else { "―" } }),
        ]))
    }
}

fn buttons(page: &Page) -> Markup {
    let r = &page.request;
    if !page.may || r.refused_at.is_some() || r.activated_at.is_some() {
        return html! {};
    }
    let base = format!("/editions/changes/{}/decide", r.public_id);
    let mine = r.proposed_by == page.me;
    html! {
        @if r.is_open() && mine { p { "起案した人は承認できません。別の人に承認を依頼してください。" } }
        (post_form(&base, &page.csrf, &html! {
            @if r.is_open() && !mine {
                (ui::buttons(&[
                    ui::button("承認する（適用の日時に切り替わります）").sends("decision", "approve"),
                    ui::button("却下する").danger().sends("decision", "refuse"),
                ]))
            } @else {
                (ui::buttons(&[ui::button("起案を取り消す").danger().sends("decision", "refuse")]))
            }
        }))
    }
}

fn tried(page: &Page) -> Markup {
    let base = format!("/editions/changes/{}/replay", page.request.public_id);
    match &page.replay {
        None if page.may && page.request.activated_at.is_none() => html! {
            p { "今の下書きをすべて、今の版と新しい版の両方で判定し、指摘がどう変わるかを数えます。下書きは変わりません。" }
            (post_form(&base, &page.csrf, &html! { (ui::buttons(&[ui::button("試行を始める").outline()])) }))
        },
        None => html! { p { "試行していません。" } },
        Some(p) => found(p, &page.between.to, page.names),
    }
}

fn found(p: &Progress, new: &Edition, names: bool) -> Markup {
    let (done, total) = (u64::try_from(p.done).unwrap_or(0), u64::try_from(p.total.max(p.done)).unwrap_or(0));
    let mut table = ui::data_table(
        "指摘が変わる規則",
        vec![
            ui::column("手続"),
            ui::column("規則"),
            ui::column("重さ"),
            ui::column("変化"),
            ui::column("下書き").holds(Holds::Number),
            ui::column("事業者"),
        ],
    )
    .empty(html! { p { "指摘が変わる下書きはありません。" } });
    for line in &p.rules {
        table = table.row(row(line, new, names));
    }
    html! {
        (ui::progress("判定した下書き", done, total))
        @if p.finished { p { "終わりました。" (ui::number(p.touched)) "件の下書きで指摘が変わります。" } }
        @else { (ui::banner(Tone::Info, "判定しています").body(html! { p { "数分後に、このページを読み込み直してください。" } })) }
        (table)
    }
}

fn row(line: &Line, new: &Edition, names: bool) -> Vec<Markup> {
    let title = new.procedure(&line.procedure).map_or(line.procedure.as_str(), |p| p.title.as_str());
    let severity = match line.severity.as_str() {
        "stop" => "提出できない",
        "ask" => "確認を求める",
        _ => "お知らせ",
    };
    vec![
        html! { (title) },
        html! { code { (line.rule) } },
        html! { (severity) },
        html! { @if line.comes { (ui::chip(Tone::Warn, "新しく当てはまる")) } @else { (ui::plain_chip("当てはまらなくなる")) } },
        html! { (ui::number(line.drafts)) },
        html! { @if !names { "―" } @for (at, (case, name)) in line.cases.iter().filter(|_| names).enumerate() { @if at > 0 { "、" } a href={ "/cases/" (case) } { (name) } } },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::show::tests::sample;
    use super::*;

    #[test]
    fn a_request_says_what_it_is_and_whom_it_touches() {
        let request = sample();
        let html = html! { (about(&request)) (impact(&request.impact, true)) }.into_string();
        for part in ["承認を待っています", "2026/12/01 0:00:00", "記載の誤りを直すため", "うち2件が新しい版に移ります"]
        {
            assert!(html.contains(part) || html.contains(&part.replace(" 0:00", " 00:00")), "{part}: {html}");
        }
    }

    #[test]
    fn findings_that_come_and_go_are_told_apart() {
        let edition = crate::rules::tests::ground().edition;
        let line = |comes| Line {
            procedure: "application".into(),
            rule: "TXT-SUMMARY".into(),
            severity: "stop".into(),
            comes,
            drafts: 12,
            cases: vec![(hojo_words::ids::PublicId::from_uuid(uuid::Uuid::nil()), "甲<社>".into())],
        };
        let p = Progress { total: 20, done: 20, touched: 12, finished: true, rules: vec![line(true), line(false)] };
        let html = found(&p, &edition, true).into_string();
        for part in ["新しく当てはまる", "当てはまらなくなる", "12件の下書き", "甲&lt;社&gt;"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        // Office IT may read definitions, and no applicant's name.
        assert!(!found(&p, &edition, false).into_string().contains("甲&lt;社&gt;"));
    }
}
