//! How a return looks before it is sent.

use hojo_db::CaseRow;
use hojo_programme::Form;
use hojo_web::{Markup, html, ui};

use crate::common::places::label;
use crate::common::post_form;
use crate::examining::remarks::Remark;

/// Everything the page shows.
pub struct Draft<'a> {
    pub row: &'a CaseRow,
    pub form: &'a Form,
    pub remarks: &'a [Remark],
    pub due: &'a str,
    /// What the flow allows, in words.
    pub within: Option<String>,
    pub csrf: String,
}

/// Which remarks the person saw: sent along, so that none goes out unseen.
pub fn seen(remarks: &[Remark]) -> String {
    remarks.iter().map(|r| r.public_id.to_string()).collect::<Vec<_>>().join(",")
}

pub fn page(draft: &Draft<'_>) -> Markup {
    let base = format!("/cases/{}", draft.row.public_id);
    if draft.remarks.is_empty() {
        return ui::empty(
            "送る指摘がまだありません",
            &html! {
                p { "直してほしい項目に指摘を付けてから差し戻してください。" }
                (ui::buttons(&[ui::link_button("形式確認の画面で指摘を付ける", format!("{base}/examine"))]))
            },
        );
    }
    html! {
        div id="remarks" { (ui::panel("申請者が読む内容", &preview(draft))) }
        (post_form(&format!("{base}/return"), &draft.csrf, &html! {
            input type="hidden" name="submission" value=(draft.row.case.submissions);
            input type="hidden" name="seen" value=(seen(draft.remarks));
            (due(draft))
            p { "差し戻すと、指摘した項目だけを申請者が直せるようになり、差戻し通知書とお知らせメールを送ります。指摘の取消しはできなくなります。" }
            (ui::buttons(&[ui::button("差し戻す"), ui::link_button("戻る", format!("{base}/examine")).outline()]))
        }))
    }
}

fn due(draft: &Draft<'_>) -> ui::Field {
    let field = ui::date_field("due", "再提出の期限").required().value(draft.due);
    match &draft.within {
        Some(words) => field.hint(format!("差し戻した日から{words}以内です。")),
        None => field,
    }
}

/// The words the applicant will meet, as they will meet them.
fn preview(draft: &Draft<'_>) -> Markup {
    html! {
        p { (draft.row.applicant_name) " 様" }
        p { "ご提出いただいた申請（受付番号 " (draft.row.number.as_deref().unwrap_or("―")) "）について、次の" (draft.remarks.len()) "件を確認・修正のうえ、期限までに再提出してください。" }
        ol {
            @for r in draft.remarks {
                li {
                    strong { @if r.target == "*" { "申請全体" } @else { (label(draft.form, &r.target)) } }
                    "（" @if r.must { "必ず直してください" } @else { "確認してください" } "）"
                    p class="prewrap" { (r.text) @if let Some(clause) = &r.clause { "（" (clause) "）" } }
                    @if r.afterthought.as_ref().is_some_and(|a| a.allowed_by.is_none()) {
                        p { (ui::chip(ui::Tone::Warn, "後出し（承認待ち）")) " 承認されるまで差し戻せません。" }
                    }
                    (drop(draft, r))
                }
            }
        }
    }
}

fn drop(draft: &Draft<'_>, r: &Remark) -> Markup {
    let action = format!("/cases/{}/examine/remarks/{}/drop", draft.row.public_id, r.public_id);
    post_form(
        &action,
        &draft.csrf,
        &html! {
            input type="hidden" name="from" value="return";
            (ui::button("この指摘を取り消す").text().small().about(format!("（{}）", label(draft.form, &r.target))))
        },
    )
}
