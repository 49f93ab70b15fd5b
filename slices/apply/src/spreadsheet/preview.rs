//! What a sheet would put into the table, row by row, before anything is replaced.

use hojo_access::Access;
use hojo_programme::{Raw, RawRow, Slip};
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Shell, Tone, chip, column, data_table};
use hojo_web::{Cx, Fault, Markup, html};

use super::sheet::Taken;
use super::{cells, shape, typed};
use crate::desk::Desk;
use crate::frame;
use crate::judged::Judged;

/// One row as the preview shows it.
pub(super) struct Line {
    pub name: String,
    pub cells: Vec<String>,
    /// Cells left empty, and why.
    pub refused: Vec<String>,
    /// Taken as they are, with what is to be mended afterwards.
    pub slips: Vec<String>,
}

pub(super) fn page<A: Access>(cx: &Cx<A>, desk: &Desk, at: usize, id: &str, taken: &Taken) -> Result<Shell, Fault> {
    let section = desk.form().sections.get(at).ok_or(Fault::NotFound)?;
    let field = desk.form().field(id).ok_or(Fault::NotFound)?;
    let shape = shape(field).ok_or(Fault::NotFound)?;
    let mut answers = desk.answers.clone();
    answers.set(id, Raw::Rows(taken.rows.clone()));
    let judged = Judged::of(&desk.edition, &desk.procedure, &answers, &desk.facts, &desk.lowered);
    let columns: Vec<&hojo_programme::Field> = typed(shape).collect();
    let name = |row: usize| match shape.fixed_rows().and_then(|keys| keys.get_index(row)) {
        Some((_, label)) => label.clone(),
        None => format!("{}", row + 1),
    };
    let lines: Vec<Line> = taken
        .rows
        .iter()
        .enumerate()
        .map(|(row, cells)| Line {
            name: name(row),
            cells: columns.iter().map(|c| words(c, cells)).collect(),
            refused: taken
                .refused
                .iter()
                .filter(|(r, ..)| *r == row)
                .map(|(_, c, why)| format!("{c}：{why}"))
                .collect(),
            slips: judged.slips.iter().filter(|s| about(s, id, row)).map(|s| s.message.clone()).collect(),
        })
        .collect();
    let heads: Vec<&str> = columns.iter().map(|c| c.label.as_str()).collect();
    let before = match desk.answers.get(id) {
        Some(Raw::Rows(rows)) => rows.len(),
        _ => 0,
    };
    let rows = serde_json::to_string(&taken.rows)?;
    let body = html! {
        (view(&field.label, &heads, &lines, taken.over, before))
        form class="form" method="post" action={ (desk.way.import(id)) "/confirm" } {
            (csrf_field(&cx.csrf()))
            input type="hidden" name="_version" value=(desk.draft.version(&section.id));
            input type="hidden" name="rows" value=(rows);
            (ui::buttons(&[ui::button("この内容に置き換える"), ui::link_button("取り込まずに戻る", desk.way.section(&section.id)).outline()]))
        }
    };
    let way = [frame::list_step(desk), (section.title.clone(), desk.way.section(&section.id))];
    Ok(frame::page(cx, desk, format!("{}：取り込む内容の確認", field.label), body, &way))
}

fn about(slip: &Slip, id: &str, row: usize) -> bool {
    slip.path.field == id && slip.path.row == Some(row) && !slip.code.is_missing()
}

fn words(column: &hojo_programme::Field, row: &RawRow) -> String {
    let options = cells::options(column);
    let label = |key: &String| options.iter().find(|(k, _)| k == key).map_or_else(|| key.clone(), |(_, l)| l.clone());
    match row.get(&column.id) {
        Some(Raw::Text(text)) => label(text),
        Some(Raw::Many(many)) => many.iter().map(label).collect::<Vec<_>>().join("、"),
        _ => String::new(),
    }
}

pub(super) fn view(label: &str, heads: &[&str], lines: &[Line], over: usize, before: usize) -> Markup {
    let filled = lines.iter().filter(|l| l.cells.iter().any(|c| !c.is_empty())).count();
    let columns = std::iter::once("行").chain(["結果"]).chain(heads.iter().copied()).map(column).collect();
    let mut table = data_table(label, columns).quiet_caption();
    for line in lines {
        let mut cells = vec![html! { (line.name) }, result(line)];
        cells.extend(line.cells.iter().map(|c| html! { (c) }));
        table = table.row(cells);
    }
    html! {
        p { "Excelファイルから" (filled) "行を読み取りました。まだ何も置き換えていません。" }
        @if before > 0 { p { "「この内容に置き換える」を押すと、今の" (before) "行は次の内容に置き換わります。" } }
        @if over > 0 {
            (ui::banner(Tone::Warn, format!("{over}行は取り込めません")).body(html! { p { "表の行数の上限を超えています。上限までの行を取り込みます。" } }))
        }
        (table)
    }
}

fn result(line: &Line) -> Markup {
    html! {
        @if line.refused.is_empty() && line.slips.is_empty() { (chip(Tone::Success, "取り込みます")) }
        @else if line.refused.is_empty() { (chip(Tone::Warn, "取り込みます（直すところがあります）")) }
        @else { (chip(Tone::Error, "一部を取り込めません")) }
        @if !line.refused.is_empty() || !line.slips.is_empty() {
            ul { @for why in line.refused.iter().chain(&line.slips) { li { (why) } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preview_says_row_by_row_what_is_taken() {
        let line = |name: &str, refused: &[&str], slips: &[&str]| Line {
            name: name.into(),
            cells: vec!["部品".into()],
            refused: refused.iter().map(|s| (*s).to_owned()).collect(),
            slips: slips.iter().map(|s| (*s).to_owned()).collect(),
        };
        let lines = [
            line("1", &[], &[]),
            line("2", &["費目：選択肢にありません。"], &[]),
            line("3", &[], &["金額が多すぎます。"]),
        ];
        let html = view("経費明細表", &["品名"], &lines, 3, 4).into_string();
        assert!(
            html.contains("3行を読み取りました") && html.contains("今の4行") && html.contains("3行は取り込めません"),
            "{html}"
        );
        assert!(
            html.contains("一部を取り込めません")
                && html.contains("選択肢にありません")
                && html.contains("金額が多すぎます"),
            "{html}"
        );
    }
}
