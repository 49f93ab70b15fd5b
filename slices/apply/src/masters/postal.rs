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
    Address {
        prefecture: hojo_words::prefecture::code(prefecture).unwrap_or_default(),
        prefecture_name: prefecture.to_owned(),
        address: format!("{prefecture}{city}{town}"),
    }
}

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
