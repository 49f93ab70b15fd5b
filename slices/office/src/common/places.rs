//! Where the parts of a shown application lead on the office's pages: files to the viewer, nothing to change.

use hojo_programme::{Field, FieldPath, FileRef, Form};
use hojo_web::ui::{FileState, Import, form::Places};
use hojo_words::ids::PublicId;

use super::query::Address;

/// The answers of a case beside the viewer.
pub struct CasePlaces {
    /// The page that shows the viewer: `/cases/…/examine`.
    pub page: String,
}

impl CasePlaces {
    pub fn examine(case: PublicId) -> Self {
        Self { page: format!("/cases/{case}/examine") }
    }
}

impl Places for CasePlaces {
    fn upload(&self, _: &str) -> String {
        String::new()
    }

    fn import(&self, _: &str) -> Option<Import> {
        None
    }

    fn file(&self, file: &FileRef) -> (FileState, Option<String>) {
        (FileState::Accepted, Some(Address::new(self.page.clone()).with("file", &file.file).anchor("viewer").text()))
    }
}

/// A form shown with nothing in it and nowhere to go: the preview of a definition.
pub struct Nowhere;

impl Places for Nowhere {
    fn upload(&self, _: &str) -> String {
        String::new()
    }

    fn import(&self, _: &str) -> Option<Import> {
        None
    }

    fn file(&self, _: &FileRef) -> (FileState, Option<String>) {
        (FileState::Accepted, None)
    }
}

/// A place in words: 「経費明細表 2行目 補助対象経費」; sections are written `section:<id>`.
pub fn label(form: &Form, target: &str) -> String {
    if let Some(id) = target.strip_prefix("section:") {
        return form.sections.iter().find(|s| s.id == id).map_or_else(|| target.to_owned(), |s| s.title.clone());
    }
    let Ok(path) = target.parse::<FieldPath>() else { return target.to_owned() };
    path_label(form, &path)
}

/// A field, row or cell in words.
pub fn path_label(form: &Form, path: &FieldPath) -> String {
    let Some(field) = form.field(&path.field) else { return path.to_string() };
    let mut words = field.label.clone();
    if let Some(row) = path.row {
        words.push_str(&row_label(field, row));
    }
    if let Some(column) = &path.column {
        let name = field.table().and_then(|t| t.column(column)).map_or(column.as_str(), |c| c.label.as_str());
        words.push(' ');
        words.push_str(name);
    }
    words
}

fn row_label(field: &Field, row: usize) -> String {
    match field.table().and_then(|t| t.fixed_rows()).and_then(|rows| rows.get_index(row)) {
        Some((_, label)) => format!(" {label}"),
        None => format!(" {}行目", row + 1),
    }
}
