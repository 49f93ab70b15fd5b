//! 様式を読む: first every field with its type, then, when all names are known, their expressions.

use super::expr::Compiler;
use super::types::{Lists, Written, field_type, noted};
use super::yaml::{File, Kind, MapReader, Mark, Yaml};
use crate::lang::check::{FieldName, Local};
use crate::lang::resolve::{FUNCTIONS, value_type};
use crate::lang::{Globals, Names, Scope};
use crate::model::edition::Setting;
use crate::model::form::{Condition, Field, FieldType, Form, RowPlan, Section, TableShape};
use crate::model::tables::{ChoiceList, DecisionTable};
use hojo_words::Clause;
use indexmap::IndexMap;
use std::sync::Arc;

/// What a form is compiled against.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub globals: &'a Globals,
    pub settings: &'a IndexMap<String, Setting>,
    pub tables: &'a IndexMap<String, Arc<DecisionTable>>,
    pub choices: &'a IndexMap<String, Arc<ChoiceList>>,
}

/// A field whose expressions are not compiled yet.
struct Draft<'y> {
    field: Field,
    file: usize,
    required: Option<&'y Yaml>,
    shown: Option<&'y Yaml>,
    value: Option<&'y Yaml>,
    columns: Vec<Draft<'y>>,
    /// Conditions of fixed rows.
    rows: Vec<Option<&'y Yaml>>,
}

/// A form with the names its rules and letters use.
pub(crate) struct LoadedForm {
    pub form: Form,
    pub names: IndexMap<String, FieldName>,
}

/// Reads the files of a form, in order.
pub(crate) fn form(files: &[(File<'_>, Yaml)], around: Around<'_>) -> LoadedForm {
    let mut title = String::new();
    let mut choices = IndexMap::new();
    let mut bodies = Vec::new();
    for (number, (file, yaml)) in files.iter().enumerate() {
        let mut map = file.map(yaml);
        let own = map.words(file, "form");
        if !own.is_empty() {
            title = own;
        }
        choices.extend(super::tables::choices(file, map.get("choices")));
        bodies.extend(
            map.get("sections").map(|list| file.list(list)).unwrap_or_default().iter().map(|body| (number, body)),
        );
        map.finish(file);
    }
    let lists = Lists { choices: around.choices, local: Some(&choices), tables: around.tables };
    let mut sections = Vec::new();
    let mut section_conditions = Vec::new();
    let mut drafts = Vec::new();
    for (number, body) in bodies {
        let Some((file, _)) = files.get(number) else { continue };
        let (section, shown) = section(file, number, body, lists, &mut drafts);
        sections.push(section);
        section_conditions.push((number, shown));
    }
    let names = names(files, &drafts, around);
    let compiler = Compiler { names: Names { fields: &names, ..names_of(around, &names) }, scope: Scope::default() };
    for (section, (number, shown)) in sections.iter_mut().zip(section_conditions) {
        if let Some((file, _)) = files.get(number) {
            section.shown = compiler.condition(file, shown, Condition::Always);
        }
    }
    let fields: Vec<Arc<Field>> =
        drafts.into_iter().map(|draft| Arc::new(finish(files, draft, &compiler, None))).collect();
    let slots = fields.iter().map(|field| (field.id.clone(), field.slot)).collect();
    let mut form = Form { title, sections, fields, slots, plan: Vec::new() };
    match crate::read::plan::order(&form) {
        Ok(plan) => form.plan = plan,
        Err((place, message)) => {
            if let Some((file, _)) = files.iter().find(|(file, _)| file.path == place.file) {
                file.problem(Mark { line: place.line, column: place.column, index: 0 }, message);
            }
        }
    }
    LoadedForm { form, names }
}

pub(crate) const fn names_of<'a>(around: Around<'a>, fields: &'a IndexMap<String, FieldName>) -> Names<'a> {
    Names { globals: around.globals, settings: around.settings, tables: around.tables, fields, letters: false }
}

fn section<'y>(
    file: &File<'_>,
    number: usize,
    yaml: &'y Yaml,
    lists: Lists<'_>,
    drafts: &mut Vec<Draft<'y>>,
) -> (Section, Option<&'y Yaml>) {
    let mut map = file.map(yaml);
    let mut section = Section {
        id: map.needed(file, "id"),
        title: map.needed(file, "title"),
        help: map.words(file, "help"),
        clause: map.text(file, "clause").and_then(Clause::new),
        shown: Condition::Always,
        fields: Vec::new(),
        place: file.place(yaml.mark),
    };
    let shown = map.get("shown");
    for body in map.get("fields").map(|list| file.list(list)).unwrap_or_default() {
        if let Some(draft) = draft(file, number, body, lists, drafts.len()) {
            section.fields.push(drafts.len());
            drafts.push(draft);
        }
    }
    map.finish(file);
    (section, shown)
}

fn draft<'y>(file: &File<'_>, number: usize, yaml: &'y Yaml, lists: Lists<'_>, slot: usize) -> Option<Draft<'y>> {
    let mut map = file.map(yaml);
    let id = map.needed(file, "id");
    let good = !id.is_empty()
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !id.starts_with(|c: char| c.is_ascii_digit());
    if !good || FUNCTIONS.contains(&id.as_str()) {
        file.problem(yaml.mark, format!("'{id}' cannot name a field: use a-z, 0-9 and _, and no word of the language"));
    }
    let label = map.needed(file, "label");
    let ty = map.get("type");
    let rows = map.get("rows");
    let columns = map.get("columns");
    let mut draft = Draft {
        field: texts(file, &mut map, id, label, slot, yaml.mark),
        file: number,
        required: map.get("required"),
        shown: map.get("shown"),
        value: map.get("value"),
        columns: Vec::new(),
        rows: Vec::new(),
    };
    let pages = map.whole(file, "pages");
    let file_name = map.words(file, "file_name");
    map.finish(file);
    let Some(ty) = ty else {
        file.problem(yaml.mark, "type is missing");
        return None;
    };
    let written = file.text(ty).and_then(|text| noted(file, ty.mark, field_type(text, lists)))?;
    draft.field.kind = match written {
        Written::Ready(mut kind) => {
            if let FieldType::File(rule) = &mut kind {
                rule.max_pages = pages;
                rule.name = file_name;
            } else if pages.is_some() {
                file.problem(yaml.mark, "pages belongs to files");
            }
            if columns.is_some() || rows.is_some() {
                file.problem(yaml.mark, "columns and rows belong to tables");
            }
            kind
        }
        Written::FreeTable(min, max) => table(file, number, columns, lists, RowPlan::Free { min, max }, &mut draft),
        Written::FixedTable(keys) => {
            let plan = fixed_rows(file, ty.mark, &keys, rows, &mut draft);
            table(file, number, columns, lists, plan, &mut draft)
        }
    };
    if draft.field.unit.is_empty() {
        draft.field.unit = own_unit(&draft.field.kind).to_owned();
    }
    contradictions(file, yaml.mark, &draft);
    Some(draft)
}

