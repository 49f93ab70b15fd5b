//! 案件の一生: what decisions have made of a case, told by one kind of event and read by every later procedure.

use std::collections::BTreeMap;

use hojo_programme::lang::types::Type;
use hojo_programme::{Effect, Facts, LifePlan, Raw, Reading, Source, Value};
use hojo_words::{Yen, jst};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::refusal::Refusal;

/// 案件の一生: standing, dates, amounts, and who stands where. Kept on the case itself, not on its procedures' runs.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Life {
    /// 状態: a code of the edition's `life.standings`; empty before the first decision.
    pub standing: String,
    pub dates: BTreeMap<String, Date>,
    /// 金額の階段, in yen.
    pub amounts: BTreeMap<String, i64>,
    /// 累計, in yen.
    pub sums: BTreeMap<String, i64>,
    /// How many runs of a procedure ended with effects.
    pub done: BTreeMap<String, u32>,
    /// 承継した者: what the newest succession says of the holder.
    pub holder: BTreeMap<String, String>,
    /// 変更後の申請者情報.
    pub applicant: BTreeMap<String, String>,
    /// 受取人
    pub payee: BTreeMap<String, String>,
    /// 計画の基準: field → 受付番号 of the filing that set it.
    pub plan: BTreeMap<String, String>,
    /// Answers of effective filings that later procedures read: `grant_application.project_end`.
    pub filed: BTreeMap<String, String>,
    /// 返還などの請求
    pub claims: Vec<Claim>,
    /// 手続 the office was asked to begin.
    pub asked: Vec<String>,
    /// 効力発生日を待つ変化, decided already.
    pub awaited: Vec<Awaited>,
    /// 期限の変更: obligation and period → the new date.
    pub moved: BTreeMap<String, Date>,
}

/// 請求
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Claim {
    pub kind: String,
    /// In yen.
    pub amount: i64,
    pub due: Option<Date>,
    /// 受付番号 of the filing that was decided.
    pub receipt: String,
}

/// 効力発生日を待つ変化.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Awaited {
    pub on: Date,
    /// 受付番号 of the filing that was decided.
    pub receipt: String,
    pub changes: Vec<Change>,
}

/// 変化: one thing a decision changed, with the words it had then, so that history reads the same for ever.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    Standing {
        from: String,
        to: String,
        label: String,
    },
    Date {
        name: String,
        label: String,
        from: Option<Date>,
        to: Option<Date>,
    },
    Amount {
        name: String,
        label: String,
        from: Option<i64>,
        to: i64,
    },
    Posted {
        sum: String,
        label: String,
        amount: i64,
    },
    Plan {
        fields: Vec<String>,
    },
    Holder {
        told: BTreeMap<String, String>,
    },
    Applicant {
        told: BTreeMap<String, String>,
    },
    Account {
        told: BTreeMap<String, String>,
    },
    Payee {
        told: BTreeMap<String, String>,
    },
    Claimed {
        claim: Claim,
        /// The sum it is posted to; empty when the edition has none.
        #[serde(default = "first_sum")]
        sum: String,
    },
    /// Takes hold on its day, by [`crate::Event::CameTrue`].
    Awaited {
        on: Date,
        changes: Vec<Change>,
    },
    /// What later procedures read of the filing.
    Filed {
        values: BTreeMap<String, String>,
    },
    Asked {
        procedure: String,
    },
    /// Runs of these procedures still under way end.
    Ended {
        procedures: Vec<String>,
    },
}

/// Where claims went before events said it.
fn first_sum() -> String {
    "claimed".into()
}

/// What is told of a holder, an applicant or a payee in words, in the order in which people say it. What is not here is
/// for the machine (a kind, a day that stands beside it) or not for a history that many read (the number of an account).
const TOLD: [(&str, &str); 9] = [
    ("name", ""),
    ("name_kana", "フリガナ "),
    ("corporate_number", "法人番号 "),
    ("representative", "代表者 "),
    ("postal_code", "〒"),
    ("address", ""),
    ("phone", "電話番号 "),
    ("bank", "金融機関コード "),
    ("branch", "支店コード "),
];

fn told(told: &BTreeMap<String, String>) -> String {
    let words = TOLD.iter().filter_map(|(key, label)| Some(format!("{label}{}", told.get(*key)?)));
    words.collect::<Vec<_>>().join("、")
}

