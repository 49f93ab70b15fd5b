//! 様式の違い: fields added, removed, renamed, re-typed, newly required.

use super::Changes;
use crate::model::form::{Condition, Field, FieldType, Form, Range, RowPlan, TableShape};
use std::sync::Arc;

/// The form of one procedure.
pub(super) fn form(changes: &mut Changes, old: &Form, new: &Form) {
    changes.changed("様式", "様式の名称", &old.title, &new.title);
    for before in &old.sections {
        match new.sections.iter().find(|section| section.id == before.id) {
            None => changes.say("様式", format!("節「{}」を削除", before.title)),
            Some(after) => {
                changes.changed("様式", "節の名称", &before.title, &after.title);
                changes.changed("様式", &format!("節「{}」の説明", after.title), &before.help, &after.help);
                changes.changed(
                    "様式",
                    &format!("節「{}」の表示条件", after.title),
                    &shown(&before.shown),
                    &shown(&after.shown),
                );
            }
        }
    }
    for after in new.sections.iter().filter(|after| !old.sections.iter().any(|section| section.id == after.id)) {
        changes.say("様式", format!("節「{}」を追加", after.title));
    }
    let pairs = |form: &Form| form.fields.clone();
    fields(changes, "", &pairs(old), &pairs(new));
}

fn fields(changes: &mut Changes, within: &str, old: &[Arc<Field>], new: &[Arc<Field>]) {
    let name = |field: &Field| {
        if within.is_empty() {
            format!("項目「{}」", field.label)
        } else {
            format!("{within}の列「{}」", field.label)
        }
    };
    for before in old {
        match new.iter().find(|field| field.id == before.id) {
            None => changes.say("様式", format!("{}を削除", name(before))),
            Some(after) => field(changes, &name(after), before, after),
        }
    }
    for after in new.iter().filter(|after| !old.iter().any(|field| field.id == after.id)) {
        let required = if matches!(after.required, Condition::Always) { "、必須" } else { "" };
        changes.say("様式", format!("{}を追加（{}{required}）", name(after), kind_words(&after.kind)));
    }
}

fn field(changes: &mut Changes, name: &str, old: &Field, new: &Field) {
    changes.changed("様式", &format!("{name}の名称"), &old.label, &new.label);
    changes.changed("様式", &format!("{name}の入力の種類"), &kind_words(&old.kind), &kind_words(&new.kind));
    changes.changed("様式", &format!("{name}の必須の別"), &required(&old.required), &required(&new.required));
    changes.changed("様式", &format!("{name}の表示条件"), &shown(&old.shown), &shown(&new.shown));
    changes.changed("様式", &format!("{name}の説明"), &old.help, &new.help);
    changes.changed("様式", &format!("{name}の記入例"), &old.example, &new.example);
    changes.changed("様式", &format!("{name}の文言"), &old.statement, &new.statement);
    changes.changed("様式", &format!("{name}の単位"), &old.unit, &new.unit);
    let source = |field: &Field| field.value.as_ref().map_or_else(String::new, |expr| expr.source.clone());
    changes.changed("様式", &format!("{name}の計算式"), &source(old), &source(new));
    if let (Some(before), Some(after)) = (old.table(), new.table()) {
        rows(changes, name, before, after);
        fields(changes, name, &before.columns, &after.columns);
    }
}

fn rows(changes: &mut Changes, name: &str, old: &TableShape, new: &TableShape) {
    let (Some(before), Some(after)) = (old.fixed_rows(), new.fixed_rows()) else { return };
    for (key, label) in before {
        match after.get(key) {
            None => changes.say("様式", format!("{name}の行「{label}」を削除")),
            Some(now) => changes.changed("様式", &format!("{name}の行の名称"), label, now),
        }
    }
    for (_, label) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        changes.say("様式", format!("{name}に行「{label}」を追加"));
    }
}

fn required(condition: &Condition) -> String {
    match condition {
        Condition::Always => "必須".to_owned(),
        Condition::Never => "任意".to_owned(),
        Condition::When(expr) => format!("条件により必須（{}）", expr.source),
    }
}

fn shown(condition: &Condition) -> String {
    match condition {
        Condition::Always => "常に表示".to_owned(),
        Condition::Never => "表示しない".to_owned(),
        Condition::When(expr) => expr.source.clone(),
    }
}

fn bounds(range: Range) -> String {
    let one = |n: Option<hojo_words::Number>| n.map_or_else(String::new, |n| n.grouped(2));
    if range == Range::default() { String::new() } else { format!("、{}〜{}", one(range.min), one(range.max)) }
}

/// The type in words: 「文章（1000文字まで）」.
pub(crate) fn kind_words(kind: &FieldType) -> String {
    match kind {
        FieldType::Text { limit } => format!("1行の文字（{limit}文字まで）"),
        FieldType::Paragraph { limit } => format!("文章（{limit}文字まで）"),
        FieldType::Kana { limit } => format!("フリガナ（{limit}文字まで）"),
        FieldType::Yen { signed: false } => "金額（円）".to_owned(),
        FieldType::Yen { signed: true } => "金額（円、マイナス可）".to_owned(),
        FieldType::Integer { range } => format!("整数{}", bounds(*range)),
        FieldType::Decimal { places, range } => format!("小数（第{places}位まで）{}", bounds(*range)),
        FieldType::Ratio => "割合".to_owned(),
        FieldType::Percent { range } => format!("百分率{}", bounds(*range)),
        FieldType::Date => "日付".to_owned(),
        FieldType::YearMonth => "年月".to_owned(),
        FieldType::FiscalYear => "年度".to_owned(),
        FieldType::YesNo => "はい・いいえ".to_owned(),
        FieldType::Consent => "同意".to_owned(),
        FieldType::Choice { list } => format!("選択（{}）", list.id),
        FieldType::Choices { list, max } => {
            format!("複数選択（{}{}）", list.id, max.map_or_else(String::new, |max| format!("、{max}つまで")))
        }
        FieldType::Code { table } => format!("コード（{}）", table.title),
        FieldType::CorporateNumber => "法人番号".to_owned(),
        FieldType::PostalCode => "郵便番号".to_owned(),
        FieldType::Phone => "電話番号".to_owned(),
        FieldType::Email => "メールアドレス".to_owned(),
        FieldType::Url => "URL".to_owned(),
        FieldType::Bank => "金融機関".to_owned(),
        FieldType::Branch => "支店".to_owned(),
        FieldType::AccountNumber { digits } => format!("口座番号（{digits}桁）"),
        FieldType::AccountKana { limit } => format!("口座名義（{limit}文字まで）"),
        FieldType::Digits { length } => format!("数字{length}桁"),
        FieldType::File(rule) => {
            let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.label()).collect();
            let pages = rule.max_pages.map_or_else(String::new, |pages| format!("、合わせて{pages}ページまで"));
            format!(
                "添付（{}、{}MBまで、{}〜{}件{pages}）",
                kinds.join("・"),
                rule.max_bytes >> 20,
                rule.min_count,
                rule.max_count
            )
        }
        FieldType::Table(shape) => match &shape.rows {
            RowPlan::Free { min, max } => format!("表（{min}〜{max}行）"),
            RowPlan::Fixed(rows) => format!("表（{}行固定）", rows.len()),
        },
    }
}
