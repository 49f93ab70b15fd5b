//! 案件の一生の違い: standings, dates and amounts of a life, what is owed by when, when a procedure may begin and what
//! its decisions bring about.

use super::Changes;
use crate::model::edition::{Edition, Procedure};
use crate::model::flow::{Effect, Flow, StepKind};
use crate::model::form::Condition;
use crate::model::life::{LifePlan, Starts};
use crate::words::Names;
use indexmap::IndexMap;

/// The parts that belong to no procedure.
pub(super) fn edition(changes: &mut Changes, old: &Edition, new: &Edition) {
    let empty = LifePlan::default();
    let (before, after) = (old.life.as_deref().unwrap_or(&empty), new.life.as_deref().unwrap_or(&empty));
    words(changes, "案件", "状態", &before.standings, &after.standings);
    words(changes, "案件", "日付", &before.dates, &after.dates);
    words(changes, "案件", "金額", &before.amounts, &after.amounts);
    let sums = |plan: &LifePlan| -> IndexMap<String, String> {
        let within = |name: &Option<String>| name.as_ref().map_or_else(String::new, |name| format!("（{name}以内）"));
        plan.sums.iter().map(|(id, sum)| (id.clone(), format!("{}{}", sum.title, within(&sum.within)))).collect()
    };
    words(changes, "案件", "累計", &sums(before), &sums(after));
    changes.changed("案件", "請求を記帳する累計", claims(before), claims(after));
    let ended = |plan: &LifePlan| -> String {
        plan.ended.iter().map(|id| plan.standings.get(id).unwrap_or(id).clone()).collect::<Vec<_>>().join("・")
    };
    changes.changed("案件", "案件の終わりとする状態", &ended(before), &ended(after));
    obligations(changes, old, new);
}

fn claims(plan: &LifePlan) -> &str {
    plan.claims.as_deref().unwrap_or_default()
}

fn words(
    changes: &mut Changes,
    area: &str,
    what: &str,
    old: &IndexMap<String, String>,
    new: &IndexMap<String, String>,
) {
    for (id, before) in old {
        match new.get(id) {
            None => changes.say(area, format!("{what}「{before}」を削除")),
            Some(after) => changes.changed(area, &format!("{what}の名称"), before, after),
        }
    }
    for (_, after) in new.iter().filter(|(id, _)| !old.contains_key(*id)) {
        changes.say(area, format!("{what}「{after}」を追加"));
    }
}

fn obligations(changes: &mut Changes, old: &Edition, new: &Edition) {
    let (was, is) = (Names { edition: old, procedure: None }, Names { edition: new, procedure: None });
    for before in &old.obligations {
        let Some(after) = new.obligations.iter().find(|rule| rule.id == before.id) else {
            changes.say("義務", format!("義務「{}」を廃止", before.title));
            continue;
        };
        let name = format!("義務「{}」", after.title);
        changes.changed("義務", "義務の名称", &before.title, &after.title);
        if before.procedure != after.procedure {
            changes.changed("義務", &format!("{name}の手続"), was.title(&before.procedure), is.title(&after.procedure));
        }
        changes.changed("義務", &format!("{name}が生じる条件"), &before.holds.source, &after.holds.source);
        if before.due != after.due {
            changes.changed("義務", &format!("{name}の期限"), &was.due(before), &is.due(after));
        }
        if before.repeats != after.repeats {
            changes.changed("義務", &format!("{name}の繰返し"), &was.repeats(before), &is.repeats(after));
        }
        changes.changed("義務", &format!("{name}の督促"), &was.reminders(before), &is.reminders(after));
        if before.otherwise != after.otherwise {
            let (before, after) = (before.otherwise.as_deref(), after.otherwise.as_deref());
            let (before, after) = (before.map_or("", |code| was.title(code)), after.map_or("", |code| is.title(code)));
            changes.changed("義務", &format!("{name}が果たされないときの手続"), before, after);
        }
        changes.changed("義務", &format!("{name}の説明"), &before.says, &after.says);
    }
    for after in new.obligations.iter().filter(|rule| !old.obligations.iter().any(|other| other.id == rule.id)) {
        changes.say("義務", format!("義務「{}」を追加（{}）", after.title, is.due(after)));
    }
}

