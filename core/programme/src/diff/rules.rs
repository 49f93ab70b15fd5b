//! 規則・流れ・確認票・採点表・通知書の違い.

use super::Changes;
use crate::lang::{Expr, Template};
use crate::model::edition::Procedure;
use crate::model::flow::{Flow, Step};
use crate::model::letter::{ItemSpec, LetterSpec};
use crate::model::rules::{Rules, Severity};

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Stop => "提出できない",
        Severity::Ask => "事務局が確認",
        Severity::Note => "お知らせ",
    }
}

fn source(expr: Option<&Expr>) -> String {
    expr.map_or_else(String::new, |expr| expr.source.clone())
}

/// The rules of one procedure.
pub(super) fn rules(changes: &mut Changes, old: &Rules, new: &Rules) {
    for before in &old.rules {
        let Some(after) = new.get(&before.code) else {
            changes.say("規則", format!("規則 {}（{}）を削除", before.code, before.clause));
            continue;
        };
        let name = format!("規則 {}", after.code);
        changes.changed("規則", &format!("{name}の条項"), before.clause.as_str(), after.clause.as_str());
        changes.changed("規則", &format!("{name}の重さ"), severity(before.severity), severity(after.severity));
        changes.changed("規則", &format!("{name}の対象"), &source(before.when.as_ref()), &source(after.when.as_ref()));
        changes.changed("規則", &format!("{name}の条件"), &before.must.source, &after.must.source);
        changes.changed("規則", &format!("{name}の申請者への文"), &before.applicant.source, &after.applicant.source);
        changes.changed("規則", &format!("{name}の審査者への文"), &before.examiner.source, &after.examiner.source);
    }
    for after in new.rules.iter().filter(|rule| old.get(&rule.code).is_none()) {
        let text = format!(
            "規則 {}（{}、{}）を追加：{}",
            after.code,
            after.clause,
            severity(after.severity),
            after.applicant.source
        );
        changes.say("規則", text);
    }
}

/// The flow of one procedure.
pub(super) fn flow(changes: &mut Changes, old: &Flow, new: &Flow) {
    for (kind, before) in &old.steps {
        match new.steps.get(kind) {
            None => changes.say("流れ", format!("段階「{}」を削除", kind.label())),
            Some(after) => step(changes, kind.label(), before, after),
        }
    }
    for (kind, _) in new.steps.iter().filter(|(kind, _)| !old.steps.contains_key(*kind)) {
        changes.say("流れ", format!("段階「{}」を追加", kind.label()));
    }
    for (state, word) in &new.applicant_sees {
        let before = old.applicant_sees.get(state).map(String::as_str).unwrap_or_default();
        changes.changed("流れ", &format!("申請者に見せる状態の名（{}）", state.label()), before, word);
    }
}

fn step(changes: &mut Changes, name: &str, old: &Step, new: &Step) {
    let people =
        |step: &Step| step.by.iter().map(|role| crate::model::flow::role_label(role)).collect::<Vec<_>>().join("・");
    let within = |step: &Step| step.within.map_or_else(String::new, |term| term.words());
    let back = |step: &Step| step.return_to_applicant.as_ref().map_or_else(String::new, |rule| rule.within.words());
    changes.changed("流れ", &format!("「{name}」の担当"), &people(old), &people(new));
    changes.changed("流れ", &format!("「{name}」の期間"), &within(old), &within(new));
    changes.changed("流れ", &format!("「{name}」の差戻しの期限"), &back(old), &back(new));
    let reminders = |step: &Step| step.reminders.iter().map(|term| term.words()).collect::<Vec<_>>().join("・");
    changes.changed("流れ", &format!("「{name}」の期限前の連絡"), &reminders(old), &reminders(new));
    let late = |step: &Step| step.return_to_applicant.as_ref().map_or("", |rule| rule.late.label());
    changes.changed("流れ", &format!("「{name}」の差戻しの期限後の再提出"), late(old), late(new));
    changes.changed("流れ", &format!("「{name}」の人の目の数"), &old.eyes.to_string(), &new.eyes.to_string());
    changes.changed("流れ", &format!("「{name}」の人数"), &old.count.to_string(), &new.count.to_string());
    changes.changed("流れ", &format!("「{name}」の結果"), &old.outcomes.join("・"), &new.outcomes.join("・"));
}

