//! What each permission allows, in one sentence for the person who gives it. A permission without a sentence does not compile.

use crate::permission::Permission;

impl Permission {
    /// What a person who holds this can do, and what of it leaves the house or cannot be taken back.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Anyone => "サインインせずに使えるページです。",
            Self::BeApplicant => "GビズIDでログインした事業者は、自社のマイページを見られます。",
            Self::EditFiling => "自社の申請書の下書きを作り、直せます。",
            Self::SubmitFiling => "自社の申請書を提出できます。提出の取消しはできません。",
            Self::WithdrawFiling => "自社の申請を取り下げられます。",
            Self::ReadLetter => "自社あてに届いた通知書を読めます。",
            Self::BeInsider => "事務局サイトにサインインした人はだれでも使えます。",
            Self::ViewCase => "案件の申請内容、添付ファイル、審査の経過を見られます。見たことは閲覧ログに残ります。",
            Self::ExportCases => "案件の一覧を、事業者名を含むCSVファイルとして手元に取り出せます。",
            Self::AssignCase => "案件の担当者を決め、入れ替えられます。",
            Self::CheckFiling => "形式確認のチェックを付け、結果を出せます。一次と二次は別の人が行います。",
            Self::ReturnFiling => "指摘を付けて、申請を事業者へ差し戻せます。事業者にメールが届きます。",
            Self::ExcludeCase => "案件を審査の対象から外す判断ができます。二人の確認で決まります。",
            Self::IntakeFiling => "紙やメールで届いた申請を、事業者に代わって入力し、受け付けられます。",
            Self::MoveCase => "案件を通常の流れによらず別の工程へ動かし、取下げを記録できます。理由が残ります。",
            Self::MoveDeadline => "公募の締切や1事業者の締切を変える起案と、ほかの人の起案の承認ができます。",
            Self::LowerRule => "提出を止める規則を、確認だけに下げる起案と承認ができます。",
            Self::ChangeRules => {
                "公募回が使う版を変える起案と、ほかの人の起案の承認ができます。決めた日時に切り替わります。"
            }
            Self::AssignReviewer => "審査員を案件に割り当て、利害関係と上限を登録できます。",
            Self::ViewScores => "審査員の採点と順位を見られます。",
            Self::Simulate => "予算と条件を変えて、採択の試算ができます。採否は決まりません。",
            Self::Adopt => "ほかの人が作った試算で採否を確定できます。通知書が作られ、取消しはできません。",
            Self::BeginProcedure => {
                "採択後の案件で、事務局の発議の手続、事業者への提出の求め、代行入力を始められます。"
            }
            Self::DraftDecision => "交付決定などの決定を起案できます。効力は、ほかの人が決裁してから生じます。",
            Self::ApproveDecision => {
                "ほかの人が起案した決定を決裁できます。金額や期限が変わり、通知書が出ます。取消しはできません。"
            }
            Self::ApproveForAgency => "承認依頼を受けた決定を、中小機構として承認し、又は差し戻せます。",
            Self::AllowAfterthought => {
                "前回の形式確認を通った項目に、ほかの人が付けた指摘を承認できます。承認されるまで申請者には送られません。"
            }
            Self::MoveDue => "事業者が負う報告などの期限を変える起案と、ほかの人の起案の承認ができます。",
            Self::ViewProgress => {
                "案件の件数と金額の合計を、公募回、枠、手続、工程ごとに見られます。事業者の名称は表示されません。"
            }
            Self::IssueLetter => "通知書を見て、作り直しや再送ができます。",
            Self::SendLetters => {
                "発行を待つ通知書をまとめて発行し、交付した通知書を訂正して再交付できます。発行の取消しはできません。"
            }
            Self::ViewOperations => "自動処理の状況と、だれが何をしたかの記録を見られます。",
            Self::ExportLog => "操作と閲覧の記録を、CSVファイルとして手元に取り出せます。",
            Self::ManageDatabaseAccess => {
                "データベースを直接調べる接続を、人と期限を決めて許可し、取り消せます。個人情報は伏せて表示されます。"
            }
            Self::RetryJob => "止まった自動処理を、もう一度動かせます。",
            Self::ViewDefinitions => "申請項目、規則、様式など、制度の定義を見られます。",
            Self::ManagePermissions => "だれがどの権限を持つかを変える起案と、ほかの人の起案の承認ができます。",
            Self::ManageBoundaries => "どこから、いつ、事務局サイトとVPNを使えるかを決められます。",
            Self::WatchSecurity => "ログインの失敗や大量の閲覧など、気になる動きを見て、対応を記録できます。",
            Self::CutAccess => "人や接続元を次の操作から利用できなくし、理由を付けて解除できます。",
            Self::ManageFactors => {
                "自分のパスキー、パスワード、回復コードを変えられます。変えるときに本人の確認があります。"
            }
            Self::ManagePeople => "職員と審査員を招待し、利用を停止できます。停止した人は次の操作から入れません。",
            Self::RecoverPeople => "ログイン方法をなくした人の再設定の起案と、ほかの人の起案の承認ができます。",
            Self::EndSessions => "だれがログインしているかを見て、人、接続元、役割ごとにログアウトさせられます。",
            Self::ReviewCase => "自分に割り当てられた申請だけを読み、採点できます。",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::permission::Permission;

    #[test]
    fn every_permission_says_what_it_allows_in_whole_sentences() {
        for p in Permission::ALL {
            assert!(p.about().ends_with('。') && p.about().chars().count() >= 15, "{p:?}: {}", p.about());
        }
    }
}
