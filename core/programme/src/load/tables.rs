//! 選択肢・判定表・定数を読む, and prove that a decision table has neither gap nor overlap.

use super::types::{Lists, noted, value_type};
use super::yaml::{File, Yaml};
use crate::lang::explain::{cell_words, row_words};
use crate::lang::types::Type;
use crate::model::edition::Setting;
use crate::model::tables::{Cell, ChoiceList, DecisionRow, DecisionTable, Input, Output};
use crate::read::parse;
use crate::value::Value;
use hojo_words::{Clause, Number};
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

/// `choices:` of an edition or a form.
pub(crate) fn choices(file: &File<'_>, yaml: Option<&Yaml>) -> IndexMap<String, Arc<ChoiceList>> {
    let mut lists = IndexMap::new();
    for (key, options) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        let mut list = ChoiceList { id: key.text.clone(), options: IndexMap::new() };
        for (option, label) in file.entries(options) {
            if let Some(label) = file.text(label) {
                list.options.insert(option.text.clone(), label.to_owned());
            }
        }
        if list.options.is_empty() {
            file.problem(key.mark, format!("the list {} has no choices", key.text));
        }
        lists.insert(key.text.clone(), Arc::new(list));
    }
    lists
}

/// `settings:` of an edition.
pub(crate) fn settings(file: &File<'_>, yaml: Option<&Yaml>, lists: Lists<'_>) -> IndexMap<String, Setting> {
    let mut settings = IndexMap::new();
    for (key, body) in yaml.map(|yaml| file.entries(yaml)).unwrap_or_default() {
        let mut map = file.map(body);
        let ty = map.get("type");
        let value = map.get("value");
        let title = map.words(file, "title");
        let clause = map.text(file, "clause").and_then(Clause::new);
        map.words(file, "source");
        map.finish(file);
        let (Some(ty), Some(value)) = (ty, value) else {
            file.problem(key.mark, "a setting needs value and type");
            continue;
        };
        let Some((ty, _)) = file.text(ty).and_then(|text| noted(file, body.mark, value_type(text, lists))) else {
            continue;
        };
        let Some(value) = output(file, value, &ty) else { continue };
        let title = if title.is_empty() { key.text.clone() } else { title };
        settings.insert(key.text.clone(), Setting { title, clause, ty, value, place: file.place(key.mark) });
    }
    settings
}

/// One decision table.
pub(crate) fn table(file: &File<'_>, id: &str, yaml: &Yaml, lists: Lists<'_>) -> Option<DecisionTable> {
    let mut map = file.map(yaml);
    map.text(file, "table");
    let title = map.words(file, "title");
    let clause = map.text(file, "clause").and_then(Clause::new);
    map.words(file, "source");
    let (given, yields, rows) = (map.get("given"), map.get("yields"), map.get("rows"));
    let mark = map.mark;
    map.finish(file);
    let (Some(given), Some(yields), Some(rows)) = (given, yields, rows) else {
        file.problem(mark, "a table needs given, yields and rows");
        return None;
    };
    let mut inputs = Vec::new();
    for (name, ty) in file.entries(given) {
        let (ty, range) = file.text(ty).and_then(|text| noted(file, ty.mark, value_type(text, lists)))?;
        inputs.push(Input { name: name.text.clone(), ty, domain: (range.min, range.max) });
    }
    let mut outputs = IndexMap::new();
    for (name, ty) in file.entries(yields) {
        let (ty, _) = file.text(ty).and_then(|text| noted(file, ty.mark, value_type(text, lists)))?;
        outputs.insert(name.text.clone(), Output { ty, optional: false });
    }
    let title = if title.is_empty() { id.to_owned() } else { title };
    let mut table = DecisionTable {
        id: id.to_owned(),
        title,
        clause,
        given: inputs,
        yields: outputs,
        rows: Vec::new(),
        place: file.place(yaml.mark),
        index: None,
    };
    for body in file.list(rows) {
        if let Some(row) = row(file, body, &mut table) {
            table.rows.push(row);
        }
    }
    table.index = index(&table);
    Some(table)
}

