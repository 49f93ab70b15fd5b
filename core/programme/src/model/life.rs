//! 案件の一生: what decisions may make of a case, when a procedure may begin, what is owed by when.

use crate::lang::Expr;
use crate::model::flow::Term;
use crate::source::Place;
use hojo_words::Clause;
use indexmap::IndexMap;
use time::OffsetDateTime;

/// 案件の一生の語彙: the words in which `effects` speak and which rules read as `case.…` and `amounts.…`.
#[derive(Debug, Clone, Default)]
pub struct LifePlan {
    /// 状態: code → words.
    pub standings: IndexMap<String, String>,
    /// Standings in which the case is over.
    pub ended: Vec<String>,
    /// 日付: name → words.
    pub dates: IndexMap<String, String>,
    /// 金額の階段: each at most the one before it, and none ever grows.
    pub amounts: IndexMap<String, String>,
    /// 累計: posted one by one.
    pub sums: IndexMap<String, Sum>,
    /// 請求: the sum to which claims (`claim`) are posted.
    pub claims: Option<String>,
    pub place: Place,
}

/// 累計の決まり.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub title: String,
    /// Amount or sum that the total may not exceed; for an amount, the lowest from it on counts.
    pub within: Option<String>,
}

/// 手続の開始: who may begin a procedure and when.
#[derive(Debug, Clone, Default)]
pub struct Starts {
    pub by: Vec<Opener>,
    /// All must hold; the first that does not is the reason shown.
    pub when: Vec<StartCondition>,
    pub times: Times,
    /// 手続 that must not be under way meanwhile.
    pub not_while: Vec<String>,
    /// Impossible once the case is over; `false` for refunds, reports and the like.
    pub until_ended: bool,
    pub place: Place,
}

/// 開始の条件.
#[derive(Debug, Clone)]
pub struct StartCondition {
    pub must: Expr,
    /// What the person reads when it does not hold.
    pub says: String,
    pub place: Place,
}

/// 始める人.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opener {
    /// 事業者
    Applicant,
    /// 事務局の代行入力
    OfficeOnBehalf,
    /// 事務局の発議: the applicant sees its letters only
    Office,
    /// 事務局の求め: the office opens it with a due date, the applicant files
    Demand,
}

impl Opener {
    pub const ALL: [Self; 4] = [Self::Applicant, Self::OfficeOnBehalf, Self::Office, Self::Demand];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::OfficeOnBehalf => "office_on_behalf",
            Self::Office => "office",
            Self::Demand => "demand",
        }
    }

    /// 日本語の名.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Applicant => "申請者",
            Self::OfficeOnBehalf => "事務局（代行入力）",
            Self::Office => "事務局（発議）",
            Self::Demand => "事務局の求め",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|opener| opener.as_str() == text)
    }
}

/// 回数.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Times {
    /// One under way at a time.
    #[default]
    One,
    /// Never again after a run that had effects.
    Once,
    Many,
}

impl Times {
    pub const ALL: [Self; 3] = [Self::One, Self::Once, Self::Many];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Once => "once",
            Self::Many => "many",
        }
    }

    /// 日本語の名.
    pub const fn label(self) -> &'static str {
        match self {
            Self::One => "何度でも（同時に進められるのは1件）",
            Self::Once => "1回だけ",
            Self::Many => "何度でも",
        }
    }
}

/// 根拠: the clause and the number of the form, printed and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basis {
    pub clause: Option<Clause>,
    /// 様式第1 and the like.
    pub form: String,
}

/// 義務の決まり: what is owed, from when, by when, and what follows when it is not met.
#[derive(Debug, Clone)]
pub struct ObligationRule {
    pub id: String,
    pub title: String,
    pub procedure: String,
    pub clause: Option<Clause>,
    /// Owed only while this holds; unknown is no.
    pub holds: Expr,
    /// The earliest of them counts.
    pub due: Vec<Due>,
    pub repeats: Option<Repeats>,
    pub reminders: Reminders,
    /// 手続 the office is asked to begin when the last reminder brought nothing.
    pub otherwise: Option<String>,
    pub says: String,
    pub place: Place,
}

/// 期限.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// On a date of the case.
    On(String),
    /// So long after a date of the case; without a name, after the end of each period.
    After { date: Option<String>, within: Term },
}

/// 繰返し: the ends of the periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeats {
    pub times: u32,
    pub every_months: u32,
    pub first: FirstPeriod,
}

/// 最初の期間の終わり.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstPeriod {
    /// 31 March on or after a date of the case.
    FiscalYearEndAfter(String),
    /// A date of the case itself.
    On(String),
}

/// 督促: days before the due date, days after it, and the last one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reminders {
    pub before: Vec<Remind>,
    pub after: Vec<Remind>,
    pub last: Option<Remind>,
}

/// 督促の一回: when, and what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remind {
    pub term: Term,
    /// 通知書 that is issued with it: procedure and letter.
    pub letter: Option<(String, String)>,
    /// Words of the mail in `mails.yaml`; those of its kind (`due_before`, `due_after`, `due_last`) when not given.
    pub mail: Option<String>,
    pub place: Place,
}

/// 例の案件: where the case of an example stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExampleCase {
    pub standing: Option<String>,
    pub dates: IndexMap<String, time::Date>,
    pub amounts: IndexMap<String, i64>,
    pub done: IndexMap<String, u32>,
    pub open: Vec<String>,
}

/// 例の歩み: one step of a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CourseStep {
    Start(Option<Opener>),
    File(Option<OffsetDateTime>),
    Return,
    Refile(Option<OffsetDateTime>),
    Check,
    Decide(CourseDecision),
    Withdraw(String),
}

/// 例の決定.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CourseDecision {
    pub outcome: String,
    pub amount: Option<i64>,
    pub reason: String,
    pub conditions: Vec<String>,
}

/// 歩みの後.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExpectCourse {
    pub standing: Option<String>,
    pub amounts: IndexMap<String, i64>,
    pub dates: IndexMap<String, time::Date>,
    pub letters: Option<Vec<String>>,
    pub owes: Option<Vec<String>>,
    pub position: Option<String>,
    pub refused: Option<String>,
}
