//! 式の言語: a small typed subset of CEL with exact numbers and three-valued truth.
//! Text → `lexer` → `parser` (tree with positions) → `check` (types, resolved slots) → `eval` / `explain`.

pub(crate) mod ast;
pub(crate) mod cagr;
pub(crate) mod check;
pub(crate) mod cost;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod format;
pub(crate) mod functions;
pub(crate) mod lexer;
pub(crate) mod parser;
pub(crate) mod resolve;
pub(crate) mod suggest;
pub(crate) mod template;
pub mod types;
pub(crate) mod units;

pub(crate) use check::{Names, Scope};
pub use template::Template;

use crate::answers::FieldPath;
use crate::model::tables::DecisionTable;
use crate::source::Place;
use crate::value::Value;
use functions::Function;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use types::Type;

/// 式, checked and resolved.
#[derive(Debug, Clone)]
pub struct Expr {
    /// As written.
    pub source: String,
    pub place: Place,
    pub ty: Type,
    pub(crate) node: Arc<Node>,
    /// What it reads.
    pub reads: Reads,
    /// Static bound of the steps one evaluation takes.
    pub cost: u64,
}

/// 参照: the fields, columns and facts an expression reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// (slot of the field, column index when it reads a column).
    pub slots: BTreeSet<(usize, Option<usize>)>,
    /// The same as paths, for people.
    pub paths: Vec<FieldPath>,
    /// Fact and letter names.
    pub globals: BTreeSet<usize>,
    pub tables: BTreeSet<String>,
    pub settings: BTreeSet<String>,
}

/// Names that are no fields: facts, dates of the round, the letter's context. Index = slot.
#[derive(Debug, Clone, Default)]
pub struct Globals {
    pub(crate) names: IndexMap<String, Type>,
    /// From this slot on, names are known in letters only.
    pub(crate) letters_from: usize,
}

/// A node of the resolved tree. `span` is the byte range in the source text.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub op: Op,
    pub ty: Type,
    pub span: (usize, usize),
}

/// 演算.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Constant(Value),
    /// A number named in `settings`; kept apart from constants so that reasons can name it.
    Setting(Arc<str>, Value),
    Field(usize),
    Global(usize),
    /// Column of a table's fixed row: slot, row, column.
    FixedCell(usize, usize, usize),
    /// Column of the row bound at this depth.
    RowCell(usize, usize),
    /// The same of an optional column under a fold: a blank is nothing, what cannot be read is unknown.
    OptionalCell(usize, usize),
    /// 1-based number of the row bound at this depth.
    RowNumber(usize),
    /// Key of the fixed row bound at this depth.
    RowKey(usize, Arc<Vec<Arc<str>>>),
    /// Output of a decision table.
    Lookup {
        table: Arc<DecisionTable>,
        inputs: Vec<Node>,
        output: usize,
    },
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    /// First known value.
    Otherwise(Box<Node>, Box<Node>),
    /// Exact equality of choice keys and codes (`true`) or its opposite.
    Same(bool, Box<Node>, Box<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    IsNothing(Box<Node>),
    In(Box<Node>, Vec<Node>),
    /// Key is among the choices of a multiple choice.
    Chosen(Box<Node>, Box<Node>),
    Arithmetic(Arithmetic, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    Fold(Fold, Source, Option<Box<Node>>),
}

/// 比較.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// 四則. The scaled forms are percent points applied to money: `yen * 50%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    MultiplyPercent,
    DividePercent,
}

/// 表の畳み込み.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    Sum,
    Count,
    All,
    Any,
    Least,
    Greatest,
    Distinct,
}

/// Rows of a table after filters; each filter binds the row at the next depth.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub slot: usize,
    pub depth: usize,
    pub filters: Vec<Node>,
}
