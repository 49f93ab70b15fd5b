//! 式と文を読む: YAML scalars become checked expressions and templates; errors point into the scalar.

use super::yaml::{File, Yaml};
use crate::lang::ast::Wrong;
use crate::lang::check::Checker;
use crate::lang::template::{Part, Piece, split};
use crate::lang::types::Type;
use crate::lang::{Expr, Names, Node, Scope, Template, cost, parser, units};
use crate::model::form::Condition;
use std::sync::Arc;

/// Compiles expressions against names and a scope.
#[derive(Clone)]
pub(crate) struct Compiler<'a> {
    pub names: Names<'a>,
    pub scope: Scope,
}

impl Compiler<'_> {
    /// An expression of any type.
    pub(crate) fn any(&self, file: &File<'_>, yaml: &Yaml) -> Option<Expr> {
        let text = file.text(yaml)?;
        self.source(file, yaml, text, 0, &|_| Ok(()))
    }

    /// An expression that is true or false.
    pub(crate) fn truth(&self, file: &File<'_>, yaml: &Yaml) -> Option<Expr> {
        let text = file.text(yaml)?;
        self.source(file, yaml, text, 0, &|node| {
            if node.ty == Type::Bool {
                return Ok(());
            }
            Err(Wrong::new(node.span, format!("expected yes or no, this is {}", node.ty)))
        })
    }

    /// An expression whose value fits a field.
    pub(crate) fn fitting(&self, file: &File<'_>, yaml: &Yaml, wanted: &Type) -> Option<Expr> {
        let text = file.text(yaml)?;
        self.source(file, yaml, text, 0, &|node| {
            if !units::fits(wanted, &node.ty) {
                return Err(Wrong::new(node.span, format!("the field is {wanted}, the value is {}", node.ty)));
            }
            if *wanted == Type::YEN && !units::whole(node) {
                return Err(Wrong::new(
                    node.span,
                    "this may leave a fraction of a yen; round it with down_yen or up_yen",
                ));
            }
            Ok(())
        })
    }

    /// `true`, `false` or an expression.
    pub(crate) fn condition(&self, file: &File<'_>, yaml: Option<&Yaml>, default: Condition) -> Condition {
        let Some(yaml) = yaml else { return default };
        match yaml.as_text() {
            Some("true") => Condition::Always,
            Some("false") => Condition::Never,
            _ => self.truth(file, yaml).map_or(default, |expr| Condition::When(Box::new(expr))),
        }
    }

    /// A sentence with placeholders.
    pub(crate) fn template(&self, file: &File<'_>, yaml: &Yaml) -> Option<Template> {
        let text = file.text(yaml)?;
        let pieces = match split(text) {
            Ok(pieces) => pieces,
            Err(wrong) => {
                wrong_at(file, yaml, 0, &wrong);
                return None;
            }
        };
        let mut parts = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => parts.push(Part::Text(text)),
                Piece::Value(source, span) => {
                    parts.push(Part::Value(self.source(file, yaml, &source, span.0, &printable)?))
                }
            }
        }
        Some(Template { source: text.to_owned(), parts })
    }

    fn source(
        &self,
        file: &File<'_>,
        yaml: &Yaml,
        text: &str,
        offset: usize,
        demand: &dyn Fn(&Node) -> Result<(), Wrong>,
    ) -> Option<Expr> {
        match self.compile(text, demand) {
            Ok(mut expr) => {
                expr.place = file.place(yaml.mark);
                Some(expr)
            }
            Err(wrong) => {
                wrong_at(file, yaml, offset, &wrong);
                None
            }
        }
    }

    fn compile(&self, text: &str, demand: &dyn Fn(&Node) -> Result<(), Wrong>) -> Result<Expr, Wrong> {
        let ast = parser::parse(text)?;
        let mut checker = Checker::new(self.names, self.scope.clone());
        let node = checker.node(&ast)?;
        demand(&node)?;
        let rows = |slot: usize| self.most_rows(slot);
        let steps = cost::cost(&node, &rows);
        if steps > cost::BOUND {
            let message =
                format!("this may take {steps} steps, more than {}; fold fewer rows inside each other", cost::BOUND);
            return Err(Wrong::new(ast.span, message));
        }
        let mut reads = checker.reads;
        reads.paths.sort_by_key(ToString::to_string);
        reads.paths.dedup();
        let ty = node.ty.clone();
        Ok(Expr {
            source: text.to_owned(),
            place: crate::source::Place::default(),
            ty,
            node: Arc::new(node),
            reads,
            cost: steps,
        })
    }

    fn most_rows(&self, slot: usize) -> u64 {
        let field = self.names.fields.values().find(|field| field.slot == slot);
        field.map_or(1, |field| if let Type::Table(_, shape) = &field.ty { cost::most_rows(shape) } else { 1 })
    }
}

fn wrong_at(file: &File<'_>, yaml: &Yaml, offset: usize, wrong: &Wrong) {
    let place = file.inside(yaml, offset + wrong.span.0);
    let mark = super::yaml::Mark { line: place.line, column: place.column, index: 0 };
    file.problem(mark, wrong.message.clone());
}

/// What a sentence can print.
fn printable(node: &Node) -> Result<(), Wrong> {
    match node.ty {
        Type::Table(..) | Type::Row(..) | Type::Found(_) | Type::List(_) => {
            Err(Wrong::new(node.span, format!("{} cannot be printed", node.ty)))
        }
        _ => Ok(()),
    }
}
