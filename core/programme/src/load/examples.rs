//! 例を読む: answers as an officer writes them become raw answers as the portal would send them.

use super::course;
use super::yaml::{File, Kind, Yaml};
use crate::answers::{Answers, FieldPath, FileRef, Raw, RawRow};
use crate::model::example::{Example, Expect, ExpectedFindings};
use crate::model::form::{Field, FieldType, FileRule, Form, RowPlan, TableShape};
use crate::model::rules::Rules;
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Reads the files of examples, in order.
pub(crate) fn examples(files: &[(File<'_>, Yaml)], form: &Form, rules: &Rules) -> Vec<Example> {
    let mut bases: IndexMap<String, Example> = IndexMap::new();
    let mut examples: Vec<Example> = Vec::new();
    let mut waiting: Vec<(&File<'_>, &Yaml)> = Vec::new();
    for (file, yaml) in files {
        let mut map = file.map(yaml);
        waiting.extend(
            map.get("examples").map(|list| file.list(list)).unwrap_or_default().iter().map(|body| (file, body)),
        );
        map.finish(file);
    }
    // Bases may name bases, in any file: go round until nothing new resolves.
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut left = Vec::new();
        for (file, body) in waiting {
            let base = base_name(body);
            if base.is_some_and(|base| !bases.contains_key(base)) {
                left.push((file, body));
                continue;
            }
            let start = base.and_then(|base| bases.get(base));
            let (id, example, judged) = example(file, body, start, form, rules);
            if let Some(id) = id
                && bases.insert(id.clone(), example.clone()).is_some()
            {
                file.problem(body.mark, format!("the base {id} stands twice"));
            }
            if judged {
                examples.push(example);
            }
        }
        if left.len() == before {
            for (file, body) in &left {
                let base = base_name(body).unwrap_or_default();
                let near = crate::lang::suggest::hint(base, bases.keys().map(String::as_str));
                file.problem(body.mark, format!("there is no base {base}{near}"));
            }
            break;
        }
        waiting = left;
    }
    for (index, example) in examples.iter().enumerate() {
        if let Some(twin) = examples.iter().take(index).find(|other| other.name == example.name)
            && let Some((file, _)) = files.iter().find(|(file, _)| file.path == example.place.file)
        {
            let mark = super::yaml::Mark { line: example.place.line, column: example.place.column, index: 0 };
            file.problem(mark, format!("the example 「{}」 stands twice, first at {}", example.name, twin.place));
        }
    }
    examples
}

fn base_name(yaml: &Yaml) -> Option<&str> {
    let Kind::Map(entries) = &yaml.kind else { return None };
    entries.iter().find(|(key, _)| key.text == "base").and_then(|(_, value)| value.as_text())
}

/// The example, the id under which others may build on it, and whether it is judged itself.
fn example(
    file: &File<'_>,
    yaml: &Yaml,
    base: Option<&Example>,
    form: &Form,
    rules: &Rules,
) -> (Option<String>, Example, bool) {
    let mut map = file.map(yaml);
    let name = map.needed(file, "name");
    map.get("base");
    map.words(file, "source");
    map.words(file, "note");
    let is_base = map.flag(file, "is_base");
    let id = map.text(file, "id").map(str::to_owned);
    let mut example = Example {
        name: name.clone(),
        answers: base.map(|base| base.answers.clone()).unwrap_or_default(),
        facts: base.map(|base| base.facts.clone()).unwrap_or_default(),
        now: base.and_then(|base| base.now),
        case: base.map(|base| base.case.clone()).unwrap_or_default(),
        course: Vec::new(),
        expect: Expect::default(),
        place: file.place(yaml.mark),
    };
    if let Some(now) = map.get("now") {
        example.now = super::moment(file, now).or(example.now);
    }
    if let Some(body) = map.get("case") {
        course::case(file, body, &mut example.case, &mut example.facts);
    }
    example.course = map.get("course").map(|body| course::course(file, body)).unwrap_or_default();
    for (key, body) in map.get("facts").map(|facts| file.entries(facts)).unwrap_or_default() {
        fact(file, &key.text, body, &mut example.facts);
    }
    for (key, body) in map.get("answers").map(|answers| file.entries(answers)).unwrap_or_default() {
        if let Err(message) = answer(file, &key.text, body, form, &mut example.answers) {
            file.problem(key.mark, message);
        }
    }
    let expect = map.get("expect");
    map.finish(file);
    if let Some(expect) = expect {
        example.expect = self::expect(file, expect, !example.course.is_empty(), form, rules);
    } else if !is_base && id.is_none() {
        file.problem(yaml.mark, "an example needs expect, or is_base: true");
    }
    let id = if is_base { Some(id.unwrap_or(name)) } else { id };
    (id, example, expect.is_some())
}

fn fact(file: &File<'_>, path: &str, yaml: &Yaml, facts: &mut BTreeMap<String, Raw>) {
    if let Kind::Map(entries) = &yaml.kind {
        for (key, body) in entries {
            fact(file, &format!("{path}.{}", key.text), body, facts);
        }
    } else if yaml.is_null() {
        facts.remove(path);
    } else if let Some(text) = file.text(yaml) {
        facts.insert(path.to_owned(), Raw::Text(number_text(text)));
    }
}

/// `30_000_000` is how definitions write numbers; the portal would send it without.
pub(crate) fn number_text(text: &str) -> String {
    let grouped = text.contains('_') && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.'));
    if grouped { text.replace('_', "") } else { text.to_owned() }
}

type Told = Result<(), String>;

/// Sets one answer: a field, a fixed row's cell (`plan.y3.sales`) or a cell (`lines[0].eligible`).
fn answer(file: &File<'_>, key: &str, yaml: &Yaml, form: &Form, answers: &mut Answers) -> Told {
    if let Some(field) = form.field(key) {
        if yaml.is_null() {
            answers.0.remove(key);
        } else {
            let raw = raw(file, yaml, field)?;
            answers.set(key, raw);
        }
        return Ok(());
    }
    let (table, row, column) = cell_name(key, form)?;
    let shape = table.table().ok_or_else(|| format!("{} is no table", table.id))?;
    let spec = shape.column(&column).ok_or_else(|| no_such_column(table, shape, &column))?;
    let entry = answers.0.entry(table.id.clone()).or_insert_with(|| Raw::Rows(Vec::new()));
    let Raw::Rows(rows) = entry else { return Err(format!("{} holds no rows", table.id)) };
    if rows.len() <= row {
        rows.resize(row + 1, RawRow::new());
    }
    let cells = rows.get_mut(row).ok_or("no such row")?;
    if yaml.is_null() {
        cells.remove(&column);
    } else {
        cells.insert(column, raw(file, yaml, spec)?);
    }
    Ok(())
}

fn no_such_column(table: &Field, shape: &TableShape, column: &str) -> String {
    let near = crate::lang::suggest::hint(column, shape.columns.iter().map(|c| c.id.as_str()));
    format!("{} has no column {column}{near}", table.id)
}

/// Resolves `plan.y3.sales` and `lines[0].eligible`.
fn cell_name<'a>(key: &str, form: &'a Form) -> Result<(&'a Field, usize, String), String> {
    let unknown = |id: &str| {
        let near = crate::lang::suggest::hint(id, form.slots.keys().map(String::as_str));
        format!("there is no field {id}{near}")
    };
    let parts: Vec<&str> = key.split('.').collect();
    if let [table, row, column] = parts.as_slice() {
        let field = form.field(table).ok_or_else(|| unknown(table))?;
        let rows =
            field.table().and_then(TableShape::fixed_rows).ok_or_else(|| format!("{table} has no fixed rows"))?;
        let index = rows.get_index_of(*row).ok_or_else(|| format!("{table} has no row {row}"))?;
        return Ok((field, index, (*column).to_owned()));
    }
    let path: FieldPath = key.parse().map_err(|_| unknown(key))?;
    let field = form.field(&path.field).ok_or_else(|| unknown(&path.field))?;
    match (path.row, path.column) {
        (Some(row), Some(column)) if field.table().is_some_and(|shape| row < shape.max_rows()) => {
            Ok((field, row, column))
        }
        _ => Err(format!("{key} names no cell; write lines[0].eligible or plan.y3.sales")),
    }
}

/// A raw answer as the portal would send it.
fn raw(file: &File<'_>, yaml: &Yaml, field: &Field) -> Result<Raw, String> {
    match (&field.kind, &yaml.kind) {
        (FieldType::Table(shape), _) => rows(file, yaml, field, shape).map(Raw::Rows),
        (FieldType::File(rule), _) => {
            let items = file.one_or_many(yaml);
            items
                .iter()
                .enumerate()
                .map(|(number, item)| made_up_file(file, item, rule, number))
                .collect::<Result<_, _>>()
                .map(Raw::Files)
        }
        (FieldType::Choices { .. }, Kind::List(items)) => {
            Ok(Raw::Many(items.iter().filter_map(|item| file.text(item)).map(str::to_owned).collect()))
        }
        (_, Kind::Scalar { text, plain }) => Ok(Raw::Text(if *plain { number_text(text) } else { text.clone() })),
        _ => Err(format!("{} takes one value", field.id)),
    }
}

fn rows(file: &File<'_>, yaml: &Yaml, field: &Field, shape: &TableShape) -> Result<Vec<RawRow>, String> {
    let mut rows = Vec::new();
    match (&shape.rows, &yaml.kind) {
        (RowPlan::Fixed(keys), Kind::Map(entries)) => {
            rows.resize(keys.len(), RawRow::new());
            for (key, body) in entries {
                let near = || crate::lang::suggest::hint(&key.text, keys.keys().map(String::as_str));
                let index = keys
                    .get_index_of(&key.text)
                    .ok_or_else(|| format!("{} has no row {}{}", field.id, key.text, near()))?;
                if let Some(row) = rows.get_mut(index) {
                    *row = cells(file, body, field, shape)?;
                }
            }
        }
        (_, Kind::List(items)) => {
            for body in items {
                rows.push(cells(file, body, field, shape)?);
            }
        }
        _ => return Err(format!("{} takes rows", field.id)),
    }
    Ok(rows)
}

fn cells(file: &File<'_>, yaml: &Yaml, field: &Field, shape: &TableShape) -> Result<RawRow, String> {
    let mut row = RawRow::new();
    for (key, body) in file.entries(yaml) {
        let Some(column) = shape.column(&key.text) else {
            let comma = if body.is_null() { "; a text with a comma needs quotes inside { }" } else { "" };
            return Err(format!("{}{comma}", no_such_column(field, shape, &key.text)));
        };
        if column.value.is_some() {
            return Err(format!("{}.{} is calculated; it cannot be answered", field.id, key.text));
        }
        if !body.is_null() {
            row.insert(key.text.clone(), raw(file, body, column)?);
        }
    }
    Ok(row)
}

/// `file` is one that fits; keys change what matters to the example.
fn made_up_file(file: &File<'_>, yaml: &Yaml, rule: &FileRule, number: usize) -> Result<FileRef, String> {
    let media_type =
        rule.kinds.first().and_then(|kind| kind.media_types().first()).copied().unwrap_or("application/pdf");
    let mut made = FileRef {
        file: format!("example-{number}"),
        name: "見本.pdf".to_owned(),
        size: 10_000,
        sha256: "0".repeat(64),
        media_type: media_type.to_owned(),
        pages: Some(1),
    };
    if let Kind::Map(entries) = &yaml.kind {
        for (key, body) in entries {
            let text = file.text(body).unwrap_or_default();
            let number = || text.replace('_', "").parse::<u64>().map_err(|_| format!("{} is a number", key.text));
            match key.text.as_str() {
                "name" => text.clone_into(&mut made.name),
                "media_type" => text.clone_into(&mut made.media_type),
                "size" => made.size = number()?,
                "pages" => made.pages = u32::try_from(number()?).ok(),
                other => return Err(format!("a file of an example has name, media_type, size and pages, not {other}")),
            }
        }
    } else if yaml.as_text() != Some("file") {
        return Err("write file, or { name, media_type, size, pages }".to_owned());
    }
    Ok(made)
}

fn expect(file: &File<'_>, yaml: &Yaml, walks: bool, form: &Form, rules: &Rules) -> Expect {
    let mut expect = Expect::default();
    let mut found = ExpectedFindings::default();
    let mut speaks = false;
    for (key, body) in file.entries(yaml) {
        let codes = || -> Vec<String> {
            let listed = file.one_or_many(body).iter().filter(|item| item.as_text() != Some("none"));
            listed.filter_map(|item| file.text(item)).map(str::to_owned).collect()
        };
        if walks && course::expect(file, &key.text, body, &mut expect.course) {
            continue;
        }
        match key.text.as_str() {
            "findings" if body.as_text() == Some("none") => speaks = true,
            "findings" => file.problem(body.mark, "write findings: none, or list codes under stop, ask and note"),
            "stop" | "ask" | "note" => {
                speaks = true;
                let codes = codes();
                known_rules(file, body, &codes, rules, Some(&key.text));
                match key.text.as_str() {
                    "stop" => found.stop = codes,
                    "ask" => found.ask = codes,
                    _ => found.note = codes,
                }
            }
            "unknown" => {
                expect.unknown = codes();
                known_rules(file, body, &expect.unknown, rules, None);
            }
            "slips" => expect.slips = Some(slips(file, body)),
            path => {
                let known = form.field(path).is_some()
                    || cell_name(path, form).is_ok_and(|(f, _, c)| f.table().is_some_and(|s| s.column(&c).is_some()));
                if !known {
                    let near = crate::lang::suggest::hint(path, form.slots.keys().map(String::as_str));
                    file.problem(key.mark, format!("there is no field {path}{near}"));
                } else if let Some(text) = file.text(body) {
                    expect.values.insert(path.to_owned(), number_text(text));
                }
            }
        }
    }
    expect.findings = speaks.then_some(found);
    expect
}

fn known_rules(file: &File<'_>, yaml: &Yaml, codes: &[String], rules: &Rules, severity: Option<&str>) {
    for code in codes {
        match rules.get(code) {
            None if rules.broken.contains(code) => {}
            None => {
                let near = crate::lang::suggest::hint(code, rules.rules.iter().map(|rule| rule.code.as_str()));
                file.problem(yaml.mark, format!("there is no rule {code}{near}"));
            }
            Some(rule) if severity.is_some_and(|severity| severity != rule.severity.as_str()) => {
                file.problem(yaml.mark, format!("{code} is a {} rule", rule.severity.as_str()));
            }
            Some(_) => {}
        }
    }
}

fn slips(file: &File<'_>, yaml: &Yaml) -> IndexMap<String, String> {
    let mut slips = IndexMap::new();
    if yaml.as_text() == Some("none") {
        return slips;
    }
    for (key, body) in file.entries(yaml) {
        let Some(code) = file.text(body) else { continue };
        if !crate::read::SlipCode::ALL.iter().any(|known| known.as_str() == code) {
            let near = crate::lang::suggest::hint(code, crate::read::SlipCode::ALL.iter().map(|known| known.as_str()));
            file.problem(body.mark, format!("there is no slip {code}{near}"));
        }
        slips.insert(key.text.clone(), code.to_owned());
    }
    slips
}

/// The value an expectation names, as (table, row, column) or a field.
pub(crate) fn expected_cell(path: &str, form: &Form) -> Option<(String, usize, String)> {
    cell_name(path, form).ok().map(|(field, row, column)| (field.id.clone(), row, column))
}
