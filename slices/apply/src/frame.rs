//! The frame around every page of a filing: the way back, the banner of the office, the problems.

use hojo_access::Access;
use hojo_case::{Refusal, late_since};
use hojo_web::Cx;
use hojo_web::ui::{self, Banner, Problem, Shell, Tone};
use hojo_web::{Markup, html};

use crate::desk::Desk;

/// A page of a filing. `way` are the steps between the task list and this page.
pub(crate) fn page<A: Access>(cx: &Cx<A>, desk: &Desk, title: String, body: Markup, way: &[(String, String)]) -> Shell {
    let mut crumbs = vec![desk.way.home()];
    crumbs.extend(way.iter().cloned());
    let page = cx.page(title, body).breadcrumb(crumbs);
    if desk.way.on_behalf() { page.banner(&on_behalf(desk)) } else { page }
}

/// What is said before a returned filing is handed in after its due date; nothing while it is in time.
pub(crate) fn late(desk: &Desk) -> Option<Banner> {
    let due = late_since(&desk.row.case, desk.now)?;
    let refused = !desk.way.on_behalf() && desk.procedure.flow.refuses_late();
    Some(late_banner(&ui::date(due), refused))
}

fn late_banner(due: &str, refused: bool) -> Banner {
    let title = format!("再提出の期限（{due}）を過ぎています");
    if refused {
        return ui::banner(Tone::Error, title).body(html! {
            p { "この画面からは再提出できません。入力した内容は保存されています。事情がある場合は、事務局へご連絡ください。" }
        });
    }
    ui::banner(Tone::Warn, title).body(html! {
        p { "今からでも再提出できます。「期限後の再提出」として記録し、審査の対象とするかを事務局が判断します。できるだけ早く提出してください。" }
    })
}

/// The step back to the task list.
pub(crate) fn list_step(desk: &Desk) -> (String, String) {
    (desk.procedure.title.clone(), desk.way.base())
}

fn on_behalf(desk: &Desk) -> Banner {
    if desk.is_own_motion() {
        let title = format!("事務局の発議：{} の案件について入力しています", desk.row.applicant_name);
        return ui::banner(Tone::Warn, title)
            .body(html! { p { "事業者には、この画面の内容は表示されません。事業者には通知書だけが届きます。入力した人は記録されます。" } });
    }
    let received = desk.filing.received_on.map_or_else(String::new, |d| format!("、受領日 {}", ui::date(d)));
    let channel = desk.row.case.channel.label();
    ui::banner(Tone::Warn, format!("代理入力：{} の申請を入力しています", desk.row.applicant_name))
        .body(html! { p { (channel) (received) "。届いた書類のとおりに入力してください。入力した人は記録されます。" } })
}

/// A refusal of the domain as a line of the error summary.
pub(crate) fn refused(refusal: &Refusal) -> Vec<Problem> {
    let words = format!("{}{}", refusal.message, refusal.advice);
    // What is asked on the check page itself can be linked to.
    vec![match refusal.code {
        "NOT-DECLARED" => Problem::at("declare", words),
        "CASE-UNCONFIRMED" => Problem::at("confirm", words),
        _ => Problem::general(words),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_said_kindly_or_with_whom_to_call() {
        let kind = html! { (late_banner("2026/11/04", false)) }.into_string();
        assert!(kind.contains("2026/11/04") && kind.contains("今からでも再提出できます"), "{kind}");
        let strict = html! { (late_banner("2026/11/04", true)) }.into_string();
        assert!(strict.contains("再提出できません") && strict.contains("事務局へご連絡ください"), "{strict}");
    }
}