/// When one procedure may begin.
pub(super) fn starts(changes: &mut Changes, old: (&Edition, &Procedure), new: (&Edition, &Procedure)) {
    let (was, is) = (Names::of(old.0, old.1), Names::of(new.0, new.1));
    let empty = Starts::default();
    let (before, after) = (old.1.starts.as_ref().unwrap_or(&empty), new.1.starts.as_ref().unwrap_or(&empty));
    let by = |starts: &Starts| starts.by.iter().map(|opener| opener.label()).collect::<Vec<_>>().join("・");
    changes.changed("開始", "手続を始められる人", &by(before), &by(after));
    let when =
        |starts: &Starts| starts.when.iter().map(|one| one.must.source.clone()).collect::<Vec<_>>().join("、かつ、");
    changes.changed("開始", "手続を始められる条件", &when(before), &when(after));
    let says = |starts: &Starts| starts.when.iter().map(|one| one.says.clone()).collect::<Vec<_>>().join("／");
    changes.changed("開始", "始められないときの説明", &says(before), &says(after));
    changes.changed("開始", "手続の回数", before.times.label(), after.times.label());
    if before.not_while != after.not_while {
        let (before, after) = (was.titles(&before.not_while), is.titles(&after.not_while));
        changes.changed("開始", "同時に進められない手続", &before, &after);
    }
    if before.until_ended != after.until_ended {
        let text = if after.until_ended { "始められなくする" } else { "始められるようにする" };
        changes.say("開始", format!("案件が終わった後は、{text}"));
    }
}

/// Outcomes, letters and effects of one flow.
pub(super) fn effects(changes: &mut Changes, old: (&Edition, &Procedure), new: (&Edition, &Procedure)) {
    let (was, is) = (Names::of(old.0, old.1), Names::of(new.0, new.1));
    let (old, new) = (&old.1.flow, &new.1.flow);
    words(changes, "決定", "決定の種類", &outcomes(old), &outcomes(new));
    let none = Vec::new();
    let added = new.effects.keys().filter(|code| !old.effects.contains_key(*code));
    for code in old.effects.keys().chain(added) {
        let list = |flow: &'_ Flow| -> Vec<Effect> { flow.effects.get(code).unwrap_or(&none).clone() };
        let (before, after) = (list(old), list(new));
        let label = if new.outcomes.contains_key(code) { is.outcome(code) } else { was.outcome(code) };
        for gone in before.iter().filter(|one| !after.contains(one)) {
            changes.say("効果", format!("「{label}」の効果「{}」を削除", was.effect(gone)));
        }
        for come in after.iter().filter(|one| !before.contains(one)) {
            changes.say("効果", format!("「{label}」の効果「{}」を追加", is.effect(come)));
        }
    }
    letters(changes, was, is);
    decision(changes, was, is);
}

/// The kinds of decisions, with what they carry.
fn outcomes(flow: &Flow) -> IndexMap<String, String> {
    let mark = |one: &crate::model::flow::Outcome| {
        let reduced = if one.reduced { "（減額）" } else { "" };
        let conditions = if one.conditions { "（条件付き）" } else { "" };
        let when = match &one.when {
            Condition::When(when) => format!("（{}のとき）", when.source),
            Condition::Always | Condition::Never => String::new(),
        };
        format!("{}{reduced}{conditions}{when}", one.label)
    };
    flow.outcomes.iter().map(|(id, one)| (id.clone(), mark(one))).collect()
}

fn letters(changes: &mut Changes, was: Names<'_>, is: Names<'_>) {
    let list = |names: Names<'_>| {
        names.letters().into_iter().map(|(when, letter)| format!("{when}：{letter}")).collect::<Vec<_>>().join("、")
    };
    changes.changed("流れ", "送る通知書", &list(was), &list(is));
}

fn decision(changes: &mut Changes, was: Names<'_>, is: Names<'_>) {
    let decide = |names: Names<'_>| names.procedure.and_then(|p| p.flow.step(StepKind::Decide)).cloned();
    let (Some(before), Some(after)) = (decide(was), decide(is)) else { return };
    let named = |name: &Option<String>, names: Names<'_>, field: bool| {
        let word = |id: &String| if field { names.field(id) } else { names.letter(id) }.to_owned();
        name.as_ref().map(word).unwrap_or_default()
    };
    let (amounts, letters) = ((&before.amount, &after.amount), (&before.agency, &after.agency));
    changes.changed("流れ", "決定する金額の項目", &named(amounts.0, was, true), &named(amounts.1, is, true));
    changes.changed("流れ", "中小機構への承認依頼", &named(letters.0, was, false), &named(letters.1, is, false));
    let heard = |codes: &[String], names: Names<'_>| {
        codes.iter().map(|code| names.outcome(code).to_owned()).collect::<Vec<_>>().join("・")
    };
    let (before, after) = (heard(&before.after_return, was), heard(&after.after_return, is));
    changes.changed("流れ", "弁明を聴いた後に限る決定", &before, &after);
}
