//! Pages as a person without scripts has them: forms with their fields, links, words.
//! Reads the HTML our own templates make (well-formed, attributes quoted); nothing else is claimed.

use std::collections::BTreeMap;

/// A tag as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Open { name: String, attributes: BTreeMap<String, String> },
    Close(String),
    Text(String),
}

/// Elements whose content is text and nothing else.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// Cuts a page into tags and texts.
pub(crate) fn tokens(html: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (text, tail) = rest.split_at(at);
        if !text.is_empty() {
            out.push(Token::Text(decode(text)));
        }
        rest = tag(tail, &mut out);
    }
    if !rest.is_empty() {
        out.push(Token::Text(decode(rest)));
    }
    out
}

/// Takes one tag (and the text of a raw element) off the front.
fn tag<'h>(text: &'h str, out: &mut Vec<Token>) -> &'h str {
    if let Some(comment) = text.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, after)| after);
    }
    if text.starts_with("<!") {
        return text.split_once('>').map_or("", |(_, after)| after);
    }
    if let Some(close) = text.strip_prefix("</") {
        let (name, after) = close.split_once('>').unwrap_or((close, ""));
        out.push(Token::Close(name.trim().to_ascii_lowercase()));
        return after;
    }
    let end = end_of_tag(text);
    let (inside, after) = (text.get(1..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default());
    let inside = inside.trim_end_matches('/');
    let name_end = inside.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(name_end);
    let name = name.to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.push(Token::Text("<".into()));
        return text.get(1..).unwrap_or_default();
    }
    out.push(Token::Open { name: name.clone(), attributes: read_attributes(attributes) });
    if RAW.contains(&name.as_str()) {
        let (body, after) = after.split_once(&format!("</{name}>")).unwrap_or((after, ""));
        // A line break right after <textarea> is not part of its text.
        let body = if name == "textarea" { body.strip_prefix('\n').unwrap_or(body) } else { body };
        out.push(Token::Text(if name == "script" || name == "style" { String::new() } else { decode(body) }));
        out.push(Token::Close(name));
        return after;
    }
    after
}

/// Where the tag ends: the first `>` outside quotes.
fn end_of_tag(text: &str) -> usize {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, '>') => return at,
            _ => {}
        }
    }
    text.len()
}

fn read_attributes(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix('=') {
            None => (String::new(), after),
            Some(v) => quoted(v),
        };
        if !name.is_empty() {
            out.insert(name.to_ascii_lowercase(), decode(&value));
        }
        rest = after.trim_start();
    }
    out
}

fn quoted(text: &str) -> (String, &str) {
    for q in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(q) {
            let (value, after) = inner.split_once(q).unwrap_or((inner, ""));
            return (value.to_owned(), after);
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace()).unwrap_or(text.len());
    let (value, after) = text.split_at(end);
    (value.to_owned(), after)
}

/// Character references our templates write, and numeric ones.
pub(crate) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let Some((name, after)) = tail.get(1..).and_then(|t| t.split_once(';')).filter(|(n, _)| n.len() <= 8) else {
            out.push('&');
            rest = tail.get(1..).unwrap_or_default();
            continue;
        };
        let c = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "nbsp" => Some('\u{a0}'),
            n => number(n),
        };
        match c {
            Some(c) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = tail.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn number(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(name: &str, pairs: &[(&str, &str)]) -> Token {
        let attributes = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Token::Open { name: name.into(), attributes }
    }

    #[test]
    fn tags_attributes_and_texts_are_told_apart() {
        let html = "<!DOCTYPE html><!-- <b> --><p class=\"a &amp; &quot;b&quot;\" hidden>x &lt; y &#39;z&#x27;</p><br><input value='>'>";
        assert_eq!(
            tokens(html),
            [
                open("p", &[("class", "a & \"b\""), ("hidden", "")]),
                Token::Text("x < y 'z'".into()),
                Token::Close("p".into()),
                open("br", &[]),
                open("input", &[("value", ">")]),
            ]
        );
    }

    #[test]
    fn raw_elements_keep_their_text() {
        let html = "<textarea name=\"t\">\n<b>&amp;</b></textarea><script>if (a<b) {}</script>";
        assert_eq!(
            tokens(html),
            [
                open("textarea", &[("name", "t")]),
                Token::Text("<b>&</b>".into()),
                Token::Close("textarea".into()),
                open("script", &[]),
                Token::Text(String::new()),
                Token::Close("script".into()),
            ]
        );
    }

    #[test]
    fn broken_text_ends_and_loses_nothing() {
        for html in ["<", "<p", "a & b", "&unknown; &#xZZ;", "<p class=", "</", "<!--", "1 < 2"] {
            let _ = tokens(html);
        }
        assert_eq!(decode("a & b &unknown; c"), "a & b &unknown; c");
    }
}
