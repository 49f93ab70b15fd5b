//! 通知書の定義を読む.

use super::expr::Compiler;
use super::yaml::{File, MapReader, Yaml};
use crate::lang::Template;
use crate::lang::check::Local;
use crate::lang::types::Type;
use crate::model::letter::{Audience, ItemSpec, LetterSpec, SheetColumn, SheetSpec};
use hojo_words::letter::{Geometry, Layout};

/// Reads one letter; `id` is its file name.
pub(crate) fn letter(file: &File<'_>, id: &str, yaml: &Yaml, compiler: &Compiler<'_>) -> LetterSpec {
    let mut map = file.map(yaml);
    let layout = match map.words(file, "layout").as_str() {
        "" | "notice" => Layout::Notice,
        "application_copy" | "sheet" => Layout::ApplicationCopy,
        other => {
            file.problem(yaml.mark, format!("layout is notice, application_copy or sheet, found {other}"));
            Layout::Notice
        }
    };
    let sheet = (map.text(file, "layout") == Some("sheet")).then(|| sheet(file, &mut map, compiler));
    let one = |map: &mut MapReader<'_>, key| map.get(key).and_then(|yaml| compiler.template(file, yaml));
    let letter = LetterSpec {
        id: id.to_owned(),
        name: map.needed(file, "letter"),
        layout,
        catalogue: texts(file, map.get("catalogue")),
        audience: audience(file, map.get("audience")),
        reference: map.flag(file, "reference"),
        sheet,
        symbol: map.words(file, "symbol"),
        form_label: one(&mut map, "form_label"),
        number: one(&mut map, "number"),
        addressee: lines(file, map.get("addressee"), compiler),
        sender: lines(file, map.get("sender"), compiler),
        title: lines(file, map.get("title"), compiler),
        body: lines(file, map.get("body"), compiler),
        items_heading: one(&mut map, "items_heading"),
        items: items(file, map.get("items"), compiler, false),
        closing: one(&mut map, "closing"),
        contact: lines(file, map.get("contact"), compiler),
        footer: one(&mut map, "footer"),
        geometry: geometry(file, map.get("geometry")),
        place: file.place(yaml.mark),
    };
    map.finish(file);
    if letter.title.is_empty() {
        file.problem(yaml.mark, "a letter needs a title");
    }
    if layout == Layout::Notice && (letter.body.is_empty() || letter.addressee.is_empty() || letter.sender.is_empty()) {
        file.problem(yaml.mark, "a notice needs addressee, sender and body");
    }
    letter
}

fn texts(file: &File<'_>, yaml: Option<&Yaml>) -> Vec<String> {
    let items = yaml.map(|yaml| file.one_or_many(yaml)).unwrap_or_default();
    items.iter().filter_map(|item| file.text(item)).map(str::to_owned).collect()
}

fn audience(file: &File<'_>, yaml: Option<&Yaml>) -> Audience {
    let Some(yaml) = yaml else { return Audience::default() };
    let text = file.text(yaml).unwrap_or_default();
    Audience::ALL.into_iter().find(|audience| audience.as_str() == text).unwrap_or_else(|| {
        let near = crate::lang::suggest::hint(text, Audience::ALL.iter().map(|audience| audience.as_str()));
        file.problem(yaml.mark, format!("audience is applicant, agency or internal, found {text}{near}"));
        Audience::default()
    })
}

/// A list: what stands above it, whose rows it lists, its columns and how many lines are to be filled in.
fn sheet(file: &File<'_>, map: &mut MapReader<'_>, compiler: &Compiler<'_>) -> SheetSpec {
    let rows_of = map.get("rows_of").and_then(|yaml| listed(file, yaml, compiler));
    let mut of_row = compiler.clone();
    of_row.scope.locals.extend(rows_of.clone());
    let template = |compiler: &Compiler<'_>, yaml: Option<&Yaml>| yaml.and_then(|yaml| compiler.template(file, yaml));
    let mut columns = Vec::new();
    for body in map.get("columns").map(|list| file.list(list)).unwrap_or_default() {
        let mut column = file.map(body);
        columns.push(SheetColumn {
            label: column.needed(file, "label"),
            width: column.whole(file, "width").unwrap_or(1),
            text: template(&of_row, column.get("text")),
            total: template(compiler, column.get("total")),
        });
        column.finish(file);
    }
    if columns.is_empty() {
        file.problem(map.mark, "a sheet needs columns");
    }
    if rows_of.is_none() && columns.iter().any(|column| column.text.is_some()) {
        file.problem(map.mark, "a column has a text only where rows_of names a table");
    }
    if rows_of.is_some() && columns.iter().all(|column| column.text.is_none()) {
        file.problem(map.mark, "rows_of names a table, but no column has a text such as {row.item}");
    }
    let mut facts = Vec::new();
    for body in map.get("facts").map(|list| file.list(list)).unwrap_or_default() {
        let mut fact = file.map(body);
        let (label, text) = (fact.get("label"), fact.get("text"));
        fact.finish(file);
        if let (Some(label), Some(text)) = (template(compiler, label), template(compiler, text)) {
            facts.push((label, text));
        }
    }
    SheetSpec {
        facts,
        rows_of: rows_of.map(|row| row.slot),
        lines: fixed_lines(file, map.get("lines"), columns.len(), compiler),
        columns,
        rows: map.whole(file, "rows").unwrap_or(20),
        notes: lines(file, map.get("notes"), compiler),
    }
}

