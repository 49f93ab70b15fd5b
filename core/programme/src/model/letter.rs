//! 通知書の定義: what a letter says, with placeholders. `compose` fills it.

use crate::lang::{Expr, Template};
use crate::source::Place;
use hojo_words::letter::{Geometry, Layout};

/// 通知書の定義.
#[derive(Debug, Clone)]
pub struct LetterSpec {
    /// File name without `.yaml`.
    pub id: String,
    pub name: String,
    pub layout: Layout,
    /// Ids in the catalogue of 帳票 that it answers.
    pub catalogue: Vec<String>,
    pub audience: Audience,
    /// 参考様式: the applicant takes it from the page of the filing, pre-filled.
    pub reference: bool,
    pub sheet: Option<SheetSpec>,
    /// 文書記号: together with the fiscal year it names the series of numbers.
    pub symbol: String,
    pub form_label: Option<Template>,
    pub number: Option<Template>,
    pub addressee: Vec<Template>,
    pub sender: Vec<Template>,
    pub title: Vec<Template>,
    pub body: Vec<Template>,
    pub items_heading: Option<Template>,
    pub items: Vec<ItemSpec>,
    pub closing: Option<Template>,
    pub contact: Vec<Template>,
    pub footer: Option<Template>,
    pub geometry: Geometry,
    pub place: Place,
}

impl LetterSpec {
    /// 控え: the copy of what was filed, section by section.
    pub fn is_copy(&self) -> bool {
        self.layout == Layout::ApplicationCopy && self.sheet.is_none()
    }
}

/// 記書きの一項の定義.
#[derive(Debug, Clone)]
pub struct ItemSpec {
    pub label: Option<Template>,
    pub text: Option<Template>,
    pub amount: Option<Template>,
    pub shown: Option<Expr>,
    /// Repeats for each remark of the case (差戻し).
    pub each_remark: bool,
    pub children: Vec<ItemSpec>,
}

/// 宛て先の区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Audience {
    /// 事業者
    #[default]
    Applicant,
    /// 中小機構
    Agency,
    /// 事務局の内部
    Internal,
}

impl Audience {
    pub const ALL: [Self; 3] = [Self::Applicant, Self::Agency, Self::Internal];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Agency => "agency",
            Self::Internal => "internal",
        }
    }

    /// 日本語の名.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Applicant => "事業者",
            Self::Agency => "中小機構",
            Self::Internal => "事務局",
        }
    }
}

/// 表の様式: a list to be filled in.
#[derive(Debug, Clone)]
pub struct SheetSpec {
    /// 項目 above the table.
    pub facts: Vec<(Template, Template)>,
    /// 列: label and relative width.
    pub columns: Vec<(String, u32)>,
    /// Empty rows.
    pub rows: u32,
    pub notes: Vec<Template>,
}
