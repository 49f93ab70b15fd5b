//! 検索: Japanese substrings by character grams. Dictionaries miss half of the substrings people
//! look for; single characters and pairs of a normalised key find every one.

use std::collections::BTreeSet;

use hojo_words::ids::CaseId;
use hojo_words::text::comparison_key;

use crate::error::DbError;
use crate::tx::Tx;

/// Texts are joined by this in the stored key, so that no match runs from one into the next.
const BETWEEN: char = '\u{1f}';
/// A longer search text adds nothing: nobody has a name of this length twice.
const LONGEST: usize = 100;

/// What is stored for a text: every character and every pair of neighbours of its comparison key.
#[must_use]
pub fn grams(text: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut before: Option<char> = None;
    for character in comparison_key(text).chars() {
        found.insert(character.to_string());
        if let Some(first) = before {
            found.insert([first, character].iter().collect());
        }
        before = Some(character);
    }
    found.into_iter().collect()
}

/// A text being looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Needle {
    /// Grams a match must hold: `grams @> $1` uses the index.
    pub grams: Vec<String>,
    /// `key like $2` throws out what merely holds the same grams in another order.
    pub pattern: String,
}

impl Needle {
    /// `None` when nothing but blanks was typed.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let key: String = comparison_key(text).chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        if key.is_empty() {
            return None;
        }
        let all = grams(&key);
        // Pairs say more than single characters; those are needed only for a search of one character.
        let pairs: Vec<String> = all.iter().filter(|g| g.chars().count() == 2).cloned().collect();
        let mut pattern = String::from("%");
        for character in key.chars() {
            if matches!(character, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('%');
        Some(Self { grams: if pairs.is_empty() { all } else { pairs }, pattern })
    }
}

impl Tx {
    /// Makes a case findable by these texts (name, number, title …), replacing what it was found by.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn index_case(&mut self, case: CaseId, texts: &[&str]) -> Result<(), DbError> {
        let mut all = BTreeSet::new();
        let mut key = String::new();
        for text in texts.iter().filter(|t| !t.trim().is_empty()) {
            all.extend(grams(text));
            if !key.is_empty() {
                key.push(BETWEEN);
            }
            key.push_str(&comparison_key(text));
        }
        let all: Vec<String> = all.into_iter().collect();
        sqlx::query!(
            "insert into case_search (case_id, grams, key) values ($1, $2, $3)
             on conflict (case_id) do update set grams = excluded.grams, key = excluded.key",
            case.0,
            &all,
            key
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, typed: &str) -> bool {
        let stored = grams(text);
        let needle = Needle::of(typed).expect("something typed");
        let key = comparison_key(text);
        let plain = needle.pattern.trim_matches('%').replace('\\', "");
        needle.grams.iter().all(|g| stored.contains(g)) && key.contains(&plain)
    }

    #[test]
    fn substrings_widths_and_kana_are_found() {
        for typed in ["見本製", "ミホン", "みほん", "ﾐﾎﾝ", "ＡＢＣ", "abc", "製", "R1-0001"] {
            assert!(holds("株式会社見本製作所 ミホン ABC商会 Ｒ１－０００１", typed), "{typed}");
        }
        assert!(!holds("京都東京", "東京都"));
        assert!(!holds("株式会社見本", "見木"));
    }

    #[test]
    fn wildcards_are_characters() {
        assert_eq!(Needle::of("10%_\\").expect("typed").pattern, "%10\\%\\_\\\\%");
        assert_eq!(Needle::of(" \u{3000}\n"), None);
    }
}
