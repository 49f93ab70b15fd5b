//! CSV for spreadsheets: byte order mark, everything quoted, formulas disarmed (OWASP, CSV injection).

use crate::Reply;

/// A file of a head and rows, to be kept under `name`.
#[must_use]
pub fn download<R>(name: &str, head: &[&str], rows: impl IntoIterator<Item = R>) -> Reply
where
    R: IntoIterator<Item = String>,
{
    Reply::download(file(head, rows).into(), "text/csv; charset=utf-8", name)
}

/// The bytes of [`download`]. Begins with a byte order mark: spreadsheets otherwise read Japanese in the wrong encoding.
#[must_use]
pub fn file<R>(head: &[&str], rows: impl IntoIterator<Item = R>) -> Vec<u8>
where
    R: IntoIterator<Item = String>,
{
    let mut out = String::from("\u{feff}");
    line(&mut out, head.iter().map(|h| (*h).to_owned()));
    for row in rows {
        line(&mut out, row);
    }
    out.into_bytes()
}

fn line(out: &mut String, cells: impl IntoIterator<Item = String>) {
    for (at, text) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('"');
        if runs(&text) {
            out.push('\'');
        }
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

/// What a spreadsheet takes for the beginning of a formula.
const RISKY: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Would a spreadsheet run it? A plain negative number is none.
fn runs(text: &str) -> bool {
    let number =
        text.strip_prefix('-').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    text.trim_start_matches([' ', '\u{3000}']).starts_with(RISKY) && !number
}

#[cfg(test)]
mod tests {
    use super::file;

    /// The one cell of the one row, as written.
    fn written(cell: &str) -> String {
        let bytes = file(&["名"], [[cell.to_owned()]]);
        let text = String::from_utf8(bytes).expect("UTF-8");
        let row = text.strip_prefix("\u{feff}\"名\"\r\n").expect("byte order mark and head");
        row.strip_suffix("\r\n").expect("lines end as spreadsheets want").to_owned()
    }

    #[test]
    fn formulas_are_disarmed_and_quotes_doubled() {
        for (typed, expected) in [
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+81", "\"'+81\""),
            ("-3+cmd", "\"'-3+cmd\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("  =1", "\"'  =1\""),
            ("\u{3000}@SUM(A1)", "\"'\u{3000}@SUM(A1)\""),
            ("＝1", "\"'＝1\""),
            ("株式会社,見本\n", "\"株式会社,見本\n\""),
            ("甲\"乙", "\"甲\"\"乙\""),
        ] {
            assert_eq!(written(typed), expected);
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        for number in ["-5", "-3.5", "0", "12"] {
            assert_eq!(written(number), format!("\"{number}\""));
        }
        assert_eq!(written("-"), "\"'-\"");
    }
}