impl Change {
    /// One line for the history of a case.
    #[must_use]
    pub fn sentence(&self) -> String {
        let day = |day: &Option<Date>| day.map_or_else(|| "なし".to_owned(), jst::date_text);
        let yen = |yen: &i64| format!("{}円", Yen::new(*yen));
        match self {
            Self::Standing { label, .. } => format!("案件の状態を「{label}」にしました"),
            Self::Date { label, from: None, to, .. } => format!("{label}：{}", day(to)),
            Self::Date { label, from, to, .. } => format!("{label}：{}から{}に変更", day(from), day(to)),
            Self::Amount { label, from: None, to, .. } => format!("{label}：{}", yen(to)),
            Self::Amount { label, from: Some(from), to, .. } => format!("{label}：{}から{}に変更", yen(from), yen(to)),
            Self::Posted { label, amount, .. } => format!("{label}に{}を記帳", yen(amount)),
            Self::Plan { .. } => "計画の基準を更新しました".into(),
            Self::Holder { told: t } => format!("補助事業者の地位を承継（{}）", told(t)),
            Self::Applicant { told: t } => format!("事業者の情報を変更（{}）", told(t)),
            Self::Account { .. } => "GビズIDを引き継ぎました".into(),
            Self::Payee { told: t } => format!("受取口座（{}）", told(t)),
            Self::Awaited { on, changes } => {
                let then: Vec<String> = changes.iter().map(Self::sentence).collect();
                format!("{}から：{}", jst::date_text(*on), then.join("。"))
            }
            Self::Claimed { claim, .. } => format!("{}の納付を請求（期限 {}）", yen(&claim.amount), day(&claim.due)),
            Self::Filed { .. } => "申請の内容を後の手続に引き継ぎました".into(),
            Self::Asked { .. } => "次の手続を事務局に求めました".into(),
            Self::Ended { .. } => "関係する手続を終えました".into(),
        }
    }
}

/// What was decided, for [`consequences`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ruling<'r> {
    /// In yen.
    pub amount: Option<i64>,
    pub date: Date,
    /// 受付番号 of the filing.
    pub receipt: &'r str,
}

/// What a decision's effects do to this life, or why they may not. `filed` names the answers that later procedures
/// read: they are kept as they were when the decision was taken.
///
/// # Errors
/// `AMOUNT-GROWS` when a step of the staircase would rise or pass the step before it; `SUM-EXCEEDED` when a posting
/// passes its limit; `AMOUNT-BELOW-PAID` when an amount falls below what was paid and nothing claims the rest back;
/// `EFFECT-UNKNOWN` when a field that an effect takes has no value.
pub fn consequences(
    plan: &LifePlan,
    life: &Life,
    effects: &[Effect],
    filed: Option<&indexmap::IndexMap<String, Type>>,
    ruling: Ruling<'_>,
    reading: &Reading,
) -> Result<Vec<Change>, Refusal> {
    let mut maker = Maker { plan, life: life.clone(), ruling, reading };
    let mut changes = Vec::new();
    let values = filed.into_iter().flat_map(indexmap::IndexMap::keys);
    let values = values.filter_map(|field| Some((field.clone(), reading.value(field).as_fact()?)));
    let values: BTreeMap<String, String> = values.collect();
    if !values.is_empty() {
        changes.push(Change::Filed { values });
    }
    for effect in effects {
        for change in maker.change(effect)? {
            maker.life.take(&change);
            changes.push(change);
        }
    }
    // A decision that asks for the difference back, or for the procedure that will, may go below what was paid.
    let comes_back = effects.iter().any(|effect| matches!(effect, Effect::Claim { .. } | Effect::Opens(_)));
    if !comes_back && changes.iter().any(|change| matches!(change, Change::Amount { .. })) {
        maker.covered()?;
    }
    Ok(changes)
}

struct Maker<'a> {
    plan: &'a LifePlan,
    /// As it stands after the changes so far.
    life: Life,
    ruling: Ruling<'a>,
    reading: &'a Reading,
}

