//! What happened. Past tense, append-only; a changed meaning is a new kind, never an edit.

use hojo_words::ids::StaffId;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::case::Position;
use crate::command::{CheckResult, Proposal};
use crate::life::Change;
use crate::outcome::Outcome;

/// How a filing came in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// 電子申請
    Portal,
    /// 紙
    Paper,
    /// メール
    Mail,
    /// 事務局の発議: nothing came in, the office acts by itself
    Office,
}

impl Channel {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Paper => "paper",
            Self::Mail => "mail",
            Self::Office => "office",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Portal => "電子申請",
            Self::Paper => "紙（郵送・持参）",
            Self::Mail => "電子メール",
            Self::Office => "事務局の発議",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Portal, Self::Paper, Self::Mail, Self::Office].into_iter().find(|c| c.code() == code)
    }
}

/// 一次・二次
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    First,
    Second,
}

/// できごと
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    CaseOpened {
        procedure: String,
        channel: Channel,
        /// 提出の求め: by when the applicant is asked to file. Absent in older events.
        #[serde(default)]
        due: Option<Date>,
    },
    Filed {
        submission: u32,
        receipt: String,
        digest: String,
        requested: Option<i64>,
        title: String,
        frame: String,
        /// 期限後の再提出: the due date of the return that was missed. Absent in older events.
        #[serde(default)]
        late_since: Option<Date>,
        /// By when the office means to have checked it. Absent in older events.
        #[serde(default)]
        check_due: Option<Date>,
    },
    Discarded,
    Withdrawn {
        reason: String,
    },
    Assigned {
        to: Option<StaffId>,
    },
    FirstCheckFinished {
        submission: u32,
        by: StaffId,
        result: CheckResult,
        reason: String,
    },
    SecondCheckFinished {
        submission: u32,
        by: StaffId,
        agrees: bool,
        reason: String,
    },
    Returned {
        submission: u32,
        by: StaffId,
        remarks: u32,
        due: Date,
    },
    ReviewFinished {
        finalised: u32,
    },
    /// 起案
    DecisionDrafted {
        submission: u32,
        by: StaffId,
        proposal: Proposal,
        /// The outcome in words.
        label: String,
    },
    /// 決裁: by another person than the one who drafted it
    DecisionApproved {
        by: StaffId,
    },
    /// 起案者へ差戻し
    DecisionSentBack {
        by: StaffId,
        reason: String,
    },
    /// 中小機構の承認
    AgencyApproved {
        by: StaffId,
    },
    Decided {
        outcome: Outcome,
        amount: Option<i64>,
        run: String,
        reason: String,
        #[serde(default)]
        conditions: Vec<String>,
        /// The outcome in words. Absent in older events, which know three outcomes.
        #[serde(default)]
        label: String,
    },
    /// 効力: what a decision of one of the case's procedures changed. Recorded on the case itself.
    TookEffect {
        procedure: String,
        title: String,
        receipt: String,
        outcome: Outcome,
        label: String,
        changes: Vec<Change>,
    },
    /// 効力発生: the day has come of what was decided on this receipt.
    CameTrue {
        receipt: String,
        on: Date,
        changes: Vec<Change>,
    },
    /// 期限の変更, by two people
    DueMoved {
        obligation: String,
        title: String,
        from: Date,
        to: Date,
        reason: String,
        by: StaffId,
        approved_by: StaffId,
    },
    /// 督促に応答なし: the last reminder brought nothing, and the office is asked to begin what follows.
    DueUnmet {
        obligation: String,
        title: String,
        due: Date,
        /// 手続 the office is asked to begin.
        asked: String,
        asked_title: String,
    },
    LetterDelivered {
        letter: String,
        letter_kind: String,
        number: String,
    },
    Moved {
        from: Position,
        to: Position,
        by: StaffId,
        reason: String,
    },
}

