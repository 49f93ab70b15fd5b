//! 名の解決: fields, columns, facts, settings, decision tables and functions.

use super::ast::{Ast, Kind, Span, Wrong};
use super::check::{Checker, Local, constant};
use super::functions::Function as F;
use super::suggest::hint;
use super::types::{Type, Unit};
use super::{Fold, Node, Op, Source, units};
use crate::answers::FieldPath;
use crate::model::form::{FieldType, TableShape};
use crate::model::tables::DecisionTable;
use crate::value::Value;
use std::sync::Arc;

type Result<T> = std::result::Result<T, Wrong>;

/// Names no table or field may take, because a call or a path would be ambiguous.
pub(crate) const FUNCTIONS: [&str; 38] = [
    "min",
    "max",
    "abs",
    "down_yen",
    "up_yen",
    "down_percent2",
    "down",
    "up",
    "cagr_percent2",
    "answered",
    "length",
    "contains",
    "starts_with",
    "date",
    "add_days",
    "add_months",
    "add_years",
    "days_between",
    "months_between",
    "years_between",
    "fiscal_year",
    "year",
    "month",
    "year_month",
    "end_of_month",
    "or",
    "sum",
    "least",
    "greatest",
    "count",
    "all",
    "any",
    "distinct",
    "filter",
    "true",
    "false",
    "none",
    "in",
];

/// Type of a field's value in expressions.
pub(crate) fn value_type(kind: &FieldType, slot: usize) -> Type {
    match kind {
        FieldType::Yen { .. } => Type::YEN,
        FieldType::Integer { .. } => Type::COUNT,
        FieldType::Decimal { .. } => Type::DECIMAL,
        FieldType::Ratio => Type::RATIO,
        FieldType::Percent { .. } => Type::PERCENT,
        FieldType::Date => Type::Date,
        FieldType::YearMonth => Type::YearMonth,
        FieldType::FiscalYear => Type::Number(Unit::Year),
        FieldType::YesNo | FieldType::Consent => Type::Bool,
        FieldType::Choice { list } => Type::Choice(Arc::clone(list)),
        FieldType::Choices { list, .. } => Type::Many(Arc::clone(list)),
        FieldType::Code { table } => Type::Code(Arc::clone(table)),
        FieldType::File(_) => Type::Files,
        FieldType::Table(shape) => Type::Table(slot, Arc::clone(shape)),
        _ => Type::Text,
    }
}

