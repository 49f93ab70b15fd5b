//! 一項目を読む: a raw answer and a field's type give a value or a slip, never both and never a panic.

use super::SlipCode;
use super::parse;
use super::slip::{self, Wrong};
use crate::answers::{FileRef, Raw};
use crate::model::form::{Field, FieldType, FileRule, Range};
use crate::value::Value;
use hojo_words::{CorporateNumber, CorporateNumberProblem, Number, text};
use std::sync::Arc;

/// What an answer says: nothing, a value, or a slip.
pub(crate) enum Said {
    Blank,
    Value(Value),
    Wrong(Wrong),
}

/// Largest amount a field takes: fifteen digits, more than the state's budget.
const LARGEST: i64 = 999_999_999_999_999;

/// Reads one answer (not a table).
pub(crate) fn read(field: &Field, raw: Option<&Raw>) -> Said {
    match (&field.kind, raw) {
        (_, None) => Said::Blank,
        (FieldType::File(rule), Some(Raw::Files(files))) => attached(rule, files),
        (FieldType::Choices { .. }, Some(Raw::Many(keys))) => chosen(field, keys),
        (FieldType::Choices { .. }, Some(Raw::Text(text))) => chosen(field, &split_keys(text)),
        // An empty list is what an untouched group of check boxes or an empty upload slot sends.
        (_, Some(Raw::Many(keys))) if keys.iter().all(String::is_empty) => Said::Blank,
        (FieldType::File(_), Some(Raw::Text(text))) if text.trim().is_empty() => Said::Blank,
        (FieldType::File(_), Some(_)) => Said::Wrong(slip::wrong_shape()),
        (_, Some(Raw::Text(text))) => single(field, text),
        (_, Some(_)) => Said::Wrong(slip::wrong_shape()),
    }
}

/// Whether nothing was typed.
pub(crate) fn is_blank(raw: Option<&Raw>) -> bool {
    match raw {
        None => true,
        Some(Raw::Text(text)) => text.trim().is_empty(),
        Some(Raw::Many(keys)) => keys.iter().all(|key| key.trim().is_empty()),
        Some(Raw::Files(files)) => files.is_empty(),
        Some(Raw::Rows(rows)) => rows.is_empty(),
    }
}

fn split_keys(text: &str) -> Vec<String> {
    text.split([',', '、', '\n']).map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).collect()
}

fn single(field: &Field, typed: &str) -> Said {
    let trimmed = typed.trim();
    if trimmed.is_empty() {
        return Said::Blank;
    }
    if let Err((place, what)) = text::check_printable(typed) {
        return Said::Wrong(slip::unprintable(place, what));
    }
    let result = match &field.kind {
        FieldType::Text { limit } => line(typed, *limit),
        FieldType::Paragraph { limit } => paragraph(typed, *limit),
        FieldType::Kana { limit } | FieldType::AccountKana { limit } => kana(typed, *limit),
        FieldType::Yen { signed } => yen(field, typed, *signed),
        FieldType::Integer { range } => integer(field, typed, *range),
        FieldType::Decimal { places, range } => decimal(field, typed, *places, *range),
        FieldType::Percent { range } => decimal(field, typed, 2, *range),
        FieldType::Ratio => typed
            .parse()
            .ok()
            .or_else(|| parse::number(typed, &field.unit))
            .map(Value::Number)
            .ok_or_else(|| slip::not_a_number(field)),
        FieldType::Date => parse::date(typed).map(Value::Date).ok_or_else(|| slip::not_a_date(&field.kind)),
        FieldType::YearMonth => parse::year_month(typed).map(Value::Date).ok_or_else(|| slip::not_a_date(&field.kind)),
        FieldType::FiscalYear => parse::fiscal_year(typed)
            .map(|year| Value::integer(year.into()))
            .ok_or_else(|| slip::not_a_date(&field.kind)),
        FieldType::YesNo => parse::flag(typed).map(Value::Bool).ok_or_else(|| slip::bad_format(&field.kind)),
        FieldType::Consent => match parse::flag(typed) {
            Some(true) => Ok(Value::Bool(true)),
            Some(false) => return Said::Blank,
            None => Err(slip::bad_format(&field.kind)),
        },
        FieldType::Choice { list } => key_of(list, trimmed).map(Value::Text).ok_or_else(slip::not_a_choice),
        FieldType::Code { table } => {
            let code = text::fold_width(trimmed);
            let known = table.codes().find(|(known, label)| *known == code || *label == trimmed);
            known.map(|(code, _)| Value::text(code)).ok_or_else(|| slip::not_a_code(&table.title))
        }
        _ => formatted(field, typed),
    };
    match result {
        Ok(value) => Said::Value(value),
        Err(wrong) => Said::Wrong(wrong),
    }
}

