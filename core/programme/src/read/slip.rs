//! 入力の誤りの文: plain, and always saying what to do.

use super::SlipCode;
use crate::model::form::{Field, FieldType, Range};
use hojo_words::text::Unprintable;

/// A code with its sentence.
pub(crate) type Wrong = (SlipCode, String);

pub(crate) fn required(field: &Field) -> Wrong {
    let message = match field.kind {
        FieldType::Consent => {
            return (SlipCode::ConsentMissing, "内容を確認し、同意する場合はチェックしてください。".to_owned());
        }
        FieldType::File(_) => "ファイルを添付してください。",
        FieldType::Choice { .. } | FieldType::Choices { .. } | FieldType::YesNo | FieldType::Code { .. } => {
            "選択してください。"
        }
        FieldType::Table(_) => "1行以上入力してください。",
        _ => "入力してください。",
    };
    (SlipCode::Required, message.to_owned())
}

pub(crate) fn too_long(limit: usize, count: usize) -> Wrong {
    let over = count.saturating_sub(limit);
    let message =
        format!("{limit}文字以内で入力してください（現在{count}文字、{over}文字超過）。空白と改行も1文字と数えます。");
    (SlipCode::TooLong, message)
}

pub(crate) fn unprintable(place: usize, what: Unprintable) -> Wrong {
    let message = match what {
        Unprintable::PrivateUse(_) => {
            format!("{place}文字目の{}は外字のため印刷できません。標準の漢字に置き換えてください。", what.name())
        }
        _ => format!("{place}文字目に使えない文字（{}）があります。削除してください。", what.name()),
    };
    (SlipCode::Unprintable, message)
}

pub(crate) fn line_break() -> Wrong {
    (SlipCode::LineBreak, "改行を削除し、1行で入力してください。".to_owned())
}

pub(crate) fn not_a_number(field: &Field) -> Wrong {
    let sample = match field.kind {
        FieldType::Yen { .. } => "12000000",
        FieldType::Percent { .. } => "12.50",
        _ => "12",
    };
    (SlipCode::NotANumber, format!("数字で入力してください。例：{sample}"))
}

pub(crate) fn not_whole(field: &Field) -> Wrong {
    let what = if matches!(field.kind, FieldType::Yen { .. }) { "円単位の整数" } else { "整数" };
    (SlipCode::NotWhole, format!("小数は使えません。{what}で入力してください。"))
}

pub(crate) fn too_many_decimals(places: u32) -> Wrong {
    (SlipCode::TooManyDecimals, format!("小数は第{places}位までで入力してください。"))
}

pub(crate) fn out_of_range(range: Range, unit: &str) -> Wrong {
    let bound = |n: hojo_words::Number| format!("{}{unit}", n.grouped(2));
    let message = match (range.min, range.max) {
        (Some(min), Some(max)) => format!("{}から{}までの値を入力してください。", bound(min), bound(max)),
        (Some(min), None) => format!("{}以上の値を入力してください。", bound(min)),
        (None, Some(max)) => format!("{}以下の値を入力してください。", bound(max)),
        (None, None) => "値が大きすぎます。桁数を確かめてください。".to_owned(),
    };
    (SlipCode::OutOfRange, message)
}

pub(crate) fn negative() -> Wrong {
    (SlipCode::OutOfRange, "0以上の金額を入力してください。".to_owned())
}

pub(crate) fn not_a_date(kind: &FieldType) -> Wrong {
    let sample = match kind {
        FieldType::YearMonth => "年月を入力してください。例：2026/4、令和8年4月",
        FieldType::FiscalYear => "年度を入力してください。例：2026、令和8年度",
        _ => "実在する日付を入力してください。例：2026/4/1、令和8年4月1日、20260401",
    };
    (SlipCode::NotADate, sample.to_owned())
}

pub(crate) fn not_a_choice() -> Wrong {
    (SlipCode::NotAChoice, "選択肢から選び直してください。".to_owned())
}

pub(crate) fn too_many_choices(max: usize) -> Wrong {
    (SlipCode::TooManyChoices, format!("選べるのは{max}つまでです。選択を減らしてください。"))
}

pub(crate) fn not_a_code(title: &str) -> Wrong {
    (SlipCode::NotACode, format!("「{title}」にないコードです。一覧から選び直してください。"))
}

pub(crate) fn not_kana(character: char) -> Wrong {
    (SlipCode::NotKana, format!("カタカナで入力してください。「{character}」は使えません。"))
}

pub(crate) fn check_digit() -> Wrong {
    (SlipCode::CheckDigit, "法人番号に誤りがあります。13桁の数字を確かめてください。".to_owned())
}

pub(crate) fn bad_format(kind: &FieldType) -> Wrong {
    let message = match kind {
        FieldType::CorporateNumber => "法人番号は13桁の数字で入力してください。".to_owned(),
        FieldType::PostalCode => "郵便番号は7桁の数字で入力してください。例：105-0001".to_owned(),
        FieldType::Phone => "電話番号は市外局番から入力してください。例：03-1234-5678".to_owned(),
        FieldType::Email => "メールアドレスの形を確かめてください。例：taro@example.jp".to_owned(),
        FieldType::Url => "https:// または http:// から始まるURLを入力してください。".to_owned(),
        FieldType::Bank => "金融機関コードは4桁の数字で入力してください。".to_owned(),
        FieldType::Branch => "支店コードは3桁の数字で入力してください。".to_owned(),
        FieldType::AccountNumber { digits } => format!("口座番号は{digits}桁以内の数字で入力してください。"),
        FieldType::Digits { length } => format!("{length}桁の数字で入力してください。"),
        FieldType::YesNo | FieldType::Consent => "「はい」か「いいえ」を選んでください。".to_owned(),
        _ => "入力の形を確かめてください。".to_owned(),
    };
    (SlipCode::BadFormat, message)
}

pub(crate) fn wrong_shape() -> Wrong {
    (SlipCode::WrongShape, "この項目は読み取れませんでした。もう一度入力してください。".to_owned())
}

pub(crate) fn too_few_rows(min: usize) -> Wrong {
    (SlipCode::TooFewRows, format!("{min}行以上入力してください。"))
}

pub(crate) fn too_many_rows(max: usize) -> Wrong {
    (SlipCode::TooManyRows, format!("入力できるのは{max}行までです。行を減らしてください。"))
}
