//! 下書きの引継ぎ: what becomes of typed answers when a draft moves to another edition. Nothing typed is ever
//! deleted: an answer is kept, or it is set aside readable, and the map says which and why.

use crate::answers::{Answers, Raw, RawRow};
use crate::model::edition::Edition;
use crate::model::form::{Condition, Field, FieldType, RowPlan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why an answer is asked again although the field is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// Text became an amount, a file became a text, ….
    OtherKind,
    /// What was chosen is no choice any more.
    NotOffered,
    /// It is calculated or known from elsewhere now.
    NoLongerTyped,
    /// A consent to another wording is another consent.
    OtherWording,
    /// More rows than the table takes now.
    TooManyRows,
}

impl Again {
    /// One sentence to the applicant.
    pub const fn words(self) -> &'static str {
        match self {
            Self::OtherKind => "入力の種類が変わりました。",
            Self::NotOffered => "選んだ選択肢がなくなりました。",
            Self::NoLongerTyped => "入力が要らなくなりました。自動で表示します。",
            Self::OtherWording => "同意していただく文が変わりました。",
            Self::TooManyRows => "入力できる行の数が少なくなりました。",
        }
    }
}

/// An answer that does not go on as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Field id, or `table.column`.
    pub field: String,
    /// Label in the old edition.
    pub label: String,
    /// As it was typed; of a column, one for each row.
    pub old: Raw,
    /// In words, as the old edition shows it.
    pub shown: String,
    /// `None`: the field is gone. Otherwise it is asked again.
    pub why: Option<Again>,
}

/// Something whose answer goes on but that is asked differently now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reworded {
    pub field: String,
    pub label: String,
    /// Plain sentences.
    pub what: Vec<String>,
}

/// A field the old edition did not ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub field: String,
    pub label: String,
    /// Section it stands in.
    pub section: String,
    pub required: bool,
}

/// 引継ぎの対応: what an upgrade does to one draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpgradeMap {
    /// Answers for the new edition.
    pub kept: Answers,
    /// Kept, but the question changed.
    pub changed: Vec<Reworded>,
    /// The field is there, the answer does not fit it: typed anew, the old one shown beside it.
    pub asked_again: Vec<SetAside>,
    /// The field is gone; its answer stays readable.
    pub dropped: Vec<SetAside>,
    /// Not asked before.
    pub new: Vec<Asked>,
}

impl UpgradeMap {
    /// Does the applicant have nothing to look at?
    pub fn is_plain(&self) -> bool {
        self.changed.is_empty() && self.asked_again.is_empty() && self.dropped.is_empty() && self.new.is_empty()
    }
}

/// Moves the answers of one procedure from an edition to another. A procedure the new edition does not have
/// gives `None`: its drafts stay where they are.
pub fn upgrade(old: &Edition, new: &Edition, procedure: &str, answers: &Answers) -> Option<UpgradeMap> {
    let after = new.procedure(procedure)?;
    let mut map = UpgradeMap::default();
    let fields = old.procedure(procedure).map(|procedure| procedure.form.fields.clone()).unwrap_or_default();
    for (id, raw) in &answers.0 {
        let Some(before) = fields.iter().find(|field| field.id == *id) else {
            // Nobody asked for it, but somebody stored it: it is not lost either.
            map.dropped.push(aside(id, id, raw, None, None));
            continue;
        };
        match after.form.field(id) {
            None => map.dropped.push(aside(id, &before.label, raw, Some(before), None)),
            Some(field) => carry(&mut map, before, field, raw),
        }
    }
    for section in &after.form.sections {
        for field in section.fields.iter().filter_map(|slot| after.form.fields.get(*slot)) {
            match fields.iter().find(|before| before.id == field.id) {
                None if is_typed(field) => map.new.push(asked(&field.id, field, &section.title)),
                None => {}
                Some(before) => columns_asked(&mut map, before, field, &section.title),
            }
        }
    }
    Some(map)
}

/// Columns a kept table did not have.
fn columns_asked(map: &mut UpgradeMap, before: &Field, after: &Field, section: &str) {
    if let (Some(old), Some(new)) = (before.table(), after.table()) {
        for column in new.columns.iter().filter(|column| old.column(&column.id).is_none() && is_typed(column)) {
            let mut one = asked(&format!("{}.{}", after.id, column.id), column, section);
            one.label = format!("{}の列「{}」", after.label, column.label);
            map.new.push(one);
        }
    }
}

fn asked(id: &str, field: &Field, section: &str) -> Asked {
    Asked {
        field: id.to_owned(),
        label: field.label.clone(),
        section: section.to_owned(),
        required: !matches!(field.required, Condition::Never),
    }
}

/// Does somebody type it?
fn is_typed(field: &Field) -> bool {
    !field.is_calculated()
}

