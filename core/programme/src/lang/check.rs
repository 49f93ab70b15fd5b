//! 検査: names become slots, units and types are proven. What passes here cannot fail at run time.

use super::ast::{Ast, Binary, Kind, Literal, Span, Unary, Wrong};
use super::types::{Type, Unit};
use super::{Comparison, Globals, Node, Op, Reads, units};
use crate::model::edition::Setting;
use crate::model::form::TableShape;
use crate::model::tables::{ChoiceList, DecisionTable};
use crate::value::Value;
use indexmap::IndexMap;
use std::sync::Arc;

/// 項目の名 as expressions see it.
#[derive(Debug, Clone)]
pub(crate) struct FieldName {
    pub slot: usize,
    pub ty: Type,
}

/// Everything an expression may name.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub globals: &'a Globals,
    pub settings: &'a IndexMap<String, Setting>,
    pub tables: &'a IndexMap<String, Arc<DecisionTable>>,
    pub fields: &'a IndexMap<String, FieldName>,
    /// Letters may name the case, the decision and so on.
    pub letters: bool,
}

/// A row that is bound while a part of the expression runs.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    /// Name of the lambda's variable; without one, columns are named directly.
    pub name: Option<String>,
    pub slot: usize,
    pub table: String,
    pub shape: Arc<TableShape>,
}

/// What is bound around an expression.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub locals: Vec<Local>,
    /// `let`: name → resolved tree.
    pub lets: IndexMap<String, Node>,
}

/// Resolves trees.
pub(crate) struct Checker<'a> {
    pub names: Names<'a>,
    pub scope: Scope,
    pub reads: Reads,
}

type Result<T> = std::result::Result<T, Wrong>;

pub(crate) fn constant(value: Value, ty: Type, span: Span) -> Node {
    Node { op: Op::Constant(value), ty, span }
}

impl<'a> Checker<'a> {
    pub(crate) fn new(names: Names<'a>, scope: Scope) -> Self {
        Self { names, scope, reads: Reads::default() }
    }

    pub(crate) fn node(&mut self, ast: &Ast) -> Result<Node> {
        let span = ast.span;
        match &ast.kind {
            Kind::Number(number, literal) => {
                let unit = match literal {
                    Literal::Bare => Unit::Bare,
                    Literal::Percent => Unit::Percent,
                    Literal::Yen => Unit::Yen,
                };
                Ok(constant(Value::Number(*number), Type::Number(unit), span))
            }
            Kind::Text(text) => Ok(constant(Value::text(text), Type::Text, span)),
            Kind::Bool(value) => Ok(constant(Value::Bool(*value), Type::Bool, span)),
            Kind::Nothing => Ok(constant(Value::Nothing, Type::Nothing, span)),
            Kind::Name(name) => self.name(name, span),
            Kind::Member(base, member) => self.member(base, member, span),
            Kind::Call { name, name_span, target, arguments } => {
                self.call(name, *name_span, target.as_deref(), arguments, span)
            }
            Kind::Unary(Unary::Not, inner) => {
                let inner = self.truth(inner)?;
                Ok(Node { op: Op::Not(Box::new(inner)), ty: Type::Bool, span })
            }
            Kind::Unary(Unary::Negate, inner) => {
                let inner = self.node(inner)?;
                if !inner.ty.is_number() {
                    return Err(Wrong::new(inner.span, format!("expected a number, this is {}", inner.ty)));
                }
                let ty = inner.ty.clone();
                Ok(Node { op: Op::Negate(Box::new(inner)), ty, span })
            }
            Kind::Binary(operator, left, right) => self.binary(*operator, left, right, span),
            Kind::If(condition, then, otherwise) => {
                let condition = self.truth(condition)?;
                let (then, otherwise) = (self.node(then)?, self.node(otherwise)?);
                let ty = self.joined(&then, &otherwise, span)?;
                Ok(Node { op: Op::If(Box::new(condition), Box::new(then), Box::new(otherwise)), ty, span })
            }
            Kind::List(_) => Err(Wrong::new(span, "a list stands only behind `in`")),
        }
    }

    /// A node that must be true or false.
    pub(crate) fn truth(&mut self, ast: &Ast) -> Result<Node> {
        let node = self.node(ast)?;
        if node.ty == Type::Bool {
            return Ok(node);
        }
        let hint = match &node.ty {
            Type::Number(_) => "; compare it with something",
            Type::Files | Type::Table(..) | Type::Text => "; did you mean answered(…)?",
            _ => "",
        };
        Err(Wrong::new(node.span, format!("expected yes or no, this is {}{hint}", node.ty)))
    }

    pub(crate) fn joined(&self, left: &Node, right: &Node, span: Span) -> Result<Type> {
        literal_fits(left, right)?;
        literal_fits(right, left)?;
        let both = || format!("{} and {} do not go together", left.ty, right.ty);
        units::common(&left.ty, &right.ty).ok_or_else(|| Wrong::new(span, both()))
    }

