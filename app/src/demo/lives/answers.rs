//! Answers of a tale: an example of the edition, moved in time, under the company's own name.

use anyhow::Context;
use hojo_gbizid::Identity;
use hojo_programme::{Answers, Example, Procedure, Raw, RawRow};
use hojo_words::jst;
use time::macros::format_description;
use time::{Date, Month};

/// The company of the edition's examples.
const COMPANY: &str = "株式会社見本精機";
const NUMBER: &str = "7123456789012";
const REPRESENTATIVE: &str = "見本 太郎";

/// The example of that name, or the first one.
pub fn example<'p>(procedure: &'p Procedure, name: &str) -> anyhow::Result<&'p Example> {
    let found = procedure.examples.iter().find(|e| e.name.starts_with(name));
    found.with_context(|| format!("{} has no example {name}", procedure.code))
}

/// Moves words in time and gives them the company's name.
pub struct Mover<'w> {
    pub months: i32,
    pub who: &'w Identity,
}

impl Mover<'_> {
    /// What of the example a person types: nothing that is calculated or known.
    #[must_use]
    pub fn answers(&self, procedure: &Procedure, example: &Example) -> Answers {
        let mut all = Answers::default();
        for (id, raw) in &example.answers.0 {
            let typed = procedure.form.field(id).is_some_and(|f| f.from.is_none() && f.value.is_none());
            if typed {
                all.set(id, self.raw(raw));
            }
        }
        all
    }

    fn raw(&self, raw: &Raw) -> Raw {
        match raw {
            Raw::Text(text) => Raw::Text(self.text(text)),
            Raw::Many(many) => Raw::Many(many.clone()),
            Raw::Files(files) => Raw::Files(files.clone()),
            Raw::Rows(rows) => Raw::Rows(rows.iter().map(|row| self.row(row)).collect()),
        }
    }

    fn row(&self, row: &RawRow) -> RawRow {
        row.iter().map(|(column, cell)| (column.clone(), self.raw(cell))).collect()
    }

    /// One answer as it is typed.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        if let Some(day) = moved_day(text, self.months).or_else(|| moved_month(text, self.months)) {
            return day;
        }
        let r = &self.who.representative;
        let name: Vec<&str> = [&r.last, &r.first].into_iter().flatten().map(String::as_str).collect();
        let number = self.who.corporate_number.as_ref().map(ToString::to_string);
        let text = text.replace(NUMBER, number.as_deref().unwrap_or(NUMBER));
        let text = text.replace(COMPANY, self.who.name.as_deref().unwrap_or(COMPANY));
        let text = if name.is_empty() { text } else { text.replace(REPRESENTATIVE, &name.join(" ")) };
        moved_years(&text, self.months)
    }
}

fn moved_day(text: &str, months: i32) -> Option<String> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(jst::add_months(day, months)?.to_string())
}

fn moved_month(text: &str, months: i32) -> Option<String> {
    let (year, month) = text.split_once('-').filter(|(y, m)| y.len() == 4 && m.len() == 2)?;
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let day = Date::from_calendar_date(year.parse().ok()?, month, 1).ok()?;
    let moved = jst::add_months(day, months)?;
    Some(format!("{}-{:02}", moved.year(), u8::from(moved.month())))
}

/// 令和12年 in running text, as many years earlier as the rest.
fn moved_years(text: &str, months: i32) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("令和") {
        out.push_str(before);
        let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
        let day = digits.parse::<i32>().ok().and_then(|year| jst::from_era("令和", year, 6, 1));
        match day.and_then(|day| jst::add_months(day, months)) {
            Some(moved) => {
                out.push_str(jst::legal_year(moved).trim_end_matches('年'));
                rest = after.strip_prefix(digits.as_str()).unwrap_or(after);
            }
            None => {
                out.push_str("令和");
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Puts a value where `path` says: a field, or `table[0].column`; empty takes the answer away.
pub fn put(answers: &mut Answers, path: &str, value: &str) {
    let Some((table, rest)) = path.split_once('[') else {
        if value.is_empty() {
            answers.0.remove(path);
        } else {
            answers.set(path, Raw::from(value));
        }
        return;
    };
    let Some((at, column)) = rest.split_once("].") else { return };
    let (Some(Raw::Rows(rows)), Ok(at)) = (answers.0.get_mut(table), at.parse::<usize>()) else { return };
    if let Some(row) = rows.get_mut(at) {
        row.insert(column.to_owned(), Raw::from(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_months_and_years_in_words_move_together() {
        assert_eq!(moved_day("2027-11-30", -84).as_deref(), Some("2020-11-30"));
        assert_eq!(moved_month("2028-03", -84).as_deref(), Some("2021-03"));
        assert_eq!(moved_month("03-1234", -84), None);
        assert_eq!(moved_years("令和12年3月25日付けで、令和9年の", -84), "令和5年3月25日付けで、令和2年の");
        assert_eq!(moved_years("令和8年に令和元年から", -84), "令和元年に令和元年から");
    }

    #[test]
    fn a_cell_is_put_where_the_path_says() {
        let mut a = Answers::default();
        a.set("lines", Raw::Rows(vec![RawRow::new()]));
        put(&mut a, "lines[0].item", "旋盤");
        put(&mut a, "reason", "理由");
        put(&mut a, "reason", "");
        assert!(matches!(a.get("lines"), Some(Raw::Rows(rows)) if rows[0].get("item") == Some(&Raw::from("旋盤"))));
        assert!(a.get("reason").is_none());
    }
}
