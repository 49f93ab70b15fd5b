//! 型: what an expression may be. Units keep 円 from being added to 人, and ％ from being compared with 円.

use crate::model::form::TableShape;
use crate::model::tables::{ChoiceList, DecisionTable};
use std::fmt;
use std::sync::Arc;

/// 単位 of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A bare literal: takes the unit of what it meets.
    Bare,
    Yen,
    /// Whole counts: people, months, items.
    Count,
    /// Plain decimals: full-time equivalents, scores.
    Decimal,
    /// Ratios, shown as fractions: 2/3.
    Ratio,
    /// Percent points: 50 means 50 %.
    Percent,
    /// 年度 and years; never grouped by commas.
    Year,
}

/// 型.
#[derive(Debug, Clone)]
pub enum Type {
    Bool,
    Number(Unit),
    Text,
    Choice(Arc<ChoiceList>),
    Many(Arc<ChoiceList>),
    Code(Arc<DecisionTable>),
    Date,
    YearMonth,
    Files,
    /// A table of the form, by the slot of its field.
    Table(usize, Arc<TableShape>),
    /// One row of such a table.
    Row(usize, Arc<TableShape>),
    /// A row found in a decision table.
    Found(Arc<DecisionTable>),
    /// A list written in brackets.
    List(Box<Type>),
    /// The word `none`.
    Nothing,
}

impl Type {
    pub const YEN: Self = Self::Number(Unit::Yen);
    pub const COUNT: Self = Self::Number(Unit::Count);
    pub const RATIO: Self = Self::Number(Unit::Ratio);
    pub const DECIMAL: Self = Self::Number(Unit::Decimal);
    pub const PERCENT: Self = Self::Number(Unit::Percent);

    /// Whether the values are compared as text.
    pub const fn is_textual(&self) -> bool {
        matches!(self, Self::Text | Self::Choice(_) | Self::Code(_))
    }

    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    pub const fn is_date(&self) -> bool {
        matches!(self, Self::Date | Self::YearMonth)
    }
}

impl PartialEq for Type {
    /// Lists and tables are the same when their names are.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::Choice(a), Self::Choice(b)) | (Self::Many(a), Self::Many(b)) => a.id == b.id,
            (Self::Code(a), Self::Code(b)) | (Self::Found(a), Self::Found(b)) => a.id == b.id,
            (Self::Table(a, _), Self::Table(b, _)) | (Self::Row(a, _), Self::Row(b, _)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("yes_no"),
            Self::Number(unit) => f.write_str(match unit {
                Unit::Bare => "number",
                Unit::Yen => "yen",
                Unit::Count => "count",
                Unit::Decimal => "decimal",
                Unit::Ratio => "ratio",
                Unit::Percent => "percent",
                Unit::Year => "year",
            }),
            Self::Text => f.write_str("text"),
            Self::Choice(list) => write!(f, "choice {}", list.id),
            Self::Many(list) => write!(f, "choices {}", list.id),
            Self::Code(table) => write!(f, "code {}", table.id),
            Self::Date => f.write_str("date"),
            Self::YearMonth => f.write_str("year_month"),
            Self::Files => f.write_str("file"),
            Self::Table(..) => f.write_str("table"),
            Self::Row(..) => f.write_str("row"),
            Self::Found(table) => write!(f, "row of {}", table.id),
            Self::List(inner) => write!(f, "list of {inner}"),
            Self::Nothing => f.write_str("none"),
        }
    }
}