/// `application.lines`, or a list of such.
fn carried(file: &File<'_>, yaml: Option<&Yaml>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for item in yaml.map(|yaml| file.one_or_many(yaml)).unwrap_or_default() {
        match file.text(item).and_then(|text| text.split_once('.')) {
            Some((procedure, field)) => found.push((procedure.to_owned(), field.to_owned())),
            None => file.problem(item.mark, "carried names a procedure and its field: application.lines"),
        }
    }
    found
}

fn texts(file: &File<'_>, map: &mut MapReader<'_>, id: String, label: String, slot: usize, mark: Mark) -> Field {
    Field {
        id,
        label,
        kind: FieldType::Consent,
        required: Condition::Never,
        shown: Condition::Always,
        value: None,
        from: map.text(file, "from").map(str::to_owned),
        help: map.words(file, "help"),
        example: map.words(file, "example"),
        clause: map.text(file, "clause").and_then(Clause::new),
        unit: map.words(file, "unit"),
        import: map.get("import").is_some(),
        default: map.text(file, "default").map(str::to_owned),
        carried: carried(file, map.get("carried")),
        statement: map.words(file, "text"),
        group: map.words(file, "group"),
        slot,
        place: file.place(mark),
    }
}

const fn own_unit(kind: &FieldType) -> &'static str {
    match kind {
        FieldType::Yen { .. } => "円",
        FieldType::Percent { .. } => "％",
        FieldType::FiscalYear => "年度",
        _ => "",
    }
}

fn contradictions(file: &File<'_>, mark: Mark, draft: &Draft<'_>) {
    if draft.value.is_some() && draft.required.is_some() {
        file.problem(mark, "a calculated field is never typed, so it cannot be required");
    }
    if draft.value.is_some() && draft.field.from.is_some() {
        file.problem(mark, "value and from cannot both fill a field");
    }
    if draft.value.is_some()
        && matches!(draft.field.kind, FieldType::Table(_) | FieldType::File(_) | FieldType::Consent)
    {
        file.problem(mark, "tables, files and consents cannot be calculated");
    }
}

