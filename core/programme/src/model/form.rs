//! 様式: what is asked. The type of a field decides its input, hint, error wording and formatting.

use crate::lang::Expr;
use crate::model::tables::{ChoiceList, DecisionTable};
use crate::source::Place;
use hojo_words::{Clause, Number};
use indexmap::IndexMap;
use std::sync::Arc;

/// 様式: sections of fields. Field ids are unique within a form.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub title: String,
    pub sections: Vec<Section>,
    /// All fields in order; the index of a field is its slot.
    pub fields: Vec<Arc<Field>>,
    /// Field id → slot.
    pub slots: IndexMap<String, usize>,
    /// Order in which fields and columns are computed; made by the loader.
    pub(crate) plan: Vec<crate::read::plan::Step>,
}

/// 節: one page of the form.
#[derive(Debug, Clone)]
pub struct Section {
    pub id: String,
    pub title: String,
    /// Introduction shown above the fields; may be empty.
    pub help: String,
    pub clause: Option<Clause>,
    pub shown: Condition,
    /// Slots of its fields.
    pub fields: Vec<usize>,
    pub place: Place,
}

/// 項目, also a column of a table.
#[derive(Debug, Clone)]
pub struct Field {
    pub id: String,
    pub label: String,
    pub kind: FieldType,
    pub required: Condition,
    pub shown: Condition,
    /// Calculated: never typed.
    pub value: Option<Expr>,
    /// Fact that fills it; shown read-only when the fact is known, asked when it is not.
    pub from: Option<String>,
    pub help: String,
    pub example: String,
    pub clause: Option<Clause>,
    /// Shown behind the input; a type's own unit (円, ％) when the definition names none.
    pub unit: String,
    /// May be filled from a spreadsheet (`import: xlsx`).
    pub import: bool,
    /// Value a new draft starts with; still the applicant's to change.
    pub default: Option<String>,
    /// Earlier answers a new draft starts with, first one that exists: (procedure, field).
    pub carried: Vec<(String, String)>,
    /// Longer text shown with the field, for example the wording a consent is given to.
    pub statement: String,
    /// Sub-heading under which the field stands within its section.
    pub group: String,
    /// Slot in the form, or index among the columns.
    pub slot: usize,
    pub place: Place,
}

/// 条件.
#[derive(Debug, Clone, Default)]
pub enum Condition {
    #[default]
    Always,
    Never,
    When(Box<Expr>),
}

/// 項目の型.
#[derive(Debug, Clone)]
pub enum FieldType {
    /// One line, at most `limit` characters (spaces count).
    Text {
        limit: usize,
    },
    /// Several lines, at most `limit` characters (spaces and line breaks count).
    Paragraph {
        limit: usize,
    },
    /// フリガナ, full-width katakana once read.
    Kana {
        limit: usize,
    },
    /// 円; `signed` allows losses.
    Yen {
        signed: bool,
    },
    /// Whole numbers within the range.
    Integer {
        range: Range,
    },
    /// Numbers with at most `places` decimals.
    Decimal {
        places: u32,
        range: Range,
    },
    /// A fraction such as 2/3; mostly calculated.
    Ratio,
    /// Percent points with at most 2 decimals: `50.00` is half.
    Percent {
        range: Range,
    },
    Date,
    YearMonth,
    /// 年度 by its first year.
    FiscalYear,
    YesNo,
    /// 同意: must be given.
    Consent,
    Choice {
        list: Arc<ChoiceList>,
    },
    Choices {
        list: Arc<ChoiceList>,
        max: Option<usize>,
    },
    /// A code of a table of the edition; labels are in its `name` column.
    Code {
        table: Arc<DecisionTable>,
    },
    CorporateNumber,
    PostalCode,
    Phone,
    Email,
    Url,
    /// 金融機関コード, 4 digits, searched by name.
    Bank,
    /// 支店コード, 3 digits.
    Branch,
    AccountNumber {
        digits: usize,
    },
    /// 口座名義カナ, half-width bank characters once read.
    AccountKana {
        limit: usize,
    },
    /// Digits only, exactly so many (支援機関ID and the like); leading zeros stay.
    Digits {
        length: usize,
    },
    File(FileRule),
    Table(Arc<TableShape>),
}

/// 数の範囲, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Range {
    pub min: Option<Number>,
    pub max: Option<Number>,
}

/// 添付の条件.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRule {
    pub kinds: Vec<FileKind>,
    /// Bytes per file.
    pub max_bytes: u64,
    pub min_count: usize,
    pub max_count: usize,
    /// Pages of all PDFs together.
    pub max_pages: Option<u32>,
    /// 書類番号 and prescribed name, for example `06-1 決算書`; may be empty.
    pub name: String,
}

/// 添付の種類.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    Pdf,
    /// PNG or JPEG.
    Image,
    Xlsx,
    Docx,
}

/// 表の形.
#[derive(Debug, Clone)]
pub struct TableShape {
    pub columns: Vec<Arc<Field>>,
    pub rows: RowPlan,
    /// Shown with items down and rows across (years).
    pub transposed: bool,
    /// Per fixed row: whether it is asked; empty for free rows.
    pub row_shown: Vec<Condition>,
}

/// 行の決まり.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowPlan {
    /// The applicant adds rows.
    Free { min: usize, max: usize },
    /// The rows are given: key → label.
    Fixed(IndexMap<String, String>),
}

impl Form {
    pub fn field(&self, id: &str) -> Option<&Arc<Field>> {
        self.slots.get(id).and_then(|slot| self.fields.get(*slot))
    }

    /// Fields and columns together, as `definitions check --json` counts them.
    pub fn count(&self) -> usize {
        self.fields.iter().map(|field| 1 + field.table().map_or(0, |table| table.columns.len())).sum()
    }
}

impl Field {
    pub fn table(&self) -> Option<&TableShape> {
        if let FieldType::Table(shape) = &self.kind { Some(shape) } else { None }
    }

    pub const fn file(&self) -> Option<&FileRule> {
        if let FieldType::File(rule) = &self.kind { Some(rule) } else { None }
    }

    pub const fn is_calculated(&self) -> bool {
        self.value.is_some()
    }
}

impl TableShape {
    pub fn column(&self, id: &str) -> Option<&Arc<Field>> {
        self.columns.iter().find(|column| column.id == id)
    }

    /// Row keys and labels when the rows are fixed.
    pub const fn fixed_rows(&self) -> Option<&IndexMap<String, String>> {
        if let RowPlan::Fixed(rows) = &self.rows { Some(rows) } else { None }
    }

    pub fn max_rows(&self) -> usize {
        match &self.rows {
            RowPlan::Free { max, .. } => *max,
            RowPlan::Fixed(rows) => rows.len(),
        }
    }
}

impl FileKind {
    /// Media type as inspection reports it, extension, name on screens.
    pub const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["application/pdf"],
            Self::Image => &["image/png", "image/jpeg"],
            Self::Xlsx => &["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
            Self::Docx => &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Image => "画像（PNG・JPEG）",
            Self::Xlsx => "Excel（.xlsx）",
            Self::Docx => "Word（.docx）",
        }
    }
}
