//! 文のひな型: sentences with `{expression}` placeholders; `{{` is a brace.

use super::Expr;
use super::ast::{Span, Wrong};
use super::eval::{Bound, Env, Locals, eval};
use super::format::{Dates, without_doubled_unit, words};
use super::types::Type;
use crate::value::Value;

/// 文のひな型.
#[derive(Debug, Clone)]
pub struct Template {
    /// As written.
    pub source: String,
    pub(crate) parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(String),
    Value(Expr),
}

/// A piece before its expression is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// Expression and its place in the template.
    Value(String, Span),
}

/// Splits a template into texts and expressions.
///
/// # Errors
/// A brace that is not closed, or an empty placeholder.
pub(crate) fn split(source: &str) -> Result<Vec<Piece>, Wrong> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut characters = source.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let doubled = characters.peek().is_some_and(|(_, next)| *next == character);
        match character {
            '{' | '}' if doubled => {
                characters.next();
                text.push(character);
            }
            '{' => {
                let end = closing(source, at + 1)
                    .ok_or_else(|| Wrong::new((at, at + 1), "this brace is not closed; write {{ for a brace"))?;
                let inner = source.get(at + 1..end).unwrap_or_default();
                if inner.trim().is_empty() {
                    return Err(Wrong::new((at, end + 1), "this placeholder is empty"));
                }
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(Piece::Value(inner.to_owned(), (at + 1, end)));
                while characters.peek().is_some_and(|(next, _)| *next <= end) {
                    characters.next();
                }
            }
            '}' => return Err(Wrong::new((at, at + 1), "this brace was not opened; write }} for a brace")),
            other => text.push(other),
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// The brace that closes a placeholder; texts inside may hold braces.
fn closing(source: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    for (offset, character) in source.get(start..)?.char_indices() {
        match (quote, character) {
            (None, '}') => return Some(start + offset),
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

impl Template {
    /// Expressions of the placeholders.
    pub fn expressions(&self) -> impl Iterator<Item = &Expr> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value(expr) => Some(expr),
            Part::Text(_) => None,
        })
    }

    /// Whether it is one number and nothing else, so that it is set to the right.
    pub fn is_number(&self) -> bool {
        matches!(self.parts.as_slice(), [Part::Value(expr)] if matches!(expr.ty, Type::Number(_)))
    }

    /// Fills the template; unknown values read 「（未入力）」.
    pub(crate) fn fill(&self, env: Env<'_>, dates: Dates) -> String {
        self.render(env, dates).unwrap_or_else(|(text, _)| text)
    }

    /// Fills the template for one row of a table; what the row does not say stays white.
    pub(crate) fn fill_row(&self, env: Env<'_>, row: Bound, dates: Dates) -> String {
        self.white_when_unknown(env, &mut vec![row], dates)
    }

    /// Fills the template; what is not known yet stays white.
    pub(crate) fn fill_known(&self, env: Env<'_>, dates: Dates) -> String {
        self.white_when_unknown(env, &mut Locals::new(), dates)
    }

    fn white_when_unknown(&self, env: Env<'_>, locals: &mut Locals, dates: Dates) -> String {
        let (text, missing) = self.write(env, locals, dates, "");
        // The words around a single value say nothing without it.
        if missing.is_some() && self.expressions().count() == 1 { String::new() } else { text }
    }

    /// Fills the template.
    ///
    /// # Errors
    /// The text as far as it goes and the first placeholder without a value.
    pub(crate) fn render(&self, env: Env<'_>, dates: Dates) -> Result<String, (String, String)> {
        let (text, missing) = self.write(env, &mut Locals::new(), dates, "（未入力）");
        match missing {
            None => Ok(text),
            Some(placeholder) => Err((text, placeholder)),
        }
    }

    fn write(&self, env: Env<'_>, locals: &mut Locals, dates: Dates, blank: &str) -> (String, Option<String>) {
        let mut out = String::new();
        let mut missing = None;
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value(expr) => {
                    let value = eval(&expr.node, env, locals);
                    if value == Value::Unknown {
                        missing.get_or_insert_with(|| expr.source.trim().to_owned());
                        out.push_str(blank);
                        continue;
                    }
                    let following = match self.parts.get(index + 1) {
                        Some(Part::Text(text)) => text.as_str(),
                        _ => "",
                    };
                    let shown = words(&value, &expr.ty, dates);
                    out.push_str(&without_doubled_unit(shown, following));
                }
            }
        }
        (out, missing)
    }
}