impl Checker<'_> {
    pub(super) fn name(&mut self, name: &str, span: Span) -> Result<Node> {
        if let Some(node) = self.scope.lets.get(name) {
            return Ok(node.clone());
        }
        for depth in (0..self.scope.locals.len()).rev() {
            let Some(local) = self.scope.locals.get(depth).cloned() else { continue };
            if local.name.as_deref() == Some(name) {
                return Err(Wrong::new(span, format!("{name} is a whole row; name a column, {name}.<column>")));
            }
            if local.name.is_none() && local.shape.column(name).is_some() {
                return self.row_cell(depth, &local, name, span);
            }
        }
        if let Some(field) = self.names.fields.get(name) {
            self.reads.slots.insert((field.slot, None));
            self.reads.paths.push(FieldPath::field(name));
            return Ok(Node { op: Op::Field(field.slot), ty: field.ty.clone(), span });
        }
        let columns = self.scope.locals.iter().flat_map(|local| local.shape.columns.iter().map(|c| c.id.as_str()));
        let known = self.names.fields.keys().map(String::as_str).chain(columns);
        Err(Wrong::new(span, format!("there is no {name}{}", hint(name, known))))
    }

    fn row_cell(&mut self, depth: usize, local: &Local, column: &str, span: Span) -> Result<Node> {
        match (column, local.shape.column(column)) {
            (_, Some(field)) => {
                self.reads.slots.insert((local.slot, Some(field.slot)));
                self.reads.paths.push(FieldPath::column(&local.table, column));
                Ok(Node { op: Op::RowCell(depth, field.slot), ty: value_type(&field.kind, 0), span })
            }
            ("number", None) => Ok(Node { op: Op::RowNumber(depth), ty: Type::COUNT, span }),
            ("key", None) if local.shape.fixed_rows().is_some() => {
                let keys =
                    local.shape.fixed_rows().map(|rows| rows.keys().map(|key| Arc::from(key.as_str())).collect());
                Ok(Node { op: Op::RowKey(depth, Arc::new(keys.unwrap_or_default())), ty: Type::Text, span })
            }
            // A fixed row's words, as its key is for comparing.
            ("label", None) if local.shape.fixed_rows().is_some() => {
                let labels =
                    local.shape.fixed_rows().map(|rows| rows.values().map(|label| Arc::from(label.as_str())).collect());
                Ok(Node { op: Op::RowKey(depth, Arc::new(labels.unwrap_or_default())), ty: Type::Text, span })
            }
            _ => Err(no_column(&local.table, &local.shape, column, span)),
        }
    }

    pub(super) fn member(&mut self, base: &Ast, member: &str, span: Span) -> Result<Node> {
        if let Kind::Name(name) = &base.kind {
            let bound = self.scope.locals.iter().rposition(|local| local.name.as_deref() == Some(name));
            if let Some(depth) = bound
                && let Some(local) = self.scope.locals.get(depth).cloned()
            {
                return self.row_cell(depth, &local, member, span);
            }
        }
        if let Kind::Call { name, name_span, target: None, arguments } = &base.kind
            && !FUNCTIONS.contains(&name.as_str())
        {
            return self.lookup(name, *name_span, arguments, member, span);
        }
        if let Kind::Member(table, row) = &base.kind
            && let Kind::Name(name) = &table.kind
            && let Some(field) = self.names.fields.get(name)
            && let Type::Table(slot, shape) = field.ty.clone()
        {
            return self.fixed_cell(name, slot, &shape, row, member, span);
        }
        let Some(path) = dotted(base).map(|base| format!("{base}.{member}")) else {
            return Err(Wrong::new(span, format!(".{member} follows a table, a row or a fact")));
        };
        self.global(&path, span)
    }

    fn fixed_cell(
        &mut self,
        name: &str,
        slot: usize,
        shape: &TableShape,
        row: &str,
        column: &str,
        span: Span,
    ) -> Result<Node> {
        let Some(rows) = shape.fixed_rows() else {
            return Err(Wrong::new(span, format!("{name} has no fixed rows; use sum, all, filter …")));
        };
        let Some(index) = rows.get_index_of(row) else {
            let near = hint(row, rows.keys().map(String::as_str));
            return Err(Wrong::new(span, format!("{name} has no row {row}{near}")));
        };
        let Some(field) = shape.column(column) else { return Err(no_column(name, shape, column, span)) };
        self.reads.slots.insert((slot, Some(field.slot)));
        self.reads.paths.push(FieldPath::cell(name, index, column));
        Ok(Node { op: Op::FixedCell(slot, index, field.slot), ty: value_type(&field.kind, 0), span })
    }

    fn global(&mut self, path: &str, span: Span) -> Result<Node> {
        if let Some(name) = path.strip_prefix("settings.") {
            let Some(setting) = self.names.settings.get(name) else {
                let near = hint(name, self.names.settings.keys().map(String::as_str));
                return Err(Wrong::new(span, format!("there is no setting {name}{near}")));
            };
            self.reads.settings.insert(name.to_owned());
            let op = Op::Setting(Arc::from(setting.title.as_str()), setting.value.clone());
            return Ok(Node { op, ty: setting.ty.clone(), span });
        }
        let found = self.names.globals.names.get_full(path);
        match found {
            Some((slot, _, ty)) if self.names.letters || slot < self.names.globals.letters_from => {
                self.reads.globals.insert(slot);
                Ok(Node { op: Op::Global(slot), ty: ty.clone(), span })
            }
            Some(_) => Err(Wrong::new(span, format!("{path} is known to letters only"))),
            None => {
                let known = self.names.globals.names.keys().map(String::as_str);
                Err(Wrong::new(
                    span,
                    format!("there is no {path}{}; facts are declared in edition.yaml under facts", hint(path, known)),
                ))
            }
        }
    }

    fn lookup(&mut self, name: &str, name_span: Span, arguments: &[Ast], output: &str, span: Span) -> Result<Node> {
        let table = self.table(name, name_span)?;
        if arguments.len() != table.given.len() {
            let wanted: Vec<&str> = table.given.iter().map(|input| input.name.as_str()).collect();
            return Err(Wrong::new(span, format!("{name} is given ({}), {} here", wanted.join(", "), arguments.len())));
        }
        let mut inputs = Vec::new();
        for (argument, input) in arguments.iter().zip(&table.given) {
            let node = self.node(argument)?;
            let literal = constant(Value::Unknown, input.ty.clone(), argument.span);
            if !units::fits(&input.ty, &node.ty) {
                return Err(Wrong::new(
                    node.span,
                    format!("{name} wants {} for {}, this is {}", input.ty, input.name, node.ty),
                ));
            }
            self.joined(&node, &literal, node.span)?;
            inputs.push(node);
        }
        let Some((index, _, out)) = table.yields.get_full(output) else {
            let near = hint(output, table.yields.keys().map(String::as_str));
            return Err(Wrong::new(span, format!("{name} yields no {output}{near}")));
        };
        self.reads.tables.insert(name.to_owned());
        let ty = out.ty.clone();
        Ok(Node { op: Op::Lookup { table, inputs, output: index }, ty, span })
    }

    fn table(&self, name: &str, span: Span) -> Result<Arc<DecisionTable>> {
        self.names.tables.get(name).cloned().ok_or_else(|| {
            let known = self.names.tables.keys().map(String::as_str).chain(FUNCTIONS);
            Wrong::new(span, format!("there is no function or table {name}{}", hint(name, known)))
        })
    }

    pub(super) fn call(
        &mut self,
        name: &str,
        name_span: Span,
        target: Option<&Ast>,
        arguments: &[Ast],
        span: Span,
    ) -> Result<Node> {
        if let Some(fold) = fold_named(name) {
            let all: Vec<&Ast> = target.into_iter().chain(arguments).collect();
            return self.fold(fold, name, &all, span);
        }
        if target.is_some() {
            return Err(Wrong::new(
                name_span,
                format!("{name} is no method; tables know filter, all, any, sum, count, least, greatest, distinct"),
            ));
        }
        match name {
            "filter" => Err(Wrong::new(span, "filter(…) stands inside sum, count, all, any …")),
            "or" => {
                let [first, second] = self.exactly::<2>(name, arguments, span)?;
                let ty = self.joined(&first, &second, span)?;
                Ok(Node { op: Op::Otherwise(Box::new(first), Box::new(second)), ty, span })
            }
            "date" => self.date_literal(arguments, span),
            _ if FUNCTIONS.contains(&name) => self.function(name, arguments, span),
            _ => {
                let table = self.table(name, name_span)?;
                let outputs: Vec<&str> = table.yields.keys().map(String::as_str).collect();
                Err(Wrong::new(span, format!("{name}(…) is a row; name an output: .{}", outputs.join(", ."))))
            }
        }
    }

    fn exactly<const N: usize>(&mut self, name: &str, arguments: &[Ast], span: Span) -> Result<[Node; N]> {
        let nodes = arguments.iter().map(|argument| self.node(argument)).collect::<Result<Vec<_>>>()?;
        let given = nodes.len();
        nodes.try_into().map_err(|_| Wrong::new(span, format!("{name} takes {N} values, {given} here")))
    }

    fn date_literal(&self, arguments: &[Ast], span: Span) -> Result<Node> {
        let wrong = || Wrong::new(span, "write date('2026-04-01')");
        let [Ast { kind: Kind::Text(text), .. }] = arguments else { return Err(wrong()) };
        let day = crate::read::parse::iso_date(text).ok_or_else(wrong)?;
        Ok(constant(Value::Date(day), Type::Date, span))
    }

    fn function(&mut self, name: &str, arguments: &[Ast], span: Span) -> Result<Node> {
        let nodes = arguments.iter().map(|argument| self.node(argument)).collect::<Result<Vec<_>>>()?;
        let (function, ty) = signature(name, &nodes, span)?;
        Ok(Node { op: Op::Call(function, nodes), ty, span })
    }

    /// `sum(table, expr)`, `all(table, row, expr)`, `table.count(row, expr)`, `count(table)`.
    fn fold(&mut self, fold: Fold, name: &str, arguments: &[&Ast], span: Span) -> Result<Node> {
        let Some((table, rest)) = arguments.split_first() else {
            return Err(Wrong::new(span, format!("{name} needs a table")));
        };
        if fold == Fold::Count && rest.is_empty() && !matches!(table.kind, Kind::Call { .. }) {
            let node = self.node(table)?;
            let function = match node.ty {
                Type::Many(_) => Some(F::CountChosen),
                Type::Files => Some(F::CountFiles),
                _ => None,
            };
            if let Some(function) = function {
                return Ok(Node { op: Op::Call(function, vec![node]), ty: Type::COUNT, span });
            }
        }
        let (mut source, local) = self.source(table)?;
        let body = self.lambda(&mut source, local, rest, name, span)?;
        let ty = match (fold, &body) {
            (Fold::Count, None) => Type::COUNT,
            (_, None) => return Err(Wrong::new(span, format!("{name} needs a table and what to take of each row"))),
            (Fold::Count | Fold::All | Fold::Any, Some(body)) if body.ty != Type::Bool => {
                return Err(Wrong::new(body.span, format!("expected yes or no, this is {}", body.ty)));
            }
            (Fold::Sum | Fold::Least | Fold::Greatest, Some(body)) if !body.ty.is_number() => {
                return Err(Wrong::new(body.span, format!("expected a number, this is {}", body.ty)));
            }
            (Fold::Count, _) => Type::COUNT,
            (Fold::All | Fold::Any | Fold::Distinct, _) => Type::Bool,
            (_, Some(body)) => body.ty.clone(),
        };
        Ok(Node { op: Op::Fold(fold, source, body.map(Box::new)), ty, span })
    }

    /// A table with its filters.
    fn source(&mut self, ast: &Ast) -> Result<(Source, Local)> {
        match &ast.kind {
            Kind::Name(name) => {
                let node = self.name(name, ast.span)?;
                let Type::Table(slot, shape) = node.ty else {
                    return Err(Wrong::new(ast.span, format!("expected a table, {name} is {}", node.ty)));
                };
                let source = Source { slot, depth: self.scope.locals.len(), filters: Vec::new() };
                Ok((source, Local { name: None, slot, table: name.clone(), shape }))
            }
            Kind::Call { name, target, arguments, .. } if name == "filter" => {
                let all: Vec<&Ast> = target.as_deref().into_iter().chain(arguments).collect();
                let Some((table, rest)) = all.split_first() else {
                    return Err(Wrong::new(ast.span, "filter needs a table and a condition"));
                };
                let (mut source, local) = self.source(table)?;
                let condition = self.lambda(&mut source, local.clone(), rest, "filter", ast.span)?;
                match condition {
                    Some(condition) if condition.ty == Type::Bool => source.filters.push(condition),
                    Some(other) => {
                        return Err(Wrong::new(other.span, format!("expected yes or no, this is {}", other.ty)));
                    }
                    None => return Err(Wrong::new(ast.span, "filter needs a condition")),
                }
                Ok((source, local))
            }
            _ => Err(Wrong::new(ast.span, "expected a table of the form")),
        }
    }

    /// What follows the table: nothing, an expression over its columns, or a variable and an expression.
    fn lambda(
        &mut self,
        source: &mut Source,
        mut local: Local,
        rest: &[&Ast],
        name: &str,
        span: Span,
    ) -> Result<Option<Node>> {
        let body = match rest {
            [] => return Ok(None),
            [body] => body,
            [Ast { kind: Kind::Name(variable), span }, body] => {
                if self.names.fields.contains_key(variable) {
                    return Err(Wrong::new(*span, format!("{variable} is a field; name the row otherwise")));
                }
                local.name = Some(variable.clone());
                body
            }
            _ => return Err(Wrong::new(span, format!("{name} takes a table, a name for its row and an expression"))),
        };
        source.depth = self.scope.locals.len();
        self.scope.locals.push(local.clone());
        let node = self.node(body);
        self.scope.locals.pop();
        let node = node?;
        Ok(Some(blank_counts_nothing(node, &local)))
    }
}

