//! Which passwords may be chosen: `data/passwords.toml` and the two lists beside it. No composition
//! rules, no expiry; length and not being guessable are what counts (NIST SP 800-63B-4 §3.1.1).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

#[derive(Deserialize)]
struct Rules {
    shortest_alone: usize,
    shortest_with_second_factor: usize,
    longest: usize,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    // The file is compiled in and read by a test; the numbers of the standard are the fallback.
    toml::from_str(include_str!("../../data/passwords.toml")).unwrap_or(Rules {
        shortest_alone: 15,
        shortest_with_second_factor: 8,
        longest: 256,
    })
});
static COMMON: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| lines(include_str!("../../data/common-passwords.txt")));
static WORDS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| lines(include_str!("../../data/common-words.txt")));

fn lines(text: &'static str) -> BTreeSet<&'static str> {
    text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
}

/// Is there another factor beside the password?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beside {
    Nothing,
    SecondFactor,
}

/// The shortest password that may be chosen, in characters.
#[must_use]
pub fn shortest(beside: Beside) -> usize {
    match beside {
        Beside::Nothing => RULES.shortest_alone,
        Beside::SecondFactor => RULES.shortest_with_second_factor,
    }
}

/// Checks a password somebody chooses. `about` are words of the person: login, name, address.
///
/// # Errors
/// What is wrong and what to do, for the person.
pub fn check(password: &str, about: &[&str], beside: Beside) -> Result<(), String> {
    let length = password.chars().count();
    let shortest = shortest(beside);
    if length < shortest {
        return Err(format!("パスワードは{shortest}文字以上にしてください（今は{length}文字です）。"));
    }
    if length > RULES.longest {
        return Err(format!("パスワードは{}文字以下にしてください。", RULES.longest));
    }
    if is_guessable(password, about) {
        return Err(
            "このパスワードは推測されやすいため使えません。よく使われる語、同じ文字の繰り返し、ご自分の名前やログインIDを避け、関係のない語をいくつか並べてください。"
                .into(),
        );
    }
    Ok(())
}

fn is_guessable(password: &str, about: &[&str]) -> bool {
    let plain: String = password.nfkc().flat_map(char::to_lowercase).collect();
    let core = core(&plain);
    let repeated = plain.chars().collect::<BTreeSet<_>>().len() < 4;
    let listed = COMMON.contains(plain.as_str()) || WORDS.contains(plain.as_str()) || WORDS.contains(core);
    repeated || is_a_run(&plain) || listed || twice(core) || about.iter().any(|word| is_about(&plain, word))
}

/// Without digits and signs at both ends: `Sakura2026!` is `sakura`.
fn core(plain: &str) -> &str {
    plain.trim_matches(|c: char| !c.is_alphabetic())
}

/// `sakurasakura`
fn twice(core: &str) -> bool {
    let middle = core.len() / 2;
    core.len().is_multiple_of(2)
        && core.is_char_boundary(middle)
        && matches!(core.split_at(middle), (a, b) if a == b && WORDS.contains(a))
}

/// `12345678`, `abcdefgh`, `87654321`
fn is_a_run(plain: &str) -> bool {
    let codes: Vec<i64> = plain.chars().map(|c| i64::from(u32::from(c))).collect();
    let step = |by: i64| codes.windows(2).all(|w| matches!(w, [a, b] if b - a == by));
    step(1) || step(-1)
}

/// The person's own word with little around it.
fn is_about(plain: &str, word: &str) -> bool {
    let word: String = word.nfkc().flat_map(char::to_lowercase).collect();
    let length = word.chars().count();
    length >= 4 && plain.contains(&word) && plain.chars().count() < length + 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_are_those_of_the_file() {
        let file: Rules = toml::from_str(include_str!("../../data/passwords.toml")).unwrap();
        assert_eq!((file.shortest_alone, file.shortest_with_second_factor), (15, 8));
        assert!(COMMON.len() > 5_000 && WORDS.len() > 100, "{} {}", COMMON.len(), WORDS.len());
        assert!(COMMON.iter().all(|w| w.chars().count() >= 8));
    }

    #[test]
    fn length_counts_and_composition_does_not() {
        let ok = |p: &str| check(p, &["operator1", "佐伯 直美"], Beside::SecondFactor);
        for good in ["mizu tori kumo", "lowercaseonlywords", "うみとやまとかぜ", "73519064285", "correct horse"]
        {
            assert_eq!(ok(good), Ok(()), "{good}");
        }
        assert!(ok("kumo7").unwrap_err().contains("8文字以上"));
        assert!(check("mizu tori kumo", &[], Beside::Nothing).unwrap_err().contains("15文字以上"));
        assert!(ok(&"あい".repeat(200)).unwrap_err().contains("256文字以下"));
    }

    #[test]
    fn what_everybody_would_try_first_is_refused() {
        for bad in [
            "password",
            "Password123!",
            "ｐａｓｓｗｏｒｄ１２",
            "Sakura2026!",
            "sakurasakura",
            "hojokin2026",
            "12345678",
            "abcdefgh",
            "aaaaaaaaaa",
            "1qaz2wsx",
            "operator1!",
            "OPERATOR1-1",
            "doraemon1",
            "monodukuri",
        ] {
            assert!(check(bad, &["operator1"], Beside::SecondFactor).is_err(), "{bad}");
        }
    }
}