fn row(file: &File<'_>, yaml: &Yaml, table: &mut DecisionTable) -> Option<DecisionRow> {
    let entries = file.entries(yaml);
    let find = |name: &str| entries.iter().find(|(key, _)| key.text == name).map(|(_, value)| value);
    for (key, _) in entries {
        let known =
            || table.given.iter().map(|input| input.name.as_str()).chain(table.yields.keys().map(String::as_str));
        if !known().any(|name| name == key.text) {
            let near = crate::lang::suggest::hint(&key.text, known());
            file.problem(key.mark, format!("the table has no {}{near}", key.text));
        }
    }
    let mut cells = Vec::new();
    for input in &table.given {
        let Some(value) = find(&input.name) else {
            file.problem(yaml.mark, format!("{} is missing; write any when it does not matter", input.name));
            return None;
        };
        cells.push(cell(file, value, input)?);
    }
    let mut values = Vec::new();
    for (name, out) in &mut table.yields {
        let Some(value) = find(name) else {
            file.problem(yaml.mark, format!("{name} is missing; write none when there is none"));
            return None;
        };
        let value = output(file, value, &out.ty)?;
        out.optional |= value == Value::Nothing;
        values.push(value);
    }
    Some(DecisionRow { cells, values, place: file.place(yaml.mark) })
}

fn cell(file: &File<'_>, yaml: &Yaml, input: &Input) -> Option<Cell> {
    if yaml.as_text() == Some("any") {
        return Some(Cell::Any);
    }
    if input.ty.is_textual() {
        let mut texts = Vec::new();
        for item in file.one_or_many(yaml) {
            let text = file.text(item)?;
            if let Some(message) = not_in_list(text, &input.ty) {
                file.problem(item.mark, message);
                return None;
            }
            texts.push(Arc::from(text));
        }
        return Some(Cell::Texts(texts));
    }
    let text = file.text(yaml)?;
    let parsed = match &input.ty {
        Type::Bool => parse::flag(text).map(Cell::Bool),
        Type::Number(_) if text.contains("..") => {
            super::types::range(text).ok().map(|range| Cell::Span(range.min, range.max))
        }
        Type::Number(_) => text.parse::<Number>().ok().map(|number| Cell::Span(Some(number), Some(number))),
        _ => None,
    };
    if parsed.is_none() {
        file.problem(yaml.mark, format!("{text} is no condition on {}", input.ty));
    }
    parsed
}

fn not_in_list(text: &str, ty: &Type) -> Option<String> {
    match ty {
        Type::Choice(list) if !list.options.contains_key(text) => {
            let near = crate::lang::suggest::hint(text, list.options.keys().map(String::as_str));
            Some(format!("{text} is no choice of {}{near}", list.id))
        }
        Type::Code(table) if table.find(&[Value::text(text)]).is_none() => {
            Some(format!("{text} is no code of {}", table.id))
        }
        _ => None,
    }
}

/// A value of a table or setting.
pub(crate) fn output(file: &File<'_>, yaml: &Yaml, ty: &Type) -> Option<Value> {
    let text = file.text(yaml)?;
    if text == "none" {
        return Some(Value::Nothing);
    }
    if let Some(message) = not_in_list(text, ty) {
        file.problem(yaml.mark, message);
        return None;
    }
    let value = match ty {
        Type::Number(_) => text.trim_end_matches('%').parse::<Number>().ok().map(Value::Number),
        Type::Bool => parse::flag(text).map(Value::Bool),
        Type::Date => parse::iso_date(text).map(Value::Date),
        Type::YearMonth => parse::iso_date(&format!("{text}-01")).map(Value::Date),
        _ => Some(Value::text(text)),
    };
    if value.is_none() {
        file.problem(yaml.mark, format!("{text} is no {ty}"));
    }
    value
}

/// An index over the first input, when every row names it.
fn index(table: &DecisionTable) -> Option<HashMap<Arc<str>, Vec<usize>>> {
    let mut index: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    for (number, row) in table.rows.iter().enumerate() {
        let Some(Cell::Texts(texts)) = row.cells.first() else { return None };
        for text in texts {
            index.entry(Arc::clone(text)).or_default().push(number);
        }
    }
    Some(index)
}