/// A blank cell of an optional column is skipped by folds, as a spreadsheet's SUM does.
fn blank_counts_nothing(mut node: Node, local: &Local) -> Node {
    let Op::RowCell(depth, column) = node.op else { return node };
    let optional =
        local.shape.columns.get(column).is_some_and(|field| {
            field.value.is_none() && matches!(field.required, crate::model::form::Condition::Never)
        });
    if optional && (node.ty.is_number() || node.ty.is_textual()) {
        node.op = Op::OptionalCell(depth, column);
    }
    node
}

fn no_column(table: &str, shape: &TableShape, column: &str, span: Span) -> Wrong {
    let near = hint(column, shape.columns.iter().map(|field| field.id.as_str()));
    Wrong::new(span, format!("{table} has no column {column}{near}"))
}

fn dotted(ast: &Ast) -> Option<String> {
    match &ast.kind {
        Kind::Name(name) => Some(name.clone()),
        Kind::Member(base, member) => Some(format!("{}.{member}", dotted(base)?)),
        _ => None,
    }
}

fn fold_named(name: &str) -> Option<Fold> {
    Some(match name {
        "sum" => Fold::Sum,
        "count" => Fold::Count,
        "all" => Fold::All,
        "any" => Fold::Any,
        "least" => Fold::Least,
        "greatest" => Fold::Greatest,
        "distinct" => Fold::Distinct,
        _ => return None,
    })
}

