//! 公募回の違い: dates, choices, settings, decision tables.

use super::Changes;
use crate::lang::explain::cell_words;
use crate::lang::format::{Dates, words};
use crate::model::edition::Edition;
use crate::model::tables::{DecisionRow, DecisionTable};
use hojo_words::jst;

/// The parts that belong to no procedure.
pub(super) fn edition(changes: &mut Changes, old: &Edition, new: &Edition) {
    changes.changed("版", "公募回の名称", &old.title, &new.title);
    changes.changed("版", "版の番号", &old.version, &new.version);
    changes.changed("版", "公募要領の版", &old.guidelines.issue, &new.guidelines.issue);
    for (name, before) in &old.dates {
        match new.dates.get(name) {
            None => changes.say("日程", format!("日程「{name}」を削除")),
            Some(after) => {
                changes.changed("日程", &format!("日程「{name}」"), &jst::jst_text(*before), &jst::jst_text(*after))
            }
        }
    }
    for (name, after) in new.dates.iter().filter(|(name, _)| !old.dates.contains_key(*name)) {
        changes.say("日程", format!("日程「{name}」を追加：{}", jst::jst_text(*after)));
    }
    choices(changes, old, new);
    settings(changes, old, new);
    for (id, before) in &old.tables {
        match new.tables.get(id) {
            None => changes.say("判定表", format!("判定表「{}」を削除", before.title)),
            Some(after) => table(changes, before, after),
        }
    }
    for (_, after) in new.tables.iter().filter(|(id, _)| !old.tables.contains_key(*id)) {
        changes.say("判定表", format!("判定表「{}」を追加", after.title));
    }
}

fn choices(changes: &mut Changes, old: &Edition, new: &Edition) {
    for (id, before) in &old.choices {
        let Some(after) = new.choices.get(id) else {
            changes.say("選択肢", format!("選択肢の一覧「{id}」を削除"));
            continue;
        };
        for (key, label) in &before.options {
            match after.options.get(key) {
                None => changes.say("選択肢", format!("「{id}」の選択肢「{label}」を削除")),
                Some(now) => changes.changed("選択肢", &format!("「{id}」の選択肢の名称"), label, now),
            }
        }
        for (_, label) in after.options.iter().filter(|(key, _)| !before.options.contains_key(*key)) {
            changes.say("選択肢", format!("「{id}」に選択肢「{label}」を追加"));
        }
    }
    for id in new.choices.keys().filter(|id| !old.choices.contains_key(*id)) {
        changes.say("選択肢", format!("選択肢の一覧「{id}」を追加"));
    }
}

fn settings(changes: &mut Changes, old: &Edition, new: &Edition) {
    for (id, before) in &old.settings {
        match new.settings.get(id) {
            None => changes.say("定数", format!("「{}」を削除", before.title)),
            Some(after) => {
                let (was, is) =
                    (words(&before.value, &before.ty, Dates::Plain), words(&after.value, &after.ty, Dates::Plain));
                changes.changed("定数", &format!("「{}」", after.title), &was, &is);
            }
        }
    }
    for (_, after) in new.settings.iter().filter(|(id, _)| !old.settings.contains_key(*id)) {
        changes.say("定数", format!("「{}」を追加：{}", after.title, words(&after.value, &after.ty, Dates::Plain)));
    }
}

/// Rows are the same row when their conditions are.
fn table(changes: &mut Changes, old: &DecisionTable, new: &DecisionTable) {
    changes.changed("判定表", &format!("判定表「{}」の名称", old.title), &old.title, &new.title);
    let twin = |row: &DecisionRow, table: &DecisionTable| table.rows.iter().position(|other| other.cells == row.cells);
    for before in &old.rows {
        let name = row_name(old, before);
        let Some(after) = twin(before, new).and_then(|at| new.rows.get(at)) else {
            changes.say("判定表", format!("「{}」の行（{name}）を削除", old.title));
            continue;
        };
        for (output, spec) in &old.yields {
            let was = old.output(before, output).map(|value| words(value, &spec.ty, Dates::Plain));
            let is = new.output(after, output).map(|value| words(value, &spec.ty, Dates::Plain));
            if let (Some(was), Some(is)) = (was, is) {
                changes.changed("判定表", &format!("「{}」（{name}）の{output}", new.title), &was, &is);
            }
        }
    }
    for after in new.rows.iter().filter(|row| twin(row, old).is_none()) {
        let values = new
            .yields
            .iter()
            .zip(&after.values)
            .map(|((output, spec), value)| format!("{output}={}", words(value, &spec.ty, Dates::Plain)));
        let values = values.collect::<Vec<_>>().join("、");
        changes.say("判定表", format!("「{}」に行（{}）を追加：{values}", new.title, row_name(new, after)));
    }
    for output in new.yields.keys().filter(|output| !old.yields.contains_key(*output)) {
        changes.say("判定表", format!("「{}」に列「{output}」を追加", new.title));
    }
    for output in old.yields.keys().filter(|output| !new.yields.contains_key(*output)) {
        changes.say("判定表", format!("「{}」の列「{output}」を削除", new.title));
    }
}

fn row_name(table: &DecisionTable, row: &DecisionRow) -> String {
    table.given.iter().zip(&row.cells).map(|(input, cell)| cell_words(cell, &input.ty)).collect::<Vec<_>>().join("・")
}
