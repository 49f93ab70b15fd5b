//! 案件: the state that the events fold into.

use hojo_programme::State;
use hojo_words::ids::StaffId;
use serde::{Deserialize, Serialize};

use crate::command::{CheckResult, Proposal};
use crate::event::Channel;
use crate::life::Life;
use crate::outcome::Outcome;

/// Where a case stands in its flow. The applicant is shown a word for it from the flow's data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// 下書き
    Draft,
    /// 形式確認(一次)
    Check,
    /// 形式確認(二次): by another person
    SecondCheck,
    /// 差戻し: waits for the applicant
    Returned,
    /// 審査: with the reviewers
    Examine,
    /// 決定待ち
    Decide,
    /// 決裁待ち: drafted, by another person to be approved
    Approve,
    /// 中小機構の承認待ち
    Consult,
    /// 結果を通知中
    Notify,
    /// 結果通知済み
    Closed,
    /// 取下げ
    Withdrawn,
    /// 下書きのまま破棄
    Discarded,
}

impl Position {
    pub const ALL: &'static [Position] = &[
        Self::Draft,
        Self::Check,
        Self::SecondCheck,
        Self::Returned,
        Self::Examine,
        Self::Decide,
        Self::Approve,
        Self::Consult,
        Self::Notify,
        Self::Closed,
        Self::Withdrawn,
        Self::Discarded,
    ];

    /// The stable code kept in the database and used by flows.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Check => "check",
            Self::SecondCheck => "second_check",
            Self::Returned => "returned",
            Self::Examine => "examine",
            Self::Decide => "decide",
            Self::Approve => "approve",
            Self::Consult => "consult",
            Self::Notify => "notify",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
            Self::Discarded => "discarded",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.code() == code)
    }

    /// What the office calls it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "下書き",
            Self::Check => "形式確認（一次）",
            Self::SecondCheck => "形式確認（二次）",
            Self::Returned => "差戻し中",
            Self::Examine => "審査中",
            Self::Decide => "決定待ち",
            Self::Approve => "決裁待ち",
            Self::Consult => "中小機構の承認待ち",
            Self::Notify => "通知書の発行中",
            Self::Closed => "結果通知済み",
            Self::Withdrawn => "取下げ",
            Self::Discarded => "下書き破棄",
        }
    }

    /// The state of the flow's data, from which the applicant's word comes.
    #[must_use]
    pub fn flow_state(self) -> State {
        match self {
            Self::Draft | Self::Discarded => State::Draft,
            Self::Check | Self::SecondCheck => State::Check,
            Self::Returned => State::Returned,
            Self::Examine => State::Examine,
            // Until the letter is delivered the outcome is not to be seen.
            Self::Decide | Self::Approve | Self::Consult | Self::Notify => State::Decide,
            Self::Closed => State::Notified,
            Self::Withdrawn => State::Withdrawn,
        }
    }

    /// Nothing follows from here of itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn | Self::Discarded)
    }

    /// May the applicant change answers here?
    #[must_use]
    pub fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
}

/// 案件
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Case {
    pub position: Position,
    pub channel: Channel,
    /// How many events were applied; the next event has this number.
    pub seq: u32,
    /// How often the filing was submitted.
    pub submissions: u32,
    /// Who did the first check of the newest submission, and what came out.
    pub first_check: Option<Checked>,
    /// 担当者
    pub assigned_to: Option<StaffId>,
    /// 申請額 of the newest submission, in yen.
    pub requested: Option<i64>,
    /// 採択額, in yen. Never above the requested amount.
    pub adopted: Option<i64>,
    pub outcome: Option<Outcome>,
    /// Returns so far.
    pub returns: u32,
    /// The day by which a returned filing is owed.
    pub return_due: Option<time::Date>,
    /// The day by which the office means to have checked the newest submission.
    #[serde(default)]
    pub check_due: Option<time::Date>,
    /// The due date that the newest submission missed.
    #[serde(default)]
    pub late_since: Option<time::Date>,
    /// Letters owed for the outcome that are not delivered yet.
    pub letters_due: u32,
    /// 提出の求め: by when the applicant is asked to file this run.
    #[serde(default)]
    pub file_due: Option<time::Date>,
    /// 起案 that waits for approval, and by whom.
    #[serde(default)]
    pub drafted: Option<Drafted>,
    /// What was decided, with its conditions.
    #[serde(default)]
    pub decided: Option<Proposal>,
    /// The outcome in the words of the flow.
    #[serde(default)]
    pub outcome_label: String,
    /// 案件の一生. Told on the case itself, empty on the runs of its later procedures.
    #[serde(default)]
    pub life: Life,
}

/// 起案
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drafted {
    pub by: StaffId,
    pub proposal: Proposal,
}

/// The first check as the second person sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Checked {
    pub by: StaffId,
    pub result: CheckResult,
    pub reason: String,
}

impl Case {
    /// A case that was just opened as a draft.
    #[must_use]
    pub fn opened(channel: Channel) -> Self {
        Self {
            position: Position::Draft,
            channel,
            seq: 0,
            submissions: 0,
            first_check: None,
            assigned_to: None,
            requested: None,
            adopted: None,
            outcome: None,
            returns: 0,
            return_due: None,
            check_due: None,
            late_since: None,
            letters_due: 0,
            file_due: None,
            drafted: None,
            decided: None,
            outcome_label: String::new(),
            life: Life::default(),
        }
    }

    /// The outcome in words.
    #[must_use]
    pub fn outcome_words(&self) -> &str {
        match &self.outcome {
            Some(outcome) if self.outcome_label.is_empty() => outcome.label(),
            _ => &self.outcome_label,
        }
    }

    /// The day by which something is due now: from the applicant while returned, from the office
    /// during the formal check.
    #[must_use]
    pub fn due_on(&self) -> Option<time::Date> {
        match self.position {
            Position::Check | Position::SecondCheck => self.check_due,
            Position::Returned => self.return_due,
            Position::Draft => self.file_due,
            _ => None,
        }
    }
}