/// Checks the arguments of a function and tells its type.
fn signature(name: &str, nodes: &[Node], span: Span) -> Result<(F, Type)> {
    let want = |index: usize, wanted: &Type| match nodes.get(index) {
        Some(node) if units::fits(wanted, &node.ty) || (*wanted == Type::Date && node.ty.is_date()) => Ok(()),
        Some(node) => Err(Wrong::new(node.span, format!("{name} wants {wanted}, this is {}", node.ty))),
        None => Err(Wrong::new(span, format!("{name} needs {} values", index + 1))),
    };
    let arity = |count: usize| {
        if nodes.len() == count {
            Ok(())
        } else {
            Err(Wrong::new(span, format!("{name} takes {count} values, {} here", nodes.len())))
        }
    };
    let first = |count: usize| -> Result<Type> {
        arity(count)?;
        match nodes.first() {
            Some(node) if node.ty.is_number() => Ok(node.ty.clone()),
            Some(node) => Err(Wrong::new(node.span, format!("{name} wants a number, this is {}", node.ty))),
            None => Err(Wrong::new(span, format!("{name} wants a number"))),
        }
    };
    Ok(match name {
        "min" | "max" => {
            let ty = numbers(name, nodes, span)?;
            (if name == "min" { F::Min } else { F::Max }, ty)
        }
        "abs" => (F::Abs, first(1)?),
        "down_yen" | "up_yen" => {
            arity(1)?;
            want(0, &Type::YEN)?;
            (if name == "down_yen" { F::DownYen } else { F::UpYen }, Type::YEN)
        }
        "down_percent2" => match first(1)? {
            Type::Number(Unit::Percent) => (F::CutPercent2, Type::PERCENT),
            Type::Number(Unit::Yen) => return Err(Wrong::new(span, "down_percent2 wants a ratio, such as a / b")),
            _ => (F::DownPercent2, Type::PERCENT),
        },
        "down" | "up" => {
            let ty = first(2)?;
            want(1, &Type::COUNT)?;
            (if name == "down" { F::Down } else { F::Up }, ty)
        }
        "cagr_percent2" => {
            arity(3)?;
            numbers(name, nodes.get(..2).unwrap_or_default(), span)?;
            want(2, &Type::COUNT)?;
            (F::CagrPercent2, Type::PERCENT)
        }
        "answered" => {
            arity(1)?;
            (F::Answered, Type::Bool)
        }
        "length" => {
            arity(1)?;
            want(0, &Type::Text)?;
            (F::Length, Type::COUNT)
        }
        "contains" | "starts_with" => {
            arity(2)?;
            want(0, &Type::Text)?;
            want(1, &Type::Text)?;
            (if name == "contains" { F::Contains } else { F::StartsWith }, Type::Bool)
        }
        _ => return dates(name, nodes.first().map(|node| &node.ty), want, arity),
    })
}