impl Event {
    /// The stable code kept beside the body.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CaseOpened { .. } => "case_opened",
            Self::Filed { .. } => "filed",
            Self::Discarded => "discarded",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Assigned { .. } => "assigned",
            Self::FirstCheckFinished { .. } => "first_check_finished",
            Self::SecondCheckFinished { .. } => "second_check_finished",
            Self::Returned { .. } => "returned",
            Self::ReviewFinished { .. } => "review_finished",
            Self::DecisionDrafted { .. } => "decision_drafted",
            Self::DecisionApproved { .. } => "decision_approved",
            Self::DecisionSentBack { .. } => "decision_sent_back",
            Self::AgencyApproved { .. } => "agency_approved",
            Self::Decided { .. } => "decided",
            Self::TookEffect { .. } => "took_effect",
            Self::CameTrue { .. } => "came_true",
            Self::DueMoved { .. } => "due_moved",
            Self::DueUnmet { .. } => "due_unmet",
            Self::LetterDelivered { .. } => "letter_delivered",
            Self::Moved { .. } => "moved",
        }
    }

    /// One line for the history of a case.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::CaseOpened { due: Some(due), .. } => {
                format!("提出を求めました（期限 {}）", hojo_words::jst::date_text(*due))
            }
            Self::CaseOpened { channel, .. } => format!("下書きを開始しました（{}）", channel.label()),
            Self::Filed { submission: 1, receipt, .. } => format!("提出され、受け付けました（受付番号 {receipt}）"),
            Self::Filed { submission, receipt, late_since: Some(due), .. } => format!(
                "期限（{}）後に再提出され、受け付けました（{submission}回目、受付番号 {receipt}）",
                hojo_words::jst::date_text(*due)
            ),
            Self::Filed { submission, receipt, .. } => {
                format!("再提出され、受け付けました（{submission}回目、受付番号 {receipt}）")
            }
            Self::Discarded => "下書きを破棄しました".into(),
            Self::Withdrawn { reason } => format!("取り下げました（理由：{reason}）"),
            Self::Assigned { to: Some(_) } => "担当者を割り当てました".into(),
            Self::Assigned { to: None } => "担当者の割当てを外しました".into(),
            Self::FirstCheckFinished { result: CheckResult::Passed, .. } => "一次の形式確認：適合".into(),
            Self::FirstCheckFinished { result: CheckResult::Excluded, reason, .. } => {
                format!("一次の形式確認：審査対象外の案（理由：{reason}）")
            }
            Self::SecondCheckFinished { agrees: true, .. } => "二次の形式確認：一次の結果を確認".into(),
            Self::SecondCheckFinished { agrees: false, reason, .. } => {
                format!("二次の形式確認：一次へ戻す（理由：{reason}）")
            }
            Self::Returned { remarks, due, .. } => {
                format!("差し戻しました（指摘 {remarks}件、期限 {}）", hojo_words::jst::date_text(*due))
            }
            Self::ReviewFinished { finalised } => format!("審査員{finalised}名の採点が確定しました"),
            Self::DecisionDrafted { label, .. } => format!("「{label}」を起案しました"),
            Self::DecisionApproved { .. } => "決裁しました".into(),
            Self::DecisionSentBack { reason, .. } => format!("起案者へ差し戻しました（理由：{reason}）"),
            Self::AgencyApproved { .. } => "中小機構が承認しました".into(),
            Self::Decided { outcome, label, .. } => {
                format!("{}を決定しました", if label.is_empty() { outcome.label() } else { label })
            }
            Self::TookEffect { title, label, changes, .. } => {
                let told: Vec<String> = changes.iter().map(Change::sentence).collect();
                format!("{title}「{label}」：{}", told.join("。"))
            }
            Self::CameTrue { receipt, changes, .. } => {
                let told: Vec<String> = changes.iter().map(Change::sentence).collect();
                format!("効力発生日になりました（{receipt}）：{}", told.join("。"))
            }
            Self::DueMoved { title, from, to, reason, .. } => format!(
                "{title}の期限を{}から{}に変更しました（理由：{reason}）",
                hojo_words::jst::date_text(*from),
                hojo_words::jst::date_text(*to)
            ),
            Self::DueUnmet { title, due, asked_title, .. } => format!(
                "{title}（期限 {}）が最終の督促の後も提出されないため、「{asked_title}」の検討を事務局に求めました",
                hojo_words::jst::date_text(*due)
            ),
            Self::LetterDelivered { number, .. } => format!("通知書（{number}）を交付しました"),
            Self::Moved { from, to, reason, .. } => {
                format!("工程を「{}」から「{}」へ動かしました（理由：{reason}）", from.label(), to.label())
            }
        }
    }
}
