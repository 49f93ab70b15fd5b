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
