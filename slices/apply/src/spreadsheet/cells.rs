//! One cell between a spreadsheet and a raw answer.

use calamine::Data;
use hojo_programme::{Field, FieldType, Raw};
use hojo_words::text::comparison_key;

/// Keys and labels of a column that is chosen from a list.
pub(super) fn options(column: &Field) -> Vec<(String, String)> {
    match &column.kind {
        FieldType::Choice { list } | FieldType::Choices { list, .. } => {
            list.options.iter().map(|(key, label)| (key.clone(), label.clone())).collect()
        }
        FieldType::Code { table } => {
            table.codes().map(|(code, name)| (code.to_owned(), format!("{code} {name}"))).collect()
        }
        FieldType::YesNo => vec![("yes".into(), "はい".into()), ("no".into(), "いいえ".into())],
        _ => Vec::new(),
    }
}

/// What a cell of the sheet becomes; `Err` says why it is not taken. An empty cell is `None`.
pub(super) fn raw(column: &Field, cell: &Data) -> Result<Option<Raw>, String> {
    let text = match words(column, cell)? {
        Some(text) if !text.trim().is_empty() => text,
        _ => return Ok(None),
    };
    let choices = options(column);
    match &column.kind {
        FieldType::Choices { .. } => {
            let parts = text.split(['、', ',', '，', '\n']).filter(|p| !p.trim().is_empty());
            let keys: Result<Vec<String>, String> = parts.map(|part| key_of(&choices, part)).collect();
            Ok(Some(Raw::Many(keys?)))
        }
        _ if !choices.is_empty() => Ok(Some(Raw::Text(key_of(&choices, &text)?))),
        _ => Ok(Some(Raw::Text(text))),
    }
}

/// A choice by its key, its label or its name alone, however wide it was typed.
fn key_of(choices: &[(String, String)], typed: &str) -> Result<String, String> {
    let key = comparison_key(typed);
    let fits = |(code, label): &&(String, String)| {
        let name = label.strip_prefix(code.as_str()).unwrap_or(label);
        [code.as_str(), label.as_str(), name].iter().any(|w| comparison_key(w) == key)
    };
    let found = choices.iter().find(fits).map(|(code, _)| code.clone());
    found.ok_or_else(|| format!("「{}」は選択肢にありません。", typed.trim()))
}

fn words(column: &Field, cell: &Data) -> Result<Option<String>, String> {
    match cell {
        Data::Empty => Ok(None),
        Data::String(text) => Ok(Some(text.clone())),
        Data::Int(n) => Ok(Some(n.to_string())),
        Data::Float(n) => Ok(Some(number(*n))),
        Data::Bool(yes) => Ok(Some(if *yes { "はい" } else { "いいえ" }.to_owned())),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Ok(Some(match column.kind {
                FieldType::YearMonth => format!("{year:04}-{month:02}"),
                FieldType::Date => format!("{year:04}-{month:02}-{day:02}"),
                // A number that the sheet happens to show as a date.
                _ => number(moment.as_f64()),
            }))
        }
        Data::DateTimeIso(text) => {
            let day: String =
                text.chars().take(if matches!(column.kind, FieldType::YearMonth) { 7 } else { 10 }).collect();
            Ok(Some(day))
        }
        Data::DurationIso(text) => Ok(Some(text.clone())),
        Data::Error(error) => Err(format!("計算式の結果がエラー（{error}）です。")),
    }
}

/// The number as a person typed it: spreadsheets keep 15 digits, the rest is noise of their arithmetic.
fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e15 {
        return format!("{n:.0}");
    }
    let rounded = format!("{n:.14e}").parse::<f64>().unwrap_or(n);
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use calamine::CellErrorType;
    use hojo_programme::{ChoiceList, Condition, Place};

    use super::*;

    pub(crate) fn column(kind: FieldType) -> Field {
        Field {
            id: "c".into(),
            label: "列".into(),
            kind,
            required: Condition::Never,
            shown: Condition::Always,
            value: None,
            from: None,
            help: String::new(),
            example: String::new(),
            clause: None,
            unit: String::new(),
            import: false,
            default: None,
            carried: Vec::new(),
            statement: String::new(),
            group: String::new(),
            slot: 0,
            place: Place::default(),
        }
    }

    #[test]
    fn numbers_lose_their_noise_and_nothing_else() {
        for (n, expected) in [(1_234_567.0, "1234567"), (-3.0, "-3"), (0.1 + 0.2, "0.3"), (12.5, "12.5"), (0.0, "0")] {
            assert_eq!(number(n), expected);
        }
    }

    #[test]
    fn choices_are_matched_by_label_or_key_and_others_refused() {
        let options = [("machinery", "機械装置・システム構築費"), ("cloud", "クラウドサービス利用費")];
        let list = ChoiceList {
            id: "x".into(),
            options: options.map(|(k, l)| (k.to_owned(), l.to_owned())).into_iter().collect(),
        };
        let column = column(FieldType::Choice { list: Arc::new(list) });
        let taken = |text: &str| raw(&column, &Data::String(text.into()));
        assert_eq!(taken("機械装置・システム構築費"), Ok(Some(Raw::from("machinery"))));
        assert_eq!(taken("ｸﾗｳﾄﾞｻｰﾋﾞｽ利用費"), Ok(Some(Raw::from("cloud"))));
        assert_eq!(taken("cloud"), Ok(Some(Raw::from("cloud"))));
        assert!(taken("飲食費").unwrap_err().contains("選択肢にありません"));
        assert_eq!(taken("  "), Ok(None));
    }

    #[test]
    fn formulas_that_failed_are_refused_and_booleans_are_answers() {
        let yen = column(FieldType::Yen { signed: false });
        assert!(raw(&yen, &Data::Error(CellErrorType::Div0)).unwrap_err().contains("計算式"));
        assert_eq!(raw(&yen, &Data::Float(30_000_000.0)), Ok(Some(Raw::from("30000000"))));
        let used = column(FieldType::YesNo);
        assert_eq!(raw(&used, &Data::Bool(true)), Ok(Some(Raw::from("yes"))));
        assert_eq!(raw(&used, &Data::String("いいえ".into())), Ok(Some(Raw::from("no"))));
    }
}
