//! A section as a person fills it in.
use hojo_programme::{Condition, Field, FieldPath, FieldType, Raw, RowPlan, Section, TableShape};
use maud::{Markup, html};

use super::super::field::messages_block;
use super::super::{
    Control, EditCell, EditColumn, Mark, Mode, computed, dom_id, edit_rows, edit_years, field, mark, upload,
};
use super::control::{cell_control, control_for, file_words};
use super::scene::{Says, Scene};
use super::show::file_rows;

/// The fields of a section (by index), grouped under their sub-headings. Stands inside a [`crate::ui::save_form`].
#[must_use]
pub fn draw(scene: &Scene<'_>, section: usize) -> Markup {
    draw_these(scene, section, |_| true)
}

/// As [`draw`], without what is calculated: nothing was typed yet from which it could be.
#[must_use]
pub fn draw_typed(scene: &Scene<'_>, section: usize) -> Markup {
    draw_these(scene, section, |field| !field.is_calculated())
}

fn draw_these(scene: &Scene<'_>, section: usize, wanted: impl Fn(&Field) -> bool) -> Markup {
    let says = scene.say(section);
    let mut group = "";
    html! {
        @if let Some(found) = scene.form.sections.get(section) { (intro(found)) }
        @for field in scene.fields(section).filter(|field| wanted(field)) {
            @if field.group != group {
                ({ group = &field.group; html! { @if !group.is_empty() { h2 class="form__group" { (group) } } } })
            }
            (slot(scene, &says, section, field))
        }
    }
}

fn intro(section: &Section) -> Markup {
    html! { @if !section.help.is_empty() { p class="form__intro" { (section.help) } } }
}

/// Whether a section holds a field for files, so that its form must post as multipart.
#[must_use]
pub fn has_files(scene: &Scene<'_>, section: usize) -> bool {
    scene.fields(section).any(|field| field.file().is_some())
}

/// What changes on a drawn section after a save: messages, computed values, marks, and fields that appear or go.
/// Every element carries the id of the one it replaces; a field's own control is never among them unless it has just appeared.
#[must_use]
pub fn live(scene: &Scene<'_>, section: usize) -> Markup {
    let says = scene.say(section);
    html! {
        @for field in scene.fields(section) {
            @if may_go(field) { (slot(scene, &says, section, field)) }
            @if scene.reading.is_shown(&field.id) { (live_field(scene, &says, field)) }
        }
    }
}

fn live_field(scene: &Scene<'_>, says: &Says, field: &Field) -> Markup {
    let id = dom_id(&field.id);
    html! {
        (messages_block(&id, &says.field(field)))
        @if field.is_calculated() { (computed(&id, &scene.reading.display(&field.id), None)) }
        @if matches!(field.required, Condition::When(_)) { span id={ (id) "-mark" } data-live { (mark(mark_of(scene, field))) } }
        @if let Some(shape) = field.table() {
            @for row in row_places(scene, field, shape) {
                @for column in &shape.columns {
                    @let cell = dom_id(&FieldPath::cell(&field.id, row, &column.id).to_string());
                    @if column.is_calculated() { (computed(&cell, &scene.reading.display_cell(&field.id, row, &column.id), None)) }
                    (messages_block(&cell, &says.cell(&field.id, row, &column.id)))
                }
            }
        }
    }
}

/// Whether what is drawn depends on other answers: the field may go, or some of its fixed rows may.
fn may_go(field: &Field) -> bool {
    let conditional = |condition: &Condition| matches!(condition, Condition::When(_));
    conditional(&field.shown) || field.table().is_some_and(|shape| shape.row_shown.iter().any(conditional))
}

/// A field that may appear or go stands in a slot of its own, empty while it is hidden. Its shape names the fixed rows
/// shown, so that the script can tell a table that gained a year from one in which somebody is typing.
fn slot(scene: &Scene<'_>, says: &Says, section: usize, field: &Field) -> Markup {
    let shown = scene.reading.is_shown(&field.id);
    if !may_go(field) {
        return html! { @if shown { (one(scene, says, section, field)) } };
    }
    let fixed = field.table().filter(|shape| shape.fixed_rows().is_some());
    let places = fixed
        .map(|shape| row_places(scene, field, shape).iter().map(ToString::to_string).collect::<Vec<_>>().join("-"));
    html! {
        div id={ "slot-" (field.id) } data-slot data-shape=[places] hidden[!shown] {
            @if shown { (one(scene, says, section, field)) }
        }
    }
}

fn one(scene: &Scene<'_>, says: &Says, section: usize, field: &Field) -> Markup {
    match &field.kind {
        FieldType::Table(shape) => table(scene, says, field, shape),
        FieldType::File(_) => files(scene, says, field),
        _ => single(scene, says, section, field),
    }
}

