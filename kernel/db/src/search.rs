//! 検索: the character pairs a text is found by. Whoever stores (`case_search.grams`) and whoever asks use
//! the same folding here, so 「髙橋」 finds 「高橋」 and 「ﾐﾎﾝ」 finds 「みほん」.

use std::collections::BTreeSet;

use hojo_words::ids::CaseId;
use hojo_words::text::comparison_key;

use crate::error::DbError;
use crate::tx::Tx;

/// Characters of names that people write in either form; the second is what is compared.
const VARIANTS: [(char, char); 26] = [
    ('髙', '高'), ('﨑', '崎'), ('嵜', '崎'), ('邊', '辺'), ('邉', '辺'), ('齋', '斎'), ('齊', '斎'), ('斉', '斎'), ('澤', '沢'),
    ('眞', '真'), ('廣', '広'), ('國', '国'), ('濱', '浜'), ('濵', '浜'), ('櫻', '桜'), ('嶋', '島'), ('嶌', '島'), ('冨', '富'),
    ('德', '徳'), ('惠', '恵'), ('瀨', '瀬'), ('籐', '藤'), ('萬', '万'), ('榮', '栄'), ('龍', '竜'), ('﨔', '欅'),
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

impl Tx {
    /// Makes a case findable by these texts instead of the earlier ones.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn index_case<'t>(&mut self, case: CaseId, texts: impl IntoIterator<Item = &'t str>) -> Result<(), DbError> {
        let grams = grams(texts);
        sqlx::query!(
            "insert into case_search (case_id, grams) values ($1, $2)
             on conflict (case_id) do update set grams = excluded.grams",
            case.0,
            &grams
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{grams, query_grams};

    fn finds(text: &str, asked: &str) -> bool {
        let stored = grams([text]);
        let asked = query_grams(asked);
        !asked.is_empty() && asked.iter().all(|g| stored.contains(g))
    }

    #[test]
    fn any_part_is_found_however_it_is_written() {
        for asked in ["見本", "見本精密", "ミホン", "みほん", "ﾐﾎﾝ", "株式会社　見本", "工", "R1-00012", "ｒ１－０００１２"] {
            assert!(finds("株式会社見本精密工業 ミホン 2026-R1-00012", asked), "{asked}");
        }
        assert!(finds("髙橋製作所", "高橋") && finds("高橋製作所", "髙橋"));
        assert!(!finds("株式会社見本", "本株") && !finds("株式会社見本", "別"));
        assert!(query_grams(" \u{3000}").is_empty());
    }

    #[test]
    fn two_texts_make_no_pair_between_them() {
        assert!(!grams(["あい", "うえ"]).contains(&"イウ".to_owned()));
    }
}
