//! 字句: text → tokens with byte ranges.

use super::ast::{Literal, Span, Wrong};
use hojo_words::Number;

/// 字句.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Number(Number, Literal),
    Text(String),
    Name(String),
    /// Operators and brackets.
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "?", ":", "(", ")", "[", "]", ",", ".", "{",
    "}", "%",
];

/// Splits an expression into tokens.
///
/// # Errors
/// The first character that begins no token, an unclosed text, or a number that does not fit.
pub(crate) fn lex(source: &str) -> Result<Vec<(Token, Span)>, Wrong> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(character) = rest(source, at).chars().next() {
        let next = at + character.len_utf8();
        if character.is_whitespace() {
            at = next;
        } else if character.is_ascii_digit() {
            let (token, end) = number(source, at)?;
            tokens.push((token, (at, end)));
            at = end;
        } else if character == '\'' || character == '"' {
            let (text, end) = text(source, at, character)?;
            tokens.push((Token::Text(text), (at, end)));
            at = end;
        } else if character.is_ascii_alphabetic() || character == '_' {
            let end = at + run(rest(source, at), |c| c.is_ascii_alphanumeric() || c == '_');
            tokens.push((Token::Name(source.get(at..end).unwrap_or_default().to_owned()), (at, end)));
            at = end;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest(source, at).starts_with(**sign)) {
            tokens.push((Token::Sign(sign), (at, at + sign.len())));
            at += sign.len();
        } else {
            return Err(Wrong::new((at, next), unexpected(character)));
        }
    }
    tokens.push((Token::End, (source.len(), source.len())));
    Ok(tokens)
}

fn unexpected(character: char) -> String {
    match character {
        '=' => "write == to compare".to_owned(),
        '&' => "write && for and".to_owned(),
        '|' => "write || for or".to_owned(),
        '（' | '）' | '，' | '＝' | '＋' | '－' | '＊' | '／' | '＜' | '＞' | '０'..='９' => {
            format!("'{character}' is full-width; expressions use half-width signs and digits")
        }
        other => format!("'{other}' is not part of an expression"),
    }
}

fn rest(source: &str, at: usize) -> &str {
    source.get(at..).unwrap_or_default()
}

fn run(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}

fn number(source: &str, start: usize) -> Result<(Token, usize), Wrong> {
    let mut end = start + run(rest(source, start), |c| c.is_ascii_digit() || c == '_');
    let after_dot = rest(source, end).strip_prefix('.').unwrap_or_default();
    if after_dot.starts_with(|c: char| c.is_ascii_digit()) {
        end += 1 + run(after_dot, |c| c.is_ascii_digit());
    }
    let too_large = |end: usize| Wrong::new((start, end), "this number is too large");
    let digits = source.get(start..end).unwrap_or_default();
    let mut value: Number = digits.parse().map_err(|_| too_large(end))?;
    for (suffix, factor) in [("億", 100_000_000), ("万", 10_000)] {
        if rest(source, end).starts_with(suffix) {
            end += suffix.len();
            value = value.mul(Number::integer(factor)).map_err(|_| too_large(end))?;
            break;
        }
    }
    let mut unit = Literal::Bare;
    for (suffix, literal) in [("円", Literal::Yen), ("%", Literal::Percent), ("％", Literal::Percent)] {
        if rest(source, end).starts_with(suffix) {
            end += suffix.len();
            unit = literal;
            break;
        }
    }
    Ok((Token::Number(value, unit), end))
}

fn text(source: &str, start: usize, quote: char) -> Result<(String, usize), Wrong> {
    let mut out = String::new();
    let mut characters = rest(source, start).char_indices().skip(1);
    while let Some((offset, character)) = characters.next() {
        if character == quote {
            return Ok((out, start + offset + 1));
        }
        if character == '\\' {
            let Some((_, escaped)) = characters.next() else { break };
            out.push(if escaped == 'n' { '\n' } else { escaped });
        } else {
            out.push(character);
        }
    }
    Err(Wrong::new((start, source.len()), "this text is not closed"))
}
