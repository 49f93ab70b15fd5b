//! What stands in a detail, in the words of the people who read the log. A key without a word here is shown as it is:
//! better an odd word than a lost one.

use serde_json::Value;

const KEYS: &[(&str, &str)] = &[
    ("accesses", "閲覧ログの行数"),
    ("added", "追加"),
    ("adopted", "採択の件数"),
    ("after", "変更後"),
    ("applicant", "事業者"),
    ("approved", "承認"),
    ("assigned", "割当て先"),
    ("before", "変更前"),
    ("capacity", "件数の上限"),
    ("case", "案件"),
    ("cause", "きっかけ"),
    ("channel", "受付の方法"),
    ("closes_at", "締切"),
    ("code", "符号"),
    ("committed", "確定"),
    ("conflict", "利益相反"),
    ("decision", "判断"),
    ("edition", "版"),
    ("events", "出来事"),
    ("filter", "条件"),
    ("finalised", "採点の確定"),
    ("first", "最初"),
    ("hash", "照合番号"),
    ("jobs", "ジョブ"),
    ("kind", "種類"),
    ("by", "実行した人"),
    ("last", "最後"),
    ("left_out", "省いた文字"),
    ("letter", "通知書"),
    ("number", "番号"),
    ("one_applicant", "1事業者だけ"),
    ("operations", "操作ログの行数"),
    ("passed", "適"),
    ("person", "人"),
    ("placed", "割当ての数"),
    ("points", "点数"),
    ("problem", "問題"),
    ("procedure", "手続"),
    ("proposed", "起案"),
    ("reason", "理由"),
    ("remark", "指摘"),
    ("responses", "自動でしたこと"),
    ("rows", "行数"),
    ("rule", "規則"),
    ("run", "シミュレーション"),
    ("sha256", "照合番号（SHA-256）"),
    ("spent", "採択額（円）"),
    ("step", "段階"),
    ("target", "項目"),
    ("template", "様式"),
    ("tie", "関係"),
    ("to", "相手"),
    ("value", "値"),
    ("what", "内容"),
    ("withdrawn", "取下げ"),
];

const CODES: &[(&str, &str)] = &[
    ("acknowledge", "対応の引受け"),
    ("added", "追加"),
    ("approve", "承認"),
    ("assigned", "担当の割当て"),
    ("barred", "利用の拒否"),
    ("case_opened", "下書きの開始"),
    ("client", "顧問先・取引先"),
    ("close", "終わり"),
    ("cut", "停止"),
    ("database-access-issued", "データベースの直接利用の許可"),
    ("database-access-withdrawn", "データベースの直接利用の取消し"),
    ("decided", "採否の決定"),
    ("delivered", "交付"),
    ("detection", "気になる動き"),
    ("discarded", "下書きの破棄"),
    ("dropped", "取消し"),
    ("employer", "勤務先"),
    ("filed", "提出"),
    ("file-quarantined", "ファイルの隔離"),
    ("first_check_finished", "一次の形式確認の終了"),
    ("hours", "時間帯の外"),
    ("log-overflow", "置き場所がなく待っていた記録の取込み"),
    ("log-gap-accepted", "ログの控えの切り替え"),
    ("letter_delivered", "通知書の交付"),
    ("lift", "解除"),
    ("lock", "一時的な停止"),
    ("mail", "電子メール"),
    ("moved", "工程の移動"),
    ("network", "登録された場所の外"),
    ("notify", "連絡先へのメール"),
    ("paper", "紙（郵送・持参）"),
    ("permission", "許可がない"),
    ("portal", "電子申請"),
    ("prefecture", "地域"),
    ("raise", "画面への表示"),
    ("reauth", "ログインし直し"),
    ("refuse", "却下"),
    ("returned", "差戻し"),
    ("review_finished", "審査の終了"),
    ("sealed", "作成と封印"),
    ("second_check_finished", "二次の形式確認の終了"),
    ("sign-in", "ログイン"),
    ("sign-out", "ログアウト"),
    ("vpn", "VPNの問合せ"),
    ("withdrawn", "取下げ"),
];

fn word<'t>(table: &[(&str, &'t str)], code: &'t str) -> &'t str {
    table.iter().find(|(c, _)| *c == code).map_or(code, |(_, w)| w)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => word(CODES, s).to_owned(),
        Value::Array(items) => items.iter().map(plain).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("・"),
        Value::Bool(yes) => if *yes { "はい" } else { "いいえ" }.to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A detail as one line: `出来事：差戻し、番号：R1-00001`.
pub(crate) fn words(detail: &Value) -> String {
    let Value::Object(pairs) = detail else { return String::new() };
    let pairs = pairs.iter().map(|(k, v)| (k, plain(v))).filter(|(_, v)| !v.is_empty());
    pairs.map(|(k, v)| format!("{}：{v}", word(KEYS, k))).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::words;

    #[test]
    fn codes_become_words_and_nothing_is_lost() {
        let detail = json!({ "events": ["returned", "new_thing"], "number": "R1-00001", "conflict": false, "odd": 3, "none": null });
        assert_eq!(words(&detail), "利益相反：いいえ、出来事：差戻し・new_thing、番号：R1-00001、odd：3");
        assert_eq!(words(&json!("x")), "");
    }
}
