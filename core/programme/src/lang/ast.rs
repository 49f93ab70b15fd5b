//! 構文木 as written, with byte ranges. Types come later (`check`).

use hojo_words::Number;

/// A piece of the source text, in bytes.
pub(crate) type Span = (usize, usize);

/// 構文木の節.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ast {
    pub kind: Kind,
    pub span: Span,
}

/// 節の種類.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Number(Number, Literal),
    Text(String),
    Bool(bool),
    Nothing,
    Name(String),
    Member(Box<Ast>, String),
    /// Function, decision table or method: the target is the receiver of a method.
    Call {
        name: String,
        name_span: Span,
        target: Option<Box<Ast>>,
        arguments: Vec<Ast>,
    },
    Unary(Unary, Box<Ast>),
    Binary(Binary, Box<Ast>, Box<Ast>),
    If(Box<Ast>, Box<Ast>, Box<Ast>),
    List(Vec<Ast>),
}

/// Unit written on a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literal {
    Bare,
    Percent,
    Yen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Negate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// 構文の誤り: what and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub span: Span,
    pub message: String,
}

impl Wrong {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}