/// Spreadsheets bring labels where screens bring keys.
fn key_of(list: &crate::model::tables::ChoiceList, typed: &str) -> Option<Arc<str>> {
    let found = list.options.iter().find(|(key, label)| *key == typed || *label == typed);
    found.map(|(key, _)| Arc::from(key.as_str()))
}

fn chosen(field: &Field, keys: &[String]) -> Said {
    let FieldType::Choices { list, max } = &field.kind else { return Said::Wrong(slip::wrong_shape()) };
    let mut found: Vec<Arc<str>> = Vec::new();
    for key in keys.iter().map(|key| key.trim()).filter(|key| !key.is_empty()) {
        match key_of(list, key) {
            Some(key) if !found.contains(&key) => found.push(key),
            Some(_) => {}
            None => return Said::Wrong(slip::not_a_choice()),
        }
    }
    match max {
        _ if found.is_empty() => Said::Blank,
        Some(max) if found.len() > *max => Said::Wrong(slip::too_many_choices(*max)),
        _ => Said::Value(Value::Many(Arc::new(found))),
    }
}

fn line(typed: &str, limit: usize) -> Result<Value, Wrong> {
    if typed.trim_end_matches(['\r', '\n']).contains(['\r', '\n']) {
        return Err(slip::line_break());
    }
    paragraph(typed.trim_end_matches(['\r', '\n']), limit)
}

fn paragraph(typed: &str, limit: usize) -> Result<Value, Wrong> {
    let count = text::count_chars(typed);
    if count > limit {
        return Err(slip::too_long(limit, count));
    }
    Ok(Value::text(text::unify_line_breaks(typed).trim()))
}

fn kana(typed: &str, limit: usize) -> Result<Value, Wrong> {
    let folded = text::normal_kana(typed);
    if let Some(character) = folded.chars().find(|c| !text::is_kana_char(*c)) {
        return Err(slip::not_kana(character));
    }
    paragraph(&folded, limit)
}

fn yen(field: &Field, typed: &str, signed: bool) -> Result<Value, Wrong> {
    let number = parse::number(typed, &field.unit).ok_or_else(|| slip::not_a_number(field))?;
    if !number.is_integer() {
        return Err(slip::not_whole(field));
    }
    if !signed && number.is_negative() {
        return Err(slip::negative());
    }
    let size = number.abs().unwrap_or(Number::ZERO);
    if size > Number::from(LARGEST) {
        return Err(slip::out_of_range(Range::default(), ""));
    }
    Ok(Value::Number(number))
}

fn integer(field: &Field, typed: &str, range: Range) -> Result<Value, Wrong> {
    let number = parse::number(typed, &field.unit).ok_or_else(|| slip::not_a_number(field))?;
    if number.is_integer() { within(number, range, &field.unit) } else { Err(slip::not_whole(field)) }
}

fn decimal(field: &Field, typed: &str, places: u32, range: Range) -> Result<Value, Wrong> {
    let number = parse::number(typed, &field.unit).ok_or_else(|| slip::not_a_number(field))?;
    if number.round_down(places) != Ok(number) {
        return Err(slip::too_many_decimals(places));
    }
    within(number, range, &field.unit)
}

fn within(number: Number, range: Range, unit: &str) -> Result<Value, Wrong> {
    let low = range.min.is_some_and(|min| number < min);
    let high = range.max.is_some_and(|max| number > max) || number.abs().is_ok_and(|n| n > Number::from(LARGEST));
    if low || high { Err(slip::out_of_range(range, unit)) } else { Ok(Value::Number(number)) }
}