    fn binary(&mut self, operator: Binary, left: &Ast, right: &Ast, span: Span) -> Result<Node> {
        let (l, r) = match operator {
            Binary::And | Binary::Or => (self.truth(left)?, self.truth(right)?),
            Binary::In => return self.contained(left, right, span),
            _ => (self.node(left)?, self.node(right)?),
        };
        let how = match operator {
            Binary::And => return Ok(Node { op: Op::And(Box::new(l), Box::new(r)), ty: Type::Bool, span }),
            Binary::Or => return Ok(Node { op: Op::Or(Box::new(l), Box::new(r)), ty: Type::Bool, span }),
            Binary::Equal => Comparison::Equal,
            Binary::NotEqual => Comparison::NotEqual,
            Binary::Less => Comparison::Less,
            Binary::LessEqual => Comparison::LessEqual,
            Binary::Greater => Comparison::Greater,
            Binary::GreaterEqual => Comparison::GreaterEqual,
            _ => return units::arithmetic(operator, l, r, span).map(fold_constants),
        };
        self.comparison(how, l, r, span)
    }

    fn comparison(&self, how: Comparison, left: Node, right: Node, span: Span) -> Result<Node> {
        let equality = matches!(how, Comparison::Equal | Comparison::NotEqual);
        if equality && (left.ty == Type::Nothing || right.ty == Type::Nothing) {
            let inner = if left.ty == Type::Nothing { right } else { left };
            let asks = Node { op: Op::IsNothing(Box::new(inner)), ty: Type::Bool, span };
            let negated = how == Comparison::NotEqual;
            return Ok(if negated { Node { op: Op::Not(Box::new(asks)), ty: Type::Bool, span } } else { asks });
        }
        let ty = self.joined(&left, &right, span)?;
        let orders = ty.is_number() || ty.is_date();
        if !orders && !equality {
            return Err(Wrong::new(span, format!("{ty} has no order; compare with == or !=")));
        }
        if !orders && ty != Type::Bool && !ty.is_textual() {
            return Err(Wrong::new(span, format!("{ty} cannot be compared")));
        }
        let exact = |ty: &Type| matches!(ty, Type::Choice(_) | Type::Code(_));
        let op = if exact(&left.ty) || exact(&right.ty) {
            Op::Same(how == Comparison::Equal, Box::new(left), Box::new(right))
        } else {
            Op::Compare(how, Box::new(left), Box::new(right))
        };
        Ok(Node { op, ty: Type::Bool, span })
    }

    fn contained(&mut self, left: &Ast, right: &Ast, span: Span) -> Result<Node> {
        let item = self.node(left)?;
        if let Kind::List(items) = &right.kind {
            let mut nodes = Vec::new();
            for ast in items {
                let node = self.node(ast)?;
                self.joined(&item, &node, node.span)?;
                nodes.push(node);
            }
            if nodes.is_empty() {
                return Err(Wrong::new(right.span, "this list is empty"));
            }
            return Ok(Node { op: Op::In(Box::new(item), nodes), ty: Type::Bool, span });
        }
        let field = self.node(right)?;
        let Type::Many(list) = &field.ty else {
            return Err(Wrong::new(field.span, format!("expected a list or a choices field, this is {}", field.ty)));
        };
        if let Op::Constant(Value::Text(key)) = &item.op {
            known_choice(key, list, item.span)?;
        }
        Ok(Node { op: Op::Chosen(Box::new(item), Box::new(field)), ty: Type::Bool, span })
    }
}

/// A text literal that meets a choice or a code must be one of its keys.
fn literal_fits(literal: &Node, other: &Node) -> Result<()> {
    let Op::Constant(Value::Text(key)) = &literal.op else { return Ok(()) };
    match &other.ty {
        Type::Choice(list) => known_choice(key, list, literal.span),
        Type::Code(table) if table.find(&[Value::Text(Arc::clone(key))]).is_none() => {
            Err(Wrong::new(literal.span, format!("'{key}' is no code of {}", table.id)))
        }
        _ => Ok(()),
    }
}

fn known_choice(key: &str, list: &ChoiceList, span: Span) -> Result<()> {
    if list.options.contains_key(key) {
        return Ok(());
    }
    let hint = super::suggest::hint(key, list.options.keys().map(String::as_str));
    Err(Wrong::new(span, format!("'{key}' is no choice of {}{hint}", list.id)))
}

/// `1/3` and `100 * 2` are computed once.
fn fold_constants(node: Node) -> Node {
    let Op::Arithmetic(_, left, right) = &node.op else { return node };
    let (Op::Constant(_), Op::Constant(_)) = (&left.op, &right.op) else { return node };
    let env = super::eval::Env { fields: &[], globals: &[] };
    let value = super::eval::eval(&node, env, &mut Vec::new());
    if value.is_known() { constant(value, node.ty, node.span) } else { node }
}
