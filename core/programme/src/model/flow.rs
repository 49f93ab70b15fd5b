//! 流れ: who does what, in which order, by when. The steps are fixed here; `flow.yaml` composes them.

use crate::model::form::Condition;
use crate::source::Place;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::fmt;

/// 標準の段階.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    Draft,
    File,
    Accept,
    Check,
    Return,
    Examine,
    Decide,
    Notify,
    Pay,
    Report,
    Close,
    Withdraw,
}

impl StepKind {
    pub const ALL: [Self; 12] = [
        Self::Draft,
        Self::File,
        Self::Accept,
        Self::Check,
        Self::Return,
        Self::Examine,
        Self::Decide,
        Self::Notify,
        Self::Pay,
        Self::Report,
        Self::Close,
        Self::Withdraw,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::File => "file",
            Self::Accept => "accept",
            Self::Check => "check",
            Self::Return => "return",
            Self::Examine => "examine",
            Self::Decide => "decide",
            Self::Notify => "notify",
            Self::Pay => "pay",
            Self::Report => "report",
            Self::Close => "close",
            Self::Withdraw => "withdraw",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// 日本語の名.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "下書き",
            Self::File => "提出",
            Self::Accept => "受付",
            Self::Check => "形式確認",
            Self::Return => "差戻し",
            Self::Examine => "審査",
            Self::Decide => "決定",
            Self::Notify => "通知",
            Self::Pay => "支払",
            Self::Report => "報告",
            Self::Close => "完了",
            Self::Withdraw => "取下げ",
        }
    }
}

/// 内部の状態: where a filing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Draft,
    Filed,
    Check,
    Returned,
    Examine,
    Decide,
    Notified,
    Pay,
    Report,
    Closed,
    Withdrawn,
}

impl State {
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Filed,
        Self::Check,
        Self::Returned,
        Self::Examine,
        Self::Decide,
        Self::Notified,
        Self::Pay,
        Self::Report,
        Self::Closed,
        Self::Withdrawn,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Filed => "filed",
            Self::Check => "check",
            Self::Returned => "returned",
            Self::Examine => "examine",
            Self::Decide => "decide",
            Self::Notified => "notified",
            Self::Pay => "pay",
            Self::Report => "report",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// 日本語の名 for the office; the applicant's words are in `applicant_sees`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "下書き",
            Self::Filed => "受付済み",
            Self::Check => "形式確認中",
            Self::Returned => "差戻し中",
            Self::Examine => "審査中",
            Self::Decide => "決定待ち",
            Self::Notified => "通知済み",
            Self::Pay => "支払手続中",
            Self::Report => "報告待ち",
            Self::Closed => "完了",
            Self::Withdrawn => "取下げ済み",
        }
    }

    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// 移り: `by` does `step` and the filing goes `from` → `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    pub from: State,
    pub to: State,
    pub step: StepKind,
    /// Roles; empty when the system does it.
    pub by: Vec<String>,
    /// Outcome the step must have had, for example `adopted`.
    pub outcome: Option<String>,
}

/// 流れ.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    pub steps: IndexMap<StepKind, Step>,
    /// State → what the applicant reads.
    pub applicant_sees: IndexMap<State, String>,
    pub outcomes: IndexMap<String, Outcome>,
    pub effects: IndexMap<String, Vec<Effect>>,
    /// Where each effect is written, in the same order.
    pub effect_places: IndexMap<String, Vec<Place>>,
    pub transitions: Vec<Transition>,
    pub place: Place,
}

/// 段階の決まり.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Roles that may do it.
    pub by: Vec<String>,
    /// Names of the edition's dates between which it may be done, both ends included to the second.
    pub between: Option<(String, String)>,
    pub automatic: bool,
    /// Gives a receipt.
    pub receipt: bool,
    /// 人の数: 2 means that whoever drafted it may not approve it.
    pub eyes: u32,
    /// How many do it independently (reviewers).
    pub count: u32,
    pub within: Option<Term>,
    /// How long before the end of `within` whoever does it is reminded; in days, the longest first.
    pub reminders: Vec<Term>,
    /// Uses the procedure's checklist.
    pub checklist: bool,
    /// Uses the procedure's score sheet.
    pub sheet: bool,
    pub return_to_applicant: Option<ReturnRule>,
    /// Decided through a simulation run rather than one by one.
    pub through_simulation: bool,
    /// Outcomes the step can have (decide).
    pub outcomes: Vec<String>,
    /// 承認依頼: letter by which 中小機構 is asked; a supervisor then approves last.
    pub agency: Option<String>,
    /// Field proposed as the decided amount; nothing is decided in yen without it.
    pub amount: Option<String>,
    /// Outcomes that need the applicant to have been heard (弁明).
    pub after_return: Vec<String>,
    /// Outcome → letter (notify).
    pub letters: IndexMap<String, String>,
    /// States in which it may be done (withdraw).
    pub from_states: Vec<State>,
    pub place: Place,
}

