//! 単位の計算: which types add, compare, multiply, and what comes out.

use super::ast::{Binary, Span, Wrong};
use super::types::{Type, Unit};
use super::{Arithmetic, Node, Op};

/// Whether the unit is a plain number that scales others.
const fn plain(unit: Unit) -> bool {
    matches!(unit, Unit::Bare | Unit::Count | Unit::Decimal | Unit::Ratio | Unit::Year)
}

/// The unit of two numbers that are added, compared or alternatives of each other.
fn joined(left: Unit, right: Unit) -> Option<Unit> {
    match (left, right) {
        (a, b) if a == b => Some(a),
        (Unit::Bare, other) | (other, Unit::Bare) => Some(other),
        (a, b) if plain(a) && plain(b) => {
            Some(if a == Unit::Ratio || b == Unit::Ratio { Unit::Ratio } else { Unit::Decimal })
        }
        _ => None,
    }
}

/// The common type of two values, when they have one.
pub(crate) fn common(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::Number(a), Type::Number(b)) => joined(*a, *b).map(Type::Number),
        (a, b) if a == b => Some(a.clone()),
        (Type::Nothing, other) | (other, Type::Nothing) => Some(other.clone()),
        (a, b) if a.is_textual() && b.is_textual() => Some(Type::Text),
        _ => None,
    }
}

/// Type of `left operator right` for the four operations.
pub(crate) fn arithmetic(operator: Binary, left: Node, right: Node, span: Span) -> Result<Node, Wrong> {
    let (Type::Number(a), Type::Number(b)) = (&left.ty, &right.ty) else {
        let wrong = if left.ty.is_number() { &right } else { &left };
        return Err(Wrong::new(wrong.span, format!("expected a number, this is {}{}", wrong.ty, date_hint(&wrong.ty))));
    };
    let (a, b) = (*a, *b);
    let mismatch =
        |what: &str| Err(Wrong::new(span, format!("{} {what} {} makes no sense", Type::Number(a), Type::Number(b))));
    let (how, unit) = match operator {
        Binary::Add | Binary::Subtract => match joined(a, b) {
            Some(unit) if operator == Binary::Add => (Arithmetic::Add, unit),
            Some(unit) => (Arithmetic::Subtract, unit),
            None => return mismatch(if operator == Binary::Add { "+" } else { "-" }),
        },
        Binary::Multiply => match (a, b) {
            (Unit::Percent, Unit::Yen) => return arithmetic(operator, right, left, span),
            (Unit::Yen, Unit::Percent) => (Arithmetic::MultiplyPercent, Unit::Yen),
            (x, y) if plain(x) && plain(y) => (Arithmetic::Multiply, product(x, y)),
            (x, y) if plain(y) => (Arithmetic::Multiply, x),
            (x, y) if plain(x) => (Arithmetic::Multiply, y),
            _ => return mismatch("*"),
        },
        _ => match (a, b) {
            (Unit::Yen, Unit::Percent) => (Arithmetic::DividePercent, Unit::Yen),
            (x, y) if plain(x) && plain(y) => (Arithmetic::Divide, Unit::Ratio),
            (x, y) if plain(y) => (Arithmetic::Divide, x),
            (x, y) if x == y => (Arithmetic::Divide, Unit::Ratio),
            _ => return mismatch("/"),
        },
    };
    let bare = a == Unit::Bare && b == Unit::Bare;
    let unit = if bare { Unit::Bare } else { unit };
    Ok(Node { op: Op::Arithmetic(how, Box::new(left), Box::new(right)), ty: Type::Number(unit), span })
}

const fn date_hint(ty: &Type) -> &'static str {
    if ty.is_date() { "; use add_days, add_months or days_between" } else { "" }
}

const fn product(a: Unit, b: Unit) -> Unit {
    match (a, b) {
        (Unit::Bare, other) | (other, Unit::Bare) => other,
        (Unit::Count, Unit::Count) => Unit::Count,
        (Unit::Ratio, _) | (_, Unit::Ratio) => Unit::Ratio,
        _ => Unit::Decimal,
    }
}

/// Whether a value of type `found` may stand where `wanted` is declared.
pub(crate) fn fits(wanted: &Type, found: &Type) -> bool {
    match (wanted, found) {
        (Type::Number(w), Type::Number(f)) => {
            w == f
                || *f == Unit::Bare
                || (plain(*w) && plain(*f) && !(matches!(w, Unit::Count | Unit::Year) && *f == Unit::Ratio))
        }
        (Type::Text, other) => other.is_textual(),
        (Type::Code(_) | Type::Choice(_), Type::Text) => true,
        (a, b) => a == b,
    }
}

/// Whether the value is whole by construction: a calculated yen may not hold a fraction.
pub(crate) fn whole(node: &Node) -> bool {
    match &node.op {
        Op::Constant(value) | Op::Setting(_, value) => value.as_number().is_none_or(hojo_words::Number::is_integer),
        Op::Field(_)
        | Op::Global(_)
        | Op::FixedCell(..)
        | Op::RowCell(..)
        | Op::OptionalCell(..)
        | Op::Lookup { .. } => {
            matches!(node.ty, Type::Number(Unit::Yen | Unit::Count | Unit::Year))
        }
        Op::RowNumber(_) => true,
        Op::Negate(inner) => whole(inner),
        Op::If(_, then, otherwise) | Op::Otherwise(then, otherwise) => whole(then) && whole(otherwise),
        Op::Arithmetic(Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply, left, right) => {
            whole(left) && whole(right)
        }
        Op::Call(function, arguments) => {
            use super::functions::Function as F;
            match function {
                F::DownYen | F::UpYen => true,
                F::Min | F::Max | F::Abs => arguments.iter().all(whole),
                F::Down | F::Up => {
                    matches!(arguments.get(1).map(|n| &n.op), Some(Op::Constant(v)) if v.as_number().is_some_and(hojo_words::Number::is_zero))
                }
                _ => true,
            }
        }
        Op::Fold(_, _, body) => body.as_deref().is_none_or(whole),
        _ => false,
    }
}