fn numbers(name: &str, nodes: &[Node], span: Span) -> Result<Type> {
    let mut ty: Option<Type> = None;
    for node in nodes {
        if !node.ty.is_number() {
            return Err(Wrong::new(node.span, format!("{name} wants numbers, this is {}", node.ty)));
        }
        let next = ty.as_ref().map_or_else(|| Some(node.ty.clone()), |ty| units::common(ty, &node.ty));
        ty = Some(next.ok_or_else(|| Wrong::new(node.span, format!("{name} wants like units, this is {}", node.ty)))?);
    }
    ty.ok_or_else(|| Wrong::new(span, format!("{name} needs numbers")))
}

fn dates(
    name: &str,
    first: Option<&Type>,
    want: impl Fn(usize, &Type) -> Result<()>,
    arity: impl Fn(usize) -> Result<()>,
) -> Result<(F, Type)> {
    want(0, &Type::Date)?;
    // A month moved by months is still a month.
    let moved = if first == Some(&Type::YearMonth) { Type::YearMonth } else { Type::Date };
    let (function, ty, second) = match name {
        "add_days" => (F::AddDays, Type::Date, Some(Type::COUNT)),
        "add_months" => (F::AddMonths, moved, Some(Type::COUNT)),
        "add_years" => (F::AddYears, moved, Some(Type::COUNT)),
        "days_between" => (F::DaysBetween, Type::COUNT, Some(Type::Date)),
        "months_between" => (F::MonthsBetween, Type::COUNT, Some(Type::Date)),
        "years_between" => (F::YearsBetween, Type::COUNT, Some(Type::Date)),
        "fiscal_year" => (F::FiscalYear, Type::Number(Unit::Year), None),
        "year" => (F::Year, Type::Number(Unit::Year), None),
        "month" => (F::MonthOf, Type::COUNT, None),
        "year_month" => (F::ToYearMonth, Type::YearMonth, None),
        _ => (F::EndOfMonth, Type::Date, None),
    };
    arity(if second.is_some() { 2 } else { 1 })?;
    if let Some(second) = second {
        want(1, &second)?;
    }
    Ok((function, ty))
}
