//! A spreadsheet read into the rows of a table. Only cells that exist are held, so a sheet that
//! claims a million rows costs nothing.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use hojo_programme::{Field, RawRow, TableShape};
use hojo_words::text::comparison_key;

use super::{cells, marker, typed};

/// What a sheet gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Taken {
    /// Rows of the table; a fixed table has all of them.
    pub rows: Vec<RawRow>,
    /// Cells not taken: index of the row, label of the column, why.
    pub refused: Vec<(usize, String, String)>,
    /// Rows over the limit.
    pub over: usize,
}

type Cells = BTreeMap<u32, BTreeMap<u32, Data>>;

const MAX_ROW: u32 = 5_000;
const MAX_COLUMN: u32 = 200;
const MAX_CELLS: usize = 100_000;

/// Reads the table from the bytes of a workbook.
///
/// `Err` is the sentence for the person.
pub(super) fn read(field: &Field, shape: &TableShape, bytes: &[u8]) -> Result<Taken, String> {
    let damaged = |_| "Excelファイルとして開けません。元のファイルを保存し直してください。".to_owned();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(damaged)?;
    let mut first: Option<Cells> = None;
    for name in book.sheet_names().into_iter().take(10) {
        let cells = sheet_cells(&mut book, &name)?;
        if text(&cells, 0, 0) == marker(&field.id) {
            return Ok(match shape.fixed_rows() {
                Some(keys) => fixed(shape, keys.keys().map(String::as_str), &cells),
                None => free(shape, &cells, 2, |column| find(&cells, 0, &column.id)),
            });
        }
        first.get_or_insert(cells);
    }
    // Somebody's own sheet: taken when its heads carry our labels.
    if let (Some(cells), None) = (first, shape.fixed_rows()) {
        let heads = |row: u32| typed(shape).filter(|c| find(&cells, row, &c.label).is_some()).count();
        let best = (0..10).max_by_key(|row| (heads(*row), std::cmp::Reverse(*row))).unwrap_or(0);
        if heads(best) >= 2 {
            return Ok(free(shape, &cells, best + 1, |column| find(&cells, best, &column.label)));
        }
    }
    Err("入力用ファイルの形式と違います。この画面からダウンロードした入力用ファイルを使ってください。".to_owned())
}

fn sheet_cells(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Cells, String> {
    let broken = |_| format!("シート「{name}」を読めません。元のファイルを保存し直してください。");
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut cells = Cells::new();
    let mut count = 0;
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        if row > MAX_ROW || column > MAX_COLUMN {
            continue;
        }
        count += 1;
        if count > MAX_CELLS {
            return Err("ファイルが大きすぎます。表のあるシートだけにしてから取り込んでください。".to_owned());
        }
        let value: Data = cell.get_value().clone().into();
        if value != Data::Empty {
            cells.entry(row).or_default().insert(column, value);
        }
    }
    Ok(cells)
}

fn text(cells: &Cells, row: u32, column: u32) -> String {
    cells.get(&row).and_then(|r| r.get(&column)).map(ToString::to_string).unwrap_or_default()
}

/// The column whose cell in `row` reads like `words`. Units in brackets behind a label do not matter.
fn find(cells: &Cells, row: u32, words: &str) -> Option<u32> {
    let wanted = comparison_key(words);
    let reads = |d: &Data| {
        let key = comparison_key(&d.to_string());
        key == wanted || key.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('['))
    };
    cells.get(&row)?.iter().find(|(_, d)| reads(d)).map(|(column, _)| *column)
}

fn free(shape: &TableShape, cells: &Cells, from: u32, at: impl Fn(&Field) -> Option<u32>) -> Taken {
    let columns: Vec<(&Field, u32)> = typed(shape).filter_map(|c| Some((c, at(c)?))).collect();
    let mut taken = Taken::default();
    for (_, line) in cells.range(from..) {
        let mut row = RawRow::new();
        let mut refused = Vec::new();
        for (column, place) in &columns {
            let Some(cell) = line.get(place) else { continue };
            match cells::raw(column, cell) {
                Ok(Some(raw)) => {
                    row.insert(column.id.clone(), raw);
                }
                Ok(None) => {}
                Err(why) => refused.push((taken.rows.len(), column.label.clone(), why)),
            }
        }
        if row.is_empty() && refused.is_empty() {
            continue;
        }
        if taken.rows.len() >= shape.max_rows() {
            taken.over += 1;
            continue;
        }
        taken.rows.push(row);
        taken.refused.append(&mut refused);
    }
    taken
}

/// Items down, rows of the table across: the keys stand in the hidden first row and column.
fn fixed<'k>(shape: &TableShape, keys: impl Iterator<Item = &'k str>, cells: &Cells) -> Taken {
    let mut taken = Taken::default();
    for (index, key) in keys.enumerate() {
        let mut row = RawRow::new();
        if let Some(across) = find(cells, 0, key) {
            for column in typed(shape) {
                let line = cells.values().find(|line| line.get(&0).is_some_and(|d| d.to_string() == column.id));
                let Some(cell) = line.and_then(|l| l.get(&across)) else { continue };
                match cells::raw(column, cell) {
                    Ok(Some(raw)) => {
                        row.insert(column.id.clone(), raw);
                    }
                    Ok(None) => {}
                    Err(why) => taken.refused.push((index, column.label.clone(), why)),
                }
            }
        }
        taken.rows.push(row);
    }
    taken
}
