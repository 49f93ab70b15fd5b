//! 言葉にする: what a definition brings about, in sentences with the names people read instead of codes.

use crate::model::edition::{Edition, Procedure};
use crate::model::flow::{Effect, Source, StepKind};
use crate::model::life::{Due, FirstPeriod, ObligationRule, Remind};

/// The names of an edition and, for its fields, outcomes and letters, of one procedure. What has no name is called by
/// its code, so that a definition with a hole can still be talked about.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub edition: &'a Edition,
    pub procedure: Option<&'a Procedure>,
}

impl<'a> Names<'a> {
    pub fn of(edition: &'a Edition, procedure: &'a Procedure) -> Self {
        Self { edition, procedure: Some(procedure) }
    }

    fn life(self, pick: impl FnOnce(&'a crate::model::life::LifePlan) -> Option<&'a String>, code: &'a str) -> &'a str {
        self.edition.life.as_deref().and_then(pick).map_or(code, String::as_str)
    }

    pub fn standing(self, code: &'a str) -> &'a str {
        self.life(|plan| plan.standings.get(code), code)
    }

    pub fn amount(self, code: &'a str) -> &'a str {
        self.life(|plan| plan.amounts.get(code), code)
    }

    pub fn date(self, code: &'a str) -> &'a str {
        self.life(|plan| plan.dates.get(code), code)
    }

    pub fn sum(self, code: &'a str) -> &'a str {
        self.life(|plan| plan.sums.get(code).map(|sum| &sum.title), code)
    }

    /// 手続の名.
    pub fn title(self, code: &'a str) -> &'a str {
        self.edition.procedures.get(code).map_or(code, |procedure| procedure.title.as_str())
    }

    pub fn field(self, id: &'a str) -> &'a str {
        self.procedure.and_then(|p| p.form.field(id)).map_or(id, |field| field.label.as_str())
    }

    pub fn outcome(self, code: &'a str) -> &'a str {
        self.procedure.and_then(|p| p.flow.outcomes.get(code)).map_or(code, |outcome| outcome.label.as_str())
    }

    pub fn letter(self, id: &'a str) -> &'a str {
        self.procedure.and_then(|p| p.letters.get(id)).map_or(id, |letter| letter.name.as_str())
    }

    /// Names of several procedures.
    pub fn titles(self, codes: &'a [String]) -> String {
        codes.iter().map(|code| format!("「{}」", self.title(code))).collect()
    }

    fn fields(self, ids: impl Iterator<Item = &'a String>) -> String {
        ids.map(|id| self.field(id)).collect::<Vec<_>>().join("・")
    }

    fn source(self, source: &'a Source, decided: &str) -> String {
        match source {
            Source::Decided => decided.to_owned(),
            Source::Exactly(yen) => format!("{yen}円"),
            Source::Field(field) => format!("「{}」の欄の値", self.field(field)),
        }
    }

    /// One effect as a sentence without its full stop.
    pub fn effect(self, effect: &'a Effect) -> String {
        match effect {
            Effect::Amount { name, from } => {
                format!("{}を{}とする", self.amount(name), self.source(from, "決定した金額"))
            }
            Effect::Post { sum, from } => {
                format!("{}に{}を加える", self.sum(sum), self.source(from, "決定した金額"))
            }
            Effect::Standing(standing) => format!("案件を「{}」とする", self.standing(standing)),
            Effect::Date { name, from } => format!("{}を{}とする", self.date(name), self.source(from, "決定の日")),
            Effect::Clear(dates) => {
                format!("{}をなくす", dates.iter().map(|date| self.date(date)).collect::<Vec<_>>().join("・"))
            }
            Effect::Plan(list) => format!("計画の基準を改める（{}）", self.fields(list.iter())),
            Effect::Holder(map) => format!("案件を承継させる（{}）", self.fields(map.values())),
            Effect::Applicant(map) => format!("事業者の情報を改める（{}）", self.fields(map.values())),
            Effect::Account(map) => format!("GビズIDを引き継ぐ（{}）", self.fields(map.values())),
            Effect::Payee(map) => format!("振込先を改める（{}）", self.fields(map.values())),
            Effect::Claim { due, .. } => {
                let due =
                    due.as_ref().map_or_else(String::new, |due| format!("（期限は「{}」の欄の日）", self.field(due)));
                format!("決定した金額を請求する{due}")
            }
            Effect::Opens(code) => format!("事務局に「{}」を始めるよう知らせる", self.title(code)),
            Effect::Ends(codes) => format!("進行中の{}を終える", self.titles(codes)),
            Effect::Later { on, effects } => {
                let all: Vec<String> = effects.iter().map(|effect| self.effect(effect)).collect();
                format!("「{}」の欄の日から：{}", self.field(on), all.join("、"))
            }
            Effect::Owe { procedure, within, after, .. } => {
                format!("{}から{}以内の「{}」を求める", self.date(after), within.words(), self.title(procedure))
            }
        }
    }

    /// 期限 of an obligation.
    pub fn due(self, rule: &'a ObligationRule) -> String {
        let one = |due: &'a Due| match due {
            Due::On(date) => format!("{}の日", self.date(date)),
            Due::After { date: Some(date), within } => format!("{}から{}以内", self.date(date), within.words()),
            Due::After { date: None, within } => format!("各期間の終わりから{}以内", within.words()),
        };
        let all: Vec<String> = rule.due.iter().map(one).collect();
        if all.len() > 1 { format!("{}のうち早い日", all.join("、")) } else { all.concat() }
    }

    /// 繰返し of an obligation; empty when it is owed once.
    pub fn repeats(self, rule: &'a ObligationRule) -> String {
        rule.repeats.as_ref().map_or_else(String::new, |repeats| {
            let first = match &repeats.first {
                FirstPeriod::FiscalYearEndAfter(date) => format!("{}の年度の末日", self.date(date)),
                FirstPeriod::On(date) => format!("{}の日", self.date(date)),
            };
            format!("{first}から{}か月ごとに{}回", repeats.every_months, repeats.times)
        })
    }

    /// 決定と差戻しで送る通知書: outcome and letter.
    pub fn letters(self) -> Vec<(&'a str, &'a str)> {
        let Some(procedure) = self.procedure else { return Vec::new() };
        let sent = procedure.flow.step(StepKind::Notify).into_iter().flat_map(|step| &step.letters);
        let mut all: Vec<_> = sent.map(|(outcome, letter)| (self.outcome(outcome), self.letter(letter))).collect();
        let returned = procedure.flow.return_rule().and_then(|rule| rule.letter.as_deref());
        all.extend(returned.map(|letter| (StepKind::Return.label(), self.letter(letter))));
        all
    }

    /// 督促 of an obligation, with the letter each of them brings; empty without reminders.
    pub fn reminders(self, rule: &'a ObligationRule) -> String {
        let all = |all: &'a [Remind]| all.iter().map(|one| self.remind(one)).collect::<Vec<_>>().join("・");
        let (before, after) = (all(&rule.reminders.before), all(&rule.reminders.after));
        let mut words = Vec::new();
        if !before.is_empty() {
            words.push(format!("期限の前：{before}"));
        }
        if !after.is_empty() {
            words.push(format!("期限の後：{after}"));
        }
        words.extend(rule.reminders.last.as_ref().map(|last| format!("最後：期限の後{}", self.remind(last))));
        words.join("、")
    }

    fn remind(self, one: &'a Remind) -> String {
        let letter = one.letter.as_ref().map_or_else(String::new, |(procedure, id)| {
            let known = self.edition.procedures.get(procedure).and_then(|p| p.letters.get(id));
            format!("（{}）", known.map_or(id.as_str(), |letter| letter.name.as_str()))
        });
        format!("{}{letter}", one.term.words())
    }
}