fn fixed_rows<'y>(
    file: &File<'_>,
    mark: Mark,
    keys: &[String],
    rows: Option<&'y Yaml>,
    draft: &mut Draft<'y>,
) -> RowPlan {
    let mut labels: IndexMap<String, String> = keys.iter().map(|key| (key.clone(), String::new())).collect();
    let mut conditions: IndexMap<String, &Yaml> = IndexMap::new();
    for (key, body) in rows.map(|rows| file.entries(rows)).unwrap_or_default() {
        let Some(label) = labels.get_mut(&key.text) else {
            let near = crate::lang::suggest::hint(&key.text, keys.iter().map(String::as_str));
            file.problem(key.mark, format!("the type names no row {}{near}", key.text));
            continue;
        };
        if let Kind::Map(_) = body.kind {
            let mut map = file.map(body);
            *label = map.needed(file, "label");
            if let Some(shown) = map.get("shown") {
                conditions.insert(key.text.clone(), shown);
            }
            map.finish(file);
        } else if let Some(text) = file.text(body) {
            text.clone_into(label);
        }
    }
    for (key, label) in &labels {
        if label.is_empty() {
            file.problem(mark, format!("row {key} has no label; give rows: {{ {key}: … }}"));
        }
    }
    draft.rows = labels.keys().map(|key| conditions.get(key).copied()).collect();
    RowPlan::Fixed(labels)
}

fn table<'y>(
    file: &File<'_>,
    number: usize,
    columns: Option<&'y Yaml>,
    lists: Lists<'_>,
    rows: RowPlan,
    draft: &mut Draft<'y>,
) -> FieldType {
    let mut seen = IndexMap::new();
    for body in columns.map(|list| file.list(list)).unwrap_or_default() {
        let Some(column) = self::draft(file, number, body, lists, draft.columns.len()) else { continue };
        if matches!(column.field.kind, FieldType::Table(_)) {
            file.problem(body.mark, "a table cannot stand in a table");
        }
        if seen.insert(column.field.id.clone(), ()).is_some() || ["number", "key"].contains(&column.field.id.as_str()) {
            file.problem(
                body.mark,
                format!("the column {} stands twice or is a word of the language", column.field.id),
            );
        }
        draft.columns.push(column);
    }
    if draft.columns.is_empty() {
        file.problem(
            Mark { line: draft.field.place.line, column: draft.field.place.column, index: 0 },
            "a table needs columns",
        );
    }
    // Before expressions are compiled, `required` only tells which blanks a fold may skip.
    let skeleton = draft.columns.iter().map(|column| {
        let mut field = column.field.clone();
        let optional = column.value.is_none() && column.required.is_none_or(|yaml| yaml.as_text() == Some("false"));
        field.required = if optional { Condition::Never } else { Condition::Always };
        Arc::new(field)
    });
    let transposed = matches!(rows, RowPlan::Fixed(_));
    FieldType::Table(Arc::new(TableShape { columns: skeleton.collect(), rows, transposed, row_shown: Vec::new() }))
}

/// Names of all fields; each id once, none in the way of a fact.
fn names(files: &[(File<'_>, Yaml)], drafts: &[Draft<'_>], around: Around<'_>) -> IndexMap<String, FieldName> {
    let mut names = IndexMap::new();
    for draft in drafts {
        let field = &draft.field;
        let Some((file, _)) = files.get(draft.file) else { continue };
        let mark = Mark { line: field.place.line, column: field.place.column, index: 0 };
        let name = FieldName { slot: field.slot, ty: value_type(&field.kind, field.slot) };
        if names.insert(field.id.clone(), name).is_some() {
            file.problem(mark, format!("the field {} stands twice", field.id));
        }
        let root = format!("{}.", field.id);
        if field.id == "settings" || around.globals.names.keys().any(|path| path.starts_with(&root)) {
            file.problem(mark, format!("the field {} hides the facts {root}…; name it otherwise", field.id));
        }
        if let Some(from) = &field.from
            && !around.globals.names.contains_key(from)
        {
            let near = crate::lang::suggest::hint(from, around.globals.names.keys().map(String::as_str));
            file.problem(mark, format!("there is no fact {from}{near}; declare it in edition.yaml under facts"));
        }
    }
    names
}

/// Compiles the expressions of a field; columns see their row first.
fn finish(files: &[(File<'_>, Yaml)], draft: Draft<'_>, compiler: &Compiler<'_>, within: Option<&Local>) -> Field {
    let mut field = draft.field;
    let Some((file, _)) = files.get(draft.file) else { return field };
    let mut compiler = compiler.clone();
    compiler.scope.locals = within.cloned().into_iter().collect();
    field.required = compiler.condition(file, draft.required, Condition::Never);
    field.shown = compiler.condition(file, draft.shown, Condition::Always);
    let wanted = value_type(&field.kind, field.slot);
    field.value = draft.value.and_then(|yaml| compiler.fitting(file, yaml, &wanted));
    if let FieldType::Table(shape) = &field.kind {
        let local = Local { name: None, slot: field.slot, table: field.id.clone(), shape: Arc::clone(shape) };
        let columns = draft.columns.into_iter().map(|column| Arc::new(finish(files, column, &compiler, Some(&local))));
        let columns = columns.collect();
        let row_shown = draft.rows.iter().map(|yaml| compiler.condition(file, *yaml, Condition::Always)).collect();
        let (rows, transposed) = (shape.rows.clone(), shape.transposed);
        field.kind = FieldType::Table(Arc::new(TableShape { columns, rows, transposed, row_shown }));
    }
    field
}
