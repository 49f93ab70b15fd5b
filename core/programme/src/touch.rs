//! 改定の影響: what moving one draft to another edition changes for its applicant. Made once, for the trial before a
//! change, the notice after it and the page on which the draft is moved.

use crate::answers::Answers;
use crate::facts::Facts;
use crate::judge::judge;
use crate::model::edition::{Edition, Procedure};
use crate::model::rules::{Finding, Severity};
use crate::read::{Reading, read};
use crate::upgrade::{UpgradeMap, upgrade};
use std::collections::BTreeSet;

/// An edition a draft is judged by, with the codes of its stop rules that two people lowered to ask.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub edition: &'a Edition,
    pub lowered: &'a BTreeSet<String>,
}

/// A calculated field that shows something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalculated {
    pub label: String,
    /// As the field is shown, with its unit.
    pub before: String,
    pub after: String,
}

/// 改定の影響 on one draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touch {
    pub map: UpgradeMap,
    /// Findings that only the newer edition makes.
    pub comes: Vec<Finding>,
    /// Findings that only the older edition made.
    pub goes: Vec<Finding>,
    pub recalculated: Vec<Recalculated>,
}

/// What becomes of a draft; `None` when the newer edition does not have its procedure.
pub fn touch(old: Side<'_>, new: Side<'_>, code: &str, answers: &Answers, facts: &Facts) -> Option<Touch> {
    let map = upgrade(old.edition, new.edition, code, answers)?;
    let (before, was) = judged(old, code, answers, facts)?;
    let (after, is) = judged(new, code, &map.kept, facts)?;
    let only = |these: &[Finding], others: &[Finding]| -> Vec<Finding> {
        let same = |one: &Finding, other: &Finding| one.code == other.code && one.severity == other.severity;
        these.iter().filter(|one| !others.iter().any(|other| same(one, other))).cloned().collect()
    };
    Some(Touch { comes: only(&is, &was), goes: only(&was, &is), recalculated: recalculated(&before, &after), map })
}

fn judged(side: Side<'_>, code: &str, answers: &Answers, facts: &Facts) -> Option<(Reading, Vec<Finding>)> {
    let procedure: &Procedure = side.edition.procedure(code)?;
    let (reading, _) = read(side.edition, procedure, answers, facts);
    let mut findings = judge(side.edition, procedure, &reading, facts);
    for finding in findings.iter_mut().filter(|f| f.severity == Severity::Stop && side.lowered.contains(&f.code)) {
        finding.severity = Severity::Ask;
    }
    Some((reading, findings))
}

/// Fields both forms work out. One that has no value any more waits for an answer, and the map names that one.
fn recalculated(before: &Reading, after: &Reading) -> Vec<Recalculated> {
    let is_worked_out =
        |reading: &Reading, id: &str| reading.form().field(id).is_some_and(|field| field.is_calculated());
    let mut found = Vec::new();
    for field in after.form().fields.iter().filter(|field| field.is_calculated() && after.is_shown(&field.id)) {
        let (was, is) = (before.display(&field.id), after.display(&field.id));
        if is_worked_out(before, &field.id)
            && before.is_shown(&field.id)
            && was != is
            && !was.is_empty()
            && !is.is_empty()
        {
            found.push(Recalculated { label: field.label.clone(), before: was, after: is });
        }
    }
    found
}

impl Touch {
    /// Would nothing be different for this applicant?
    pub fn is_nothing(&self) -> bool {
        self.map.is_plain() && self.comes.is_empty() && self.goes.is_empty() && self.recalculated.is_empty()
    }

    /// What changes, one line each. Labels and counts only, nothing that was typed: the lines also travel by mail.
    pub fn lines(&self) -> Vec<String> {
        let named = |what: &str, labels: Vec<&str>| {
            (!labels.is_empty())
                .then(|| format!("{what}：{}", labels.iter().map(|l| format!("「{l}」")).collect::<String>()))
        };
        let strength = |severity: Severity| self.comes.iter().filter(move |f| f.severity == severity).count();
        let counted = |what: &str, n: usize| (n > 0).then(|| format!("{what}：{n}件"));
        let map = &self.map;
        [
            named("新しく入力していただく項目", map.new.iter().map(|one| one.label.as_str()).collect()),
            named("もう一度入力していただく項目", map.asked_again.iter().map(|one| one.label.as_str()).collect()),
            named("入力が要らなくなった項目", map.dropped.iter().map(|one| one.label.as_str()).collect()),
            named("入力の決まりが変わった項目", map.changed.iter().map(|one| one.label.as_str()).collect()),
            named("自動で計算する値が変わる項目", self.recalculated.iter().map(|one| one.label.as_str()).collect()),
            counted("新しく、直していただく点", strength(Severity::Stop)),
            counted("新しく、確かめていただく点", strength(Severity::Ask)),
            counted("新しいお知らせ", strength(Severity::Note)),
            counted("当てはまらなくなった点", self.gone()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Findings that are no more; one that only speaks more softly or loudly now is counted where it comes.
    fn gone(&self) -> usize {
        self.goes.iter().filter(|gone| !self.comes.iter().any(|come| come.code == gone.code)).count()
    }
}
