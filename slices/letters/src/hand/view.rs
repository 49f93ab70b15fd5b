//! The list of letters that are issued by hand, and one of them before it is issued.

use std::sync::Arc;

use hojo_case::Refusal;
use hojo_db::CaseRow;
use hojo_programme::{Audience, LetterSpec};
use hojo_web::ui::{self, Tone};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;
use hojo_words::letter::LetterModel;

use crate::twin::twin;

pub(super) fn list(row: &CaseRow, letters: &[Arc<LetterSpec>]) -> Markup {
    let columns = vec![ui::column("通知書"), ui::column("宛て先"), ui::column("文書記号")];
    let mut table = ui::data_table("個別に発行する通知書", columns)
        .quiet_caption()
        .empty(html! { p { "この手続に、個別に発行する通知書はありません。" } });
    for letter in letters {
        table = table.row(vec![
            html! { a href={ "/cases/" (row.public_id) "/letters/" (letter.id) } { (letter.name) } },
            html! { (letter.audience.label()) },
            html! { @if letter.symbol.is_empty() { "―" } @else { (letter.symbol) } },
        ]);
    }
    html! {
        p { "決定や督促では自動で発行されない通知書です。選ぶと、文面を確かめられます。" }
        (table)
    }
}

pub(super) fn preview(
    row: &CaseRow,
    spec: &LetterSpec,
    model: &Result<LetterModel, Refusal>,
    id: PublicId,
    typed: &str,
    csrf: &str,
) -> Markup {
    let after = match spec.audience {
        Audience::Applicant => "発行すると、文書番号が付いて事業者に交付され、メールでお知らせします。",
        Audience::Agency | Audience::Internal => "発行すると、文書番号が付いて保存されます。事業者には表示されません。",
    };
    html! {
        @match model {
            Err(refusal) => {
                (ui::banner(Tone::Error, "この通知書は、今は発行できません").body(html! { p { (refusal.message) } p { (refusal.advice) } }))
            }
            Ok(model) => {
                (ui::panel("文面（文書番号と日付は発行のときに付きます）", &twin(model)))
                (ui::panel("発行", &html! {
                    p { (after) "取り消せません。誤りがあったときは、訂正して再交付します。" }
                    form class="form" method="post" action={ "/cases/" (row.public_id) "/letters/" (spec.id) } {
                        (ui::csrf_field(csrf))
                        input type="hidden" name="letter" value=(id);
                        (ui::textarea("reason", "発行の理由", 1_000).required().hint("記録に残ります。通知書には書かれません。").value(typed))
                        (ui::buttons(&[ui::button("発行する"), ui::link_button("やめる", format!("/cases/{}", row.public_id)).outline()]))
                    }
                }))
            }
        }
    }
}
