//! 規則の画面: its words, where it stands, whom it stops, and the proposal to lower it.

use hojo_access::{Permission, allow};
use hojo_db::Tx;
use hojo_programme::{Procedure, Rule, Severity};
use hojo_web::ui::{self, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::StaffId;

use super::affected::{self, Affected};
use super::{Ground, Lowered, ground, lowerings, rule, strength};
use crate::common::places::path_label;
use crate::common::{flash, me, post_form, query::Address};

/// Everything the page shows.
pub struct Page<'g> {
    pub ground: &'g Ground,
    pub procedure: &'g Procedure,
    pub rule: &'g Rule,
    pub history: Vec<Lowered>,
    pub refused: Vec<Affected>,
    /// Drafts judged now, when somebody asked for it.
    pub drafts: Option<Vec<Affected>>,
    pub typed: Posted,
    pub me: StaffId,
    pub may_lower: bool,
    pub csrf: String,
}

impl Page<'_> {
    pub fn base(&self) -> String {
        format!("/rules/{}/{}/{}", self.ground.public_id, self.procedure.code, self.rule.code)
    }
}

/// GET.
pub async fn show(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let ground = ground(&mut tx, cx.param("round")?).await?;
    let (procedure, code): (String, String) = (cx.param("procedure")?, cx.param("rule")?);
    let drafts = !cx.query("drafts").is_empty();
    let mut page = load(&mut tx, &ground, &procedure, &code, me(cx.actor())?).await?;
    if drafts {
        page.drafts = Some(affected::drafts(&mut tx, &ground, &procedure, &code).await?);
    }
    page.may_lower = cx.actor().holds(Permission::LowerRule);
    page.csrf = cx.csrf();
    tx.commit().await?;
    let mut shell = frame(cx.page(format!("規則 {code}"), view(&page)));
    if let Some(banner) = flash::banner(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

/// The way to the page.
pub fn frame(shell: Shell) -> Shell {
    shell.breadcrumb(vec![("申請要件の規則".into(), "/rules".into())])
}

pub async fn load<'g>(
    tx: &mut Tx,
    ground: &'g Ground,
    procedure: &str,
    code: &str,
    me: StaffId,
) -> Result<Page<'g>, Fault> {
    let (procedure, rule) = rule(ground, procedure, code)?;
    let all = lowerings(tx, &ground.edition_id).await?;
    Ok(Page {
        history: all.into_iter().filter(|l| l.procedure == procedure.code && l.rule == rule.code).collect(),
        refused: affected::refused(tx, ground, code).await?,
        drafts: None,
        typed: Posted::default(),
        me,
        may_lower: true,
        csrf: String::new(),
        ground,
        procedure,
        rule,
    })
}

pub fn view(page: &Page<'_>) -> Markup {
    html! {
        (ui::panel("規則", &about(page)))
        (ui::panel("強さの引下げ", &lowering(page)))
        (ui::panel("この規則で提出できなかった事業者", &affected_panel(page)))
    }
}

fn about(page: &Page<'_>) -> Markup {
    let r = page.rule;
    html! {
        (ui::facts(&[
            ("手続", html! { (page.procedure.title) }),
            ("番号", html! { (r.code) }),
            ("強さ（版の定め）", html! { (strength(r.severity)) }),
            ("条項", html! { (r.clause) }),
            ("申請者が読む文", html! { (r.applicant.source) }),
            ("確かめること", html! { (r.examiner.source) }),
            ("満たすべき条件", html! { code { (r.must.source) } }),
            ("当てはまる場合", html! { @if let Some(when) = &r.when { code { (when.source) } } @else { "いつも" } }),
            ("関係する項目", html! { @for (at, p) in r.fields.iter().enumerate() { @if at > 0 { "、" } (path_label(&page.procedure.form, p)) } }),
        ]))
    }
}

fn lowering(page: &Page<'_>) -> Markup {
    let in_force = page.history.iter().find(|l| l.is_in_force());
    let open = page.history.iter().find(|l| l.is_open());
    let settled: Vec<&Lowered> = page.history.iter().filter(|l| !l.is_open()).collect();
    html! {
        @if page.rule.severity != Severity::Stop { p { "この規則は提出を止めないため、引き下げる必要はありません。" } }
        @else if let Some(l) = in_force { (standing(page, l)) }
        @else if let Some(l) = open { (waiting(page, l)) }
        @else if page.may_lower { (proposal(page)) }
        @else { p { "引き下げるには「" (Permission::LowerRule.label()) "」の権限が必要です。" } }
        @if !settled.is_empty() { (ui::disclosure("これまでの引下げ", &past(&settled))) }
    }
}

fn standing(page: &Page<'_>, l: &Lowered) -> Markup {
    html! {
        (ui::banner(Tone::Warn, "今は「確認を求める」に引き下げています").body(html! {
            p { "この規則に当てはまっても、申請者は提出できます。理由：" (l.reason) }
            p { "起案 " (l.proposer) "、承認 " (l.approver.as_deref().unwrap_or_default()) @if let Some(at) = l.approved_at { "（" (ui::date_time(at)) "）" } }
        }))
        @if page.may_lower {
            (post_form(&format!("{}/decide", page.base()), &page.csrf, &html! {
                input type="hidden" name="lowering" value=(l.public_id);
                p { "終了すると、次の提出から、この規則に当てはまる申請は再び提出できなくなります。" }
                (ui::buttons(&[ui::button("引下げを終了する").danger().sends("decision", "end")]))
            }))
        }
    }
}

