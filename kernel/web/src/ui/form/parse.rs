//! Posted pairs back into raw answers. Total: whatever is posted, the result is a patch that touches only fields of this
//! section that this person may change; everything else is left out.
use std::collections::{BTreeMap, BTreeSet};

use hojo_programme::{Answers, Field, FieldType, Form, Raw, RawRow, TableShape};
use hojo_words::text::unify_line_breaks;

use super::scene::Open;

/// What the pressed button asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A blank row was added to the table (already done in the patch).
    Added { field: String },
    /// The table has as many rows as it may have; none was added.
    Full { field: String, most: usize },
    /// A row was removed (already done in the patch); rows count from 0.
    Removed { field: String, row: usize },
    /// A file shall be removed from a field.
    RemoveFile { field: String, file: String },
    /// Any other button, by its value; empty when none was named.
    Other(String),
}

/// What a post means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Field id → new raw answer. Fields not named keep what they have.
    pub patch: BTreeMap<String, Raw>,
    /// What the button asks for.
    pub action: Action,
    /// The version the page was made from, if it said so.
    pub version: Option<i64>,
}

impl Posted {
    /// The answers with the patch applied.
    #[must_use]
    pub fn apply(&self, answers: &Answers) -> Answers {
        let mut all = answers.clone();
        for (field, raw) in &self.patch {
            all.set(field.clone(), raw.clone());
        }
        all
    }
}

/// Reads a post of one section (by index). `is_fact` tells which fields a known fact fills
/// (`|field| reading.is_prefilled(&field.id)`), so that they are not taken;
/// `current` is what was saved before, for cells this person may not change.
#[must_use]
pub fn parse(
    form: &Form,
    section: usize,
    open: &Open,
    is_fact: &dyn Fn(&Field) -> bool,
    current: &Answers,
    pairs: &[(String, String)],
) -> Posted {
    let asked = action(pairs);
    let posted = Pairs::of(pairs);
    let slots = form.sections.get(section).map_or(&[][..], |section| section.fields.as_slice());
    let mut patch = BTreeMap::new();
    let mut done = Action::Other(asked.clone());
    for field in slots.iter().filter_map(|slot| form.fields.get(*slot)) {
        let typed = !field.is_calculated() && !is_fact(field) && field.file().is_none();
        if !typed || !open.touches(&field.id) {
            continue;
        }
        if let Some(shape) = field.table() {
            if let Some((rows, what)) = table(field, shape, open, current, &posted, &asked) {
                patch.insert(field.id.clone(), Raw::Rows(rows));
                done = what.unwrap_or(done);
            }
        } else if let (true, Some(raw)) = (open.field(&field.id), single(field, &posted)) {
            patch.insert(field.id.clone(), raw);
        }
    }
    if let Some((field, file)) = asked.strip_prefix("remove-file:").and_then(|rest| rest.split_once(':')) {
        let here = slots
            .iter()
            .filter_map(|slot| form.fields.get(*slot))
            .any(|found| found.id == field && found.file().is_some());
        if here && open.field(field) {
            done = Action::RemoveFile { field: field.to_owned(), file: file.to_owned() };
        }
    }
    let version = posted.single.get("_version").and_then(|values| values.last()).and_then(|text| text.parse().ok());
    Posted { patch, action: done, version }
}

/// Browsers post only the pressed button; should a made-up post name several, the last one counts.
fn action(pairs: &[(String, String)]) -> String {
    pairs.iter().rev().find(|(name, _)| name == "_action").map(|(_, value)| value.clone()).unwrap_or_default()
}

/// The post, sorted: single names, and cells by field, row and column.
#[derive(Default)]
struct Pairs<'a> {
    single: BTreeMap<&'a str, Vec<&'a str>>,
    cells: BTreeMap<&'a str, BTreeMap<u64, BTreeMap<&'a str, Vec<&'a str>>>>,
    has: BTreeSet<&'a str>,
}

impl<'a> Pairs<'a> {
    fn of(pairs: &'a [(String, String)]) -> Self {
        let mut sorted = Self::default();
        for (name, value) in pairs {
            if name == "_has" {
                sorted.has.insert(value);
            } else if let Some((field, row, column)) = cell_name(name) {
                let rows = sorted.cells.entry(field).or_default();
                rows.entry(row).or_default().entry(column).or_default().push(value);
            } else {
                sorted.single.entry(name).or_default().push(value);
            }
        }
        sorted
    }
}

/// `lines[12].gross` in its parts. Row numbers only put rows in order, so a huge one costs nothing.
fn cell_name(name: &str) -> Option<(&str, u64, &str)> {
    let (field, rest) = name.split_once('[')?;
    let (row, column) = rest.split_once("].")?;
    let plain = !row.is_empty() && row.len() <= 18 && row.bytes().all(|b| b.is_ascii_digit());
    if !plain {
        return None;
    }
    Some((field, row.parse().ok()?, column))
}

fn single(field: &Field, posted: &Pairs<'_>) -> Option<Raw> {
    let values = posted.single.get(field.id.as_str());
    if values.is_none() && !posted.has.contains(field.id.as_str()) {
        return None;
    }
    Some(raw(field, values.map_or(&[][..], Vec::as_slice)))
}