/// Checklist and score sheet.
pub(super) fn sheets(changes: &mut Changes, old: &Procedure, new: &Procedure) {
    let items = |procedure: &Procedure| -> Vec<(String, String)> {
        procedure
            .checklist
            .iter()
            .flat_map(|list| &list.items)
            .map(|item| (item.id.clone(), item.text.clone()))
            .collect()
    };
    texts(changes, "確認票", "確認項目", &items(old), &items(new));
    let criteria = |procedure: &Procedure| -> Vec<(String, String)> {
        let all = procedure.score_sheet.iter().flat_map(|sheet| &sheet.criteria);
        all.map(|one| (one.id.clone(), format!("{}（{}〜{}点、重み{}）", one.title, one.min, one.max, one.weight)))
            .collect()
    };
    texts(changes, "採点表", "審査項目", &criteria(old), &criteria(new));
}

fn texts(changes: &mut Changes, area: &str, what: &str, old: &[(String, String)], new: &[(String, String)]) {
    for (id, before) in old {
        match new.iter().find(|(other, _)| other == id) {
            None => changes.say(area, format!("{what}「{before}」を削除")),
            Some((_, after)) => changes.changed(area, what, before, after),
        }
    }
    for (_, after) in new.iter().filter(|(id, _)| !old.iter().any(|(other, _)| other == id)) {
        changes.say(area, format!("{what}「{after}」を追加"));
    }
}

/// The letters of one procedure.
pub(super) fn letters(changes: &mut Changes, old: &Procedure, new: &Procedure) {
    for (id, before) in &old.letters {
        match new.letters.get(id) {
            None => changes.say("通知書", format!("「{}」を廃止", before.name)),
            Some(after) => letter(changes, before, after),
        }
    }
    for (_, after) in new.letters.iter().filter(|(id, _)| !old.letters.contains_key(*id)) {
        changes.say("通知書", format!("「{}」を追加", after.name));
    }
}

fn letter(changes: &mut Changes, old: &LetterSpec, new: &LetterSpec) {
    let name = &new.name;
    changes.changed("通知書", "通知書の名称", &old.name, name);
    changes.changed("通知書", &format!("「{name}」の文書記号"), &old.symbol, &new.symbol);
    let lines = |list: &[Template]| list.iter().map(|line| line.source.clone()).collect::<Vec<_>>();
    for (what, before, after) in [
        ("宛先", lines(&old.addressee), lines(&new.addressee)),
        ("差出人", lines(&old.sender), lines(&new.sender)),
        ("件名", lines(&old.title), lines(&new.title)),
        ("本文", lines(&old.body), lines(&new.body)),
        ("記", items(&old.items), items(&new.items)),
        ("問い合わせ先", lines(&old.contact), lines(&new.contact)),
    ] {
        for index in 0..before.len().max(after.len()) {
            let at = |list: &[String]| list.get(index).cloned().unwrap_or_default();
            changes.changed("通知書", &format!("「{name}」の{what}（{}）", index + 1), &at(&before), &at(&after));
        }
    }
    if old.geometry != new.geometry {
        changes.say("通知書", format!("「{name}」の紙面の寸法を変更"));
    }
}

fn items(specs: &[ItemSpec]) -> Vec<String> {
    let mut out = Vec::new();
    for spec in specs {
        let parts = [&spec.label, &spec.text, &spec.amount];
        let text = parts.into_iter().flatten().map(|part| part.source.as_str()).collect::<Vec<_>>().join(" ");
        let shown = spec.shown.as_ref().map_or_else(String::new, |expr| format!("（{}のとき）", expr.source));
        out.push(format!("{text}{shown}"));
        out.extend(items(&spec.children));
    }
    out
}
