//! CSV for spreadsheets: byte order mark, everything quoted, formulas disarmed.

/// A file of a head and rows.
pub fn file(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    line(&mut out, head.iter().copied());
    for row in rows {
        line(&mut out, row.iter().map(String::as_str));
    }
    out.into_bytes()
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (at, text) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('"');
        if runs(text) {
            out.push('\'');
        }
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

/// Would a spreadsheet take it for a formula? A plain negative number is none.
fn runs(text: &str) -> bool {
    let risky = text
        .trim_start_matches([' ', '\u{3000}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let number =
        text.strip_prefix('-').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    risky && !number
}

#[cfg(test)]
mod tests {
    use super::file;

    #[test]
    fn formulas_are_disarmed_numbers_stay_numbers() {
        let bytes =
            file(&["名"], [vec!["=1+1".into()], vec!["-3.5".into()], vec!["-3+cmd".into()], vec!["\"甲\"".into()]]);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, "\u{feff}\"名\"\r\n\"'=1+1\"\r\n\"-3.5\"\r\n\"'-3+cmd\"\r\n\"\"\"甲\"\"\"\r\n");
    }
}
