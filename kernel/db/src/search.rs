//! 検索: the character pairs a text is found by. Whoever stores (`case_search.grams`) and whoever asks use
//! the same folding here, so 「髙橋」 finds 「高橋」 and 「ﾐﾎﾝ」 finds 「みほん」.

use std::collections::BTreeSet;

use hojo_words::ids::CaseId;
use hojo_words::text::comparison_key;

use crate::error::DbError;
use crate::tx::Tx;

/// Characters of names that people write in either form; the second is what is compared.
const VARIANTS: [(char, char); 26] = [
    ('髙', '高'),
    ('﨑', '崎'),
    ('嵜', '崎'),
    ('邊', '辺'),
    ('邉', '辺'),
    ('齋', '斎'),
    ('齊', '斎'),
    ('斉', '斎'),
    ('澤', '沢'),
    ('眞', '真'),
    ('廣', '広'),
    ('國', '国'),
    ('濱', '浜'),
    ('濵', '浜'),
    ('櫻', '桜'),
    ('嶋', '島'),
    ('嶌', '島'),
    ('冨', '富'),
    ('德', '徳'),
    ('惠', '恵'),
    ('瀨', '瀬'),
    ('籐', '藤'),
    ('萬', '万'),
    ('榮', '栄'),
    ('龍', '竜'),
    ('﨔', '欅'),
];

fn folded(text: &str) -> Vec<char> {
    let fold = |c: char| VARIANTS.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    comparison_key(text).chars().map(fold).collect()
}

fn pairs(chars: &[char], into: &mut BTreeSet<String>) {
    into.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
}

/// What is stored for some texts: every character and every pair of neighbours. No pair reaches over
/// from one text into the next.
#[must_use]
pub fn grams<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
    let mut all = BTreeSet::new();
    for text in texts {
        let chars = folded(text);
        all.extend(chars.iter().map(ToString::to_string));
        pairs(&chars, &mut all);
    }
    all.into_iter().filter(|gram| !gram.contains('\0')).collect()
}

/// What a search asks for, one list for all of its words: `grams @> $1`. Empty when nothing was asked.
#[must_use]
pub fn query_grams(words: &str) -> Vec<String> {
    let mut all = BTreeSet::new();
    for word in words.split_whitespace() {
        let chars = folded(word);
        match chars.as_slice() {
            [one] => {
                all.insert(one.to_string());
            }
            many => pairs(many, &mut all),
        }
    }
    all.into_iter().filter(|gram| !gram.contains('\0')).collect()
}

/// The stored key of some texts: they are kept apart, so that no match runs from one into the next.
fn key(texts: &[&str]) -> String {
    let folded: Vec<String> = texts.iter().map(|t| folded(t).into_iter().filter(|c| *c != '\0').collect()).collect();
    folded.join("\u{1f}")
}

/// Words being looked for; all of them must be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Needle {
    /// Grams a match must hold: `grams @> $1` uses the index.
    pub grams: Vec<String>,
    /// `key like all($2)` throws out what merely holds the same grams in another order.
    pub patterns: Vec<String>,
}

/// A longer search text adds nothing: no name is as long.
const LONGEST: usize = 200;

impl Needle {
    /// `None` when nothing was asked.
    #[must_use]
    pub fn of(words: &str) -> Option<Self> {
        let words: String = words.chars().filter(|c| !c.is_control() || c.is_whitespace()).take(LONGEST).collect();
        let grams = query_grams(&words);
        let patterns = words.split_whitespace().map(pattern).collect();
        (!grams.is_empty()).then_some(Self { grams, patterns })
    }
}

fn pattern(word: &str) -> String {
    let mut out = String::from("%");
    for c in folded(word) {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

impl Tx {
    /// Makes a case findable by these texts instead of the earlier ones.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn index_case<'t>(
        &mut self,
        case: CaseId,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<(), DbError> {
        let texts: Vec<&str> = texts.into_iter().collect();
        let key = key(&texts);
        let grams = grams(texts);
        sqlx::query!(
            "insert into case_search (case_id, grams, key) values ($1, $2, $3)
             on conflict (case_id) do update set grams = excluded.grams, key = excluded.key",
            case.0,
            &grams,
            key
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Needle, grams, key, query_grams};

    fn finds(text: &str, asked: &str) -> bool {
        let stored = grams([text]);
        let asked = query_grams(asked);
        !asked.is_empty() && asked.iter().all(|g| stored.contains(g))
    }

    #[test]
    fn any_part_is_found_however_it_is_written() {
        for asked in
            ["見本", "見本精密", "ミホン", "みほん", "ﾐﾎﾝ", "株式会社　見本", "工", "R1-00012", "ｒ１－０００１２"]
        {
            assert!(finds("株式会社見本精密工業 ミホン 2026-R1-00012", asked), "{asked}");
        }
        assert!(finds("髙橋製作所", "高橋") && finds("高橋製作所", "髙橋"));
        assert!(!finds("株式会社見本", "本株") && !finds("株式会社見本", "別"));
        assert!(query_grams(" \u{3000}").is_empty());
    }

    #[test]
    fn the_key_proves_the_order_and_wildcards_are_characters() {
        let pattern = |words: &str| Needle::of(words).expect("asked").patterns;
        assert_eq!(pattern("10%_ 髙"), ["%10\\%\\_%", "%高%"]);
        assert!(finds("東京京都", "東京都"), "the grams alone are fooled");
        assert!(!key(&["東京京都"]).contains("東京都"));
        assert!(!key(&["東", "京"]).contains("東京"));
        assert_eq!(Needle::of("\0 \u{3000}"), None);
    }

    #[test]
    fn two_texts_make_no_pair_between_them() {
        assert!(!grams(["あい", "うえ"]).contains(&"イウ".to_owned()));
    }
}
