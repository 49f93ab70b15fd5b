//! A list as a workbook: the same words as its PDF, amounts as numbers, and nothing that a program would run.

use hojo_words::letter::{LetterModel, Section, Table};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

/// Characters of a column of the sheet for each millimetre of the form's.
const CHARACTERS_PER_MM: f64 = 0.55;
/// Narrowest column, characters.
const NARROWEST: f64 = 8.0;

/// The workbook of a form.
///
/// # Errors
/// [`XlsxError`] when the file format has no room for it.
pub fn write(name: &str, model: &LetterModel) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    let sheet = book.add_worksheet().set_name(sheet_name(name))?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    let mut at = 0;
    for line in model.form_label.iter().chain(&model.title) {
        text(sheet, at, 0, line, &looks.title)?;
        at += 1;
    }
    for section in &model.sections {
        at = draw(sheet, &looks, section, at + 1)?;
    }
    book.save_to_buffer()
}

struct Looks {
    title: Format,
    plain: Format,
    head: Format,
    cell: Format,
    number: Format,
}

impl Looks {
    fn new() -> Self {
        // A cell that begins with = or + stays text also after somebody typed in it.
        let plain = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_num_format("@").set_quote_prefix();
        let cell = plain.clone().set_border(FormatBorder::Thin);
        let shade = Color::RGB(0x00E8_F1FE);
        Self {
            title: Format::new().set_bold().set_font_size(13).set_quote_prefix(),
            head: cell.clone().set_bold().set_background_color(shade),
            number: Format::new()
                .set_align(FormatAlign::Top)
                .set_border(FormatBorder::Thin)
                .set_num_format("#,##0.##########"),
            cell,
            plain,
        }
    }
}

fn draw(sheet: &mut Worksheet, looks: &Looks, section: &Section, mut at: u32) -> Result<u32, XlsxError> {
    for (label, value) in &section.rows {
        text(sheet, at, 0, label, &looks.head)?;
        text(sheet, at, 1, value, &looks.cell)?;
        at += 1;
    }
    for table in &section.tables {
        at = lines(sheet, looks, table, at + 1)?;
    }
    for note in &section.notes {
        text(sheet, at, 0, &format!("注　{note}"), &looks.plain.clone().unset_text_wrap())?;
        at += 1;
    }
    Ok(at)
}

fn lines(sheet: &mut Worksheet, looks: &Looks, table: &Table, mut at: u32) -> Result<u32, XlsxError> {
    for (x, head) in table.head.iter().enumerate() {
        text(sheet, at, place(x), head, &looks.head)?;
        let mm = table.widths.get(x).copied().unwrap_or(20);
        sheet.set_column_width(place(x), (f64::from(mm) * CHARACTERS_PER_MM).max(NARROWEST))?;
    }
    // The heads are repeated on every printed page.
    sheet.set_repeat_rows(at, at)?;
    let totals = Some(&table.totals).filter(|totals| !totals.is_empty());
    for row in table.rows.iter().chain(totals) {
        at += 1;
        for (x, value) in row.iter().enumerate() {
            let amount = if table.numeric.contains(&x) { number(value) } else { None };
            match amount {
                Some(amount) => sheet.write_number_with_format(at, place(x), amount, &looks.number)?,
                None if value.is_empty() => {
                    let format = if table.numeric.contains(&x) { &looks.number } else { &looks.cell };
                    sheet.write_blank(at, place(x), format)?
                }
                None => text(sheet, at, place(x), value, &looks.cell)?,
            };
        }
    }
    Ok(at + 2)
}

/// Always a text, never a formula; what no sheet can hold is left out.
fn text<'s>(
    sheet: &'s mut Worksheet,
    row: u32,
    column: u16,
    words: &str,
    format: &Format,
) -> Result<&'s mut Worksheet, XlsxError> {
    let clean: String = words.chars().filter(|c| !c.is_control() || *c == '\n').take(32_000).collect();
    sheet.write_string_with_format(row, column, clean, format)
}

/// 「1,234,000円」 as the number it is; `None` for what is more than a number and its unit.
fn number(words: &str) -> Option<f64> {
    let digits: String = words.trim().trim_end_matches(|c: char| !c.is_ascii_digit()).replace(',', "");
    let digits = digits.replacen('▲', "-", 1).replacen('−', "-", 1);
    digits.parse().ok()
}

fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Sheet names hold 31 characters and none of `[]:*?/\`.
fn sheet_name(label: &str) -> String {
    label.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};

    #[test]
    fn amounts_are_numbers_and_nothing_is_a_formula() {
        let table = Table {
            head: vec!["財産名".into(), "金額".into()],
            rows: vec![
                vec!["=HYPERLINK(\"http://example.com\")".into(), "12,500,000円".into()],
                vec!["+1\u{7}".into(), "▲3円".into()],
                vec![String::new(), String::new()],
            ],
            numeric: vec![1],
            totals: vec!["合計".into(), "12,499,997円".into()],
            widths: vec![40, 20],
            ..Table::default()
        };
        let section = Section {
            rows: vec![("受付番号".into(), "R1-00001".into())],
            tables: vec![table],
            notes: vec!["単価50万円以上".into()],
            ..Section::default()
        };
        let model = LetterModel { title: vec!["台帳".into()], sections: vec![section], ..LetterModel::default() };
        let bytes = write("取得財産等管理台帳[様式]", &model).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let name = book.sheet_names()[0].clone();
        assert_eq!(name, "取得財産等管理台帳様式");
        let cells: Vec<Data> = book.worksheet_range(&name).unwrap().cells().map(|(_, _, cell)| cell.clone()).collect();
        assert!(cells.contains(&Data::Float(12_500_000.0)) && cells.contains(&Data::Float(-3.0)), "{cells:?}");
        assert!(cells.contains(&Data::String("=HYPERLINK(\"http://example.com\")".into())), "{cells:?}");
        assert!(cells.contains(&Data::String("+1".into())) && cells.contains(&Data::Float(12_499_997.0)), "{cells:?}");
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "no cell is a formula");
    }

    #[test]
    fn only_a_number_with_its_unit_is_one() {
        assert_eq!((number("1,000円"), number("12.5％"), number("5年")), (Some(1000.0), Some(12.5), Some(5.0)));
        assert_eq!((number(""), number("第3号様式"), number("2026/01/02")), (None, None, None));
    }
}
