//! The sheet one fills in: labels and units as on the screen, lists to choose from, heads locked, a hidden
//! row (and column) of keys by which the way back finds everything. What is in the draft already is in it.

use hojo_access::Access;
use hojo_db::Mode;
use hojo_programme::{Answers, Field, FieldType, Raw, RawRow, TableShape};
use hojo_web::{Cx, Fault, Reply};
use rust_xlsxwriter::{Color, DataValidation, Format, FormatBorder, Formula, Workbook, Worksheet, XlsxError};

use super::{cells, marker, shape, typed};
use crate::desk;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The sheet that holds the lists; hidden from the person.
const LISTS: &str = "選択肢";

pub(crate) async fn template<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let id: String = cx.param("field")?;
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    let field = desk.form().field(&id).ok_or(Fault::NotFound)?;
    let shape = shape(field).ok_or(Fault::NotFound)?;
    desk::seen(&cx, tx, &desk).await?;
    let bytes = write(field, shape, &desk.answers).map_err(|e| Fault::Internal(e.to_string()))?;
    Ok(Reply::download(bytes.into(), XLSX, &format!("{}.xlsx", field.label)))
}

/// The workbook of a table with what was typed so far.
pub(super) fn write(field: &Field, shape: &TableShape, answers: &Answers) -> Result<Vec<u8>, XlsxError> {
    let rows: &[RawRow] = match answers.get(&field.id) {
        Some(Raw::Rows(rows)) => rows,
        _ => &[],
    };
    let mut book = Workbook::new();
    let looks = Looks::new();
    let columns: Vec<&Field> = typed(shape).collect();
    let sheet = book.add_worksheet().set_name(sheet_name(&field.label))?;
    sheet.protect();
    sheet.write_string(0, 0, marker(&field.id))?;
    sheet.set_row_hidden(0)?;
    match shape.fixed_rows() {
        Some(keys) => across(sheet, &looks, &columns, keys, rows)?,
        None => down(sheet, &looks, &columns, shape.max_rows(), rows)?,
    }
    lists(book.add_worksheet().set_name(LISTS)?, &columns)?;
    book.save_to_buffer()
}

struct Looks {
    head: Format,
    open: Format,
    number: Format,
    text: Format,
}

impl Looks {
    fn new() -> Self {
        let open = Format::new().set_unlocked().set_border(FormatBorder::Thin).set_text_wrap();
        Self {
            head: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0x00E8_F1FE))
                .set_border(FormatBorder::Thin),
            number: open.clone().set_num_format("#,##0.##########"),
            // Text, so that leading zeros and long numbers stay as typed.
            text: open.clone().set_num_format("@"),
            open,
        }
    }

    fn of(&self, column: &Field) -> &Format {
        match column.kind {
            FieldType::Yen { .. }
            | FieldType::Integer { .. }
            | FieldType::Decimal { .. }
            | FieldType::Percent { .. } => &self.number,
            FieldType::Date => &self.open,
            _ => &self.text,
        }
    }
}

/// Free rows: one line each, heads in the second row.
fn down(
    sheet: &mut Worksheet,
    looks: &Looks,
    columns: &[&Field],
    most: usize,
    rows: &[RawRow],
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(1, 0, "No.", &looks.head)?;
    let last = u32::try_from(most).unwrap_or(200).min(2_000) + 1;
    for (at, column) in columns.iter().enumerate() {
        let place = place(at + 1);
        sheet.write_string(0, place, &column.id)?;
        sheet.write_string_with_format(1, place, head(column), &looks.head)?;
        sheet.set_column_width(place, if matches!(column.kind, FieldType::Text { .. }) { 28 } else { 18 })?;
        for row in 2..=last {
            cell(sheet, looks, column, row, place, rows.get(usize::try_from(row - 2).unwrap_or(usize::MAX)))?;
        }
        validate(sheet, column, at, (2, place, last, place))?;
    }
    for row in 2..=last {
        sheet.write_number_with_format(row, 0, f64::from(row - 1), &looks.head)?;
    }
    sheet.set_freeze_panes(2, 1)?;
    Ok(())
}

