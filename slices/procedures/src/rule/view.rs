//! The pages of a decision: drafting, its consequences, approving.

use hojo_case::{Change, OutcomeTerms, Proposal, Refusal};
use hojo_web::ui::{self, Choice, Control, Tone};
use hojo_web::{Markup, Posted, html};

use super::Desk;
use super::draft::{CONDITIONS, REASON};
use crate::common::{post_form, staircase};

/// The run and its case, above every page of this room.
fn about(desk: &Desk) -> Markup {
    let row = &desk.row;
    html! {
        (ui::facts(&[
            ("手続", html! { (desk.procedure.title) "（" (row.number.as_deref().unwrap_or("―")) "）" }),
            ("事業者", html! { (row.applicant_name) }),
            ("事業計画名", html! { (row.title) }),
            ("案件の状態", html! { (desk.known.standing()) }),
            ("申請された金額", html! { @match row.case.requested { Some(yen) => (ui::yen(yen)), None => "―" } }),
        ]))
        p { a href={ "/cases/" (row.public_id) } { "提出された内容・確認の記録を見る" } }
        (staircase(&desk.known.amounts()))
    }
}

pub(super) fn form(desk: &Desk, typed: &Posted, csrf: &str) -> Markup {
    let base = format!("/cases/{}", desk.row.public_id);
    let outcomes = &desk.terms.outcomes;
    let listed = desk.procedure.flow.step(hojo_programme::StepKind::Decide).map(|step| step.outcomes.as_slice());
    let choices: Vec<Choice> = listed
        .unwrap_or_default()
        .iter()
        .filter_map(|code| Some((code, outcomes.get(code)?)))
        .map(|(code, terms)| Choice {
            value: code.clone(),
            label: terms.label.clone(),
            hint: hint(terms, desk.unfit.get(code)),
        })
        .collect();
    let any = |what: fn(&OutcomeTerms) -> bool| outcomes.values().any(what);
    let proposed = desk.row.case.requested.map(|yen| yen.to_string()).unwrap_or_default();
    let amount = if typed.has("amount") { typed.get("amount").to_owned() } else { proposed };
    let most = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
    html! {
        (about(desk))
        h2 { "決定の案" }
        (post_form(&format!("{base}/ruling"), csrf, &html! {
            input type="hidden" name="seq" value=(desk.row.case.seq);
            (ui::field("outcome", "決定", Control::Radios { choices, inline: false }).required().value(typed.get("outcome")))
            @if any(|o| o.amount) {
                (ui::yen_field("amount", "決定する金額").value(amount).hint("金額を決める決定のときに使います。申請された金額を超えられません。"))
            }
            @if any(|o| o.conditions) {
                (ui::textarea("conditions", "条件", most(CONDITIONS)).optional().value(typed.get("conditions"))
                    .hint("1行に1つずつ書いてください。条件を付する決定のときに、通知書に記載します。"))
            }
            (ui::textarea("reason", "理由", most(REASON)).required().value(typed.get("reason"))
                .hint("決裁する人が読みます。通知書に記載することがあります。"))
            (ui::buttons(&[
                ui::button("確認へ進む").sends("stage", "preview"),
                ui::link_button("やめる", base.clone()).outline(),
            ]))
        }))
    }
}

fn hint(terms: &OutcomeTerms, unfit: Option<&String>) -> Option<String> {
    if let Some(why) = unfit {
        return Some(format!("提出された内容に合わないため、決定できません。{why}"));
    }
    let mut parts = Vec::new();
    if terms.reduced {
        parts.push("申請された金額より少ない金額を入力します。");
    }
    if terms.conditions {
        parts.push("付する条件を入力します。");
    }
    if terms.heard {
        parts.push("事業者の弁明を聴いたあとでなければ決定できません。");
    }
    (!parts.is_empty()).then(|| parts.concat())
}

/// What is proposed, in words.
fn proposed(desk: &Desk, proposal: &Proposal) -> Markup {
    let terms = desk.terms.outcomes.get(proposal.outcome.code());
    let label = terms.map_or(proposal.outcome.label(), |terms| terms.label.as_str());
    html! {
        (ui::facts(&[
            ("決定", html! { strong { (label) } }),
            ("金額", html! { @match proposal.amount { Some(yen) => (ui::yen(yen)), None => "―" } }),
            ("条件", html! { @if proposal.conditions.is_empty() { "なし" } @else { ul { @for line in &proposal.conditions { li { (line) } } } } }),
            ("理由", html! { span class="prewrap" { (proposal.reason) } }),
        ]))
    }
}

