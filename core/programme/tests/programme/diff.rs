//! What changed between two editions, in words.

use crate::support::{EXAMPLES, FLOW, FORM, PROCEDURE, RULES, fixture, load, with};
use hojo_programme::diff;

#[test]
fn nothing_changed() {
    assert_eq!(diff(&fixture(), &fixture()), []);
}

#[test]
fn says_what_changed() {
    let letter = "procedures/application/letters/adoption-notice.yaml";
    let table: &[(&str, &str, &str, &str)] = &[
        (
            FORM,
            "type: paragraph 20",
            "type: paragraph 30",
            "項目「概要」の入力の種類を「文章（20文字まで）」から「文章（30文字まで）」に変更",
        ),
        (
            FORM,
            "label: 資本金",
            "label: 資本金・出資金",
            "項目「資本金・出資金」の名称を「資本金」から「資本金・出資金」に変更",
        ),
        (
            FORM,
            "{ id: kana, label: フリガナ, type: kana 40 }",
            "{ id: kana, label: フリガナ, type: kana 40, required: true }",
            "項目「フリガナ」の必須の別を「任意」から「必須」に変更",
        ),
        (FORM, "      - { id: founded, label: 設立日, type: date }\n", "", "項目「設立日」を削除"),
        (
            FORM,
            "{ id: item, label: 品名, type: text 40 }",
            "{ id: item, label: 品名, type: text 60 }",
            "項目「経費明細表」の列「品名」の入力の種類を「1行の文字（40文字まで）」から「1行の文字（60文字まで）」に変更",
        ),
        (
            RULES,
            "must: growth >= 4%",
            "must: growth >= 3%",
            "規則 GROWTHの条件を「growth >= 4%」から「growth >= 3%」に変更",
        ),
        (RULES, "severity: note", "severity: ask", "規則 SPECIAL-NONEの重さを「お知らせ」から「事務局が確認」に変更"),
        (
            "edition.yaml",
            "normal: 15_000_000",
            "normal: 16_000_000",
            "「補助上限額」（通常枠・21〜）のnormalを「15,000,000円」から「16,000,000円」に変更",
        ),
        (
            "edition.yaml",
            "applications_close: 2026-10-30T18:00",
            "applications_close: 2026-11-06T18:00",
            "日程「applications_close」を「2026/10/30 18:00:00」から「2026/11/06 18:00:00」に変更",
        ),
        (
            "edition.yaml",
            "standard: 通常枠",
            "standard: 一般枠",
            "「frame」の選択肢の名称を「通常枠」から「一般枠」に変更",
        ),
        ("edition.yaml", "value: 30,", "value: 50,", "「最低賃金への上乗せ額」を「30円」から「50円」に変更"),
        (
            FLOW,
            "within: 10 business_days",
            "within: 15 business_days",
            "「形式確認」の期間を「10営業日」から「15営業日」に変更",
        ),
        (
            FLOW,
            "times: 3 }",
            "times: 3, late: refuse }",
            "「形式確認」の差戻しの期限後の再提出を「受け付けて、期限後と記録する」から「受け付けない」に変更",
        ),
        (
            FLOW,
            "within: 20 business_days }",
            "within: 20 business_days, reminders: [1 day, 7 days] }",
            "「審査」の期限前の連絡を追加：「7日・1日」",
        ),
        (PROCEDURE, "title: summary", "title: overseas", "案件名にする項目を「summary」から「overseas」に変更"),
        (letter, "採択したので通知します。", "採択しましたので通知します。", "「採択通知書」の本文（1）を"),
    ];
    for (path, old, new, expected) in table {
        let mut files = with(path, old, new);
        // The examples speak of the old edition; what they hold is not part of a difference.
        files.0.remove(EXAMPLES);
        let changes = diff(&fixture(), &load(&files));
        assert!(changes.iter().any(|change| change.text.starts_with(expected)), "{path}: {expected}: {changes:#?}");
    }
}
