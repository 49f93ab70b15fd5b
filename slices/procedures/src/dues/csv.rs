//! CSV: with a byte order mark for spreadsheets, every cell quoted, formulas disarmed.

/// One file: a head and its lines.
pub fn file(head: &[&str], lines: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    row(&mut out, head.iter().map(|h| (*h).to_owned()));
    for line in lines {
        row(&mut out, line);
    }
    out.into_bytes()
}

fn row(out: &mut String, cells: impl IntoIterator<Item = String>) {
    for (at, text) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&cell(&text));
    }
    out.push_str("\r\n");
}

/// A cell that a spreadsheet would run as a formula gets an apostrophe in front.
fn cell(text: &str) -> String {
    let risky = text
        .trim_start_matches([' ', '\u{3000}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if risky { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_quotes_doubled() {
        for (typed, written) in [
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("＝1", "\"'＝1\""),
            ("\u{3000}@SUM(A1)", "\"'\u{3000}@SUM(A1)\""),
            ("株式会社,見本", "\"株式会社,見本\""),
        ] {
            assert_eq!(cell(typed), written);
        }
        let text = String::from_utf8(file(&["受付番号"], [vec!["R1".to_owned()]])).unwrap();
        assert_eq!(text, "\u{feff}\"受付番号\"\r\n\"R1\"\r\n");
    }
}
