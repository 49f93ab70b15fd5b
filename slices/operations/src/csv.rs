//! CSV that a spreadsheet opens in the right encoding and never runs.

/// A file under way. Begins with a byte order mark, because spreadsheets otherwise guess wrong.
pub struct Csv(String);

impl Csv {
    pub fn new(head: &[&str]) -> Self {
        let mut csv = Self(String::from("\u{feff}"));
        csv.row(head.iter().map(|h| (*h).to_owned()));
        csv
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (at, text) in cells.into_iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.0.push_str(&cell(&text));
        }
        self.0.push_str("\r\n");
    }

    pub fn bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// What a spreadsheet takes for the beginning of a formula.
const RISKY: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Quoted always; a cell that would run as a formula gets an apostrophe in front.
fn cell(text: &str) -> String {
    let risky = text.trim_start_matches([' ', '\u{3000}']).starts_with(RISKY);
    let guard = if risky { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_quotes_doubled() {
        for (typed, written) in [
            ("=1+1", "\"'=1+1\""),
            ("　@SUM(A1)", "\"'　@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("甲\"乙,丙", "\"甲\"\"乙,丙\""),
        ] {
            assert_eq!(cell(typed), written);
        }
    }

    #[test]
    fn lines_end_as_spreadsheets_want() {
        let mut csv = Csv::new(&["日時", "人"]);
        csv.row(["a".to_owned(), "b".to_owned()]);
        assert_eq!(String::from_utf8(csv.bytes()).unwrap(), "\u{feff}\"日時\",\"人\"\r\n\"a\",\"b\"\r\n");
    }
}
