//! 構文解析: tokens → tree, by binding power (Pratt).

use super::ast::{Ast, Binary, Kind, Span, Unary, Wrong};
use super::lexer::{Token, lex};

/// Deeper than any rule a person writes; keeps recursion off the stack's end.
const DEPTH: usize = 64;
/// Longest expression in bytes.
const LENGTH: usize = 8_192;

/// Parses one expression.
///
/// # Errors
/// The first thing that is no expression, with its place.
pub(crate) fn parse(source: &str) -> Result<Ast, Wrong> {
    if source.len() > LENGTH {
        return Err(Wrong::new((0, 0), format!("an expression may have at most {LENGTH} bytes")));
    }
    let mut parser = Parser { tokens: lex(source)?, at: 0, depth: 0 };
    let tree = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(tree),
        other => Err(Wrong::new(parser.span(), format!("expected the end of the expression, found {}", name(other)))),
    }
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
}

const END: &(Token, Span) = &(Token::End, (0, 0));

fn name(token: &Token) -> String {
    match token {
        Token::Number(number, _) => format!("{number}"),
        Token::Text(text) => format!("'{text}'"),
        Token::Name(name) => name.clone(),
        Token::Sign(sign) => format!("'{sign}'"),
        Token::End => "the end".to_owned(),
    }
}

/// (operator, left power, right power, comparisons do not chain).
fn infix(token: &Token) -> Option<(Binary, u8)> {
    Some(match token {
        Token::Sign("||") => (Binary::Or, 3),
        Token::Sign("&&") => (Binary::And, 5),
        Token::Sign("==") => (Binary::Equal, 7),
        Token::Sign("!=") => (Binary::NotEqual, 7),
        Token::Sign("<") => (Binary::Less, 7),
        Token::Sign("<=") => (Binary::LessEqual, 7),
        Token::Sign(">") => (Binary::Greater, 7),
        Token::Sign(">=") => (Binary::GreaterEqual, 7),
        Token::Name(word) if word == "in" => (Binary::In, 7),
        Token::Sign("+") => (Binary::Add, 9),
        Token::Sign("-") => (Binary::Subtract, 9),
        Token::Sign("*") => (Binary::Multiply, 11),
        Token::Sign("/") => (Binary::Divide, 11),
        _ => return None,
    })
}

const COMPARISON: u8 = 7;

impl Parser {
    fn entry(&self) -> &(Token, Span) {
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(END)
    }

    fn peek(&self) -> &Token {
        &self.entry().0
    }

    fn span(&self) -> Span {
        self.entry().1
    }

    fn next(&mut self) -> (Token, Span) {
        let entry = self.entry().clone();
        self.at += 1;
        entry
    }

    fn take(&mut self, sign: &'static str) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<Span, Wrong> {
        let span = self.span();
        if self.take(sign) {
            Ok(span)
        } else {
            Err(Wrong::new(span, format!("expected '{sign}', found {}", name(self.peek()))))
        }
    }

    fn expression(&mut self, power: u8) -> Result<Ast, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Wrong::new(self.span(), "this expression is nested too deeply; name a part with let"));
        }
        let mut left = self.operand()?;
        let mut compared = false;
        loop {
            if power <= 1 && *self.peek() == Token::Sign("?") {
                left = self.conditional(left)?;
                continue;
            }
            let Some((operator, strength)) = infix(self.peek()) else { break };
            if strength < power {
                break;
            }
            if strength == COMPARISON && compared {
                return Err(Wrong::new(self.span(), "comparisons do not chain; join two with &&"));
            }
            compared = strength == COMPARISON;
            self.at += 1;
            let right = self.expression(strength + 1)?;
            let span = (left.span.0, right.span.1);
            left = Ast { kind: Kind::Binary(operator, Box::new(left), Box::new(right)), span };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn conditional(&mut self, condition: Ast) -> Result<Ast, Wrong> {
        self.expect("?")?;
        let then = self.expression(1)?;
        self.expect(":")?;
        let otherwise = self.expression(1)?;
        let span = (condition.span.0, otherwise.span.1);
        Ok(Ast { kind: Kind::If(Box::new(condition), Box::new(then), Box::new(otherwise)), span })
    }

    fn operand(&mut self) -> Result<Ast, Wrong> {
        let (token, span) = self.next();
        let base = match token {
            Token::Number(number, unit) => Ast { kind: Kind::Number(number, unit), span },
            Token::Text(text) => Ast { kind: Kind::Text(text), span },
            Token::Name(word) => self.named(word, span)?,
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                let close = self.expect(")")?;
                Ast { kind: inner.kind, span: (span.0, close.1) }
            }
            Token::Sign("[") => {
                let (items, close) = self.items("]")?;
                Ast { kind: Kind::List(items), span: (span.0, close.1) }
            }
            Token::Sign("!") => return self.unary(Unary::Not, span),
            Token::Sign("-") => return self.unary(Unary::Negate, span),
            other => return Err(Wrong::new(span, format!("expected a value, found {}", name(&other)))),
        };
        self.members(base)
    }

    fn unary(&mut self, operator: Unary, span: Span) -> Result<Ast, Wrong> {
        let inner = self.expression(13)?;
        let span = (span.0, inner.span.1);
        Ok(Ast { kind: Kind::Unary(operator, Box::new(inner)), span })
    }

    fn named(&mut self, word: String, span: Span) -> Result<Ast, Wrong> {
        let kind = match word.as_str() {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "none" => Kind::Nothing,
            "in" => return Err(Wrong::new(span, "expected a value, found in")),
            _ if self.take("(") => {
                let (arguments, close) = self.items(")")?;
                let kind = Kind::Call { name: word, name_span: span, target: None, arguments };
                return Ok(Ast { kind, span: (span.0, close.1) });
            }
            _ => Kind::Name(word),
        };
        Ok(Ast { kind, span })
    }

    fn members(&mut self, mut base: Ast) -> Result<Ast, Wrong> {
        while self.take(".") {
            let (token, span) = self.next();
            let Token::Name(word) = token else {
                return Err(Wrong::new(span, format!("expected a name after '.', found {}", name(&token))));
            };
            let start = base.span.0;
            if self.take("(") {
                let (arguments, close) = self.items(")")?;
                let kind = Kind::Call { name: word, name_span: span, target: Some(Box::new(base)), arguments };
                base = Ast { kind, span: (start, close.1) };
            } else {
                base = Ast { kind: Kind::Member(Box::new(base), word), span: (start, span.1) };
            }
        }
        Ok(base)
    }

    fn items(&mut self, close: &'static str) -> Result<(Vec<Ast>, Span), Wrong> {
        let mut items = Vec::new();
        let span = self.span();
        if self.take(close) {
            return Ok((items, span));
        }
        loop {
            items.push(self.expression(0)?);
            if !self.take(",") {
                return Ok((items, self.expect(close)?));
            }
        }
    }
}