fn carry(map: &mut UpgradeMap, before: &Field, after: &Field, raw: &Raw) {
    if is_blank(raw) {
        if same_kind(&before.kind, &after.kind) {
            map.kept.set(after.id.clone(), raw.clone());
        }
        return;
    }
    if let (Some(old), Some(new), Raw::Rows(rows)) = (before.table(), after.table(), raw) {
        return table(map, (before, old), (after, new), rows);
    }
    match fits(before, after, raw) {
        Some(why) => {
            map.asked_again.push(aside(&after.id, &before.label, raw, Some(before), Some(why)));
        }
        None => {
            reworded(map, &after.id, before, after);
            map.kept.set(after.id.clone(), raw.clone());
        }
    }
}

/// Why the answer cannot stand under the new field; `None` when it can. That a text may now be too long or an
/// amount too high is no reason: the form says so, with the text in its box.
fn fits(before: &Field, after: &Field, raw: &Raw) -> Option<Again> {
    if !is_typed(after) {
        return Some(Again::NoLongerTyped);
    }
    if !same_kind(&before.kind, &after.kind) {
        return Some(Again::OtherKind);
    }
    match (&after.kind, raw) {
        (FieldType::Choice { list }, Raw::Text(key)) if !list.options.contains_key(key) => Some(Again::NotOffered),
        (FieldType::Choices { list, .. }, Raw::Many(keys))
            if keys.iter().any(|key| !list.options.contains_key(key)) =>
        {
            Some(Again::NotOffered)
        }
        (FieldType::Choices { list, .. }, Raw::Text(key)) if !list.options.contains_key(key) => Some(Again::NotOffered),
        (FieldType::Code { table }, Raw::Text(code)) if table.code_label(code).is_none() => Some(Again::NotOffered),
        (FieldType::Consent, _) if before.statement != after.statement => Some(Again::OtherWording),
        _ => None,
    }
}

/// Answers of one kind are typed alike; a text may become longer, a number may become a decimal.
fn same_kind(before: &FieldType, after: &FieldType) -> bool {
    use FieldType as T;
    let text = |kind: &FieldType| matches!(kind, T::Text { .. } | T::Paragraph { .. });
    let plain_number = |kind: &FieldType| matches!(kind, T::Integer { .. } | T::Decimal { .. });
    (text(before) && text(after))
        || (plain_number(before) && plain_number(after))
        || std::mem::discriminant(before) == std::mem::discriminant(after)
}

fn reworded(map: &mut UpgradeMap, id: &str, before: &Field, after: &Field) {
    let mut what = Vec::new();
    if before.label != after.label {
        what.push(format!("名称が「{}」から「{}」に変わりました。", before.label, after.label));
    }
    let (was, is) = (crate::diff::form::kind_words(&before.kind), crate::diff::form::kind_words(&after.kind));
    if was != is {
        what.push(format!("入力の決まりが「{was}」から「{is}」に変わりました。"));
    }
    if !matches!(before.required, Condition::Always) && matches!(after.required, Condition::Always) {
        what.push("必ず入力する項目になりました。".to_owned());
    }
    if before.unit != after.unit {
        what.push(format!("単位が「{}」になりました。", after.unit));
    }
    if !what.is_empty() {
        map.changed.push(Reworded { field: id.to_owned(), label: after.label.clone(), what });
    }
}

/// Rows go on column by column. What does not fit is set aside for the whole column, one value for each row.
fn table(
    map: &mut UpgradeMap,
    (before, old): (&Field, &crate::model::form::TableShape),
    (after, new): (&Field, &crate::model::form::TableShape),
    rows: &[RawRow],
) {
    let mut kept: Vec<RawRow> = vec![RawRow::new(); rows.len()];
    let mut columns: Vec<&String> = rows.iter().flat_map(RawRow::keys).collect();
    columns.sort();
    columns.dedup();
    for id in columns {
        let cells: Vec<Option<&Raw>> = rows.iter().map(|row| row.get(id)).collect();
        let (was, is) = (old.column(id), new.column(id));
        let label = was.map_or(id.as_str(), |column| column.label.as_str());
        let path = format!("{}.{id}", before.id);
        let name = format!("{}の列「{label}」", before.label);
        let why = match (was, is) {
            (Some(was), Some(is)) => {
                let bad = cells.iter().flatten().filter(|raw| !is_blank(raw)).find_map(|raw| fits(was, is, raw));
                if bad.is_none() {
                    reworded(map, &path, was, is);
                }
                bad.map(Some)
            }
            // The row keys of fixed rows and whatever else a reader put there.
            (None, _) if is_row_key(id) => None,
            (_, None) => Some(None),
            (None, Some(_)) => Some(Some(Again::OtherKind)),
        };
        match why {
            None => {
                for (row, cell) in kept.iter_mut().zip(&cells) {
                    if let Some(raw) = cell {
                        row.insert(id.clone(), (*raw).clone());
                    }
                }
            }
            Some(why) => {
                let texts =
                    cells.iter().map(|cell| cell.map(|raw| words(was.map(AsRef::as_ref), raw)).unwrap_or_default());
                let texts: Vec<String> = texts.collect();
                if texts.iter().any(|text| !text.is_empty()) {
                    let side = SetAside {
                        field: path,
                        label: name,
                        shown: texts.join("、"),
                        old: Raw::Rows(cells.iter().map(|cell| alone(id, *cell)).collect()),
                        why,
                    };
                    if why.is_some() { map.asked_again.push(side) } else { map.dropped.push(side) }
                }
            }
        }
    }
    let (stay, over) = rows_that_stay(old, new, kept);
    if !over.is_empty() {
        let raw = Raw::Rows(over);
        map.asked_again.push(aside(&after.id, &before.label, &raw, Some(before), Some(Again::TooManyRows)));
    }
    reworded(map, &after.id, before, after);
    map.kept.set(after.id.clone(), Raw::Rows(stay));
}

