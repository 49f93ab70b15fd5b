//! What changed between two versions, field by field and cell by cell, in the words of the form.

use hojo_programme::{Answers, Field, Form, Raw, RawRow, Reading, TableShape};
use hojo_web::ui::Compared;

/// One version: what was typed and what it means.
#[derive(Clone, Copy)]
pub(crate) struct Version<'v> {
    pub answers: &'v Answers,
    pub reading: &'v Reading,
}

/// The places that differ, in the order of the form. Fields hidden in both are left out.
pub(crate) fn compare(form: &Form, before: Version<'_>, after: Version<'_>) -> Vec<Compared> {
    let mut found = Vec::new();
    for field in &form.fields {
        if !before.reading.is_shown(&field.id) && !after.reading.is_shown(&field.id) {
            continue;
        }
        match field.table() {
            Some(shape) => table(field, shape, before, after, &mut found),
            None => differ(&mut found, field.label.clone(), words(field, before), words(field, after)),
        }
    }
    found
}

fn differ(found: &mut Vec<Compared>, label: String, before: Option<String>, after: Option<String>) {
    if before != after {
        found.push(Compared { label, before, after });
    }
}

/// A hidden field has no answer, whatever was typed into it once.
fn words(field: &Field, version: Version<'_>) -> Option<String> {
    if !version.reading.is_shown(&field.id) {
        return None;
    }
    let shown = match version.answers.get(&field.id) {
        Some(Raw::Files(files)) => files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join("、"),
        raw => or_typed(version.reading.display(&field.id), raw),
    };
    (!shown.is_empty()).then_some(shown)
}

fn or_typed(read: String, raw: Option<&Raw>) -> String {
    match raw {
        _ if !read.is_empty() => read,
        Some(Raw::Text(text)) => text.clone(),
        Some(Raw::Many(many)) => many.join("、"),
        _ => String::new(),
    }
}

fn rows<'v>(field: &Field, version: Version<'v>) -> &'v [RawRow] {
    match version.answers.get(&field.id) {
        Some(Raw::Rows(rows)) if version.reading.is_shown(&field.id) => rows,
        _ => &[],
    }
}

fn table(field: &Field, shape: &TableShape, before: Version<'_>, after: Version<'_>, found: &mut Vec<Compared>) {
    let (old, new) = (rows(field, before), rows(field, after));
    for row in 0..old.len().max(new.len()) {
        let name = match shape.fixed_rows().and_then(|keys| keys.get_index(row)) {
            Some((_, label)) => format!("{} {label}", field.label),
            None => format!("{} {}行目", field.label, row + 1),
        };
        let cell = |version: Version<'_>, column: &Field| {
            let raw = rows(field, version).get(row).and_then(|cells| cells.get(&column.id));
            or_typed(version.reading.display_cell(&field.id, row, &column.id), raw)
        };
        let line = |version: Version<'_>| {
            let cells = shape.columns.iter().map(|c| cell(version, c)).filter(|text| !text.is_empty());
            cells.collect::<Vec<_>>().join("｜")
        };
        match (old.get(row), new.get(row)) {
            (Some(_), Some(_)) => {
                for column in &shape.columns {
                    let (b, a) = (cell(before, column), cell(after, column));
                    differ(
                        found,
                        format!("{name} {}", column.label),
                        Some(b).filter(|t| !t.is_empty()),
                        Some(a).filter(|t| !t.is_empty()),
                    );
                }
            }
            (None, Some(_)) => differ(found, name, None, Some(line(after))),
            (Some(_), None) => differ(found, name, Some(line(before)), None),
            (None, None) => {}
        }
    }
}