fn raw(field: &Field, values: &[&str]) -> Raw {
    match &field.kind {
        FieldType::Choices { .. } => {
            Raw::Many(values.iter().filter(|value| !value.is_empty()).map(|value| (*value).to_owned()).collect())
        }
        kind => {
            let text = unify_line_breaks(values.last().copied().unwrap_or_default());
            let amount = matches!(kind, FieldType::Yen { .. });
            Raw::Text(if amount { without_separators(text) } else { text })
        }
    }
}

/// `1,234,567` → `1234567`: the control shows separators, the answer has none. Anything else stays as typed.
fn without_separators(text: String) -> String {
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let plain =
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|b| b.is_ascii_digit() || b == b',');
    if plain { text.replace(',', "") } else { text }
}

fn table(
    field: &Field,
    shape: &TableShape,
    open: &Open,
    current: &Answers,
    posted: &Pairs<'_>,
    asked: &str,
) -> Option<(Vec<RawRow>, Option<Action>)> {
    let there = posted.cells.get(field.id.as_str());
    if there.is_none() && !posted.has.contains(field.id.as_str()) {
        return None;
    }
    let nothing = BTreeMap::new();
    let there = there.unwrap_or(&nothing);
    let before: &[RawRow] = match current.get(&field.id) {
        Some(Raw::Rows(rows)) => rows,
        _ => &[],
    };
    if shape.fixed_rows().is_some() || !open.field(&field.id) {
        let count = shape.fixed_rows().map_or(before.len(), |keys| keys.len().max(before.len()));
        return Some((merged(field, shape, open, before, there, count), None));
    }
    let (mut rows, labels) = free_rows(shape, before, there);
    let what = row_action(field, shape, asked, &mut rows, &labels);
    if !matches!(what, Some(Action::Added { .. })) {
        // Rows left blank at the end are the offer to type, not an answer.
        while rows.last().is_some_and(is_blank) {
            rows.pop();
        }
    }
    Some((rows, what))
}

/// Rows that stay where they are: only open cells take what was posted.
fn merged(
    field: &Field,
    shape: &TableShape,
    open: &Open,
    before: &[RawRow],
    there: &BTreeMap<u64, BTreeMap<&str, Vec<&str>>>,
    count: usize,
) -> Vec<RawRow> {
    let mut rows: Vec<RawRow> = before.to_vec();
    rows.resize(count, RawRow::new());
    for (at, cells) in rows.iter_mut().enumerate() {
        let Some(new) = u64::try_from(at).ok().and_then(|at| there.get(&at)) else {
            continue;
        };
        for column in shape.columns.iter().filter(|column| takes(column)) {
            let values = new.get(column.id.as_str());
            // Boxes post nothing when none is ticked; their row being posted says that they were on the page.
            let boxes = matches!(column.kind, FieldType::Choices { .. });
            if open.cell(&field.id, at, &column.id) && (values.is_some() || boxes) {
                cells.insert(column.id.clone(), raw(column, values.map_or(&[][..], Vec::as_slice)));
            }
        }
    }
    rows
}

/// Rows as posted, closed up; cells that are never posted (files) come along while no row has moved.
fn free_rows(
    shape: &TableShape,
    before: &[RawRow],
    there: &BTreeMap<u64, BTreeMap<&str, Vec<&str>>>,
) -> (Vec<RawRow>, Vec<u64>) {
    let mut rows = Vec::with_capacity(there.len());
    for (label, new) in there {
        let old = usize::try_from(*label).ok().and_then(|at| before.get(at));
        let mut cells = RawRow::new();
        for column in &shape.columns {
            if takes(column) {
                let values = new.get(column.id.as_str()).map_or(&[][..], Vec::as_slice);
                cells.insert(column.id.clone(), raw(column, values));
            } else if let Some(kept) = old.and_then(|row| row.get(&column.id)) {
                cells.insert(column.id.clone(), kept.clone());
            }
        }
        rows.push(cells);
    }
    (rows, there.keys().copied().collect())
}

fn takes(column: &Field) -> bool {
    !column.is_calculated() && column.file().is_none() && column.table().is_none()
}

fn is_blank(row: &RawRow) -> bool {
    row.values().all(|raw| match raw {
        Raw::Text(text) => text.trim().is_empty(),
        Raw::Many(many) => many.is_empty(),
        Raw::Files(files) => files.is_empty(),
        Raw::Rows(rows) => rows.is_empty(),
    })
}

fn row_action(
    field: &Field,
    shape: &TableShape,
    asked: &str,
    rows: &mut Vec<RawRow>,
    labels: &[u64],
) -> Option<Action> {
    if asked.strip_prefix("add:") == Some(field.id.as_str()) {
        let most = shape.max_rows();
        if rows.len() >= most {
            return Some(Action::Full { field: field.id.clone(), most });
        }
        rows.push(RawRow::new());
        return Some(Action::Added { field: field.id.clone() });
    }
    let (id, row) = asked.strip_prefix("remove:")?.rsplit_once(':')?;
    let label: u64 = row.parse().ok()?;
    let at = labels.iter().position(|found| *found == label).filter(|_| id == field.id)?;
    rows.remove(at);
    Some(Action::Removed { field: field.id.clone(), row: at })
}
