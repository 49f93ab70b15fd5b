//! 通知書・申請書控の印刷モデル: what a letter says and where it stands, before it is drawn.
//!
//! `hojo-programme` composes it, `hojo-press` draws it; neither knows the other.
//! Every text is final: press adds no wording of its own, and fails on a
//! character its fonts cannot draw rather than replace it.

use serde::{Deserialize, Serialize};

/// レイアウト: which arrangement press uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A one-sheet notice: number, date, addressee, sender, title, body, 記, items, 以上.
    #[default]
    Notice,
    /// 申請書控: title block, then sections of label/value rows and tables.
    ApplicationCopy,
}

/// 印刷モデル: one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct LetterModel {
    pub layout: Layout,
    /// 様式番号, for example 「（様式第２）」.
    pub form_label: Option<String>,
    /// 文書番号; empty when the document has none (an application copy).
    pub number: String,
    /// 日付 as printed: 令和8年11月22日.
    pub date_legal: String,
    /// 宛先, one line each, honorific included.
    pub addressee: Vec<String>,
    /// 差出人, one line each.
    pub sender: Vec<String>,
    /// 件名, centred, one line each.
    pub title: Vec<String>,
    /// 本文, one paragraph each; press indents the first line by one character.
    pub body: Vec<String>,
    /// 「記」; `None` for letters that say 「次のとおり」.
    pub items_heading: Option<String>,
    pub items: Vec<Item>,
    /// 「以上」.
    pub closing: Option<String>,
    /// 問い合わせ先, one line each.
    pub contact: Vec<String>,
    /// Sections of an application copy; empty for notices.
    pub sections: Vec<Section>,
    /// Footer of every page, for example the receipt number and the edition.
    pub footer: String,
    pub geometry: Geometry,
    /// BCP 47 language of the document.
    pub lang: String,
    /// Title in the PDF's metadata and in the viewer's window.
    pub doc_title: String,
    /// Stable identifier in the PDF's metadata; the same input gives the same file.
    pub doc_id: String,
}

/// 記書きの一項: a numbered item; depth gives the numbering (1 → (1) → ア → (ア)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Item {
    /// Short heading of the item, may be empty.
    pub label: String,
    /// Sentence or value, may be empty.
    pub text: String,
    /// 金額, already formatted (「1,234,000円」); set in its own column.
    pub amount: Option<String>,
    pub children: Vec<Item>,
}

/// 申請書控の一節.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Section {
    pub title: String,
    /// (label, value) in order; a value may hold line breaks.
    pub rows: Vec<(String, String)>,
    pub tables: Vec<Table>,
    /// 注記 below the tables.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// 申請書控の表.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Table {
    pub title: String,
    pub head: Vec<String>,
    /// Every row has as many cells as `head`.
    pub rows: Vec<Vec<String>>,
    /// Columns (0-based) that hold numbers and are set to the right.
    pub numeric: Vec<usize>,
    /// 合計: the last line, as many cells as `head`; empty when there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub totals: Vec<String>,
    /// Wished widths of the columns in mm; empty when press finds them from the content.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<u32>,
}

/// 紙面の寸法: millimetres and points as decimal text ("30.0"), so that core holds no floats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Geometry {
    /// Text area, mm from the page's edges (A4, 210 × 297).
    pub margin_top: String,
    pub margin_right: String,
    pub margin_bottom: String,
    pub margin_left: String,
    /// Type size in points.
    pub font_size: String,
    /// Base line to base line, mm.
    pub line_pitch: String,
    /// Distance of the lines of a title, mm.
    pub title_pitch: String,
    /// Right edge of number and date, mm from the left edge of the page.
    pub number_right: String,
    /// `right`: sender lines end at the right margin; `left`: they start at `sender_x`.
    pub sender_align: String,
    /// Left edge of the sender block, mm from the left edge of the page.
    pub sender_x: String,
    /// Where 円 of an amount stands, mm from the left edge of the page.
    pub amount_x: String,
    /// Vertical places in mm from the top of the page; a block whose place is the empty text follows the flow.
    pub form_label_y: String,
    pub number_y: String,
    pub date_y: String,
    pub addressee_y: String,
    pub sender_y: String,
    pub title_y: String,
    pub body_y: String,
    /// Place of 「記」.
    pub items_heading_y: String,
}

impl Default for Geometry {
    /// The grant-decision notice of a sibling programme, measured on its official
    /// PDF (A4, 10.5 pt Mincho); an edition overrides what its own 様式 does differently.
    fn default() -> Self {
        let text = |mm: &str| mm.to_owned();
        Self {
            margin_top: text("20.0"),
            margin_right: text("29.7"),
            margin_bottom: text("25.0"),
            margin_left: text("30.0"),
            font_size: text("10.5"),
            line_pitch: text("7.1"),
            title_pitch: text("8.1"),
            number_right: text("180.3"),
            sender_align: text("right"),
            sender_x: text("107.2"),
            amount_x: text("109.6"),
            form_label_y: text("20.5"),
            number_y: text("27.4"),
            date_y: text("34.5"),
            addressee_y: text("41.6"),
            sender_y: text("48.6"),
            title_y: text("72.6"),
            body_y: text("98.5"),
            items_heading_y: text("133.9"),
        }
    }
}
