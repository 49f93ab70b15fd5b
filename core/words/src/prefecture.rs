//! 都道府県: the 47 prefectures by JIS X 0401 code, 01 北海道 to 47 沖縄県.

/// In the order of their codes: the first is 01.
pub const NAMES: [&str; 47] = [
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

/// The two digits of a prefecture's code by its full name: 東京都 is 13.
#[must_use]
pub fn code(name: &str) -> Option<String> {
    NAMES.iter().position(|known| *known == name).map(|at| format!("{:02}", at.saturating_add(1)))
}

/// The full name by its number, 1 to 47.
#[must_use]
pub fn name(number: usize) -> Option<&'static str> {
    NAMES.get(number.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::{NAMES, code, name};

    #[test]
    fn a_code_is_the_place_in_the_list() {
        assert_eq!(code("東京都").as_deref(), Some("13"));
        assert_eq!((code("北海道").as_deref(), name(47), name(0), name(48)), (Some("01"), Some("沖縄県"), None, None));
        assert_eq!(code("東京"), None);
        assert!(NAMES.iter().enumerate().all(|(at, n)| name(at + 1) == Some(*n)));
    }
}