impl Maker<'_> {
    fn change(&self, effect: &Effect) -> Result<Vec<Change>, Refusal> {
        Ok(match effect {
            Effect::Amount { name, from } => self.amount(name, self.yen(from)?)?,
            Effect::Post { sum, from } => vec![self.posting(sum, self.yen(from)?)?],
            Effect::Standing(to) => vec![Change::Standing {
                from: self.life.standing.clone(),
                to: to.clone(),
                label: label(&self.plan.standings, to),
            }],
            Effect::Date { name, from } => vec![self.date(name, Some(self.day(from)?))],
            Effect::Clear(names) => names
                .iter()
                .filter(|name| self.life.dates.contains_key(*name))
                .map(|name| self.date(name, None))
                .collect(),
            Effect::Plan(fields) => vec![Change::Plan { fields: fields.clone() }],
            Effect::Holder(fields) => vec![Change::Holder { told: self.told(fields) }],
            Effect::Applicant(fields) => vec![Change::Applicant { told: self.told(fields) }],
            // Nothing told is nothing changed: who names no account keeps the one they have.
            Effect::Account(fields) => self.some(fields, |told| Change::Account { told }),
            Effect::Payee(fields) => self.some(fields, |told| Change::Payee { told }),
            Effect::Claim { kind, due } => vec![self.claim(kind, due.as_deref())?],
            Effect::Later { on, effects } => {
                let on = self.day(&Source::Field(on.clone()))?;
                let changes: Result<Vec<_>, _> = effects.iter().map(|effect| self.change(effect)).collect();
                let changes = changes?.concat();
                if on <= self.ruling.date || changes.is_empty() {
                    changes
                } else {
                    vec![Change::Awaited { on, changes }]
                }
            }
            Effect::Opens(procedure) => vec![Change::Asked { procedure: procedure.clone() }],
            Effect::Ends(procedures) => vec![Change::Ended { procedures: procedures.clone() }],
            // Told by `obligations.yaml` now; editions that still say it keep their promise in words only.
            Effect::Owe { .. } => vec![],
        })
    }

    fn yen(&self, from: &Source) -> Result<i64, Refusal> {
        let found = match from {
            Source::Decided => self.ruling.amount,
            Source::Exactly(yen) => Some(*yen),
            Source::Field(field) => self.reading.value(field).as_yen().map(Yen::get),
        };
        found.ok_or_else(|| unknown(from))
    }

    fn day(&self, from: &Source) -> Result<Date, Refusal> {
        match from {
            Source::Decided | Source::Exactly(_) => Ok(self.ruling.date),
            Source::Field(field) => match self.reading.value(field) {
                Value::Date(day) => Ok(*day),
                _ => Err(unknown(from)),
            },
        }
    }

    /// The lowest step from the top of the staircase down to `name`.
    fn ceiling(&self, name: &str) -> Option<(String, i64)> {
        let upto = self.plan.amounts.get_index_of(name)?;
        let steps = self.plan.amounts.iter().take(upto.saturating_add(1));
        steps.filter_map(|(id, label)| Some((label.clone(), *self.life.amounts.get(id)?))).min_by_key(|(_, yen)| *yen)
    }

    /// A step of the staircase, and with it every later step that would stand above it.
    fn amount(&self, name: &str, to: i64) -> Result<Vec<Change>, Refusal> {
        let own = label(&self.plan.amounts, name);
        if let Some((step, most)) = self.ceiling(name)
            && to > most
        {
            return Err(Refusal::new(
                "AMOUNT-GROWS",
                format!("{own}{}円は、{step}{}円を超えています。", group(to), group(most)),
                "補助金の額は、前の段階の額より増やせません。金額を確認してください。",
            ));
        }
        if to < 0 {
            return Err(unknown(&Source::Decided));
        }
        let from = self.life.amounts.get(name).copied();
        let mut changes = vec![Change::Amount { name: name.to_owned(), label: own, from, to }];
        let after = self.plan.amounts.get_index_of(name).map_or(0, |at| at.saturating_add(1));
        for (name, label) in self.plan.amounts.iter().skip(after) {
            if let Some(from) = self.life.amounts.get(name).copied().filter(|from| *from > to) {
                changes.push(Change::Amount { name: name.clone(), label: label.clone(), from: Some(from), to });
            }
        }
        Ok(changes)
    }

    fn posting(&self, sum: &str, amount: i64) -> Result<Change, Refusal> {
        let title = self.plan.sums.get(sum).map_or_else(|| sum.to_owned(), |sum| sum.title.clone());
        let total = self.life.sums.get(sum).copied().unwrap_or(0).saturating_add(amount);
        if let Some((within, most)) = self.limit(sum)
            && total > most
        {
            return Err(Refusal::new(
                "SUM-EXCEEDED",
                format!("{title}の累計{}円が、{within}{}円を超えます。", group(total), group(most)),
                "これまでの記帳と合わせて、金額を確認してください。",
            ));
        }
        if amount < 0 {
            return Err(unknown(&Source::Decided));
        }
        Ok(Change::Posted { sum: sum.to_owned(), label: title, amount })
    }

    /// What the total of a sum may not exceed: another sum, or the lowest amount from `within` on.
    fn limit(&self, sum: &str) -> Option<(String, i64)> {
        let within = self.plan.sums.get(sum)?.within.as_ref()?;
        if let Some(other) = self.plan.sums.get(within) {
            return Some((other.title.clone(), self.life.sums.get(within).copied().unwrap_or(0)));
        }
        let from = self.plan.amounts.get_index_of(within)?;
        let steps = self.plan.amounts.iter().skip(from);
        steps.filter_map(|(id, label)| Some((label.clone(), *self.life.amounts.get(id)?))).min_by_key(|(_, yen)| *yen)
    }

    /// Every sum within an amount still is, apart from what was claimed back already.
    fn covered(&self) -> Result<(), Refusal> {
        let claimed = self.plan.claims.as_ref().and_then(|sum| self.life.sums.get(sum)).copied().unwrap_or(0);
        for (name, sum) in &self.plan.sums {
            if sum.within.as_ref().is_none_or(|within| self.plan.sums.contains_key(within)) {
                continue;
            }
            let total = self.life.sums.get(name).copied().unwrap_or(0).saturating_sub(claimed);
            if let Some((step, most)) = self.limit(name)
                && total > most
            {
                return Err(Refusal::new(
                    "AMOUNT-BELOW-PAID",
                    format!(
                        "{step}{}円は、返還を請求していない{}{}円を下回ります。",
                        group(most),
                        sum.title,
                        group(total)
                    ),
                    "支払済みの額を下回らない金額にするか、返還を求める決定を選んでください。",
                ));
            }
        }
        Ok(())
    }

    fn date(&self, name: &str, to: Option<Date>) -> Change {
        let from = self.life.dates.get(name).copied();
        Change::Date { name: name.to_owned(), label: label(&self.plan.dates, name), from, to }
    }

    /// What the filing says, field by field; what was left blank is not told.
    fn told(&self, fields: &indexmap::IndexMap<String, String>) -> BTreeMap<String, String> {
        let text = |field: &String| match self.reading.value(field) {
            Value::Text(text) => text.to_string(),
            _ => self.reading.display(field),
        };
        fields.iter().map(|(key, field)| (key.clone(), text(field))).filter(|(_, text)| !text.is_empty()).collect()
    }

    fn some(
        &self,
        fields: &indexmap::IndexMap<String, String>,
        change: fn(BTreeMap<String, String>) -> Change,
    ) -> Vec<Change> {
        let told = self.told(fields);
        if told.is_empty() { vec![] } else { vec![change(told)] }
    }

    fn claim(&self, kind: &str, due: Option<&str>) -> Result<Change, Refusal> {
        let amount = self.yen(&Source::Decided)?;
        // A claim is posted to its sum, within the same limit as any posting.
        let sum = self.plan.claims.clone().unwrap_or_default();
        if !sum.is_empty() {
            self.posting(&sum, amount)?;
        }
        let due = match due {
            Some(field) => Some(self.day(&Source::Field(field.to_owned()))?),
            None => None,
        };
        let receipt = self.ruling.receipt.to_owned();
        Ok(Change::Claimed { claim: Claim { kind: kind.to_owned(), amount, due, receipt }, sum })
    }
}

