//! One registry of typed ids (識別子). A `CaseId` cannot be passed where a `FilingId` is meant.
//!
//! Row keys are UUIDv7 made by the application (sortable, never shown). What a person or a URL
//! sees is a [`PublicId`]: 128 random bits, so that nothing can be guessed or counted.

use crate::define_id;
pub use crate::id::{PublicId, PublicIdProblem};

define_id!(RoundId, "公募回");
define_id!(ApplicantId, "事業者（申請者）");
define_id!(AccountId, "GビズIDアカウント");
define_id!(StaffId, "事務局の職員・外部審査員");
define_id!(CaseId, "案件");
define_id!(FilingId, "申請・届出・報告（1件）");
define_id!(FileId, "添付ファイル");
define_id!(LetterId, "通知書");
define_id!(AssignmentId, "審査員の割当て");
define_id!(RunId, "採択シミュレーションの実行");
define_id!(RemarkId, "指摘");
define_id!(JobId, "ジョブ");
define_id!(SessionId, "セッション");