fn formatted(field: &Field, typed: &str) -> Result<Value, Wrong> {
    let wrong = || slip::bad_format(&field.kind);
    let fixed = |length: usize| parse::digits(typed).filter(|digits| digits.len() == length).ok_or_else(wrong);
    let value = match &field.kind {
        FieldType::CorporateNumber => match typed.parse::<CorporateNumber>() {
            Ok(number) => number.as_str().to_owned(),
            Err(CorporateNumberProblem::CheckDigit) => return Err(slip::check_digit()),
            Err(CorporateNumberProblem::NotThirteenDigits) => return Err(wrong()),
        },
        FieldType::PostalCode => {
            let body = typed.trim().trim_start_matches('〒');
            parse::digits(body).filter(|digits| digits.len() == 7).ok_or_else(wrong)?
        }
        FieldType::Phone => phone(typed).ok_or_else(wrong)?,
        FieldType::Email => email(typed).ok_or_else(wrong)?,
        FieldType::Url => url(typed).ok_or_else(wrong)?,
        FieldType::Bank => fixed(4)?,
        FieldType::Branch => fixed(3)?,
        FieldType::Digits { length } => fixed(*length)?,
        FieldType::AccountNumber { digits } => {
            let typed = parse::digits(typed).filter(|typed| typed.len() <= *digits).ok_or_else(wrong)?;
            format!("{typed:0>width$}", width = *digits)
        }
        _ => return Err(slip::wrong_shape()),
    };
    Ok(Value::text(&value))
}

/// Digits with hyphens; brackets around the area code are read as hyphens.
fn phone(typed: &str) -> Option<String> {
    let folded: String = text::fold_width(typed)
        .trim()
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if text::is_hyphen(c) || matches!(c, '(' | ')') { '-' } else { c })
        .collect();
    let folded = folded.trim_matches('-').to_owned();
    let digits: String = folded.chars().filter(|c| *c != '-').collect();
    let good =
        digits.starts_with('0') && (10..=11).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    good.then_some(folded)
}

/// The mail server has the last word; this catches what cannot be an address.
fn email(typed: &str) -> Option<String> {
    let folded = text::fold_width(typed).trim().to_owned();
    let (local, domain) = folded.rsplit_once('@')?;
    let clean =
        folded.bytes().all(|b| b.is_ascii_graphic()) && !folded.contains(['<', '>', ',', ';', '"', '(', ')', '\\']);
    let good = clean
        && !local.is_empty()
        && !local.contains('@')
        && folded.len() <= 254
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-'));
    good.then_some(folded)
}

fn url(typed: &str) -> Option<String> {
    let folded = text::fold_width(typed).trim().to_owned();
    let rest = folded.strip_prefix("https://").or_else(|| folded.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next()?;
    let good = host.contains('.')
        && !host.starts_with('.')
        && !host.contains('@')
        && folded.chars().all(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"'))
        && folded.len() <= 2_000;
    good.then_some(folded)
}

fn attached(rule: &FileRule, files: &[FileRef]) -> Said {
    if files.is_empty() {
        return Said::Blank;
    }
    if let Some(wrong) = file_problem(rule, files) {
        return Said::Wrong(wrong);
    }
    Said::Value(Value::Files(Arc::new(files.to_vec())))
}

fn file_problem(rule: &FileRule, files: &[FileRef]) -> Option<Wrong> {
    if files.len() < rule.min_count || files.len() > rule.max_count {
        let range = if rule.min_count == rule.max_count {
            rule.max_count.to_string()
        } else {
            format!("{}～{}", rule.min_count, rule.max_count)
        };
        return Some((SlipCode::FileCount, format!("添付できるのは{range}件です（現在{}件）。", files.len())));
    }
    let accepted =
        |file: &FileRef| rule.kinds.iter().any(|kind| kind.media_types().contains(&file.media_type.as_str()));
    if let Some(file) = files.iter().find(|file| !accepted(file)) {
        let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.label()).collect();
        return Some((
            SlipCode::FileKind,
            format!("「{}」は添付できない形式です。{}で添付してください。", file.name, kinds.join("又は")),
        ));
    }
    if let Some(file) = files.iter().find(|file| file.size > rule.max_bytes || file.size == 0) {
        let message = if file.size == 0 {
            format!("「{}」は中身がありません。ファイルを確かめてください。", file.name)
        } else {
            format!("「{}」が大きすぎます。1件{}MB以内にしてください。", file.name, rule.max_bytes >> 20)
        };
        return Some((SlipCode::FileSize, message));
    }
    let pages: u32 = files.iter().filter_map(|file| file.pages).fold(0, u32::saturating_add);
    match rule.max_pages {
        Some(max) if pages > max => {
            Some((SlipCode::FilePages, format!("合わせて{max}ページ以内にしてください（現在{pages}ページ）。")))
        }
        _ => None,
    }
}
