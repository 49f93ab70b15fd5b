//! Invented companies for demonstrations and benches: the same number and seed give the same company everywhere.

use crate::Account;
use serde_json::{Map, Value, json};

const STEMS: [&str; 40] = [
    "あけぼの",
    "朝日野",
    "泉",
    "稲穂",
    "上野原",
    "永和",
    "大空",
    "丘の上",
    "風見",
    "川北",
    "菊水",
    "北斗",
    "銀河",
    "栗原",
    "光洋",
    "桜木",
    "三栄",
    "白樺",
    "新星",
    "杉並木",
    "青雲",
    "瀬戸",
    "高砂",
    "橘",
    "月見",
    "都築",
    "東雲",
    "常盤",
    "中央",
    "波多野",
    "西川口",
    "野々花",
    "白山",
    "花園",
    "緑ヶ丘",
    "双葉",
    "松風",
    "港南",
    "八千代",
    "若葉",
];
const TRADES: [&str; 24] = [
    "精機",
    "製作所",
    "工業",
    "食品",
    "鉄工",
    "化成",
    "電子",
    "木材",
    "印刷",
    "物流",
    "建設",
    "設計",
    "繊維",
    "酒造",
    "水産",
    "農園",
    "医療機器",
    "ソフトウェア",
    "環境",
    "陶器",
    "金属",
    "樹脂",
    "家具",
    "菓子",
];
const LAST: [(&str, &str); 16] = [
    ("佐々木", "ササキ"),
    ("田村", "タムラ"),
    ("小川", "オガワ"),
    ("石井", "イシイ"),
    ("前田", "マエダ"),
    ("藤原", "フジワラ"),
    ("岡本", "オカモト"),
    ("中島", "ナカジマ"),
    ("林", "ハヤシ"),
    ("清水", "シミズ"),
    ("阿部", "アベ"),
    ("池田", "イケダ"),
    ("山下", "ヤマシタ"),
    ("石川", "イシカワ"),
    ("長谷川", "ハセガワ"),
    ("村上", "ムラカミ"),
];
const FIRST: [(&str, &str); 16] = [
    ("陽子", "ヨウコ"),
    ("誠", "マコト"),
    ("由美", "ユミ"),
    ("剛", "ツヨシ"),
    ("恵", "メグミ"),
    ("学", "マナブ"),
    ("真理", "マリ"),
    ("修", "オサム"),
    ("京子", "キョウコ"),
    ("浩二", "コウジ"),
    ("直美", "ナオミ"),
    ("和也", "カズヤ"),
    ("智子", "トモコ"),
    ("隆", "タカシ"),
    ("幸", "サチ"),
    ("亮", "リョウ"),
];
/// JIS prefecture code, a city of it and that city's postal code.
const PLACES: [(&str, &str, &str); 12] = [
    ("01", "札幌市中央区", "0600000"),
    ("04", "仙台市青葉区", "9800000"),
    ("11", "川口市", "3320000"),
    ("13", "墨田区", "1300000"),
    ("14", "川崎市川崎区", "2100000"),
    ("15", "三条市", "9550000"),
    ("20", "諏訪市", "3920000"),
    ("22", "浜松市中央区", "4300000"),
    ("23", "豊田市", "4710000"),
    ("27", "東大阪市", "5770000"),
    ("34", "福山市", "7200000"),
    ("40", "北九州市小倉北区", "8030000"),
];
/// Every so many accounts is a sole proprietor.
const SOLE_EVERY: u32 = 20;

/// `demo-00042` for 42.
pub fn synthetic_login(number: u32) -> String {
    format!("demo-{number:05}")
}

pub(crate) fn number_of(login: &str) -> Option<u32> {
    let number = login.strip_prefix("demo-")?.parse().ok()?;
    (synthetic_login(number) == login).then_some(number)
}

/// A stream of even choices (SplitMix64), so that no random source and no crate version changes the world.
struct Dice(u64);

impl Dice {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let place = self.below(u64::try_from(from.len()).unwrap_or(1));
        from.get(usize::try_from(place).ok()?).copied()
    }
}

