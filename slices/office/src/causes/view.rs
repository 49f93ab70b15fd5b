//! How the causes look.

use hojo_web::ui::{self, Holds};
use hojo_web::{Markup, html};

use super::{Board, Group, Words};

pub fn page(board: &Board) -> Markup {
    html! {
        p { "申請者に送った指摘を、項目ごとに数えています。多い項目は、公募要領、入力の説明、規則の見直しの手がかりになります。" }
        (ui::round_filter("/returns/causes", &board.rounds, board.chosen.as_ref()))
        @if board.groups.is_empty() {
            (ui::empty("送った指摘はまだありません", &html! { p { "差戻しを送ると、ここに原因が並びます。" } }))
        }
        @for (group, words) in &board.groups { (one(group, words)) }
    }
}

fn one(group: &Group, words: &Words) -> Markup {
    let name = |known: &str, code: &str| if known.is_empty() { code.to_owned() } else { known.to_owned() };
    let title = format!("{}（{}）", name(&words.procedure, &group.procedure), name(&words.edition, &group.edition));
    let number = |label: &'static str| ui::column(label).holds(Holds::Number);
    let head = vec![
        ui::column("項目"),
        number("指摘"),
        number("うち必ず直す"),
        number("うち後出し"),
        number("申請"),
        number("差戻しに占める割合"),
    ];
    let mut table = ui::data_table(format!("{title}の原因"), head).quiet_caption();
    for c in &group.causes {
        let place = words.places.get(&c.place).unwrap_or(&c.place);
        let count = |n: i64| html! { (ui::number(n)) "件" };
        table = table.row(vec![
            html! { (place) },
            count(c.remarks),
            count(c.must),
            count(c.late),
            count(c.filings),
            html! { (percent(c.filings, group.returned)) },
        ]);
    }
    html! {
        section {
            h2 { (title) }
            p { "版 " (group.edition) "。提出 " (ui::number(group.filed)) "件のうち、差し戻したのは " strong { (ui::number(group.returned)) "件" } "（" (percent(group.returned, group.filed)) "）です。" }
            (table)
        }
    }
}

/// `12.5 %`: whole tenths, cut off.
fn percent(part: i64, whole: i64) -> String {
    let tenths = part.saturating_mul(1_000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::super::Cause;
    use super::*;

    #[test]
    fn shares_are_of_what_was_returned() {
        assert_eq!((percent(1, 3), percent(0, 0), percent(4, 4)), ("33.3 %".into(), "0.0 %".into(), "100.0 %".into()));
        let cause = Cause { place: "lines".into(), remarks: 5, must: 4, filings: 3, late: 1 };
        let group = Group {
            edition: "p/e".into(),
            procedure: "application".into(),
            filed: 8,
            returned: 4,
            causes: vec![cause],
        };
        let words = Words {
            edition: "第1回公募".into(),
            procedure: "応募申請".into(),
            places: [("lines".to_owned(), "経費　経費明細表".to_owned())].into(),
        };
        let html = page(&Board { rounds: vec![], chosen: None, groups: vec![(group, words)] }).into_string();
        for part in ["応募申請（第1回公募）", "経費　経費明細表", "5件", "75.0 %", "50.0 %"] {
            assert!(html.contains(part), "{part}\n{html}");
        }
    }
}