/// Fixed rows: items down, years across, as on the screen.
fn across(
    sheet: &mut Worksheet,
    looks: &Looks,
    columns: &[&Field],
    keys: &indexmap::IndexMap<String, String>,
    rows: &[RawRow],
) -> Result<(), XlsxError> {
    sheet.set_column_hidden(0)?;
    sheet.set_column_width(1, 36)?;
    sheet.write_string_with_format(1, 1, "項目", &looks.head)?;
    for (at, (key, label)) in keys.iter().enumerate() {
        sheet.write_string(0, place(at + 2), key)?;
        sheet.write_string_with_format(1, place(at + 2), label, &looks.head)?;
        sheet.set_column_width(place(at + 2), 18)?;
    }
    let last = place(keys.len() + 1);
    for (at, column) in columns.iter().enumerate() {
        let row = u32::from(place(at)) + 2;
        sheet.write_string(row, 0, &column.id)?;
        sheet.write_string_with_format(row, 1, head(column), &looks.head)?;
        for index in 0..keys.len() {
            cell(sheet, looks, column, row, place(index + 2), rows.get(index))?;
        }
        validate(sheet, column, at, (row, 2, row, last))?;
    }
    sheet.set_freeze_panes(2, 2)?;
    Ok(())
}

fn cell(
    sheet: &mut Worksheet,
    looks: &Looks,
    column: &Field,
    row: u32,
    at: u16,
    typed: Option<&RawRow>,
) -> Result<(), XlsxError> {
    let format = looks.of(column);
    let text = match typed.and_then(|row| row.get(&column.id)) {
        Some(Raw::Text(text)) => text.clone(),
        Some(Raw::Many(many)) => many.iter().map(|key| label(column, key)).collect::<Vec<_>>().join("、"),
        _ => String::new(),
    };
    if text.is_empty() {
        sheet.write_blank(row, at, format)?;
    } else if let (true, Ok(n)) = (std::ptr::eq(format, &looks.number), text.parse::<f64>()) {
        sheet.write_number_with_format(row, at, n, format)?;
    } else {
        let clean: String = label(column, &text).chars().filter(|c| !c.is_control() || *c == '\n').collect();
        sheet.write_string_with_format(row, at, clean, format)?;
    }
    Ok(())
}

fn label(column: &Field, key: &str) -> String {
    cells::options(column).into_iter().find(|(k, _)| k == key).map_or_else(|| key.to_owned(), |(_, label)| label)
}

/// `売上高 [円]`: the way back reads the label without its unit.
fn head(column: &Field) -> String {
    let unit = match column.kind {
        FieldType::Yen { .. } => "円",
        FieldType::Percent { .. } => "％",
        FieldType::Date => "例 2026/11/22",
        FieldType::YearMonth => "例 2026-03",
        _ => column.unit.as_str(),
    };
    if unit.is_empty() { column.label.clone() } else { format!("{} [{unit}]", column.label) }
}

/// Choices as a drop-down from the hidden sheet: a list inside the cell may hold no more than 255 characters.
fn validate(
    sheet: &mut Worksheet,
    column: &Field,
    at: usize,
    (r1, c1, r2, c2): (u32, u16, u32, u16),
) -> Result<(), XlsxError> {
    let count = cells::options(column).len();
    if count == 0 || matches!(column.kind, FieldType::Choices { .. }) {
        return Ok(());
    }
    let letter = rust_xlsxwriter::column_number_to_name(place(at));
    let list =
        DataValidation::new().allow_list_formula(Formula::new(format!("={LISTS}!${letter}$1:${letter}${count}")));
    sheet.add_data_validation(r1, c1, r2, c2, &list)?;
    Ok(())
}