/// 法人番号 for a serial number, under registry office 9999, which does not exist: it can be nobody's.
fn corporate_number(number: u32) -> String {
    let base = format!("999901{:06}", number % 900_000);
    let weigh = |(place, digit): (usize, char)| digit.to_digit(10).unwrap_or(0) * if place % 2 == 0 { 1 } else { 2 };
    let sum: u32 = base.chars().rev().enumerate().map(weigh).sum();
    format!("{}{base}", 9 - sum % 9)
}

fn trade_name(dice: &mut Dice, number: u32, sole: bool, last: &str) -> String {
    let stem = dice.pick(&STEMS).unwrap_or("見本");
    let trade = dice.pick(&TRADES).unwrap_or("商会");
    if sole {
        return format!("{last}{trade}");
    }
    match number % 7 {
        0 => format!("有限会社{stem}{trade}"),
        1 | 2 => format!("{stem}{trade}株式会社"),
        3 => format!("合同会社{stem}{trade}"),
        _ => format!("株式会社{stem}{trade}"),
    }
}

/// The account with this number in the world of this seed.
pub fn synthetic_account(seed: u64, number: u32) -> Account {
    let mut dice = Dice(seed.wrapping_mul(0x0010_0000_01B3) ^ (u64::from(number) << 20));
    let sole = number.is_multiple_of(SOLE_EVERY);
    let (last, last_kana) = dice.pick(&LAST).unwrap_or(("見本", "ミホン"));
    let (first, first_kana) = dice.pick(&FIRST).unwrap_or(("太郎", "タロウ"));
    let (prefecture, city, post_code) = dice.pick(&PLACES).unwrap_or(("13", "千代田区", "1000000"));
    let street = format!("{}丁目{}番{}号", dice.below(6) + 1, dice.below(30) + 1, dice.below(20) + 1);
    let birthday = format!("{}{:02}{:02}", 1950 + dice.below(45), dice.below(12) + 1, dice.below(28) + 1);
    let name = trade_name(&mut dice, number, sole, last);
    let login = synthetic_login(number);
    let mut claims: Map<String, Value> = Map::new();
    let mut put = |key: &str, value: &str| claims.insert(key.to_owned(), json!(value));
    put("sub", &login);
    put("account_type", "2");
    put("corp_type", if sole { "2" } else { "1" });
    if !sole {
        put("corporate_number", &corporate_number(number));
    }
    put("name", &name);
    put("prefecture_name", prefecture);
    put("address1", city);
    put("address2", &street);
    for prefix in ["rep", "user"] {
        put(&format!("{prefix}_last_nm"), last);
        put(&format!("{prefix}_first_nm"), first);
        put(&format!("{prefix}_last_nm_kana"), last_kana);
        put(&format!("{prefix}_first_nm_kana"), first_kana);
    }
    put("birthday_ymd", &birthday);
    put("user_birthday_ymd", &birthday);
    put("user_post_code", post_code);
    put("user_prefecture_name", prefecture);
    put("user_address1", city);
    put("user_address2", &street);
    put("user_tel_no_contact", &format!("050-0000-{:04}", number % 10_000));
    put("email", &format!("{login}@demo.example"));
    Account { login, note: "見本の事業者".to_owned(), claims }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hojo_words::CorporateNumber;
    use std::collections::BTreeSet;

    #[test]
    fn ten_thousand_companies_have_right_and_different_numbers() {
        let mut numbers = BTreeSet::new();
        let mut sole = 0;
        for number in 1..=10_000 {
            let account = synthetic_account(7, number);
            match account.claims.get("corporate_number").and_then(Value::as_str) {
                Some(text) => assert!(numbers.insert(text.parse::<CorporateNumber>().unwrap())),
                None => sole += 1,
            }
        }
        assert_eq!((numbers.len(), sole), (9_500, 500));
    }

    #[test]
    fn the_same_seed_gives_the_same_world_and_another_seed_another() {
        assert_eq!(synthetic_account(1, 42).claims, synthetic_account(1, 42).claims);
        let names = |seed| (1..=50).map(|n| synthetic_account(seed, n).name().to_owned()).collect::<Vec<_>>();
        assert_ne!(names(1), names(2));
        let distinct = names(1).into_iter().collect::<BTreeSet<_>>().len();
        assert!(distinct > 40, "{distinct}");
    }
}
