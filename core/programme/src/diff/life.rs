//! 案件の一生の違い: standings, dates and amounts of a life, what is owed by when, when a procedure may begin and what
//! its decisions bring about.

use super::Changes;
use crate::model::edition::{Edition, Procedure};
use crate::model::flow::{Effect, Flow, Source, StepKind};
use crate::model::life::{Due, FirstPeriod, LifePlan, ObligationRule, Starts};
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
    obligations(changes, &old.obligations, &new.obligations);
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

fn obligations(changes: &mut Changes, old: &[ObligationRule], new: &[ObligationRule]) {
    for before in old {
        let Some(after) = new.iter().find(|rule| rule.id == before.id) else {
            changes.say("義務", format!("義務「{}」を廃止", before.title));
            continue;
        };
        let name = format!("義務「{}」", after.title);
        changes.changed("義務", "義務の名称", &before.title, &after.title);
        changes.changed("義務", &format!("{name}の手続"), &before.procedure, &after.procedure);
        changes.changed("義務", &format!("{name}が生じる条件"), &before.holds.source, &after.holds.source);
        changes.changed("義務", &format!("{name}の期限"), &due(before), &due(after));
        changes.changed("義務", &format!("{name}の繰返し"), &repeats(before), &repeats(after));
        changes.changed("義務", &format!("{name}の督促"), &reminders(before), &reminders(after));
        let otherwise = |rule: &ObligationRule| rule.otherwise.clone().unwrap_or_default();
        changes.changed("義務", &format!("{name}が果たされないときの手続"), &otherwise(before), &otherwise(after));
        changes.changed("義務", &format!("{name}の説明"), &before.says, &after.says);
    }
    for after in new.iter().filter(|rule| !old.iter().any(|other| other.id == rule.id)) {
        changes.say("義務", format!("義務「{}」を追加（{}）", after.title, due(after)));
    }
}

fn due(rule: &ObligationRule) -> String {
    let one = |due: &Due| match due {
        Due::On(date) => format!("{date}の日"),
        Due::After { date: Some(date), within } => format!("{date}から{}以内", within.words()),
        Due::After { date: None, within } => format!("各期間の終わりから{}以内", within.words()),
    };
    rule.due.iter().map(one).collect::<Vec<_>>().join("、")
}

fn repeats(rule: &ObligationRule) -> String {
    rule.repeats.as_ref().map_or_else(String::new, |repeats| {
        let first = match &repeats.first {
            FirstPeriod::FiscalYearEndAfter(date) => format!("{date}の年度の末日"),
            FirstPeriod::On(date) => format!("{date}の日"),
        };
        format!("{first}から{}か月ごとに{}回", repeats.every_months, repeats.times)
    })
}

fn reminders(rule: &ObligationRule) -> String {
    let terms = |terms: &[crate::model::flow::Term]| terms.iter().map(|t| t.words()).collect::<Vec<_>>().join("・");
    let last = rule.reminders.last.map_or_else(String::new, |term| format!("、最後は{}後", term.words()));
    let (before, after) = (terms(&rule.reminders.before), terms(&rule.reminders.after));
    if before.is_empty() && after.is_empty() && last.is_empty() {
        return String::new();
    }
    format!("前{before}、後{after}{last}")
}

/// When one procedure may begin.
pub(super) fn starts(changes: &mut Changes, old: &Procedure, new: &Procedure) {
    let empty = Starts::default();
    let (before, after) = (old.starts.as_ref().unwrap_or(&empty), new.starts.as_ref().unwrap_or(&empty));
    let by = |starts: &Starts| starts.by.iter().map(|opener| opener.label()).collect::<Vec<_>>().join("・");
    changes.changed("開始", "手続を始められる人", &by(before), &by(after));
    let when =
        |starts: &Starts| starts.when.iter().map(|one| one.must.source.clone()).collect::<Vec<_>>().join("、かつ、");
    changes.changed("開始", "手続を始められる条件", &when(before), &when(after));
    let says = |starts: &Starts| starts.when.iter().map(|one| one.says.clone()).collect::<Vec<_>>().join("／");
    changes.changed("開始", "始められないときの説明", &says(before), &says(after));
    changes.changed("開始", "手続の回数", before.times.as_str(), after.times.as_str());
    changes.changed("開始", "同時に進められない手続", &before.not_while.join("・"), &after.not_while.join("・"));
    if before.until_ended != after.until_ended {
        let text = if after.until_ended { "始められなくする" } else { "始められるようにする" };
        changes.say("開始", format!("案件が終わった後は、{text}"));
    }
}