impl Life {
    /// The life of a case as rules see it: before its first decision it has the first standing and what was asked for.
    #[must_use]
    pub fn seen(&self, plan: &LifePlan, requested: Option<i64>) -> Self {
        let mut life = self.clone();
        if life.standing.is_empty()
            && let Some((first, _)) = plan.standings.first()
        {
            life.standing.clone_from(first);
        }
        if let (Some((first, _)), Some(requested)) = (plan.amounts.first(), requested) {
            life.amounts.entry(first.clone()).or_insert(requested);
        }
        life
    }

    /// Is the case over?
    #[must_use]
    pub fn has_ended(&self, plan: &LifePlan) -> bool {
        plan.ended.contains(&self.standing)
    }

    /// Folds one change. Total.
    pub(crate) fn take(&mut self, change: &Change) {
        match change {
            Change::Standing { to, .. } => self.standing.clone_from(to),
            Change::Date { name, to: Some(to), .. } => {
                self.dates.insert(name.clone(), *to);
            }
            Change::Date { name, to: None, .. } => {
                self.dates.remove(name);
            }
            Change::Amount { name, to, .. } => {
                self.amounts.insert(name.clone(), *to);
            }
            Change::Posted { sum, amount, .. } => self.post(sum, *amount),
            Change::Filed { .. }
            | Change::Plan { .. }
            | Change::Account { .. }
            | Change::Ended { .. }
            | Change::Awaited { .. } => {}
            Change::Holder { told } => self.holder.clone_from(told),
            Change::Applicant { told } => self.applicant.extend(told.clone()),
            Change::Payee { told } => self.payee.clone_from(told),
            Change::Claimed { claim, sum } => {
                if !sum.is_empty() {
                    self.post(sum, claim.amount);
                }
                self.claims.push(claim.clone());
            }
            Change::Asked { procedure } => {
                if !self.asked.contains(procedure) {
                    self.asked.push(procedure.clone());
                }
            }
        }
    }