/// Lines that are always there, as many cells as there are columns.
fn fixed_lines(file: &File<'_>, yaml: Option<&Yaml>, columns: usize, compiler: &Compiler<'_>) -> Vec<Vec<Template>> {
    let mut all = Vec::new();
    for body in yaml.map(|list| file.list(list)).unwrap_or_default() {
        let cells = file.list(body);
        if cells.len() != columns {
            file.problem(body.mark, format!("a line has {columns} cells as the columns do, this has {}", cells.len()));
        }
        all.push(cells.iter().filter_map(|cell| compiler.template(file, cell)).collect());
    }
    all
}

/// The table of the form whose rows a sheet lists, bound as `row`.
fn listed(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>) -> Option<Local> {
    let name = file.text(yaml)?;
    if let Some(field) = compiler.names.fields.get(name)
        && let Type::Table(slot, shape) = &field.ty
    {
        let (slot, shape) = (*slot, std::sync::Arc::clone(shape));
        return Some(Local { name: Some("row".to_owned()), slot, table: name.to_owned(), shape });
    }
    let tables = compiler.names.fields.iter().filter(|(_, field)| matches!(field.ty, Type::Table(..)));
    let near = crate::lang::suggest::hint(name, tables.map(|(name, _)| name.as_str()));
    file.problem(yaml.mark, format!("this form has no table {name}{near}"));
    None
}

fn lines(file: &File<'_>, yaml: Option<&Yaml>, compiler: &Compiler<'_>) -> Vec<Template> {
    let items = yaml.map(|yaml| file.one_or_many(yaml)).unwrap_or_default();
    items.iter().filter_map(|item| compiler.template(file, item)).collect()
}

fn items(file: &File<'_>, yaml: Option<&Yaml>, compiler: &Compiler<'_>, within_remark: bool) -> Vec<ItemSpec> {
    let mut specs = Vec::new();
    for body in yaml.map(|list| file.list(list)).unwrap_or_default() {
        let mut map = file.map(body);
        let each = map.words(file, "each");
        if !each.is_empty() && each != "remarks" {
            file.problem(body.mark, format!("each is remarks, found {each}"));
        }
        let each_remark = each == "remarks";
        let template = |yaml: Option<&Yaml>| yaml.and_then(|yaml| compiler.template(file, yaml));
        let spec = ItemSpec {
            label: template(map.get("label")),
            text: template(map.get("text")),
            amount: template(map.get("amount")),
            shown: map.get("shown").and_then(|yaml| compiler.truth(file, yaml)),
            each_remark,
            children: items(file, map.get("items"), compiler, within_remark || each_remark),
        };
        map.finish(file);
        if !(within_remark || each_remark) && uses_remark(&spec, compiler) {
            file.problem(body.mark, "remark.… is known only in an item with each: remarks");
        }
        specs.push(spec);
    }
    specs
}

fn uses_remark(spec: &ItemSpec, compiler: &Compiler<'_>) -> bool {
    let templates = [&spec.label, &spec.text, &spec.amount];
    let mut reads =
        templates.into_iter().flatten().flat_map(Template::expressions).flat_map(|expr| &expr.reads.globals);
    reads.any(|slot| compiler.names.globals.names.get_index(*slot).is_some_and(|(name, _)| name.starts_with("remark.")))
}

/// Millimetres and points; what is not given keeps the default. The keys are those of the letter model itself.
fn geometry(file: &File<'_>, yaml: Option<&Yaml>) -> Geometry {
    let Some(yaml) = yaml else { return Geometry::default() };
    let Ok(serde_json::Value::Object(mut fields)) = serde_json::to_value(Geometry::default()) else {
        return Geometry::default();
    };
    for (key, body) in file.entries(yaml) {
        let Some(text) = file.text(body) else { continue };
        let Some(slot) = fields.get_mut(&key.text) else {
            let near = crate::lang::suggest::hint(&key.text, fields.keys().map(String::as_str));
            file.problem(key.mark, format!("the geometry has no {}{near}", key.text));
            continue;
        };
        let measure = text.parse::<hojo_words::Number>().is_ok_and(|number| number <= hojo_words::Number::integer(300));
        let word = text.is_empty() || text.bytes().all(|b| b.is_ascii_lowercase());
        if measure || word {
            *slot = serde_json::Value::String(text.to_owned());
        } else {
            file.problem(body.mark, format!("{} is a number of millimetres or points, found {text}", key.text));
        }
    }
    serde_json::from_value(serde_json::Value::Object(fields)).unwrap_or_else(|_| {
        file.problem(yaml.mark, "this geometry cannot be read");
        Geometry::default()
    })
}