fn waiting(page: &Page<'_>, l: &Lowered) -> Markup {
    let mine = l.proposed_by == page.me;
    html! {
        (ui::facts(&[
            ("起案", html! { (l.proposer) "　" (ui::date_time(l.proposed_at)) }),
            ("理由", html! { span class="prewrap" { (l.reason) } }),
            ("承認すると", html! { "次の提出から、この規則に当てはまっても提出できます。規則の文は「ご確認ください」として表示されます。" }),
        ]))
        @if page.may_lower {
            (post_form(&format!("{}/decide", page.base()), &page.csrf, &html! {
                input type="hidden" name="lowering" value=(l.public_id);
                @if mine {
                    p { "起案した人は承認できません。別の人に承認を依頼してください。" }
                    (ui::buttons(&[ui::button("起案を取り消す").danger().sends("decision", "refuse")]))
                } @else {
                    (ui::buttons(&[
                        ui::button("承認する（すぐに有効になります）").sends("decision", "approve"),
                        ui::button("却下する").danger().sends("decision", "refuse"),
                    ]))
                }
            }))
        }
    }
}

fn proposal(page: &Page<'_>) -> Markup {
    html! {
        p { "規則が誤って申請者を止めているときに、「提出できない」を「確認を求める」に引き下げます。別の人が承認すると、次の提出から有効になります。" }
        (post_form(&page.base(), &page.csrf, &html! {
            (ui::textarea("reason", "引き下げる理由", 1_000).required().value(page.typed.get("reason")))
            (ui::buttons(&[ui::button("引下げを起案する")]))
        }))
    }
}

fn past(list: &[&Lowered]) -> Markup {
    let items: Vec<ui::Happened> = list
        .iter()
        .map(|l| ui::Happened {
            at: l.ended_at.or(l.refused_at).or(l.approved_at).unwrap_or(l.proposed_at),
            what: html! { p {
                @if l.refused_at.is_some() { "引下げの起案を却下しました" } @else if l.ended_at.is_some() { "引下げを終了しました" } @else { "引き下げました" }
                "（起案 " (l.proposer) "、理由：" (l.reason) "）"
            } },
            who: l.approver.clone(),
        })
        .collect();
    ui::timeline(&items)
}

fn affected_panel(page: &Page<'_>) -> Markup {
    let drafts = Address::new(page.base()).with("drafts", "1").anchor("drafts").text();
    html! {
        (affected::table("提出しようとして止められた事業者", &page.refused, "この規則で提出を止められた記録はありません。"))
        div id="drafts" {
            @match &page.drafts {
                Some(list) => { (affected::table("下書きがこの規則に当てはまる事業者（新しい下書きから200件を判定）", list, "新しい下書き200件の中に、この規則に当てはまるものはありません。")) }
                None => { p { a href=(drafts) { "下書きを今の内容で判定して、当てはまる事業者を探す" } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ground, lowered};
    use super::*;
    use time::macros::datetime;
    use uuid::Uuid;

    fn page<'g>(ground: &'g Ground, history: Vec<Lowered>, me: u128) -> Page<'g> {
        let (procedure, rule) = rule(ground, "application", "ELIG-SME").expect("a rule");
        Page {
            ground,
            procedure,
            rule,
            history,
            refused: vec![Affected {
                case: hojo_words::ids::PublicId::from_bits(4),
                name: "株式会社見本".into(),
                number: None,
                contact: "a@example.jp".into(),
                at: datetime!(2026-10-30 08:00 UTC),
                times: Some(3),
            }],
            drafts: None,
            typed: Posted(vec![("reason".into(), "書きかけ".into())]),
            me: StaffId(Uuid::from_u128(me)),
            may_lower: true,
            csrf: "t".into(),
        }
    }

    #[test]
    fn each_state_offers_what_is_possible() {
        let ground = ground();
        let fresh = view(&page(&ground, vec![], 1)).into_string();
        assert!(fresh.contains("引下げを起案する") && fresh.contains("書きかけ") && fresh.contains("3回"));
        let mine = view(&page(&ground, vec![lowered("ELIG-SME", 1)], 1)).into_string();
        assert!(mine.contains("起案した人は承認できません") && !mine.contains("承認する（すぐに"));
        let other = view(&page(&ground, vec![lowered("ELIG-SME", 1)], 2)).into_string();
        assert!(other.contains("承認する（すぐに"));
        let mut on = lowered("ELIG-SME", 1);
        on.approved_at = Some(datetime!(2026-10-30 08:00 UTC));
        let standing = view(&page(&ground, vec![on], 2)).into_string();
        assert!(standing.contains("引下げを終了する") && standing.contains("引き下げています"));
    }
}