fn mark_of(scene: &Scene<'_>, field: &Field) -> Mark {
    if field.is_calculated() || scene.reading.is_prefilled(&field.id) {
        Mark::None
    } else if scene.reading.is_required(&field.id) || needs_rows(field) {
        Mark::Required
    } else if field.table().is_some_and(|shape| shape.fixed_rows().is_some()) {
        // Its items say for themselves whether they must be filled in.
        Mark::None
    } else {
        Mark::Optional
    }
}

fn needs_rows(field: &Field) -> bool {
    field.table().is_some_and(|shape| matches!(shape.rows, RowPlan::Free { min, .. } if min > 0))
}

fn single(scene: &Scene<'_>, says: &Says, section: usize, of: &Field) -> Markup {
    let bank = bank_before(scene, section, of);
    let locked = !of.is_calculated() && (scene.reading.is_prefilled(&of.id) || !scene.open.field(&of.id));
    let kind = if of.is_calculated() {
        Control::Computed { unit: None }
    } else if locked {
        Control::Fixed { note: scene.reading.is_prefilled(&of.id).then(|| origin(of).to_owned()) }
    } else {
        control_for(scene, of, bank)
    };
    let announced = matches!(kind, Control::Radios { .. } | Control::Checks { .. } | Control::Consent { .. });
    let values = match &kind {
        Control::Computed { .. } => vec![scene.reading.display(&of.id)],
        Control::Fixed { .. } => vec![super::words(scene, of)],
        _ => values_of(scene.answers.get(&of.id)),
    };
    let postal = matches!(kind, Control::Line { mode: Mode::Postal, .. });
    let mut drawn = field(&of.id, &of.label, kind)
        .values(values)
        .mark(if locked { Mark::None } else { mark_of(scene, of) })
        .messages(says.field(of));
    if let Some(hint) = hint(of) {
        drawn = drawn.hint_markup(hint);
    }
    if !of.example.is_empty() && !locked {
        drawn = drawn.example(&of.example);
    }
    if let Some(clause) = &of.clause {
        drawn = drawn.clause(clause.as_str());
    }
    if let Some(words) = scene.remark(&FieldPath::field(&of.id)) {
        drawn = drawn.remark(words);
    }
    if matches!(of.required, Condition::When(_)) {
        drawn = drawn.live_mark();
    }
    if let (true, Some((address, prefecture))) = (postal, address_after(scene, section, of)) {
        drawn = drawn.postal_into(address, prefecture);
    }
    html! { @if announced { (has(&of.id)) } (drawn) }
}

/// Announces a group that posts nothing when it is empty.
fn has(id: &str) -> Markup {
    html! { input type="hidden" name="_has" value=(id); }
}

fn hint(of: &Field) -> Option<Markup> {
    if of.help.is_empty() && of.statement.is_empty() {
        return None;
    }
    Some(html! {
        @if !of.statement.is_empty() { div class="statement" { (of.statement) } }
        @if !of.help.is_empty() { (of.help) }
    })
}

fn values_of(raw: Option<&Raw>) -> Vec<String> {
    match raw {
        Some(Raw::Text(text)) => vec![text.clone()],
        Some(Raw::Many(many)) => many.clone(),
        _ => Vec::new(),
    }
}

/// A branch belongs to the bank asked last before it.
fn bank_before<'a>(scene: &Scene<'a>, section: usize, of: &Field) -> Option<&'a str> {
    scene
        .fields(section)
        .take_while(|other| other.id != of.id)
        .filter(|other| matches!(other.kind, FieldType::Bank))
        .last()
        .map(|bank| bank.id.as_str())
}

/// A postal code fills the address asked next, and the prefecture if one stands in between.
fn address_after(scene: &Scene<'_>, section: usize, of: &Field) -> Option<(String, Option<String>)> {
    let next: Vec<&Field> = scene.fields(section).skip_while(|other| other.id != of.id).skip(1).take(3).collect();
    let asked = |other: &&&Field| {
        scene.open.field(&other.id) && !scene.reading.is_prefilled(&other.id) && !other.is_calculated()
    };
    let address = next.iter().filter(asked).find(|other| other.id.ends_with("address"))?;
    let prefecture = next
        .iter()
        .filter(asked)
        .find(|other| matches!(&other.kind, FieldType::Code { table } if table.id == "prefecture"));
    Some((address.id.clone(), prefecture.map(|other| other.id.clone())))
}

fn files(scene: &Scene<'_>, says: &Says, of: &Field) -> Markup {
    let Some(rule) = of.file() else {
        return html! {};
    };
    let (accept, limits) = file_words(rule);
    let most = u32::try_from(rule.max_count).unwrap_or(u32::MAX);
    let mut drawn = upload(&of.id, &of.label, scene.places.upload(&of.id), &accept, &limits, most)
        .files(file_rows(scene, scene.answers.get(&of.id)))
        .mark(mark_of(scene, of))
        .messages(says.field(of))
        .remark(scene.remark(&FieldPath::field(&of.id)))
        .locked(!scene.open.field(&of.id));
    if let Some(hint) = hint(of) {
        drawn = drawn.hint(hint);
    }
    html! { (drawn) }
}

