//! What a handler returns instead of a page when it cannot give one. A refusal of the domain is
//! not a fault: handlers show it on their own page, with what was typed.

use axum::http::StatusCode;
use hojo_case::Refusal;
use hojo_db::DbError;
use hojo_vault::VaultError;
use maud::{Markup, html};

use crate::ui;

/// Why there is no page.
#[derive(Debug)]
pub enum Fault {
    /// Not there, or not this person's: the two look alike.
    NotFound,
    /// The address is there, but takes no request of this kind.
    Method,
    /// Signed in, but without this permission.
    /// `kept`: what the person had typed into the form, given back to be copied.
    Forbidden { permission: &'static str, kept: Vec<String> },
    /// Signed in, but not from here or not now. Names whom to call.
    Barred { title: &'static str, message: String, contacts: Vec<String> },
    /// Nobody is signed in, or the session has ended.
    SignIn { return_to: String },
    /// Signed in, but the person must show a factor first: sensitive work, or another browser.
    Prove { return_to: String },
    /// A forged or broken request.
    BadRequest { code: &'static str, message: String, advice: String },
    /// More than a form may hold. The scripts say the same in place (`autosave.ts`, `upload.ts`).
    TooLarge(Refusal),
    /// It was there for a while and is not any more: a link that was used.
    Gone(Refusal),
    /// A domain refusal on a page that has no form to show it on.
    Refused(Refusal),
    /// Too much work right now, or the database is away for a moment.
    Busy,
    /// Ours. Logged in full; the person sees a reference number.
    Internal(String),
}

impl From<DbError> for Fault {
    fn from(e: DbError) -> Self {
        match e {
            DbError::NotFound => Self::NotFound,
            DbError::Unlawful(refusal) => Self::Refused(*refusal),
            DbError::Unavailable(e) => {
                tracing::warn!(error = %e, "the database is not available");
                Self::Busy
            }
            DbError::Full(e) => {
                tracing::error!(error = %e, "no room on the disk of the database");
                Self::Refused(Refusal::new(
                    "DISK-FULL",
                    "記録を保存する場所がいっぱいのため、この操作は行いませんでした。入力した内容は変わっていません。",
                    "時間をおいて、もう一度操作してください。直らないときは、システムの担当者に「稼働状況」の警報を確かめるよう伝えてください。",
                ))
            }
            DbError::Conflict(what) => Self::Refused(Refusal::new(
                "CHANGED-MEANWHILE",
                format!("同時に行われた別の操作と重なりました（{what}）。"),
                "画面を開き直して、もう一度操作してください。",
            )),
            e => Self::Internal(e.to_string()),
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(e: sqlx::Error) -> Self {
        DbError::from(e).into()
    }
}

impl From<Refusal> for Fault {
    fn from(r: Refusal) -> Self {
        Self::Refused(r)
    }
}

impl From<VaultError> for Fault {
    fn from(e: VaultError) -> Self {
        Self::Internal(e.to_string())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(e: serde_json::Error) -> Self {
        Self::Internal(e.to_string())
    }
}

/// What the person is shown: title, words, advice.
pub(crate) struct Shown {
    pub status: StatusCode,
    pub title: &'static str,
    pub body: Markup,
}

impl Fault {
    /// A stable code for logs and for machine callers.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "NOT-FOUND",
            Self::Method => "METHOD",
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::Barred { .. } => "BARRED",
            Self::SignIn { .. } => "SIGN-IN",
            Self::Prove { .. } => "PROVE",
            Self::BadRequest { code, .. } => code,
            Self::TooLarge(r) | Self::Gone(r) | Self::Refused(r) => r.code,
            Self::Busy => "BUSY",
            Self::Internal(_) => "INTERNAL",
        }
    }

    pub(crate) fn shown(&self, reference: &str) -> Shown {
        let (status, title, message, advice) = match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "ページが見つかりません",
                "お探しのページは見つかりませんでした。".to_owned(),
                "アドレスが正しいか確認するか、トップページからたどってください。".to_owned(),
            ),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "この方法では開けません",
                "このアドレスは、この種類の通信を受け付けていません。".to_owned(),
                "トップページからたどって、画面のボタンで操作してください。".to_owned(),
            ),
            Self::Forbidden { permission, .. } => (
                StatusCode::FORBIDDEN,
                "この操作の権限がありません",
                format!("「{permission}」の権限がないため、表示できません。"),
                "必要な場合は、事務局の管理者に権限の付与を依頼してください。".to_owned(),
            ),
            Self::Barred { title, message, .. } => (
                StatusCode::FORBIDDEN,
                *title,
                message.clone(),
                "お急ぎのときは、次の連絡先に電話で伝えてください。入力途中のものは、次に利用できるときに続けられます。".to_owned(),
            ),
            Self::SignIn { .. } => (
                StatusCode::UNAUTHORIZED,
                "ログインが必要です",
                "ログインの有効期間が過ぎたか、ログインしていません。".to_owned(),
                "ログインし直してから、もう一度操作してください。".to_owned(),
            ),
            Self::Prove { .. } => (
                StatusCode::UNAUTHORIZED,
                "本人確認が必要です",
                "この操作の前に、もう一度本人確認が必要です。".to_owned(),
                "画面を開き直して本人確認をしてから、もう一度操作してください。".to_owned(),
            ),
            Self::BadRequest { message, advice, .. } => {
                (StatusCode::BAD_REQUEST, "受け付けられませんでした", message.clone(), advice.clone())
            }
            Self::TooLarge(r) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "受け付けられませんでした", r.message.clone(), r.advice.clone())
            }
            Self::Gone(r) => (StatusCode::GONE, "リンクを使えません", r.message.clone(), r.advice.clone()),
            Self::Refused(r) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "この操作はできませんでした", r.message.clone(), r.advice.clone())
            }
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "ただいま混み合っています",
                "一時的に処理できませんでした。入力中の内容は、このブラウザーに残っています。".to_owned(),
                "数秒おいてから、もう一度操作してください。".to_owned(),
            ),
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "システムの不具合が発生しました",
                "申し訳ありません。処理を完了できませんでした。保存済みの内容は失われていません。".to_owned(),
                "時間をおいてもう一度操作し、直らないときは下の番号を添えてお問い合わせください。".to_owned(),
            ),
        };
        let body = html! {
            p { (message) }
            p { (advice) }
            @if let Self::Forbidden { kept, .. } = self && !kept.is_empty() {
                p { "入力した内容は保存されていません。必要なものは、ここから写し取れます。" }
                (ui::panel("入力した内容", &html! { @for text in kept { p class="prewrap" { (text) } } }))
            }
            @if let Self::Barred { contacts, .. } = self {
                @if contacts.is_empty() { p { "連絡先：事務局の管理者" } }
                @else { ul { @for c in contacts { li { (c) } } } }
            }
            p class="note" { "お問い合わせ番号: " code { (reference) } "（" (self.code()) "）" }
            (ui::buttons(&[ui::link_button("トップページへ", "/")]))
        };
        Shown { status, title, body }
    }
}
