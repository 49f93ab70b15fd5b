//! 前回との比較: what changed between two submissions, field by field and row by row, in words.

use hojo_programme::{Answers, Field, FieldPath, Raw, Reading};
use hojo_web::ui::Compared;

use crate::common::places::path_label;

/// One side of a comparison.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub answers: &'a Answers,
    pub reading: &'a Reading,
}

/// Everything that differs. Calculated fields are left out: they follow from the others.
pub fn changed(before: Side<'_>, after: Side<'_>) -> Vec<Compared> {
    let form = after.reading.form();
    let mut out = Vec::new();
    for field in form.fields.iter().filter(|f| !f.is_calculated()) {
        if field.table().is_some() {
            rows(field, before, after, &mut out);
        } else {
            let (old, new) = (words(field, before), words(field, after));
            if old != new {
                out.push(Compared { label: field.label.clone(), before: old, after: new });
            }
        }
    }
    out
}

fn rows(field: &Field, before: Side<'_>, after: Side<'_>, out: &mut Vec<Compared>) {
    let most = row_count(field, before).max(row_count(field, after));
    for row in 0..most {
        let (old, new) = (row_words(field, row, before), row_words(field, row, after));
        if old != new {
            let path = FieldPath::row(&field.id, row);
            out.push(Compared { label: path_label(after.reading.form(), &path), before: old, after: new });
        }
    }
}

fn row_count(field: &Field, side: Side<'_>) -> usize {
    match side.answers.get(&field.id) {
        Some(Raw::Rows(rows)) => rows.len(),
        _ => 0,
    }
}

fn row_words(field: &Field, row: usize, side: Side<'_>) -> Option<String> {
    let table = field.table()?;
    let Some(Raw::Rows(rows)) = side.answers.get(&field.id) else { return None };
    let cells = rows.get(row)?;
    let typed = table.columns.iter().filter(|c| !c.is_calculated());
    let parts: Vec<String> = typed
        .filter_map(|column| {
            let shown = side.reading.display_cell(&field.id, row, &column.id);
            let words = if shown.is_empty() { raw_words(cells.get(&column.id)?)? } else { shown };
            Some(format!("{}：{words}", column.label))
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn words(field: &Field, side: Side<'_>) -> Option<String> {
    let raw = side.answers.get(&field.id);
    if field.file().is_some() {
        return raw_words(raw?);
    }
    let shown = side.reading.display(&field.id);
    if shown.is_empty() { raw.and_then(raw_words) } else { Some(shown) }
}

/// Files are named with the beginning of their hash: the same name may hold another text.
fn raw_words(raw: &Raw) -> Option<String> {
    let words = match raw {
        Raw::Text(text) => text.clone(),
        Raw::Many(many) => many.join("、"),
        Raw::Files(files) => {
            let names = files.iter().map(|f| format!("{}（{}）", f.name, f.sha256.get(..8).unwrap_or_default()));
            names.collect::<Vec<_>>().join("\n")
        }
        Raw::Rows(_) => String::new(),
    };
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examining::tests::{edition, read_with};
    use hojo_programme::FileRef;

    fn file(hash: &str) -> Raw {
        Raw::Files(vec![FileRef {
            file: "f".into(),
            name: "決算書.pdf".into(),
            size: 10,
            sha256: hash.repeat(32),
            media_type: "application/pdf".into(),
            pages: None,
        }])
    }

    #[test]
    fn texts_rows_and_exchanged_files_are_told() {
        let edition = edition();
        let mut old = Answers::default();
        old.set("plan_title", Raw::from("旧い計画"));
        old.set("phone", Raw::from("03-1234-5678"));
        old.set("att_roster", file("ab"));
        let mut new = old.clone();
        new.set("plan_title", Raw::from("新しい計画"));
        new.set("att_roster", file("cd"));
        new.set("lines", Raw::Rows(vec![[("category".to_owned(), Raw::from("machinery"))].into()]));
        let (before, after) = (read_with(&edition, &old), read_with(&edition, &new));
        let found = changed(Side { answers: &old, reading: &before }, Side { answers: &new, reading: &after });
        let labels: Vec<&str> = found.iter().map(|c| c.label.as_str()).collect();
        assert!(labels.iter().any(|l| l.contains("名簿")), "{labels:?}");
        let title = found.iter().find(|c| c.before.as_deref() == Some("旧い計画")).expect("the title changed");
        assert_eq!(title.after.as_deref(), Some("新しい計画"));
        assert!(found.iter().all(|c| c.before != c.after));
        assert!(!labels.contains(&"電話番号"));
    }
}