/// Where the value of a prefilled field comes from.
fn origin(of: &Field) -> &'static str {
    match of.from.as_deref() {
        Some(path) if path.starts_with("account.") => "GビズIDに登録されている情報です。",
        _ => "登録済みの情報です。",
    }
}

/// The rows that stand in the table now, by index: those typed, or of fixed rows those asked now.
pub(crate) fn row_places(scene: &Scene<'_>, of: &Field, shape: &TableShape) -> Vec<usize> {
    match (&shape.rows, scene.answers.get(&of.id)) {
        (RowPlan::Fixed(keys), _) => {
            scene.reading.value(&of.id).as_rows().map_or_else(|| (0..keys.len()).collect(), |rows| rows.places.clone())
        }
        (RowPlan::Free { .. }, Some(Raw::Rows(rows))) => (0..rows.len()).collect(),
        (RowPlan::Free { .. }, _) => Vec::new(),
    }
}

fn table(scene: &Scene<'_>, says: &Says, of: &Field, shape: &TableShape) -> Markup {
    let columns = shape.columns.iter().map(|column| edit_column(scene, column)).collect();
    let places = row_places(scene, of, shape);
    let count = places.last().map_or(0, |last| last + 1);
    let rows = (0..count)
        .map(|row| shape.columns.iter().map(|column| edit_cell(scene, says, of, row, column)).collect())
        .collect();
    let most = u32::try_from(shape.max_rows()).unwrap_or(u32::MAX);
    let whole = scene.open.field(&of.id);
    let drawn = match shape.fixed_rows() {
        Some(keys) => edit_years(&of.id, &of.label, columns, keys.values().cloned().collect()).only(&places),
        None => edit_rows(&of.id, &of.label, columns, most),
    };
    let mut drawn = drawn
        .rows(rows)
        .mark(mark_of(scene, of))
        .messages(says.field(of))
        .remark(table_remark(scene, of))
        .locked(!scene.open.touches(&of.id))
        .frozen(!whole);
    if let Some(hint) = hint(of) {
        drawn = drawn.hint(hint);
    }
    if let (true, true, Some(import)) = (of.import, whole, scene.places.import(&of.id)) {
        drawn = drawn.import(import);
    }
    html! { @if scene.open.touches(&of.id) { (has(&of.id)) } (drawn) }
}

/// Remarks on the table, its rows and its cells, each line saying where.
fn table_remark(scene: &Scene<'_>, of: &Field) -> Option<String> {
    let column =
        |path: &FieldPath| path.column.as_ref().and_then(|id| of.table()?.column(id)).map(|found| found.label.clone());
    let lines: Vec<String> = scene
        .remarks
        .iter()
        .filter(|(path, _)| path.field == of.id)
        .map(|(path, words)| {
            let row = path.row.map(|row| format!("{}行目", row + 1)).unwrap_or_default();
            let place = format!("{row} {}", column(path).unwrap_or_default());
            let place = place.trim();
            if place.is_empty() { words.clone() } else { format!("{place}：{words}") }
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn edit_column(scene: &Scene<'_>, column: &Field) -> EditColumn {
    let required = matches!(column.required, Condition::Always | Condition::When(_));
    EditColumn {
        id: column.id.clone(),
        label: column.label.clone(),
        kind: cell_control(scene, column),
        mark: if column.is_calculated() {
            Mark::None
        } else if required {
            Mark::Required
        } else {
            Mark::Optional
        },
        hint: (!column.help.is_empty()).then(|| column.help.clone()),
    }
}

fn edit_cell(scene: &Scene<'_>, says: &Says, of: &Field, row: usize, column: &Field) -> EditCell {
    let typed = match scene.answers.get(&of.id) {
        Some(Raw::Rows(rows)) => rows.get(row).and_then(|cells| cells.get(&column.id)),
        _ => None,
    };
    let locked = column.is_calculated() || !scene.open.cell(&of.id, row, &column.id);
    EditCell {
        values: if locked { vec![super::show::cell_words(scene, of, row, column)] } else { values_of(typed) },
        messages: says.cell(&of.id, row, &column.id),
        locked,
    }
}

/// The id of the element a link to this place leads to.
pub(crate) fn target(path: &FieldPath) -> String {
    match (path.row, &path.column) {
        // A row or a column has no element of its own; its table has.
        (Some(_), Some(_)) => dom_id(&path.to_string()),
        _ => dom_id(&path.field),
    }
}
