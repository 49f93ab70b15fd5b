//! 表のExcel入力: a template to download, and the way back with a preview of what will be taken.

mod cells;
mod import;
mod preview;
mod sheet;
mod template;

pub(crate) use import::{confirm, import};
pub(crate) use template::template;

use hojo_programme::{Field, TableShape};

/// The first cell of a template says which table it belongs to.
fn marker(field: &str) -> String {
    format!("hojo:{field}")
}

/// Columns that are typed; calculated ones are not in the sheet.
fn typed(shape: &TableShape) -> impl Iterator<Item = &Field> {
    let columns = shape.columns.iter().map(AsRef::as_ref);
    columns.filter(|c: &&Field| !c.is_calculated() && c.file().is_none() && c.table().is_none())
}

/// Is this a table that spreadsheets may fill?
fn shape(field: &Field) -> Option<&TableShape> {
    field.table().filter(|_| field.import)
}