fn lists(sheet: &mut Worksheet, columns: &[&Field]) -> Result<(), XlsxError> {
    for (at, column) in columns.iter().enumerate() {
        for (row, (_, label)) in cells::options(column).iter().enumerate() {
            sheet.write_string(u32::from(place(row)), place(at), label)?;
        }
    }
    sheet.protect();
    sheet.set_hidden(true);
    Ok(())
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
    use std::sync::Arc;

    use hojo_programme::{ChoiceList, Condition, Place, RowPlan};

    use super::*;
    use crate::spreadsheet::sheet;

    fn field(id: &str, label: &str, kind: FieldType) -> Field {
        Field {
            id: id.into(),
            label: label.into(),
            kind,
            required: Condition::Never,
            shown: Condition::Always,
            value: None,
            from: None,
            help: String::new(),
            example: String::new(),
            clause: None,
            unit: String::new(),
            import: true,
            default: None,
            carried: Vec::new(),
            statement: String::new(),
            group: String::new(),
            slot: 0,
            place: Place::default(),
        }
    }

    fn table(rows: RowPlan) -> Field {
        let list = ChoiceList {
            id: "c".into(),
            options: [("machinery".to_owned(), "機械装置".to_owned())].into_iter().collect(),
        };
        let columns = vec![
            Arc::new(field("category", "費目", FieldType::Choice { list: Arc::new(list) })),
            Arc::new(field("gross", "(A)経費", FieldType::Yen { signed: true })),
            Arc::new(field("item", "品名", FieldType::Text { limit: 80 })),
        ];
        field(
            "lines",
            "経費明細表",
            FieldType::Table(Arc::new(TableShape { columns, rows, transposed: false, row_shown: vec![] })),
        )
    }

    fn row(cells: &[(&str, &str)]) -> RawRow {
        cells.iter().map(|(id, text)| ((*id).to_owned(), Raw::from(*text))).collect()
    }

    fn round_trip(table: &Field, rows: &[RawRow]) -> sheet::Taken {
        let answers = Answers([("lines".to_owned(), Raw::Rows(rows.to_vec()))].into());
        let shape = table.table().unwrap();
        let bytes = write(table, shape, &answers).unwrap();
        sheet::read(table, shape, &bytes).unwrap()
    }

    #[test]
    fn what_is_in_the_template_comes_back() {
        let rows = [
            row(&[("category", "machinery"), ("gross", "-30000000"), ("item", "複合加工機\n一式")]),
            row(&[("gross", "12.5"), ("item", "0012")]),
        ];
        let taken = round_trip(&table(RowPlan::Free { min: 0, max: 5 }), &rows);
        assert_eq!(taken.rows, rows);
        assert_eq!((taken.refused, taken.over), (vec![], 0));
    }

    #[test]
    fn years_come_back_in_their_places() {
        let keys = [("base", "基準年度"), ("y1", "1年目"), ("y2", "2年目")].map(|(k, l)| (k.to_owned(), l.to_owned()));
        let rows = [row(&[("gross", "1")]), row(&[]), row(&[("gross", "3"), ("category", "machinery")])];
        let taken = round_trip(&table(RowPlan::Fixed(keys.into_iter().collect())), &rows);
        assert_eq!(taken.rows, rows);
    }

    #[test]
    fn the_template_passes_the_inspection_of_uploads() {
        let table = table(RowPlan::Free { min: 0, max: 3 });
        let bytes = write(&table, table.table().unwrap(), &Answers::default()).unwrap();
        hojo_vault::inspect::inspect("a.xlsx", &bytes, &[hojo_vault::Format::Xlsx]).unwrap();
    }

    #[test]
    fn another_sheet_is_taken_by_its_heads_and_nothing_else_is() {
        let table = table(RowPlan::Free { min: 0, max: 2 });
        let shape = table.table().unwrap();
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (at, head) in ["品名", "(A)経費", "メモ"].iter().enumerate() {
            sheet.write_string(1, place(at), *head).unwrap();
        }
        for line in 2..6 {
            sheet.write_string(line, 0, "部品").unwrap();
            sheet.write_formula(line, 1, Formula::new("=100*3").set_result("300")).unwrap();
        }
        let taken = super::super::sheet::read(&table, shape, &book.save_to_buffer().unwrap()).unwrap();
        assert_eq!(
            taken.rows,
            [row(&[("item", "部品"), ("gross", "300")]), row(&[("item", "部品"), ("gross", "300")])]
        );
        assert_eq!(taken.over, 2);
        let mut other = Workbook::new();
        other.add_worksheet().write_string(0, 0, "関係ない表").unwrap();
        assert!(super::super::sheet::read(&table, shape, &other.save_to_buffer().unwrap()).is_err());
        assert!(super::super::sheet::read(&table, shape, b"PK nonsense").is_err());
    }
}