/// 結果: an outcome of `decide`.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub label: String,
    /// 申請の内容に合うとき: it may be decided only while this holds for the answers.
    pub when: Condition,
    /// What the officer reads when it does not.
    pub says: String,
    /// 減額: below the proposed amount, with a reason.
    pub reduced: bool,
    /// 条件付き: conditions must be written.
    pub conditions: bool,
}

/// 差戻しの決まり.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRule {
    pub within: Term,
    pub letter: Option<String>,
    /// How often a filing may come back; no limit when `None`.
    pub max_times: Option<u32>,
    pub late: Late,
}

/// 期限後の再提出: what becomes of a returned filing that is handed in after its due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Late {
    /// Taken, and marked for the office to judge. Also what an edition says that says nothing.
    #[default]
    Accept,
    /// Refused to the applicant; the office can still file on behalf or move the case.
    Refuse,
}

impl Late {
    pub const ALL: [Self; 2] = [Self::Accept, Self::Refuse];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
        }
    }

    /// 日本語の名.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accept => "受け付けて、期限後と記録する",
            Self::Refuse => "受け付けない",
        }
    }
}

/// 期間.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Term {
    pub amount: u32,
    pub unit: TermUnit,
}

/// 期間の単位.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TermUnit {
    Days,
    BusinessDays,
    Months,
}

/// 効果: what follows from an outcome for the life of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Amount of the staircase.
    Amount {
        name: String,
        from: Source,
    },
    /// 累計への記帳.
    Post {
        sum: String,
        from: Source,
    },
    Standing(String),
    Date {
        name: String,
        from: Source,
    },
    /// Dates that no longer hold.
    Clear(Vec<String>),
    /// 計画の基準: these fields of the filing become the plan in force.
    Plan(Vec<String>),
    /// 承継: key → field.
    Holder(IndexMap<String, String>),
    /// 申請者情報の変更: key → field.
    Applicant(IndexMap<String, String>),
    /// GビズID引継ぎ: key → field.
    Account(IndexMap<String, String>),
    /// 受取人: key → field.
    Payee(IndexMap<String, String>),
    /// 返還などの請求 of the decided amount, due on a date field.
    Claim {
        kind: String,
        due: Option<String>,
    },
    /// 手続 the office is asked to begin next.
    Opens(String),
    /// Runs of these procedures still under way end with the decision.
    Ends(Vec<String>),
    /// 効力発生日: these take hold on the day in a date field; at once when it has come already.
    Later {
        on: String,
        effects: Vec<Effect>,
    },
    /// 義務: the applicant owes another filing (editions before `obligations.yaml`).
    Owe {
        procedure: String,
        within: Term,
        after: String,
        reminders: Vec<Term>,
        otherwise: Option<String>,
    },
}

/// 値の出どころ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// What was decided: its amount, or its day.
    Decided,
    /// A fixed amount, in yen: `{ granted: 0 }`.
    Exactly(i64),
    Field(String),
}

impl Term {
    /// The last day of the term that starts on `from` (初日不算入).
    pub fn end(self, from: time::Date, calendar: &hojo_words::BusinessCalendar) -> Option<time::Date> {
        match self.unit {
            TermUnit::Days => from.checked_add(time::Duration::days(i64::from(self.amount))),
            TermUnit::BusinessDays => calendar.add_business_days(from, self.amount),
            TermUnit::Months => hojo_words::jst::add_months(from, i32::try_from(self.amount).ok()?),
        }
    }

