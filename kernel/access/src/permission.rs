//! The closed list of permissions. Who holds one is data (`role_permissions`);
//! that one exists is code, because a handler asks for it by type.

use serde::{Deserialize, Serialize};

/// A listener with its own cookie, database role and pages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    Portal,
    Office,
    Api,
    /// Hands files over by links that work once; no cookies, no sessions.
    Files,
}

impl Site {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Office => "office",
            Self::Api => "api",
            Self::Files => "files",
        }
    }
}

/// How a permission comes to be held.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// No sign-in needed.
    Anyone,
    /// Any signed-in applicant account, on the own applicant's objects.
    Applicant,
    /// Staff whose role holds it (data).
    Staff,
    /// Reviewers whose role holds it (data), on the cases assigned to them.
    Reviewer,
    /// Any person signed in at the office site.
    Insider,
}

/// What a handler asks for, as a type.
pub trait Access: Send + Sync + 'static {
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident $code:literal $audience:ident $label:literal),* $(,)?) => {
        /// 権限: one thing a person may do.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        pub enum Permission { $(#[doc = $label] $name),* }

        impl Permission {
            pub const ALL: &'static [Permission] = &[$(Permission::$name),*];

            /// The stable code kept in the database and in logs.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),* }
            }

            /// What a person reads.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            #[must_use]
            pub fn audience(self) -> Audience {
                match self { $(Self::$name => Audience::$audience),* }
            }

            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }

        /// One type for each permission, for `Cx<A>` and `Permit<A>`.
        pub mod allow {
            $(#[doc = $label] #[derive(Clone, Copy, Debug)] pub struct $name;
            impl super::Access for $name {
                const PERMISSION: super::Permission = super::Permission::$name;
            })*
        }
    };
}

impl Permission {
    /// Money, permissions, export of personal data: may somebody who left the desk open be mistaken
    /// for its owner? Then a factor must have been shown a short while ago. Every POST route with such
    /// a permission asks for it before its handler runs.
    #[must_use]
    pub fn wants_fresh(self) -> bool {
        matches!(
            self,
            Self::ExportCases
                | Self::ExportLog
                | Self::ViewScores
                | Self::LowerRule
                | Self::MoveDeadline
                | Self::ChangeRules
                | Self::Adopt
                | Self::ApproveDecision
                | Self::ApproveForAgency
                | Self::MoveDue
                | Self::SendLetters
                | Self::EndSessions
                | Self::ManageFactors
                | Self::ManagePeople
                | Self::RecoverPeople
                | Self::ManagePermissions
                | Self::ManageBoundaries
                | Self::ManageDatabaseAccess
        )
    }

    /// What gives money, rights or data away happens only with a log row that is sealed within seconds: while the logs'
    /// disk is full it is refused. Of what [`Permission::wants_fresh`] asks for, that leaves out what must work on a bad
    /// day: ending sessions, one's own factors, and moving a date or lowering a rule in the applicants' favour.
    #[must_use]
    pub fn wants_seal(self) -> bool {
        let for_a_bad_day = matches!(
            self,
            Self::EndSessions | Self::ManageFactors | Self::MoveDeadline | Self::LowerRule | Self::MoveDue
        );
        self.wants_fresh() && !for_a_bad_day
    }
}

permissions! {
    Anyone            "anyone"             Anyone    "だれでも",
    BeApplicant       "applicant"          Applicant "申請者としてマイページを見る",
    EditFiling        "filing.edit"        Applicant "申請書を作成・編集する",
    SubmitFiling      "filing.submit"      Applicant "申請書を提出する",
    WithdrawFiling    "filing.withdraw"    Applicant "申請を取り下げる",
    ReadLetter        "letter.read"        Applicant "自社あての通知書を読む",
    BeInsider         "insider"            Insider   "事務局サイトにサインインしている",
    ManageFactors     "factors.manage"     Insider   "自分のログイン方法を変更する",
    ViewCase          "case.view"          Staff     "案件を見る",
    ExportCases       "case.export"        Staff     "案件一覧をCSVで取り出す",
    AssignCase        "case.assign"        Staff     "案件を担当者に割り当てる",
    CheckFiling       "filing.check"       Staff     "形式確認をする（一次・二次）",
    ReturnFiling      "filing.return"      Staff     "申請を差し戻す",
    AllowAfterthought "remark.allow"       Staff     "後出しの指摘を承認する",
    ExcludeCase       "case.exclude"       Staff     "審査対象外にする",
    IntakeFiling      "filing.intake"      Staff     "紙・メールの申請を代理で受け付ける",
    MoveCase          "case.move"          Staff     "案件の工程を理由を付けて動かす",
    MoveDeadline      "deadline.move"      Staff     "締切の変更を起案・承認する",
    LowerRule         "rule.lower"         Staff     "必須の規則を確認に下げる（起案・承認）",
    ChangeRules       "rules.change"       Staff     "公募要領・交付規程の変更を起案・承認する",
    AssignReviewer    "reviewer.assign"    Staff     "審査員を割り当てる",
    ViewScores        "score.view"         Staff     "採点結果を見る",
    Simulate          "adoption.simulate"  Staff     "採択シミュレーションを実行する",
    Adopt             "adoption.commit"    Staff     "採択を確定する",
    BeginProcedure    "procedure.begin"    Staff     "案件の手続を始める（発議・求め・代行）",
    DraftDecision     "decision.draft"     Staff     "手続の決定を起案する",
    ApproveDecision   "decision.approve"   Staff     "手続の決定を決裁する",
    ApproveForAgency  "decision.agency"    Staff     "中小機構として決定を承認する",
    MoveDue           "due.move"           Staff     "義務の期限の変更を起案・承認する",
    ViewProgress      "progress.view"      Staff     "進捗と金額の集計を見る",
    IssueLetter       "letter.issue"       Staff     "通知書を見る・再送する",
    SendLetters       "letter.send"        Staff     "通知書をまとめて発行する・訂正する",
    ViewOperations    "operations.view"    Staff     "ジョブと操作ログを見る",
    ExportLog         "log.export"         Staff     "操作ログをCSVで取り出す",
    ManageDatabaseAccess "database.access" Staff  "データベースの直接利用を許可・取消しする",
    RetryJob          "job.retry"          Staff     "止まったジョブを再実行する",
    ManagePeople      "people.manage"      Staff     "職員・審査員を招待・停止する",
    RecoverPeople     "people.recover"     Staff     "ログイン方法の再設定を起案・承認する",
    EndSessions       "session.end"        Staff     "ログイン中の利用者を見る・ログアウトさせる",
    ViewDefinitions   "definitions.view"   Staff     "制度定義を見る",
    ManagePermissions "permission.manage" Staff    "権限の変更を起案・承認する",
    ManageBoundaries  "boundary.manage"   Staff    "接続元・時間帯・VPNを決める",
    WatchSecurity     "security.watch"    Staff    "気になる動きを見る",
    CutAccess         "security.cut"      Staff    "人や接続元をすぐに止める・解除する",
    ReviewCase        "review.score"       Reviewer  "割り当てられた申請を審査する",
}

#[cfg(test)]
mod tests {
    use super::Permission;

    #[test]
    fn every_code_names_one_permission() {
        for p in Permission::ALL {
            assert_eq!(Permission::from_code(p.code()), Some(*p));
            assert!(!p.label().is_empty());
        }
        assert_eq!(Permission::from_code("case.everything"), None);
    }
}
