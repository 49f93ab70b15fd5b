//! From a field's type to the control that asks for it. The type decides; definitions say nothing about looks.
use hojo_programme::{Field, FieldType, FileKind, FileRule};

use super::super::{Choice, Control, Mode};
use super::scene::Scene;

/// As many choices are still all shown; more fold into a drop-down.
const RADIOS_UP_TO: usize = 7;
/// More codes than this are searched, not listed.
const CODES_UP_TO: usize = 600;
/// Inside a table every row repeats the list, so it must be shorter.
const CELL_CODES_UP_TO: usize = 60;

/// The control of a field on its own line. Files and tables are not controls; they come as a plain line.
pub(crate) fn control_for(scene: &Scene<'_>, field: &Field, bank: Option<&str>) -> Control {
    match &field.kind {
        FieldType::Choice { list } if list.options.len() <= RADIOS_UP_TO => {
            Control::Radios { choices: choices(list.options.iter()), inline: false }
        }
        FieldType::YesNo => Control::Radios { choices: yes_no(), inline: true },
        FieldType::Choices { list, max } => Control::Checks {
            choices: choices(list.options.iter()),
            max: max.and_then(|most| u32::try_from(most).ok()),
        },
        FieldType::Consent => {
            let words = if field.statement.is_empty() { &field.label } else { "上記の内容に同意します" };
            Control::Consent { words: words.to_owned() }
        }
        FieldType::Paragraph { limit } => Control::Area {
            max: u32::try_from(*limit).ok(),
            rows: u8::try_from((limit / 50).clamp(4, 16)).unwrap_or(8),
        },
        _ => common(scene, field, bank, CODES_UP_TO),
    }
}

/// The control of a cell: the same type, drawn small.
pub(crate) fn cell_control(scene: &Scene<'_>, column: &Field) -> Control {
    match &column.kind {
        FieldType::YesNo => drop_down(yes_no()),
        FieldType::Choices { list, max } => Control::Checks {
            choices: choices(list.options.iter()),
            max: max.and_then(|most| u32::try_from(most).ok()),
        },
        FieldType::Paragraph { limit } => Control::Area { max: u32::try_from(*limit).ok(), rows: 3 },
        _ => common(scene, column, None, CELL_CODES_UP_TO),
    }
}

fn common(scene: &Scene<'_>, field: &Field, bank: Option<&str>, codes_up_to: usize) -> Control {
    if field.is_calculated() {
        return Control::Computed { unit: None };
    }
    let text = |limit: usize, mode: Mode| Control::Line { max: u32::try_from(limit).ok(), mode };
    match &field.kind {
        FieldType::Text { limit } => text(*limit, Mode::Text),
        FieldType::Kana { limit } | FieldType::AccountKana { limit } => text(*limit, Mode::Kana),
        FieldType::Yen { signed } => Control::Yen { signed: *signed },
        FieldType::Integer { .. } => number(field, "", false),
        FieldType::Decimal { .. } => number(field, "", true),
        FieldType::Ratio => text(20, Mode::Text),
        FieldType::Percent { .. } => number(field, "％", true),
        FieldType::FiscalYear => number(field, "年度", false),
        FieldType::Date => Control::Date,
        FieldType::YearMonth => text(7, Mode::Month),
        FieldType::Choice { list } => drop_down(choices(list.options.iter())),
        FieldType::Code { table } => {
            let codes: Vec<Choice> = table.codes().map(|(code, name)| code_choice(code, name)).collect();
            if codes.len() <= codes_up_to {
                drop_down(codes)
            } else {
                let source = format!("{}/codes?table={}", scene.places.masters(), table.id);
                let shown = table.code_label(scene.answers.text(&field.id)).map(str::to_owned);
                Control::Lookup { source, shown, within: None }
            }
        }
        FieldType::Bank => {
            let shown = scene.places.bank_words(scene.answers.text(&field.id), None);
            Control::Lookup { source: format!("{}/banks", scene.places.masters()), shown, within: None }
        }
        FieldType::Branch => {
            let of_bank = bank.map(|id| scene.answers.text(id));
            let shown = scene.places.bank_words(scene.answers.text(&field.id), of_bank);
            let source = format!("{}/branches", scene.places.masters());
            Control::Lookup { source, shown, within: bank.map(str::to_owned) }
        }
        FieldType::CorporateNumber => text(13, Mode::Digits),
        FieldType::AccountNumber { digits } => text(*digits, Mode::Digits),
        FieldType::Digits { length } => text(*length, Mode::Digits),
        FieldType::PostalCode => text(8, Mode::Postal),
        FieldType::Phone => text(20, Mode::Phone),
        FieldType::Email => text(254, Mode::Email),
        FieldType::Url => text(2000, Mode::Url),
        FieldType::YesNo => drop_down(yes_no()),
        FieldType::Paragraph { .. }
        | FieldType::Choices { .. }
        | FieldType::Consent
        | FieldType::File(_)
        | FieldType::Table(_) => Control::Line { max: None, mode: Mode::Text },
    }
}

fn number(field: &Field, own_unit: &str, decimal: bool) -> Control {
    let unit = if field.unit.is_empty() { own_unit } else { &field.unit };
    Control::Number { unit: (!unit.is_empty()).then(|| unit.to_owned()), decimal }
}

fn drop_down(choices: Vec<Choice>) -> Control {
    Control::Select { choices, empty: "選択してください".to_owned() }
}

fn choices<'c>(options: impl Iterator<Item = (&'c String, &'c String)>) -> Vec<Choice> {
    options.map(|(key, label)| Choice::new(key, label)).collect()
}

fn code_choice(code: &str, name: &str) -> Choice {
    let label = if code == name { name.to_owned() } else { format!("{code} {name}") };
    Choice::new(code, label)
}

fn yes_no() -> Vec<Choice> {
    vec![Choice::new("yes", "はい"), Choice::new("no", "いいえ")]
}

/// The browser's list of file kinds and the limits in words.
pub(crate) fn file_words(rule: &FileRule) -> (String, String) {
    let accept = |kind: &FileKind| match kind {
        FileKind::Pdf => "application/pdf,.pdf",
        FileKind::Image => "image/png,image/jpeg,.png,.jpg,.jpeg",
        FileKind::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,.xlsx",
        FileKind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document,.docx",
    };
    let accepted: Vec<&str> = rule.kinds.iter().map(accept).collect();
    let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.label()).collect();
    let mut words =
        format!("{}、1ファイル{}MBまで、{}ファイルまで", kinds.join("・"), rule.max_bytes / 1_048_576, rule.max_count);
    if let Some(pages) = rule.max_pages {
        words.push_str(&format!("、合わせて{pages}ページまで"));
    }
    words.push_str("。パスワードを付けたファイルは受け取れません。");
    if !rule.name.is_empty() {
        words = format!("ファイル名：{}。{words}", rule.name);
    }
    (accepted.join(","), words)
}
