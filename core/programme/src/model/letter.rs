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

/// 表の様式: a list, of the rows of a table of the form or to be filled in.
#[derive(Debug, Clone)]
pub struct SheetSpec {
    /// 項目 above the table.
    pub facts: Vec<(Template, Template)>,
    /// Slot of the form's table whose rows are listed.
    pub rows_of: Option<usize>,
    pub columns: Vec<SheetColumn>,
    /// 決まった行: one template a column; what is not known yet stays white.
    pub lines: Vec<Vec<Template>>,
    /// Lines to be filled in: a reference form has so many in all, a list of the office has them only when nothing is listed.
    pub rows: u32,
    pub notes: Vec<Template>,
}

impl SheetSpec {
    /// Whether every value of this column is a number, so that it is set to the right.
    pub fn is_numeric(&self, at: usize) -> bool {
        let column = self.columns.get(at);
        let texts = column.into_iter().flat_map(|column| column.text.iter().chain(&column.total));
        let lines = self.lines.iter().filter_map(|line| line.get(at)).filter(|cell| !cell.source.trim().is_empty());
        let mut all = texts.chain(lines).peekable();
        all.peek().is_some() && all.all(Template::is_number)
    }
}

/// 列.
#[derive(Debug, Clone)]
pub struct SheetColumn {
    pub label: String,
    /// Wished width, mm.
    pub width: u32,
    /// What a row says here; its columns are `row.<column>`.
    pub text: Option<Template>,
    /// 合計 below the rows.
    pub total: Option<Template>,
}
