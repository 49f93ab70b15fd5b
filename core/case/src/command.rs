//! What people and the system ask of a case.

use hojo_words::ids::StaffId;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::case::Position;
use crate::outcome::Outcome;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Party {
    Applicant,
    Staff(StaffId),
    System,
}

/// 形式確認の結果
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    Passed,
    Excluded,
}

/// What the applicant hands in, already read and judged: nothing in here is trusted from a form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submission {
    /// Rules of strength `stop` that are violated (codes). Must be empty.
    pub stopping: Vec<String>,
    /// Fields that cannot be read or are missing. Must be empty.
    pub slips: u32,
    /// Attachments named by the filing that are not stored, hashed and readable now.
    pub missing_files: Vec<String>,
    /// `ask` findings the applicant has not confirmed.
    pub unconfirmed: Vec<String>,
    /// 申請額, in yen.
    pub requested: Option<i64>,
    pub title: String,
    pub frame: String,
    /// SHA-256 over answers and attachment hashes.
    pub digest: String,
    /// 受付番号, allocated for this submission.
    pub receipt: String,
    /// The version of the answers the person saw on the check page.
    pub seen: String,
    /// The version they have now.
    pub current: String,
    /// On a return: fields that changed although no remark opened them.
    pub closed_fields_changed: Vec<String>,
}

/// 依頼
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// 提出・再提出
    Submit(Box<Submission>),
    /// 下書きの破棄
    Discard,
    /// 取下げ
    Withdraw { reason: String },
    /// 担当者の割当て
    Assign { to: Option<StaffId> },
    /// 一次の形式確認を終える
    FinishFirstCheck { submission: u32, result: CheckResult, open_items: u32, reason: String },
    /// 二次の形式確認を終える
    FinishSecondCheck { submission: u32, agrees: bool, reason: String },
    /// 差戻し
    Return { submission: u32, remarks: u32, due: Date },
    /// 全審査員の採点が確定した
    FinishReview { finalised: u32 },
    /// 採否の決定
    Decide { outcome: Outcome, amount: Option<i64>, run: String, reason: String },
    /// 起案: an outcome is proposed; another person approves it
    Draft { submission: u32, proposal: Proposal },
    /// 決裁
    Approve,
    /// 起案者へ差し戻す
    SendBack { reason: String },
    /// 中小機構の承認
    ApproveForAgency,
    /// 通知書が届いた
    Deliver { letter: String, kind: String, number: String },
    /// 工程を動かす(管理者)
    Move { to: Position, reason: String },
}

/// 決定の案
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Proposal {
    pub outcome: Outcome,
    /// In yen; for outcomes that decide an amount.
    pub amount: Option<i64>,
    pub conditions: Vec<String>,
    pub reason: String,
}