/// Outcomes, letters and effects of one flow.
pub(super) fn effects(changes: &mut Changes, old: &Flow, new: &Flow) {
    let outcome = |flow: &Flow| -> IndexMap<String, String> {
        let mark = |one: &crate::model::flow::Outcome| {
            let mut text = one.label.clone();
            text.push_str(if one.reduced { "（減額）" } else { "" });
            text.push_str(if one.conditions { "（条件付き）" } else { "" });
            if let crate::model::form::Condition::When(when) = &one.when {
                text.push_str(&format!("（{}のとき）", when.source));
            }
            text
        };
        flow.outcomes.iter().map(|(id, one)| (id.clone(), mark(one))).collect()
    };
    words(changes, "決定", "決定の種類", &outcome(old), &outcome(new));
    let label =
        |id: &str| new.outcomes.get(id).or(old.outcomes.get(id)).map_or(id, |one| one.label.as_str()).to_owned();
    let codes: Vec<&String> =
        old.effects.keys().chain(new.effects.keys().filter(|id| !old.effects.contains_key(*id))).collect();
    for code in codes {
        let list = |flow: &Flow| -> Vec<String> { flow.effects.get(code).into_iter().flatten().map(effect).collect() };
        let (before, after) = (list(old), list(new));
        for gone in before.iter().filter(|one| !after.contains(one)) {
            changes.say("効果", format!("「{}」の効果「{gone}」を削除", label(code)));
        }
        for come in after.iter().filter(|one| !before.contains(one)) {
            changes.say("効果", format!("「{}」の効果「{come}」を追加", label(code)));
        }
    }
    for (kind, what) in [(StepKind::Notify, "送る通知書"), (StepKind::Check, "差戻しの通知書")] {
        let letters = |flow: &Flow| -> String {
            let step = flow.steps.get(&kind);
            let sent = step.into_iter().flat_map(|step| &step.letters);
            let mut all: Vec<String> = sent.map(|(outcome, letter)| format!("{outcome}={letter}")).collect();
            all.extend(step.and_then(|step| step.return_to_applicant.as_ref()?.letter.clone()));
            all.join("、")
        };
        changes.changed("流れ", what, &letters(old), &letters(new));
    }
    let decide = |flow: &Flow| flow.steps.get(&StepKind::Decide).cloned();
    if let (Some(before), Some(after)) = (decide(old), decide(new)) {
        let text = |name: &Option<String>| name.clone().unwrap_or_default();
        changes.changed("流れ", "決定する金額の項目", &text(&before.amount), &text(&after.amount));
        changes.changed("流れ", "中小機構への承認依頼", &text(&before.agency), &text(&after.agency));
        let heard = (before.after_return.join("・"), after.after_return.join("・"));
        changes.changed("流れ", "弁明を聴いた後に限る決定", &heard.0, &heard.1);
    }
}

/// One effect in words.
fn effect(effect: &Effect) -> String {
    let from = |source: &Source| match source {
        Source::Decided => "決定のとおり".to_owned(),
        Source::Exactly(yen) => format!("{yen}円"),
        Source::Field(field) => format!("項目 {field}"),
    };
    let fields = |fields: &IndexMap<String, String>| {
        fields.iter().map(|(key, field)| format!("{key}={field}")).collect::<Vec<_>>().join("、")
    };
    match effect {
        Effect::Amount { name, from: source } => format!("金額 {name} を{}とする", from(source)),
        Effect::Post { sum, from: source } => format!("累計 {sum} に{}を加える", from(source)),
        Effect::Standing(standing) => format!("案件の状態を {standing} にする"),
        Effect::Date { name, from: source } => format!("日付 {name} を{}とする", from(source)),
        Effect::Clear(dates) => format!("日付 {} を消す", dates.join("・")),
        Effect::Plan(list) => format!("計画の基準を {} とする", list.join("・")),
        Effect::Holder(map) => format!("案件を承継させる（{}）", fields(map)),
        Effect::Applicant(map) => format!("事業者の情報を変える（{}）", fields(map)),
        Effect::Account(map) => format!("GビズIDを引き継ぐ（{}）", fields(map)),
        Effect::Payee(map) => format!("振込先を変える（{}）", fields(map)),
        Effect::Claim { kind, due } => {
            format!("請求する（{kind}{}）", due.as_ref().map_or_else(String::new, |due| format!("、期限 {due}")))
        }
        Effect::Opens(code) => format!("次の手続 {code} を求める"),
        Effect::Ends(codes) => format!("進行中の {} を終える", codes.join("・")),
        Effect::Later { on, effects } => {
            format!("項目 {on} の日から、{}", effects.iter().map(self::effect).collect::<Vec<_>>().join("、"))
        }
        Effect::Owe { procedure, within, after, .. } => {
            format!("{after}から{}以内の {procedure} を求める", within.words())
        }
    }
}