fn consequences(changes: &[Change]) -> Markup {
    html! {
        @if changes.is_empty() { p { "案件の状態は変わりません。" } }
        @else { ul { @for change in changes { li { (change.sentence()) } } } }
    }
}

pub(super) fn preview(desk: &Desk, proposal: &Proposal, changes: &[Change], typed: &Posted, csrf: &str) -> Markup {
    let base = format!("/cases/{}", desk.row.public_id);
    let next = match (desk.terms.decide_by_two, desk.terms.agency) {
        (true, true) => "起案すると、別の人の決裁と中小機構の承認を待ちます。効力は、承認されたときに生じます。",
        (true, false) => "起案すると、別の人の決裁を待ちます。効力は、決裁されたときに生じます。",
        (false, true) => "起案すると、中小機構の承認を待ちます。効力は、承認されたときに生じます。",
        (false, false) => "この手続は一人で決定できます。押すと、すぐに効力が生じます。",
    };
    html! {
        (about(desk))
        h2 { "決定の案" }
        (proposed(desk, proposal))
        h2 { "効力が生じると案件に記録されること" }
        (consequences(changes))
        (ui::banner(Tone::Info, next))
        (post_form(&format!("{base}/ruling"), csrf, &html! {
            @for name in ["seq", "outcome", "amount", "conditions", "reason"] {
                @if typed.has(name) { input type="hidden" name=(name) value=(typed.get(name)); }
            }
            (ui::buttons(&[
                ui::button("起案する").sends("stage", "confirm"),
                ui::button("直す").outline().sends("stage", "edit"),
                ui::link_button("やめる", base.clone()).text(),
            ]))
        }))
    }
}

/// Whose approval the page asks for.
pub(super) struct Desks {
    approve: (String, &'static str),
    back: String,
    /// The drafter looks at the own draft.
    own: bool,
    next: &'static str,
}

impl Desks {
    pub fn office(desk: &Desk, own: bool) -> Self {
        let base = format!("/cases/{}", desk.row.public_id);
        let next = if desk.terms.agency {
            "決裁すると、中小機構に承認を依頼します。"
        } else {
            "決裁すると、すぐに効力が生じ、事業者に通知書を交付します。"
        };
        Self { approve: (format!("{base}/approve"), "決裁する"), back: format!("{base}/send-back"), own, next }
    }

    pub fn agency(desk: &Desk) -> Self {
        let base = format!("/cases/{}/agency", desk.row.public_id);
        let next = "承認すると、すぐに効力が生じ、事業者に通知書を交付します。";
        Self { approve: (base.clone(), "承認する"), back: base, own: false, next }
    }
}

pub(super) fn approval(desk: &Desk, at: &Desks, typed: &Posted, csrf: &str) -> Markup {
    let Some(drafted) = &desk.row.case.drafted else {
        return html! { (about(desk)) p { "起案はありません。" } };
    };
    html! {
        (about(desk))
        h2 { "起案の内容" }
        p { "起案した人：" (desk.drafter.as_deref().unwrap_or("―")) }
        (proposed(desk, &drafted.proposal))
        h2 { "効力が生じると案件に記録されること" }
        @match &desk.would {
            Some(Ok(changes)) => { (consequences(changes)) }
            Some(Err(refusal)) => { (impossible(refusal)) }
            None => {}
        }
        @if at.own {
            (ui::banner(Tone::Info, "あなたが起案した決定です").body(html! { p { "決裁は、別の人が行います。" } }))
        } @else if matches!(desk.would, Some(Ok(_))) {
            p { (at.next) }
            (post_form(&at.approve.0, csrf, &html! {
                input type="hidden" name="seq" value=(desk.row.case.seq);
                (ui::buttons(&[ui::button(at.approve.1).sends("_action", "approve")]))
            }))
        }
        h2 { "起案者へ差し戻す" }
        (post_form(&at.back, csrf, &html! {
            input type="hidden" name="seq" value=(desk.row.case.seq);
            (ui::textarea("reason", "差し戻す理由", u32::try_from(REASON).unwrap_or(u32::MAX)).required().value(typed.get("reason")))
            (ui::buttons(&[ui::button("起案者へ差し戻す").outline().sends("_action", "back")]))
        }))
    }
}

fn impossible(refusal: &Refusal) -> Markup {
    html! {
        (ui::banner(Tone::Error, "今の案件の状態では、この決定はできません").body(html! {
            p { (refusal.message) }
            p { (refusal.advice) }
        }))
    }
}
