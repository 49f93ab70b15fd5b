//! 郵便番号 → 住所.

use hojo_access::Access;
use hojo_db::Tx;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::text;
use serde::Serialize;

/// What the page's script reads (`postal.ts`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Address {
    /// JIS X 0401 code, as the form's list of prefectures has it.
    pub prefecture: String,
    pub prefecture_name: String,
    pub address: String,
}

pub(crate) async fn search<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let found = match digits(cx.query("code")) {
        Some(code) => {
            let mut tx = cx.tx().await?;
            lookup(&mut tx, &code).await?
        }
        None => Vec::new(),
    };
    Reply::json(&found)
}

/// Seven digits out of whatever was typed: full width, with or without hyphen or 〒.
pub(crate) fn digits(typed: &str) -> Option<String> {
    let folded = text::fold_width(typed);
    let bare: String = folded.chars().filter(|c| c.is_ascii_digit()).collect();
    let strange = folded.chars().any(|c| !c.is_ascii_digit() && !c.is_whitespace() && c != '〒' && !text::is_hyphen(c));
    (bare.len() == 7 && !strange).then_some(bare)
}

pub(crate) async fn lookup(tx: &mut Tx, code: &str) -> Result<Vec<Address>, Fault> {
    let rows = sqlx::query!(
        "select prefecture, city, town from postal_codes where code = $1 order by prefecture, city, town limit 50",
        code
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|r| address(&r.prefecture, &r.city, &r.town)).collect())
}

fn address(prefecture: &str, city: &str, town: &str) -> Address {
    // The register names the rest of a city this way; nobody writes it in an address.
    let town = if town.starts_with("以下に掲載がない場合") { "" } else { town };
    let (code, name) = match PREFECTURES.iter().position(|name| *name == prefecture) {
        Some(at) => (format!("{:02}", at + 1), prefecture),
        None => (String::new(), prefecture),
    };
    Address { prefecture: code, prefecture_name: name.to_owned(), address: format!("{prefecture}{city}{town}") }
}

/// JIS X 0401: the place in the list is the code.
const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in ["1050001", "105-0001", "〒105-0001", "１０５ー０００１", "105 0001"] {
            assert_eq!(digits(typed).as_deref(), Some("1050001"), "{typed}");
        }
        for typed in ["", "105000", "10500012", "電話1050001"] {
            assert_eq!(digits(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_code_of_a_prefecture_is_its_place() {
        let found = address("東京都", "港区", "虎ノ門");
        assert_eq!((found.prefecture.as_str(), found.address.as_str()), ("13", "東京都港区虎ノ門"));
        assert_eq!(address("沖縄県", "那覇市", "以下に掲載がない場合").address, "沖縄県那覇市");
        assert_eq!(address("沖縄県", "那覇市", "").prefecture, "47");
    }
}