fn alone(id: &str, cell: Option<&Raw>) -> RawRow {
    cell.map(|raw| RawRow::from([(id.to_owned(), raw.clone())])).unwrap_or_default()
}

/// Fixed rows go by their key, free rows by their number; which no longer have a place are given second.
fn rows_that_stay(
    old: &crate::model::form::TableShape,
    new: &crate::model::form::TableShape,
    rows: Vec<RawRow>,
) -> (Vec<RawRow>, Vec<RawRow>) {
    match (&old.rows, &new.rows) {
        (RowPlan::Fixed(before), RowPlan::Fixed(after)) => {
            let mut stay = vec![RawRow::new(); after.len()];
            let mut over = Vec::new();
            for (at, row) in rows.into_iter().enumerate() {
                let to = before.get_index(at).and_then(|(key, _)| after.get_index_of(key));
                match to.and_then(|to| stay.get_mut(to)) {
                    Some(place) => *place = row,
                    None if row.values().all(is_blank) => {}
                    None => over.push(row),
                }
            }
            (stay, over)
        }
        (_, RowPlan::Free { max, .. }) => {
            let mut stay = rows;
            let over = if stay.len() > *max { stay.split_off(*max) } else { Vec::new() };
            (stay, over)
        }
        (RowPlan::Free { .. }, RowPlan::Fixed(_)) => (Vec::new(), rows),
    }
}

/// Cells under this name say which fixed row they belong to.
fn is_row_key(id: &str) -> bool {
    id == "key" || id.starts_with('_')
}

/// Nothing typed.
fn is_blank(raw: &Raw) -> bool {
    match raw {
        Raw::Text(text) => text.trim().is_empty(),
        Raw::Many(keys) => keys.is_empty(),
        Raw::Files(files) => files.is_empty(),
        Raw::Rows(rows) => rows.iter().all(|row| row.values().all(is_blank)),
    }
}

fn aside(id: &str, label: &str, raw: &Raw, field: Option<&Field>, why: Option<Again>) -> SetAside {
    SetAside { field: id.to_owned(), label: label.to_owned(), old: raw.clone(), shown: words(field, raw), why }
}

/// An answer as its own form shows it: choices by their labels, everything else as typed.
fn words(field: Option<&Field>, raw: &Raw) -> String {
    let label = |key: &String| match field.map(|field| &field.kind) {
        Some(FieldType::Choice { list } | FieldType::Choices { list, .. }) => {
            list.options.get(key).cloned().unwrap_or_else(|| key.clone())
        }
        Some(FieldType::Code { table }) => table.code_label(key).unwrap_or(key).to_owned(),
        Some(FieldType::YesNo) if key == "yes" => "はい".to_owned(),
        Some(FieldType::YesNo) if key == "no" => "いいえ".to_owned(),
        Some(FieldType::Consent) if key == "yes" => "同意する".to_owned(),
        _ => key.clone(),
    };
    match raw {
        Raw::Text(text) => label(text),
        Raw::Many(keys) => keys.iter().map(label).collect::<Vec<_>>().join("、"),
        Raw::Files(files) => files.iter().map(|file| file.name.clone()).collect::<Vec<_>>().join("、"),
        Raw::Rows(rows) => {
            let column = |id: &String| field.and_then(Field::table).and_then(|table| table.column(id));
            let cell = |(id, raw): (&String, &Raw)| {
                let column = column(id);
                let name = column.map_or(id.as_str(), |column| column.label.as_str());
                format!("{name}：{}", words(column.map(AsRef::as_ref), raw))
            };
            let row = |row: &RawRow| row.iter().map(cell).collect::<Vec<_>>().join("、");
            rows.iter().map(row).collect::<Vec<_>>().join("／")
        }
    }
}

/// The texts that were typed, by what they say: what the property test counts.
pub fn typed(answers: &Answers) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    answers.0.values().for_each(|raw| count(raw, &mut found));
    found
}

fn count(raw: &Raw, found: &mut BTreeMap<String, usize>) {
    let mut one = |text: &str| {
        if !text.trim().is_empty() {
            *found.entry(text.to_owned()).or_default() += 1;
        }
    };
    match raw {
        Raw::Text(text) => one(text),
        Raw::Many(keys) => keys.iter().for_each(|key| one(key)),
        Raw::Files(files) => files.iter().for_each(|file| one(&file.file)),
        Raw::Rows(rows) => rows.iter().flat_map(RawRow::values).for_each(|raw| count(raw, found)),
    }
}
