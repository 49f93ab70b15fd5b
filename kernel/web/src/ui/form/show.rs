//! Answers to read: the check page, the office's desk, the reviewer's page, the copy.
use hojo_programme::{Field, FieldPath, FieldType, FileRef, Raw, TableShape};
use maud::{Markup, html};

use super::super::field::messages_block;
use super::super::{Answer, FileRow, Holds, answers, column, data_table, dom_id, file_list};
use super::draw::row_places;
use super::scene::Scene;

/// The answers of a section. `change` is the address of the page where they are changed; the link goes on to the field.
/// `beside` puts something next to a place (the office's remark buttons).
#[must_use]
pub fn show(
    scene: &Scene<'_>,
    section: usize,
    change: Option<&str>,
    beside: Option<&dyn Fn(&FieldPath) -> Markup>,
) -> Markup {
    let says = scene.say(section);
    let rows: Vec<Answer> = scene
        .fields(section)
        .filter(|field| scene.reading.is_shown(&field.id))
        .map(|field| {
            let id = dom_id(&field.id);
            let path = FieldPath::field(&field.id);
            let missing = is_missing(scene, field);
            let value = html! {
                @if missing { span class="answers__missing" { (if field.is_calculated() { "未計算" } else { "未入力" }) } } @else { (value(scene, field)) }
                (messages_block(&id, &says.field(field)))
                @if let Some(words) = scene.remark(&path) { p class="field__remark" { (words) } }
                @if let Some(beside) = beside { div class="answers__beside" { (beside(&path)) } }
            };
            let changes =
                !field.is_calculated() && !scene.reading.is_prefilled(&field.id) && scene.open.touches(&field.id);
            let link = change.filter(|_| changes).map(|page| format!("{page}#{id}"));
            Answer {
                label: field.label.clone(),
                value,
                missing: false,
                change: link,
                error: None,
                id: Some(format!("a-{}", field.id)),
            }
        })
        .collect();
    answers(&rows)
}

fn is_missing(scene: &Scene<'_>, field: &Field) -> bool {
    match &field.kind {
        FieldType::Table(shape) => row_places(scene, field, shape).is_empty(),
        FieldType::File(_) => !matches!(scene.answers.get(&field.id), Some(Raw::Files(files)) if !files.is_empty()),
        _ => words(scene, field).is_empty(),
    }
}

fn value(scene: &Scene<'_>, field: &Field) -> Markup {
    match &field.kind {
        FieldType::Table(shape) => table(scene, field, shape),
        FieldType::File(_) => file_list(&field.id, &file_rows(scene, scene.answers.get(&field.id)), false),
        FieldType::Paragraph { .. } => html! { div class="prewrap" { (words(scene, field)) } },
        _ => html! { (words(scene, field)) },
    }
}

/// A field's answer in words: as read where it can be read, else exactly as typed.
#[must_use]
pub fn words(scene: &Scene<'_>, field: &Field) -> String {
    let read = scene.reading.display(&field.id);
    let shown = if read.is_empty() && !field.is_calculated() { typed(scene.answers.get(&field.id)) } else { read };
    match &field.kind {
        FieldType::Bank => with_words(shown, |code| scene.places.bank_words(code, None)),
        _ => shown,
    }
}

fn with_words(code: String, words: impl Fn(&str) -> Option<String>) -> String {
    match words(&code) {
        Some(name) => format!("{code} {name}"),
        None => code,
    }
}

fn typed(raw: Option<&Raw>) -> String {
    match raw {
        Some(Raw::Text(text)) => text.clone(),
        Some(Raw::Many(many)) => many.join("、"),
        _ => String::new(),
    }
}

/// One cell in words.
pub(crate) fn cell_words(scene: &Scene<'_>, field: &Field, row: usize, column: &Field) -> String {
    let read = scene.reading.display_cell(&field.id, row, &column.id);
    if !read.is_empty() || column.is_calculated() {
        return read;
    }
    match scene.answers.get(&field.id) {
        Some(Raw::Rows(rows)) => typed(rows.get(row).and_then(|cells| cells.get(&column.id))),
        _ => String::new(),
    }
}

fn holds(column: &Field) -> Holds {
    match column.kind {
        FieldType::Yen { .. } | FieldType::Integer { .. } | FieldType::Decimal { .. } | FieldType::Percent { .. } => {
            Holds::Number
        }
        FieldType::Date | FieldType::YearMonth => Holds::Date,
        _ => Holds::Text,
    }
}

fn table(scene: &Scene<'_>, field: &Field, shape: &TableShape) -> Markup {
    let places = row_places(scene, field, shape);
    if let Some(keys) = shape.fixed_rows() {
        let heads =
            places.iter().filter_map(|row| keys.get_index(*row)).map(|(_, label)| column(label).holds(Holds::Number));
        let mut drawn =
            data_table(&field.label, std::iter::once(column("項目")).chain(heads).collect()).quiet_caption();
        for item in &shape.columns {
            let cells = places.iter().map(|row| html! { (cell_words(scene, field, *row, item)) });
            drawn = drawn.row(std::iter::once(html! { (item.label) }).chain(cells).collect());
        }
        return html! { (drawn) };
    }
    let heads = shape.columns.iter().map(|item| column(&item.label).holds(holds(item)));
    let mut drawn =
        data_table(&field.label, std::iter::once(column("No.").holds(Holds::Number)).chain(heads).collect())
            .quiet_caption();
    for row in &places {
        let cells = shape.columns.iter().map(|item| html! { (cell_words(scene, field, *row, item)) });
        drawn = drawn.row(std::iter::once(html! { (row + 1) }).chain(cells).collect());
    }
    html! { (drawn) }
}

/// The files of an answer with their state.
pub(crate) fn file_rows(scene: &Scene<'_>, raw: Option<&Raw>) -> Vec<FileRow> {
    let Some(Raw::Files(files)) = raw else {
        return Vec::new();
    };
    let row = |file: &FileRef| {
        let (state, href) = scene.places.file(file);
        FileRow { id: file.file.clone(), name: file.name.clone(), bytes: file.size, state, href }
    };
    files.iter().map(row).collect()
}