    /// The day so long before `to`, for reminders ahead of a due date.
    pub fn start(self, to: time::Date, calendar: &hojo_words::BusinessCalendar) -> Option<time::Date> {
        match self.unit {
            TermUnit::Days => to.checked_sub(time::Duration::days(i64::from(self.amount))),
            TermUnit::BusinessDays => calendar.sub_business_days(to, self.amount),
            TermUnit::Months => hojo_words::jst::add_months(to, i32::try_from(self.amount).ok()?.checked_neg()?),
        }
    }

    /// `7日`, `10営業日`, `2か月`.
    pub fn words(self) -> String {
        let unit = match self.unit {
            TermUnit::Days => "日",
            TermUnit::BusinessDays => "営業日",
            TermUnit::Months => "か月",
        };
        format!("{}{unit}", self.amount)
    }
}

impl Flow {
    pub fn step(&self, kind: StepKind) -> Option<&Step> {
        self.steps.get(&kind)
    }

    /// 差戻し: how a filing comes back from the formal check.
    pub fn return_rule(&self) -> Option<&ReturnRule> {
        self.step(StepKind::Check)?.return_to_applicant.as_ref()
    }

    /// Is a returned filing refused to the applicant after its due date?
    pub fn refuses_late(&self) -> bool {
        self.return_rule().is_some_and(|rule| rule.late == Late::Refuse)
    }

    /// What the applicant reads for a state.
    pub fn applicant_word(&self, state: State) -> &str {
        self.applicant_sees.get(&state).map_or_else(|| state.label(), String::as_str)
    }

    /// Where `step` leads from `from`; outcomes decide between several.
    pub fn next(&self, from: State, step: StepKind, outcome: Option<&str>) -> Option<State> {
        self.transitions
            .iter()
            .find(|t| t.from == from && t.step == step && (t.outcome.is_none() || t.outcome.as_deref() == outcome))
            .map(|t| t.to)
    }

    /// Letter sent for an outcome.
    pub fn letter(&self, outcome: &str) -> Option<&str> {
        self.steps.get(&StepKind::Notify)?.letters.get(outcome).map(String::as_str)
    }
}

/// 流れ図 in Mermaid, with the words the office uses.
pub fn diagram(flow: &Flow) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    let mut named: Vec<State> = Vec::new();
    for state in flow.transitions.iter().flat_map(|t| [t.from, t.to]) {
        if !named.contains(&state) {
            named.push(state);
        }
    }
    for state in &named {
        out.push_str(&format!("    state \"{}\" as {state}\n", state.label()));
    }
    out.push_str("    [*] --> draft\n");
    for t in &flow.transitions {
        let mut words = t.step.label().to_owned();
        if let Some(outcome) = &t.outcome {
            words = flow.outcomes.get(outcome).map_or_else(|| outcome.clone(), |found| found.label.clone());
        }
        let mut notes = Vec::new();
        if !t.by.is_empty() {
            notes.push(t.by.iter().map(|role| role_label(role)).collect::<Vec<_>>().join("・"));
        }
        if let Some(step) = flow.steps.get(&t.step) {
            if step.eyes > 1 {
                notes.push(format!("{}人の目", step.eyes));
            }
            if step.count > 1 {
                notes.push(format!("{}名", step.count));
            }
            if let Some(within) = step.within {
                notes.push(format!("{}以内", within.words()));
            }
            if step.agency.is_some() {
                notes.push("中小機構の承認を経る".to_owned());
            }
        }
        let notes = if notes.is_empty() { String::new() } else { format!("（{}）", notes.join("、")) };
        out.push_str(&format!("    {} --> {}: {words}{notes}\n", t.from, t.to));
    }
    for state in named.iter().filter(|state| state.is_final()) {
        out.push_str(&format!("    {state} --> [*]\n"));
    }
    out
}

/// 役割の名 for people.
pub fn role_label(role: &str) -> &str {
    match role {
        "applicant" => "申請者",
        "office_on_behalf" => "事務局（代行入力）",
        "operator" => "オペレータ",
        "manager" => "事務局管理者",
        "reviewer" => "外部審査員",
        "supervisor" => "事業監督者",
        "office_it" => "事務局IT",
        "call_centre" => "コールセンター",
        other => other,
    }
}