/// Elementary parts of one input: within a part every row answers alike.
fn parts(table: &DecisionTable, position: usize) -> Vec<Value> {
    let Some(input) = table.given.get(position) else { return Vec::new() };
    let cells = || table.rows.iter().filter_map(|row| row.cells.get(position));
    match &input.ty {
        Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Type::Choice(list) => list.options.keys().map(|key| Value::text(key)).collect(),
        Type::Code(codes) => codes.codes().map(|(code, _)| Value::text(code)).collect(),
        Type::Number(_) => number_parts(input, cells()),
        // A free text (the codes of a code table) is its own domain.
        _ => {
            let texts: std::collections::BTreeSet<&Arc<str>> = cells()
                .filter_map(|cell| if let Cell::Texts(texts) = cell { Some(texts) } else { None })
                .flatten()
                .collect();
            texts.into_iter().map(|text| Value::Text(Arc::clone(text))).collect()
        }
    }
}

/// One number out of each stretch between bounds; the number above the last bound stands for the open top.
fn number_parts<'a>(input: &Input, cells: impl Iterator<Item = &'a Cell>) -> Vec<Value> {
    let mut points = std::collections::BTreeSet::new();
    let step = Number::ONE;
    let integral = matches!(
        input.ty,
        Type::Number(crate::lang::types::Unit::Count | crate::lang::types::Unit::Yen | crate::lang::types::Unit::Year)
    );
    for cell in cells {
        let Cell::Span(from, to) = cell else { continue };
        points.extend(from);
        if let Some(to) = to {
            points.insert(*to);
            let above =
                if integral { to.add(step) } else { to.add(Number::ratio(1, 1_000_000).unwrap_or(Number::ONE)) };
            points.extend(above.ok());
        }
    }
    let (min, max) = input.domain;
    points.extend(min);
    points.extend(max);
    points.retain(|point| min.is_none_or(|min| min <= *point) && max.is_none_or(|max| *point <= max));
    points.into_iter().map(Value::Number).collect()
}

/// Most combinations the proof looks at.
const COMBINATIONS: usize = 200_000;

/// Gaps and overlaps.
pub(crate) fn prove(file: &File<'_>, yaml: &Yaml, table: &DecisionTable) {
    let domains: Vec<Vec<Value>> = (0..table.given.len()).map(|position| parts(table, position)).collect();
    let total = domains.iter().map(Vec::len).try_fold(1usize, usize::checked_mul).unwrap_or(usize::MAX);
    if total > COMBINATIONS {
        file.problem(yaml.mark, "this table has too many combinations to be proven; split it");
        return;
    }
    let mut reported = 0;
    for number in 0..total {
        let inputs = combination(&domains, number);
        let hits: Vec<&DecisionRow> = table
            .rows
            .iter()
            .filter(|row| row.cells.iter().zip(&inputs).all(|(cell, input)| cell.matches(input)))
            .collect();
        let message = match hits.as_slice() {
            [_] => continue,
            [] => format!("gap: no row for {}", inputs_words(table, &inputs)),
            [first, ..] => {
                format!(
                    "overlap for {}: also {} (line {})",
                    inputs_words(table, &inputs),
                    row_words(table, first),
                    first.place.line
                )
            }
        };
        reported += 1;
        if reported <= 3 {
            let mark = hits.last().map_or(yaml.mark, |row| super::yaml::Mark {
                line: row.place.line,
                column: row.place.column,
                index: 0,
            });
            file.problem(mark, message);
        }
    }
}

fn combination(domains: &[Vec<Value>], mut number: usize) -> Vec<Value> {
    let mut inputs = Vec::new();
    for domain in domains {
        let size = domain.len().max(1);
        inputs.push(domain.get(number % size).cloned().unwrap_or_default());
        number /= size;
    }
    inputs
}

fn inputs_words(table: &DecisionTable, inputs: &[Value]) -> String {
    let one = |(input, value): (&Input, &Value)| {
        let cell = match value {
            Value::Text(text) => Cell::Texts(vec![Arc::clone(text)]),
            Value::Bool(flag) => Cell::Bool(*flag),
            Value::Number(number) => Cell::Span(Some(*number), Some(*number)),
            _ => Cell::Any,
        };
        format!("{}={}", input.name, cell_words(&cell, &input.ty))
    };
    table.given.iter().zip(inputs).map(one).collect::<Vec<_>>().join(", ")
}
