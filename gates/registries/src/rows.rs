//! One row of each table, read from a tab-separated line.

use crate::zengin::{self, Unmappable};
use time::Date;
use time::macros::format_description;

/// 銀行.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bank {
    /// 銀行コード, 4 digits.
    pub code: String,
    pub name: String,
    /// Full-width kana as the source gives it.
    pub kana: String,
    /// Half-width, as bank files hold it.
    pub kana_half: String,
}

/// 支店.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    pub bank_code: String,
    /// 支店コード, 3 digits.
    pub code: String,
    pub name: String,
    pub kana: String,
    pub kana_half: String,
}

/// 郵便番号 and one place it stands for. One code can have several, across towns and even prefectures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalCode {
    /// Seven digits without hyphen.
    pub code: String,
    /// 全国地方公共団体コード without its check digit (5 digits).
    pub municipality: String,
    pub prefecture: String,
    pub city: String,
    /// 町域; empty where the code covers the rest of a city. For an office with its own code, with street number.
    pub town: String,
    pub prefecture_kana: String,
    pub city_kana: String,
    pub town_kana: String,
    /// 大口事業所 with a code of their own at this place, joined by 、; mostly empty.
    pub office: String,
}

/// 国民の祝日・休日.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
    /// Whether the government had fixed it when the package was published; later ones are computed and may move.
    pub fixed: bool,
}

/// Why a line is no row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowProblem {
    #[error("{found} columns instead of {expected}")]
    Columns { expected: usize, found: usize },
    #[error("{field} {text:?} is not {expected}")]
    Field { field: &'static str, text: String, expected: &'static str },
    #[error("kana {kana:?}: {cause}")]
    Kana { kana: String, cause: Unmappable },
    #[error("a holiday table without its date of publication")]
    NoHorizon,
}

pub(crate) fn columns<const N: usize>(line: &str) -> Result<[&str; N], RowProblem> {
    let found: Vec<&str> = line.split('\t').collect();
    <[&str; N]>::try_from(found).map_err(|found| RowProblem::Columns { expected: N, found: found.len() })
}

fn digits(field: &'static str, text: &str, length: usize, expected: &'static str) -> Result<String, RowProblem> {
    if text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(RowProblem::Field { field, text: text.to_owned(), expected })
}

fn filled(field: &'static str, text: &str) -> Result<String, RowProblem> {
    if text.trim().is_empty() {
        return Err(RowProblem::Field { field, text: text.to_owned(), expected: "filled" });
    }
    Ok(text.to_owned())
}

fn half(kana: &str) -> Result<String, RowProblem> {
    zengin::zengin_kana(kana).map_err(|cause| RowProblem::Kana { kana: kana.to_owned(), cause })
}

impl Bank {
    pub(crate) fn read(line: &str) -> Result<Self, RowProblem> {
        let [code, name, kana] = columns(line)?;
        Ok(Self {
            code: digits("bank code", code, 4, "4 digits")?,
            name: filled("bank name", name)?,
            kana_half: half(kana)?,
            kana: filled("bank kana", kana)?,
        })
    }
}

impl Branch {
    pub(crate) fn read(line: &str) -> Result<Self, RowProblem> {
        let [bank_code, code, name, kana] = columns(line)?;
        Ok(Self {
            bank_code: digits("bank code", bank_code, 4, "4 digits")?,
            code: digits("branch code", code, 3, "3 digits")?,
            name: filled("branch name", name)?,
            kana_half: half(kana)?,
            kana: filled("branch kana", kana)?,
        })
    }
}

impl PostalCode {
    pub(crate) fn read(line: &str) -> Result<Self, RowProblem> {
        let [code, municipality, prefecture, city, town, prefecture_kana, city_kana, town_kana, office] =
            columns(line)?;
        Ok(Self {
            code: digits("postal code", code, 7, "7 digits")?,
            municipality: digits("municipality", municipality, 5, "5 digits")?,
            prefecture: filled("prefecture", prefecture)?,
            city: filled("city", city)?,
            town: town.to_owned(),
            prefecture_kana: prefecture_kana.to_owned(),
            city_kana: city_kana.to_owned(),
            town_kana: town_kana.to_owned(),
            office: office.to_owned(),
        })
    }
}

impl Holiday {
    /// `fixed_until`: see [`crate::Version::holidays_fixed_until`].
    pub(crate) fn read(line: &str, fixed_until: Date) -> Result<Self, RowProblem> {
        let [date, name] = columns(line)?;
        let date = read_date(date)?;
        Ok(Self { date, name: filled("holiday name", name)?, fixed: date <= fixed_until })
    }
}

pub(crate) fn read_date(text: &str) -> Result<Date, RowProblem> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| RowProblem::Field {
        field: "date",
        text: text.to_owned(),
        expected: "a date like 2026-11-22",
    })
}

/// One line for PostgreSQL's `COPY … FROM STDIN` in text format, line end included.
pub fn copy_line(fields: &[&str]) -> String {
    let mut line = String::new();
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            line.push('\t');
        }
        for character in field.chars() {
            match character {
                '\\' => line.push_str("\\\\"),
                '\t' => line.push_str("\\t"),
                '\n' => line.push_str("\\n"),
                '\r' => line.push_str("\\r"),
                _ => line.push(character),
            }
        }
    }
    line.push('\n');
    line
}
