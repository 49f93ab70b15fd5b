//! 全銀協の半角カナ: what bank files may contain (名称と口座名義に共通の文字、狭い方の規則).
//!
//! ー becomes a hyphen, small kana large, a voiced mark its own character. Nothing is guessed and nothing is cut: a
//! character that has no place there (kanji, ヲ, a comma) is named, for the person to mend.

/// A character that bank files cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{character:?} (character {place}) has no half-width form in bank files")]
pub struct Unmappable {
    pub character: char,
    /// Counted from 1.
    pub place: usize,
}

/// Full-width kana from ァ (U+30A1) to ヴ (U+30F4) in order; each is one half-width character or two with its mark.
const KANA: [&str; 84] = [
    "ｱ", "ｱ", "ｲ", "ｲ", "ｳ", "ｳ", "ｴ", "ｴ", "ｵ", "ｵ", "ｶ", "ｶﾞ", "ｷ", "ｷﾞ", "ｸ", "ｸﾞ", "ｹ", "ｹﾞ", "ｺ", "ｺﾞ", "ｻ", "ｻﾞ", "ｼ",
    "ｼﾞ", "ｽ", "ｽﾞ", "ｾ", "ｾﾞ", "ｿ", "ｿﾞ", "ﾀ", "ﾀﾞ", "ﾁ", "ﾁﾞ", "ﾂ", "ﾂ", "ﾂﾞ", "ﾃ", "ﾃﾞ", "ﾄ", "ﾄﾞ", "ﾅ", "ﾆ", "ﾇ", "ﾈ", "ﾉ",
    "ﾊ", "ﾊﾞ", "ﾊﾟ", "ﾋ", "ﾋﾞ", "ﾋﾟ", "ﾌ", "ﾌﾞ", "ﾌﾟ", "ﾍ", "ﾍﾞ", "ﾍﾟ", "ﾎ", "ﾎﾞ", "ﾎﾟ", "ﾏ", "ﾐ", "ﾑ", "ﾒ", "ﾓ", "ﾔ", "ﾔ", "ﾕ",
    "ﾕ", "ﾖ", "ﾖ", "ﾗ", "ﾘ", "ﾙ", "ﾚ", "ﾛ", "ﾜ", "ﾜ", "", "", "", "ﾝ", "ｳﾞ",
];

fn full_kana(character: char) -> Option<&'static str> {
    let place = u32::from(character).checked_sub(0x30A1)?;
    let half = KANA.get(usize::try_from(place).ok()?)?;
    (!half.is_empty()).then_some(*half)
}

/// Text as bank files hold it. Accepts full- and half-width kana, hiragana, letters, digits, spaces, `( ) - .`.
///
/// # Errors
/// The first character that cannot be held.
pub fn zengin_kana(text: &str) -> Result<String, Unmappable> {
    // Folding the width first turns half-width kana and letters into the one form the table knows; a place in the
    // folded text can only differ from the typed one where ｶﾞ became one character.
    let folded = hojo_words::text::to_katakana(&hojo_words::text::fold_width(text));
    let mut out = String::with_capacity(folded.len());
    for (place, character) in folded.chars().enumerate() {
        match character {
            'A'..='Z' | '0'..='9' | ' ' | '(' | ')' | '-' | '.' => out.push(character),
            'a'..='z' => out.push(character.to_ascii_uppercase()),
            'ヵ' => out.push('ｶ'),
            'ヶ' => out.push('ｹ'),
            'ー' | '－' | '‐' | '−' | '―' | '–' => out.push('-'),
            _ => out.push_str(full_kana(character).ok_or(Unmappable { character, place: place + 1 })?),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_standard() {
        for (typed, held) in [
            ("キャノン", "ｷﾔﾉﾝ"),
            ("ヴァイオリン", "ｳﾞｱｲｵﾘﾝ"),
            ("ミツビシユ－エフジエイ", "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ"),
            ("スーパー", "ｽ-ﾊﾟ-"),
            ("ﾊﾟﾊﾟ ﾔｯﾎｰ", "ﾊﾟﾊﾟ ﾔﾂﾎ-"),
            ("カ）アオゾラセイキ", "ｶ)ｱｵｿﾞﾗｾｲｷ"),
            ("きよし　さとう", "ｷﾖｼ ｻﾄｳ"),
            ("ａｂｃ１２３．", "ABC123."),
            ("ヵヶヮヂヅッ", "ｶｹﾜﾁﾞﾂﾞﾂ"),
            ("ァィゥェォャュョ", "ｱｲｳｴｵﾔﾕﾖ"),
            ("ハバパヒビピフブプヘベペホボポマンワ", "ﾊﾊﾞﾊﾟﾋﾋﾞﾋﾟﾌﾌﾞﾌﾟﾍﾍﾞﾍﾟﾎﾎﾞﾎﾟﾏﾝﾜ"),
            ("ラリルレロナニヌネノダヂヅデド", "ﾗﾘﾙﾚﾛﾅﾆﾇﾈﾉﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞ"),
            ("", ""),
        ] {
            assert_eq!(zengin_kana(typed).as_deref(), Ok(held), "{typed}");
        }
    }

    #[test]
    fn what_has_no_place_is_named() {
        for (typed, character, place) in
            [("ヲノ", 'ヲ', 1), ("アオ木", '木', 3), ("ア,イ", ',', 2), ("ヱ", 'ヱ', 1), ("ア・イ", '・', 2)]
        {
            assert_eq!(zengin_kana(typed), Err(Unmappable { character, place }), "{typed}");
        }
    }

    #[test]
    fn held_text_is_single_byte_and_stays_as_it_is() {
        let all: String = ('ァ'..='ヴ').filter(|c| !matches!(c, 'ヰ' | 'ヱ' | 'ヲ')).collect();
        let held = zengin_kana(&all).unwrap();
        assert!(held.chars().all(|c| ('\u{FF61}'..='\u{FF9F}').contains(&c)));
        assert!(!held.chars().any(|c| matches!(c, 'ｧ'..='ｯ' | 'ｰ' | 'ｦ')));
        assert_eq!(zengin_kana(&held).unwrap(), held);
    }
}
