//! The error catalogue (`docs/errors.md`): every refusal a person can meet, found in the code
//! where it is made. Written by `cargo xtask errors`; `tidy` fails when it is not up to date.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::ensure;

/// How a refusal is made: the words before its code, and what follows the code.
const MAKERS: &[&str] = &["Refusal::new(", "refused(", "refuse(", "wrong(", "BadRequest {"];

struct Entry {
    message: String,
    advice: String,
    made_in: String,
}

/// The catalogue as Markdown.
pub fn catalogue(root: &Path, files: &[String]) -> anyhow::Result<String> {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    for file in files {
        let source = ["core/", "kernel/", "slices/", "gates/"].iter().any(|d| file.starts_with(d));
        if !source || !file.ends_with(".rs") || file.contains("/tests/") || file.contains("/examples/") {
            continue;
        }
        let text = fs::read_to_string(root.join(file))?;
        // Tests at the end of a file make refusals of their own.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for maker in MAKERS {
            for piece in text.split(maker).skip(1) {
                if let Some((code, entry)) = entry(piece, file) {
                    entries.entry(code).or_insert(entry);
                }
            }
        }
    }
    ensure!(
        entries.len() > 20,
        "the catalogue finds only {} refusals: the code makes them in another way now",
        entries.len()
    );
    let mut out = String::from(
        "# エラーコード一覧\n\n画面に表示される「お断り」の一覧です。プログラムから作られます（`cargo xtask errors`）。`…` は場面ごとに変わる部分です。\n\n\
         | コード | 何が起きたか | どうすればよいか | 場所 |\n|---|---|---|---|\n",
    );
    for (code, e) in &entries {
        out.push_str(&format!("| `{code}` | {} | {} | `{}` |\n", e.message, e.advice, e.made_in));
    }
    Ok(out)
}

fn entry(piece: &str, file: &str) -> Option<(String, Entry)> {
    let piece: String = piece.chars().take(900).collect();
    // Separators of joined lists are no sentences.
    let mut literals = literals(&piece).filter(|l| l.chars().count() > 2);
    let code = literals.next()?;
    let is_code = code.contains('-') && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    if !is_code {
        return None;
    }
    let message = literals.next().unwrap_or_default();
    let advice = literals.next().unwrap_or_default();
    Some((code, Entry { message: shown(&message), advice: shown(&advice), made_in: file.to_owned() }))
}

/// String literals in order.
fn literals(text: &str) -> impl Iterator<Item = String> + use<'_> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = rest.find('"')? + 1;
        let tail = rest.get(from..)?;
        let mut end = 0;
        let bytes = tail.as_bytes();
        while *bytes.get(end)? != b'"' {
            end += if bytes.get(end) == Some(&b'\\') { 2 } else { 1 };
        }
        rest = tail.get(end + 1..)?;
        Some(tail.get(..end)?.to_owned())
    })
}

/// `{name}` becomes `…`, and nothing breaks the table.
fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in text.replace("\\n", " ").replace('|', "｜").chars() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    out.push('…');
                }
            }
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_found_with_its_words() {
        let (code, e) =
            entry("\n  \"CASE-STALE\",\n format!(\"{n}件あります。\"), \"直して\\\"ください\\\"。\")", "a.rs").unwrap();
        assert_eq!(code, "CASE-STALE");
        assert_eq!(e.message, "…件あります。");
        assert!(entry("\"not a code\", \"x\")", "a.rs").is_none());
        assert!(entry("no literal", "a.rs").is_none());
    }
}