    fn post(&mut self, sum: &str, amount: i64) {
        let total = self.sums.entry(sum.to_owned()).or_insert(0);
        *total = total.saturating_add(amount);
    }

    /// A run of `procedure` ended with these changes.
    pub(crate) fn took_effect(&mut self, procedure: &str, receipt: &str, changes: &[Change]) {
        for change in changes {
            self.take(change);
            match change {
                Change::Plan { fields } => {
                    self.plan.extend(fields.iter().map(|field| (field.clone(), receipt.to_owned())));
                }
                Change::Filed { values } => {
                    let code = procedure.replace('-', "_");
                    self.filed.extend(values.iter().map(|(field, text)| (format!("{code}.{field}"), text.clone())));
                }
                Change::Awaited { on, changes } => {
                    let (receipt, changes) = (receipt.to_owned(), changes.clone());
                    self.awaited.push(Awaited { on: *on, receipt, changes });
                }
                _ => {}
            }
        }
        self.asked.retain(|asked| asked != procedure);
        let done = self.done.entry(procedure.to_owned()).or_insert(0);
        *done = done.saturating_add(1);
    }

    /// The day of what was decided on this receipt has come.
    pub(crate) fn came_true(&mut self, receipt: &str, on: Date, changes: &[Change]) {
        changes.iter().for_each(|change| self.take(change));
        self.awaited.retain(|awaited| awaited.receipt != receipt || awaited.on != on);
    }

    /// The next day on which something decided takes hold.
    #[must_use]
    pub fn awaits_on(&self) -> Option<Date> {
        self.awaited.iter().map(|awaited| awaited.on).min()
    }

    /// The facts that rules, letters and conditions read: `case.…`, `amounts.…`, `done.…`, `open.…`.
    #[must_use]
    pub fn facts(&self, plan: &LifePlan, procedures: &[&str], open: &BTreeMap<String, u32>, facts: Facts) -> Facts {
        let mut facts = facts.with("case.standing", self.standing.clone());
        let mut put = |path: String, text: String| {
            facts.values.insert(path, Raw::Text(text));
        };
        for (name, day) in &self.dates {
            put(format!("case.{name}"), day.to_string());
        }
        for (name, yen) in &self.amounts {
            put(format!("amounts.{name}"), yen.to_string());
        }
        for name in plan.sums.keys() {
            put(format!("amounts.{name}"), self.sums.get(name).copied().unwrap_or(0).to_string());
        }
        for (path, text) in &self.filed {
            put(format!("filed.{path}"), text.clone());
        }
        for code in procedures {
            let path = code.replace('-', "_");
            put(format!("done.{path}"), self.done.get(*code).copied().unwrap_or(0).to_string());
            put(format!("open.{path}"), open.get(*code).copied().unwrap_or(0).to_string());
        }
        facts
    }
}

fn label(words: &indexmap::IndexMap<String, String>, name: &str) -> String {
    words.get(name).cloned().unwrap_or_else(|| name.to_owned())
}

fn group(yen: i64) -> String {
    Yen::new(yen).to_string()
}

fn unknown(from: &Source) -> Refusal {
    let what = match from {
        Source::Decided | Source::Exactly(_) => "決定する金額".to_owned(),
        Source::Field(field) => format!("項目「{field}」"),
    };
    Refusal::new(
        "EFFECT-UNKNOWN",
        format!("{what}が分からないため、決定を案件に反映できません。"),
        "申請の内容と決定の内容を確認してください。",
    )
}
