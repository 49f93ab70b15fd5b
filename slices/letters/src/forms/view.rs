//! How the list of forms looks.

use hojo_web::ui::{self, Tone, column, data_table};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;

/// A procedure and its forms.
pub struct Group {
    pub code: String,
    pub title: String,
    pub forms: Vec<Form>,
}

/// One form.
pub struct Form {
    pub procedure: String,
    pub id: String,
    pub name: String,
    /// （様式第７）, where it has a number.
    pub label: String,
    /// A list, which is there as a workbook too.
    pub is_sheet: bool,
}

pub fn list(case: PublicId, groups: &[Group], told: bool) -> Markup {
    html! {
        @if !told {
            (ui::banner(Tone::Info, "結果の通知書を準備しています").body(html! {
                p { "通知書が届くと、様式をここから取り出せます。" }
            }))
        } @else if groups.is_empty() {
            (ui::empty("この案件に使う様式はまだありません", &html! { p { "手続が進むと、ここに表示します。" } }))
        } @else {
            p { "事業者名、番号、金額、入力中の表など、わかっている内容を入れた様式です。取り出した後に入力した内容は入っていません。" }
            @for group in groups { (procedure(case, group)) }
        }
    }
}

fn procedure(case: PublicId, group: &Group) -> Markup {
    let mut table =
        data_table(format!("{}の様式", group.title), vec![column("様式"), column("番号"), column("取り出す")])
            .quiet_caption()
            .stacks();
    for form in &group.forms {
        let base = format!("/cases/{case}/forms/{}/{}", form.procedure, form.id);
        table = table.row(vec![
            html! { (form.name) },
            html! { (if form.label.is_empty() { "―" } else { form.label.as_str() }) },
            html! {
                a href={ (base) "/pdf" } aria-label={ (form.name) "のPDF" } { "PDF" }
                @if form.is_sheet { "　" a href={ (base) "/xlsx" } aria-label={ (form.name) "のExcel" } { "Excel" } }
            },
        ]);
    }
    html! {
        section id=(group.code) {
            h2 { (group.title) }
            (table)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_a_workbook_too_and_a_notice_is_not() {
        let form = |id: &str, is_sheet| Form {
            procedure: "p".into(),
            id: id.into(),
            name: "様式".into(),
            label: String::new(),
            is_sheet,
        };
        let group =
            Group { code: "p".into(), title: "実績報告".into(), forms: vec![form("a", true), form("b", false)] };
        let html = list(PublicId::from_bits(1), &[group], true).into_string();
        assert!(
            html.contains("/forms/p/a/xlsx") && html.contains("/forms/p/b/pdf") && !html.contains("/forms/p/b/xlsx")
        );
        let waits = list(PublicId::from_bits(1), &[], false).into_string();
        assert!(waits.contains("通知書を準備しています") && !waits.contains("/pdf"));
    }
}
